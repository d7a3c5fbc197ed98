// witness_log.h — a log that can fork, its requests to a witness, and a witness's key. For tests
// only.
//
// Thread-safety: values; any thread.                                  Start here: WitnessLog
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/testing/test_key.h"
#include "audit/witness_request.h"
#include "ports/cosigner.h"

namespace stellwerk::api::testing {

/// Leaves 0 to 2 are the same in every history.
class WitnessLog {
 public:
  explicit WitnessLog(std::string origin = "erp.example/stellwerk", std::uint8_t seed = 1)
      : origin_(std::move(origin)), key_(origin_, seed) {}

  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] audit::VerifierKey key() const { return key_.verifier(); }

  [[nodiscard]] std::string checkpoint(std::uint64_t size, std::string_view history = "a") const {
    const std::string text =
        audit::Checkpoint{origin_, size, audit::root_of(leaves(size, history)), {}}.to_text();
    return text + "\n" + key_.signature_line(text);
  }
  [[nodiscard]] std::vector<base::Digest> proof(std::uint64_t older, std::uint64_t newer,
                                                std::string_view history = "a") const {
    audit::LeafReader reader(leaves(newer, history));
    auto proof = audit::consistency_proof({older, newer}, reader);
    return proof ? *proof : std::vector<base::Digest>{};
  }
  [[nodiscard]] std::string body(std::uint64_t older, std::uint64_t newer,
                                 std::string_view history = "a") const {
    return audit::AddCheckpoint{older, proof(older, newer, history), checkpoint(newer, history)}
        .to_body();
  }

 private:
  static std::vector<base::Digest> leaves(std::uint64_t size, std::string_view history) {
    std::vector<base::Digest> leaves;
    for (std::uint64_t i = 0; i < size; ++i)
      leaves.push_back(audit::leaf_hash(std::string(i < 3 ? "" : history) + std::to_string(i)));
    return leaves;
  }

  std::string origin_;
  audit::testing::TestKey key_;
};

class TestCosigner final : public ports::Cosigner {
 public:
  base::Result<std::string> cosign(std::string_view text, base::WallTime at) override {
    return key_.cosign(text, static_cast<std::uint64_t>(at.us / 1'000'000));
  }
  [[nodiscard]] std::string cosigner_key() const override { return key_.verifier().to_string(); }
  [[nodiscard]] audit::VerifierKey key() const { return key_.verifier(); }

 private:
  audit::testing::TestKey key_{"witness.example/w1", 3, audit::KeyType::Ed25519Cosignature};
};

}  // namespace stellwerk::api::testing
