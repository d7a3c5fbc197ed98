// engine_events.h — events of the engine itself: effects, checkpoints, restarts, the emergency
// path.
//
// Role: alternatives of core::Event, one struct an entry type. Include event.h, not this.
// Thread-safety: values.                                             Spec: docs/events.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/time.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "core/words.h"

namespace stellwerk::core {

struct EffectRequested {  // stellwerk.effect.requested: something is due that no other entry asks
                          // for
  std::string what;
  template <class A>
  void fields(A& a) {
    a("what", what);
  }
};
struct EffectFinished {  // stellwerk.effect.finished
  base::EffectKey key;
  Outcome outcome = Outcome::Done;
  std::string detail;  ///< words of ours, codes and counts; never free text
  std::optional<base::Digest> evidence;
  base::Json data = base::Json::object();  ///< canonical values the effect returned
  std::optional<base::Digest> text = {};   ///< what else there is to say, kept privately
  template <class A>
  void fields(A& a) {
    a("key", key)("outcome", outcome)("detail", detail)("evidence", evidence)("data", data);
    a("text", text);
  }
};
struct EffectAbandoned {  // stellwerk.effect.abandoned: cancelled by a rollback, or given up after
                          // its last attempt
  base::EffectKey key;
  std::string detail;  ///< as of EffectFinished
  std::optional<base::Digest> text = {};
  template <class A>
  void fields(A& a) {
    a("key", key)("detail", detail)("text", text);
  }
};
struct CheckpointSigned {  // audit.checkpoint.signed
  std::string closes;
  std::uint64_t tree_size = 0;
  base::Digest root;
  base::Digest note;
  template <class A>
  void fields(A& a) {
    a("closes", closes)("tree_size", tree_size)("root", root)("note", note);
  }
};
struct JournalGap {  // audit.journal.gap: what was done before it could be written, taken in from
                     // the emergency file
  base::Digest lines;
  std::uint32_t count = 0;
  template <class A>
  void fields(A& a) {
    a("lines", lines)("count", count);
  }
};
struct KeyRotated {     // audit.key.rotated: checkpoints are signed with another key from here on
  std::string old_key;  ///< `<name>+<id>+<base64>`
  std::string new_key;
  base::Digest note;  ///< both keys signed that they follow each other
  template <class A>
  void fields(A& a) {
    a("old", old_key)("new", new_key)("note", note);
  }
};
struct ContentErased {  // audit.content.erased: its bytes are no longer kept; the digest stays
  base::Digest digest;
  base::Digest reason;
  template <class A>
  void fields(A& a) {
    a("digest", digest)("reason", reason);
  }
};
struct ProcedureRecorded {  // audit.procedure.recorded: how changes are made here, as documented
  base::Digest document;
  base::Digest environment;  ///< of the stellwerk.yaml that it describes
  std::string program;
  template <class A>
  void fields(A& a) {
    a("document", document)("environment", environment)("program", program);
  }
};
struct EngineRestarted {  // stellwerk.engine.restarted
  bool lease_alive = false;
  bool routes_moved = false;
  std::optional<std::string> guard_lost = {};  ///< the guard began anew: the error's id
  template <class A>
  void fields(A& a) {
    a("lease_alive", lease_alive)("routes_moved", routes_moved)("guard_lost", guard_lost);
  }
};

}  // namespace stellwerk::core
