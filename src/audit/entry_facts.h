// entry_facts.h — what an entry says that can be checked beside the tree: contents, checkpoints,
// changes of the key, approvals.
//
// Role: the verifier takes them from decoded entries, many at once; RecordCheck judges them in
// order (record_check.h). Start here: facts_of. Thread-safety: values; any thread.
// Spec: docs/journal.md "What an entry does not say itself", docs/events.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/entry.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"

namespace stellwerk::audit {

/// A content by the key under which `data` names it: `evidence`, `plan`, `reason`.
struct NamedContent {
  std::string key;
  base::Digest digest;
  friend bool operator==(const NamedContent&, const NamedContent&) = default;
};

/// A signed checkpoint that an entry names: of which tree, and where its note is.
struct NamedCheckpoint {
  std::uint64_t size = 0;
  base::Digest root;
  base::Digest note;
  friend bool operator==(const NamedCheckpoint&, const NamedCheckpoint&) = default;
};

/// The log's key was changed; both keys signed the note.
struct NamedKeyChange {
  std::string old_key;  ///< text of a verifier key, as new_key
  std::string new_key;
  base::Digest note;
  friend bool operator==(const NamedKeyChange&, const NamedKeyChange&) = default;
};

/// An approval or a rejection, as the entry says it.
struct NamedApproval {
  bool granted = true;  ///< false: `audit.approval.rejected`
  std::string person;
  base::Digest plan;
  std::string role;                         ///< empty: a rejection
  std::string decision;                     ///< `approve`, …; of a rejection `reject`
  bool is_signed = false;                   ///< says the entry; of a rejection: it names a document
  std::optional<std::string> key = {};      ///< fingerprint of the key that signed
  std::optional<base::Digest> reason = {};  ///< of a text that is kept apart
  std::optional<base::Digest> document =
      {};  ///< what was signed, and the signature; none: unsigned
  friend bool operator==(const NamedApproval&, const NamedApproval&) = default;
};

/// The signature by which a person asked for something.
struct NamedSignature {
  base::Digest document;  ///< what was signed, and the signature
  std::string key;        ///< fingerprint
  std::string nonce;      ///< of the text; 32 hex digits
  std::string role;       ///< as whom
  friend bool operator==(const NamedSignature&, const NamedSignature&) = default;
};

/// What a person asked for, as the input that an entry was decided on says it.
struct NamedCommand {
  std::string verb;  ///< `pause`, `attest`, …, `run`; of approvals `approve`, `reject`
  std::string person;
  std::string known_by;  ///< `signature`, `os-user`; empty: an older program, which did not say
  std::optional<NamedSignature> signature = {};
  std::optional<base::Digest> reason = {};
  std::vector<std::string> steps = {};  ///< attest, resume
  friend bool operator==(const NamedCommand&, const NamedCommand&) = default;
};

/// Where in its release an entry stands, as far as approvals depend on it.
enum class ReleaseMark : std::uint8_t {
  None,
  Planned,  ///< its plan, and who asked for it
  Began,    ///< from here on it changes what runs
  Ended,    ///< what follows is about a release that is over
};

struct EntryFacts {
  std::uint64_t index = 0;
  base::WallTime time;
  base::ReleaseId release;
  std::vector<NamedContent> contents;  ///< each once
  std::optional<NamedCheckpoint> checkpoint;
  std::optional<NamedKeyChange> key_change;
  std::optional<NamedApproval> approval;
  std::optional<NamedCommand> command;
  std::optional<base::Digest> erased;  ///< this content was erased, says the entry
  ReleaseMark mark = ReleaseMark::None;
  std::string actor;                    ///< who did what is marked, or asked for
  std::optional<base::Digest> planned;  ///< with ReleaseMark::Planned: the plan's digest
  std::string problem;  ///< what is wrong with a field of these; empty if nothing is

  /// Nothing to check beside the tree.
  [[nodiscard]] bool empty() const;
};

/// Whether `key` of an entry's data names a content by digest. `guard_state` does not: it is what a
/// process goes on with, no evidence.
bool names_content(std::string_view key);

EntryFacts facts_of(const Entry& entry);

}  // namespace stellwerk::audit
