// Policies of logs and witnesses: a refusal lies inside the file; what is read is written in one
// form that reads back; more cosigners never make a quorum fail.
#include "audit/log_policy.h"

#include <vector>

#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

void check_quorum(const audit::LogPolicy& policy) {
  std::vector<audit::Cosigner> cosigners;
  bool was_satisfied = audit::satisfied(policy, cosigners);
  FUZZ_REQUIRE(was_satisfied == (policy.quorum == audit::LogPolicy::kNone));
  for (const auto& key : policy.verifiers()) {
    cosigners.push_back({.witness = key, .unix_seconds = 1});
    const bool is_satisfied = audit::satisfied(policy, cosigners);
    FUZZ_REQUIRE(is_satisfied || !was_satisfied);
    was_satisfied = is_satisfied;
  }
  const bool all_are_verified = cosigners.size() == policy.witnesses.size();
  FUZZ_REQUIRE(was_satisfied || !all_are_verified);
}

}  // namespace

void take(std::string_view bytes) {
  const auto policy = audit::LogPolicy::parse(bytes, "policy");
  if (!policy) {
    FUZZ_REQUIRE(policy.error().id == "AUD-0014");
    const auto& where = policy.error().where;
    FUZZ_REQUIRE(where.line >= 0 && inside(bytes, where.line, where.column));
    return;
  }
  const auto text = policy->to_text();
  const auto again = audit::LogPolicy::parse(text, "policy");
  FUZZ_REQUIRE(again && *again == *policy && again->to_text() == text);
  check_quorum(*policy);
}

}  // namespace stellwerk::fuzz
