#include "audit/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/merkle.h"
#include "audit/proof.h"

namespace stellwerk::audit {
namespace {

using RefusalCause = WitnessRefusal::Cause;

WitnessRefusal refuse(RefusalCause cause, std::string_view why) {
  return {cause, "text/plain; charset=utf-8", fmt::format("{}\n", why)};
}

std::string words_of(const base::Error& error) {
  return error.why.empty() ? error.message : fmt::format("{}: {}", error.message, error.why);
}

/// The tree of the submission continues the one that is known, which has the old size.
bool continues(const Submission& submission, const WitnessState& known) {
  const auto& [origin, size, root, extensions] = submission.checkpoint;
  if (size == 0 && root != empty_root()) return false;
  // A tree continues the empty one, and itself, without proof.
  if (known.size == 0 || known.size == size)
    return submission.consistency.empty() && (known.size != size || known.root == root);
  return verify_consistency({.size = known.size, .root = known.root}, {.size = size, .root = root},
                            submission.consistency)
      .has_value();
}

}  // namespace

int WitnessRefusal::status() const {
  switch (cause) {
    case RefusalCause::Malformed:
    case RefusalCause::OldTooLarge:
      return 400;
    case RefusalCause::UnknownLog:
      return 404;
    case RefusalCause::NotSigned:
      return 403;
    case RefusalCause::OtherSize:
      return 409;
    case RefusalCause::OtherHistory:
      return 422;
  }
  return 400;
}

std::string_view to_string(RefusalCause cause) {
  switch (cause) {
    case RefusalCause::Malformed:
      return "malformed";
    case RefusalCause::UnknownLog:
      return "unknown_log";
    case RefusalCause::NotSigned:
      return "not_signed";
    case RefusalCause::OldTooLarge:
      return "old_too_large";
    case RefusalCause::OtherSize:
      return "other_size";
    case RefusalCause::OtherHistory:
      return "other_history";
  }
  return "malformed";
}

std::variant<Submission, WitnessRefusal> admit(std::string_view body,
                                               std::span<const VerifierKey> logs) {
  auto request = AddCheckpoint::parse(body);
  if (!request) return refuse(RefusalCause::Malformed, words_of(request.error()));
  auto note = parse_note(request->checkpoint);
  if (!note) return refuse(RefusalCause::Malformed, words_of(note.error()));
  auto checkpoint = Checkpoint::parse(note->text);
  if (!checkpoint) return refuse(RefusalCause::Malformed, words_of(checkpoint.error()));
  if (checkpoint->size > kTreeSizeMax)
    return refuse(RefusalCause::Malformed, "there are no trees of that size");
  std::vector<VerifierKey> known;
  std::copy_if(logs.begin(), logs.end(), std::back_inserter(known), [&](const VerifierKey& key) {
    return key.type == KeyType::Ed25519 && key.name == checkpoint->origin;
  });
  if (known.empty()) return refuse(RefusalCause::UnknownLog, "this witness does not know that log");
  auto verified = verify_note(request->checkpoint, known);
  if (!verified) return refuse(RefusalCause::NotSigned, words_of(verified.error()));
  return Submission{.old_size = request->old_size,
                    .consistency = std::move(request->consistency),
                    .checkpoint = std::move(*checkpoint),
                    .note = std::move(*verified)};
}

std::variant<Continuation, WitnessRefusal> decide(const Submission& submission,
                                                  const std::optional<WitnessState>& state) {
  const Checkpoint& checkpoint = submission.checkpoint;
  if (submission.old_size > checkpoint.size)
    return refuse(RefusalCause::OldTooLarge, "the old size is larger than the checkpoint's");
  const WitnessState known = state.value_or(WitnessState{0, empty_root()});
  if (submission.old_size != known.size)
    return WitnessRefusal{RefusalCause::OtherSize, std::string(kTreeSizeContentType),
                          tree_size_body(known.size)};
  if (!continues(submission, known))
    return refuse(RefusalCause::OtherHistory,
                  fmt::format("the checkpoint does not continue the tree of size {} that was "
                              "cosigned, or the proof is wrong",
                              known.size));
  return Continuation{{checkpoint.size, checkpoint.root}};
}

std::string origin_id(std::string_view origin) { return base::sha256(origin).hex(); }

}  // namespace stellwerk::audit
