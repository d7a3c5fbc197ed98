// entries.h — between the decision core's events and the journal's entries.
//
// Thread-safety: pure functions.                                   Spec: docs/journal.md
#pragma once

#include <optional>
#include <vector>

#include "core/decide.h"
#include "ports/journal_store.h"

namespace stellwerk::engine {

/// In the input of the first decision that a process writes for a release: the program's version.
inline constexpr const char* kProgramKey = "program";
/// In the input of what a person asked for: `signature` or `os-user`.
inline constexpr const char* kKnownByKey = "known_by";
/// Beside it, for a signature: `document`, `key`, `nonce`, `role` of SignedBy.
inline constexpr const char* kSignedKey = "signed";

/// The signature by which a person asked for something.
struct SignedBy {
  base::Digest document;  ///< what was signed, and the signature; kept as evidence
  std::string key;        ///< fingerprint
  std::string nonce;      ///< of the text, which counts once; 32 hex digits
  std::string role;       ///< as whom
  /// It counts in entries written earlier; not recorded, the text and the plan say it.
  std::optional<base::WallTime> until = {};
  friend bool operator==(const SignedBy&, const SignedBy&) = default;
};

/// Who asks for something, and what says that it is them.
struct Asker {
  Asker() = default;
  explicit(false) Asker(base::PersonId by) : person(std::move(by)) {}
  Asker(base::PersonId by, SignedBy how) : person(std::move(by)), signature(std::move(how)) {}

  base::PersonId person;  ///< empty: Stellwerk itself
  std::optional<SignedBy> signature;
};

/// What decide() does not know of the asker, for the input of its first entry. Nothing of
/// Stellwerk's own.
void add_known_by(base::Json& input, const Asker& asker);
/// The nonce of the text that was signed; empty: none was.
std::string nonce_in(const base::Json& input);

/// An entry as read back: what evolve() needs.
struct ReadEntry {
  std::uint64_t index = 0;
  core::Event event;
  base::Now at;
  base::PersonId by;
  std::vector<core::Intent> intents;
  base::Json input = {};  ///< of a decision's first entry: core::decode_input; null: none is said
};

/// An entry to append, and what must be in the content store before: the data of an event that is
/// too large for an entry, which then names it by digest.
struct Encoded {
  ports::NewEntry entry;
  std::string content;  ///< empty: the entry says everything itself
};

/// The entry of one new event. `t0`: of the state after the event, for the offset people read.
/// @errors InvalidArgument AUD-0003, BAS-0007, JRN-0004: no entry can say this
base::Result<Encoded> encode(const base::ReleaseId& release, const core::NewEvent& event,
                             const base::Now& now, std::optional<base::RunbookTime> t0);
/// @errors Corruption ENG-0002, AUD-0003; Rejected AUD-0004: written by a newer Stellwerk; those of
/// the content store where the entry names its data by digest
base::Result<ReadEntry> decode(const ports::StoredEntry& entry, ports::ContentStore& content);

}  // namespace stellwerk::engine
