// signing.h — a person's word on a release as a text, and their signature of it.
//
// Role: `approve`, `reject` and what steers a release with --key, --print or --signed; the engine
// checks what comes out.
// Start here: signed_word()                 Thread-safety: one thread.
// Invariants: what is signed names the plan that is under way now, byte for byte what the engine
// compares; no private key is read here, ssh-keygen (or the agent) does that.
// Spec: docs/spec/approvals.md
#pragma once

#include <optional>

#include "cli/command_line.h"
#include "cli/world.h"
#include "engine/loader.h"
#include "engine/signed_word.h"

namespace stellwerk::cli {

/// Whether the arguments ask for a signature in any way.
bool wants_signature(const ApprovalWords& words);

struct SigningTask {
  const engine::LoadedRelease& release;
  const Arguments& arguments;  ///< verb, reason, again, approval
  const std::string& data_folder;
  std::string step = {};  ///< attest
};

/// The text of what the person says, and the bytes that its reason is kept as (empty: none).
struct TextToSign {
  std::string text;
  std::string sealed_reason;
};

/// @errors InvalidArgument CLI-0001: words that do not fit together; Conflict ENG-0015: nothing of
/// that person's is missing; Unauthenticated AUD-0025: the key is nobody's in this plan; NotFound
/// ENG-0014: no such step; Unavailable: no randomness
base::Result<TextToSign> text_to_sign(World& world, const SigningTask& task);

/// Makes the text and has it signed with --key, or reads --signed. `people_now` stays empty.
/// @errors those of text_to_sign(); Unavailable CLI-0006: ssh-keygen did not sign; CLI-0002: a file
/// of --signed cannot be read
base::Result<engine::SignedWord> signed_word(World& world, const SigningTask& task);

/// Writes the files of --print: the text, and FILE.reason where there is a reason.
/// @errors those of text_to_sign(), BAS-0012, BAS-0013
base::Result<void> print_to_sign(World& world, const SigningTask& task);

}  // namespace stellwerk::cli
