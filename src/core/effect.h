// effect.h — what the engine is to do in the world, as data: committed with the entry that asks for
// it, then acted on.
//
// Thread-safety: values.          Spec: docs/engine.md "Effects"
// Invariants: a key is a function of release, stream version and position, so a replay yields the
// same keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace stellwerk::core {

enum class EffectKind : std::uint8_t {
  RunStep,        ///< subject: step id
  DeployVersion,  ///< subject: component; new version's instances run and are the router's servers
  MoveTraffic,    ///< subject: wave number; lease, table, read back
  ReturnTraffic,  ///< revoke the lease, then everyone on the old version, read back; subject `1`:
                  ///< back to that wave's routes, as far as the old version's capacity goes
  RestoreCapacity,  ///< subject: component; the old version's instances run again (rollback, before
                    ///< traffic)
  SettleTraffic,    ///< the new version becomes the stable one, no lease
  RetireNew,        ///< subject: component
  RetireOld,        ///< subject: component
  SignCheckpoint,   ///< subject: what it closes (`gate pre-check`, `wave 2`, `end`)
  CompareKpis,      ///< subject: step id
  CheckIntegrity,   ///< subject: step id, or the gate that asks (`gate pre-check`)
  WriteSummary,     ///< subject: step id, or `rollback`
  KeepWindows,  ///< subject: `wave 2`, `wave 2 run 2` when it was begun anew; the raw windows of
                ///< a wave that ended, by digest
  ArrangeCapacity,  ///< subject: `2 document-domain`; that component's instances of both versions
                    ///< are as the wave needs them (capacity in place)
  BeginDowntime,    ///< those whom the plan names are shown the page of maintenance, read back
  EndDowntime,      ///< of a release that ends before any traffic: the old version serves them
};
inline constexpr std::size_t kEffectKinds = 16;

/// Subject of the checkpoint that closes a release.
inline constexpr std::string_view kEndCheckpoint = "end";
/// In the data of a MoveTraffic's answer: the lease had run out, so nothing was changed.
inline constexpr const char* kLeaseExpired = "lease_expired";
/// In the data of a MoveTraffic's answer that is not done: the lease was granted, or may have been.
inline constexpr const char* kLeaseGiven = "lease_given";

/// What may be done after a crash, when it is not known whether it happened (design: three effect
/// classes).
enum class EffectClass : std::uint8_t {
  Repeatable,  ///< running it again changes nothing
  Readable,    ///< read the world back, then decide
  Once,        ///< neither: a person decides
};

std::string_view to_string(EffectKind);
std::string_view to_string(EffectClass);

struct Intent {
  base::EffectKey key;
  EffectKind kind = EffectKind::RunStep;
  EffectClass effect_class = EffectClass::Repeatable;
  std::string subject;
  std::uint32_t attempt = 1;
  base::Duration delay = {};  ///< real time to wait first (back-off)
  friend bool operator==(const Intent&, const Intent&) = default;

  template <class A>
  void fields(A& a) {
    a("key", key)("kind", kind)("class", effect_class)("subject", subject)("attempt", attempt)(
        "delay_us", delay);
  }
};

enum class Outcome : std::uint8_t { Done, Failed, Unknown };
std::string_view to_string(Outcome);

}  // namespace stellwerk::core
