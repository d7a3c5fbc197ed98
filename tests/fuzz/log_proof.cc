// Proof files: one spelling, and whatever they say, only the entry that was logged is proven by the
// log's key.
#include "audit/log_proof.h"

#include <array>

#include "audit/log_policy.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

const audit::LogPolicy& policy() {
  static const audit::LogPolicy kPolicy = audit::LogPolicy::trusting(
      audit::VerifierKey::parse(
          "log.example/journal+461bc02f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
          .value());
  return kPolicy;
}

/// Entries are the numbers as text (the seeds' log).
void check_proven(const audit::LogProof& proof) {
  FUZZ_REQUIRE(!audit::verify_log_proof(proof, "never logged", policy()));
  const auto verified = audit::verify_log_proof(proof, "100", policy());
  FUZZ_REQUIRE(!verified || (proof.index == 100 && verified->checkpoint.size == 260));
}

}  // namespace

void take(std::string_view bytes) {
  const auto proof = audit::LogProof::parse(bytes);
  if (!proof) {
    FUZZ_REQUIRE(proof.error().id == "AUD-0013" || proof.error().id == "AUD-0005");
    return;
  }
  FUZZ_REQUIRE(proof->to_text() == bytes);
  FUZZ_REQUIRE(proof->hashes.size() <= audit::LogProof::kHashesMax);
  check_proven(*proof);
}

}  // namespace stellwerk::fuzz
