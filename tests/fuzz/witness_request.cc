// What a witness is sent by whoever reaches it, and what it answers a log: requests, tree sizes.
// One spelling each; nothing is admitted that a known log did not sign, nothing decided that rolls
// back.
#include "audit/witness_request.h"

#include <array>

#include "audit/merkle.h"
#include "audit/witness.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

/// Of the seeds: a log whose private key is known, so that there are seeds that it signed.
const audit::VerifierKey& seed_log() {
  static const audit::VerifierKey kKey =
      audit::VerifierKey::parse(
          "erp.example/stellwerk+1acf8b0e+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
          .value();
  return kKey;
}

void check_request(std::string_view bytes) {
  const auto request = audit::AddCheckpoint::parse(bytes);
  if (!request) {
    FUZZ_REQUIRE(request.error().id == "WIT-0004");
    return;
  }
  FUZZ_REQUIRE(request->to_body() == bytes);
  FUZZ_REQUIRE(request->consistency.size() <= audit::kConsistencyHashesMax);
}

void check_size(std::string_view bytes) {
  const auto size = audit::parse_tree_size_body(bytes);
  if (size) FUZZ_REQUIRE(audit::tree_size_body(*size) == bytes);
  if (!size) FUZZ_REQUIRE(size.error().id == "WIT-0004");
}

void check_decision(const audit::Submission& submission,
                    const std::optional<audit::WitnessState>& state) {
  const auto decision = audit::decide(submission, state);
  if (const auto* refusal = std::get_if<audit::WitnessRefusal>(&decision)) {
    FUZZ_REQUIRE(refusal->status() >= 400 && refusal->body.ends_with('\n'));
    return;
  }
  const auto& next = std::get<audit::Continuation>(decision).next;
  FUZZ_REQUIRE(next.size == submission.checkpoint.size && next.root == submission.checkpoint.root);
  FUZZ_REQUIRE(!state || next.size >= state->size);
  FUZZ_REQUIRE(!state || next.size > state->size || next.root == state->root);
}

void check_admission(std::string_view bytes) {
  const std::array logs{seed_log()};
  const auto admitted = audit::admit(bytes, logs);
  if (const auto* refusal = std::get_if<audit::WitnessRefusal>(&admitted)) {
    FUZZ_REQUIRE(refusal->status() >= 400 && refusal->status() < 500);
    return;
  }
  const auto& submission = std::get<audit::Submission>(admitted);
  FUZZ_REQUIRE(submission.checkpoint.origin == seed_log().name);
  check_decision(submission, std::nullopt);
  check_decision(submission, audit::WitnessState{submission.old_size, submission.checkpoint.root});
  check_decision(submission, audit::WitnessState{submission.old_size, audit::empty_root()});
}

}  // namespace

void take(std::string_view bytes) {
  check_request(bytes);
  check_size(bytes);
  check_admission(bytes);
}

}  // namespace stellwerk::fuzz
