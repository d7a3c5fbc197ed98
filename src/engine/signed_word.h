// signed_word.h — an approval, a rejection or a command that a person signed, as an input for
// decide().
//
// Role: the API and the command line hand it in; the engine checks it on its thread, where it knows
// the plan, against the keys of the plan's people.       Start here: SignedWord, said_by()
// Thread-safety: pure functions.
// Invariants: a key counts when the plan's people have it, so that who may approve is part of what
// is approved; what stellwerk.yaml says now can only take keys away.
// Spec: docs/spec/approvals.md, docs/approvals.md
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/approval.h"
#include "core/input.h"
#include "core/plan.h"
#include "engine/entries.h"

namespace stellwerk::engine {

struct SignedWord {
  std::string text;           ///< what was signed (audit::Approval)
  std::string signature;      ///< SSHSIG, armored
  std::string sealed_reason;  ///< the private text whose digest the text names; may be empty
  /// Everybody in stellwerk.yaml as it is now; nothing: it cannot be read, then only a pause or a
  /// rollback counts.
  std::optional<std::vector<core::Person>> people_now;
};

/// What a signature says, and whose it is.
struct SaidBy {
  core::InputBody body;
  Asker asker;
  std::optional<audit::ApprovedHead> head = {};  ///< of the record that a completeness is about
};

/// The artifacts that an approval of this plan names.
std::vector<audit::ApprovedArtifact> artifacts_of(const core::Plan& plan);

/// The plan's people with their keys, less what `people_now` has revoked, shortened or taken away.
/// @param taken  when the signature is judged
std::vector<audit::Signer> signers_of(const core::Plan& plan,
                                      const std::optional<std::vector<core::Person>>& people_now,
                                      base::WallTime taken);

/// Checks the signature for this plan at this time and makes the input.
/// @param document  digest under which document_of() is kept
/// @errors those of audit::check_approval; Unavailable ENG-0038: stellwerk.yaml cannot be read, so
/// nobody can tell whether the key was revoked; InvalidArgument ENG-0030, PLN-0001: unknown words,
/// lines that the decision does not take, or a reason that is not the one the text names; NotFound
/// ENG-0014: no such step; Forbidden ENG-0011: a role that is not theirs, or may not ask for that.
base::Result<SaidBy> said_by(const SignedWord& word, const core::Plan& plan,
                             const base::Digest& plan_digest, base::WallTime now,
                             const base::Digest& document);

/// What is kept as evidence: canonical JSON of `text`, `signature` and `key`, as the signature
/// itself shows it. @errors InvalidArgument AUD-0021: not a signature.
base::Result<std::string> document_of(const SignedWord& word);

}  // namespace stellwerk::engine
