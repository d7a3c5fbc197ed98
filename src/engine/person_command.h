// person_command.h — what a person typed, as an input for decide(): the same from the API and from
// the command line.
//
// Thread-safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/signed_word.h"

namespace stellwerk::engine {

/// `pause`, `resume`, `promote`, `rollback`, `approve`, `reject`, `attest`.
struct PersonCommand {
  std::string verb;
  std::string reason;                ///< demanded by rollback and reject; at most 4 KiB
  std::string step;                  ///< attest
  std::vector<std::string> again;    ///< resume: undecided steps to run once more
  std::optional<base::Digest> plan;  ///< approve, reject: what is approved
  std::string decision = {};         ///< approve: which; empty: the first that is missing
  /// What the person signed; then it says all of the above.
  std::optional<SignedWord> signed_word = {};
};

/// Keeps the reason as a private text and makes the input. A rollback does not wait for the store:
/// its reason is handed to the engine, which stores it when it can.
/// @errors InvalidArgument ENG-0030: no such verb, or what it demands is missing; but for a
/// rollback, those of keep_text()
base::Result<core::InputBody> input_of(const PersonCommand& command, Engine& engine);
/// Keeps what was signed (and its reason) as evidence; a rollback does not wait for the store here
/// either. @param verb  the command that brings it @return its digest
/// @errors InvalidArgument AUD-0021, AUD-0026, ENG-0030: it is not signed for that command; those
/// of ContentStore::put
base::Result<base::Digest> keep_signed(const SignedWord& word, std::string_view verb,
                                       Engine& engine);

}  // namespace stellwerk::engine
