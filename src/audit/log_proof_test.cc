// Goal: proofs for offline use as c2sp.org/tlog-proof has them: one spelling, and no entry believed
// that the policy's log did not include.
#include "audit/log_proof.h"

#include <gtest/gtest.h>

#include "audit/log_policy.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/testing/memory_log.h"
#include "audit/testing/test_key.h"
#include "audit/tile_reader.h"

namespace stellwerk::audit {
namespace {

using testing::MemoryLog;
using testing::TestKey;

const TestKey& proof_log_key() {
  static const TestKey kKey("log.example/journal", 1);
  return kKey;
}
const TestKey& proof_witness_key() {
  static const TestKey kKey("witness.example", 2, KeyType::Ed25519Cosignature);
  return kKey;
}

LogPolicy proof_policy() {
  auto policy = LogPolicy::trusting(proof_log_key().verifier());
  const auto witness = KeyText::parse(proof_witness_key().verifier().to_string()).value();
  policy.witnesses.push_back({.name = "W", .key = witness, .url = {}});
  policy.quorum = "W";
  return policy;
}

LogProof proof_of(std::uint64_t index, std::uint64_t size) {
  MemoryLog log;
  TileBuilder builder(log.sink());
  const auto head = log.grow(builder, 0, size).head;
  TileReader reader(size, log.reader());
  const std::string text = Checkpoint{
      .origin = "log.example/journal",
      .size = size,
      .root = head.root,
      .extensions = {}}.to_text();
  return {.extra = std::nullopt,
          .index = index,
          .hashes = inclusion_proof({.index = index, .tree_size = size}, reader).value(),
          .checkpoint = text + "\n" + proof_log_key().signature_line(text) +
                        proof_witness_key().cosign(text, 1700000000)};
}

TEST(LogProof, IsWrittenAsTheSpecificationHasIt) {
  auto proof = proof_of(1, 3);
  proof.extra = "more";
  const auto text = proof.to_text();
  EXPECT_TRUE(text.starts_with(
      "c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 1\n" + base::to_base64(proof.hashes[0].bytes) +
      "\n" + base::to_base64(proof.hashes[1].bytes) + "\n\nlog.example/journal\n3\n"))
      << text;
  EXPECT_TRUE(text.ends_with("\n\n" + proof.checkpoint));
  EXPECT_EQ(LogProof::parse(text).value(), proof);
  proof.extra = "";  // other programs write it
  EXPECT_EQ(LogProof::parse(proof.to_text()).value(), proof);
  const auto alone = proof_of(0, 1);
  EXPECT_TRUE(alone.hashes.empty());
  EXPECT_EQ(LogProof::parse(alone.to_text()).value(), alone);
}

TEST(LogProof, RefusesOtherForms) {
  const std::string good = proof_of(1, 3).to_text();
  const auto replaced = [&](std::string_view what, std::string_view with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  };
  ASSERT_TRUE(LogProof::parse(good));
  for (const auto& text :
       {std::string(), std::string("c2sp.org/tlog-proof@v1\n"), replaced("@v1", "@v2"),
        replaced("@v1\n", "@v1\r\n"), replaced("index 1\n", ""), replaced("index 1", "index 01"),
        replaced("index 1", "index -1"), replaced("index 1", "index  1"),
        replaced("index 1", "index 18446744073709551616"),
        replaced("index 1\n", "extra !\nindex 1\n"),
        replaced("index 1\n", "extra YQ==\nextra YQ==\nindex 1\n"),
        replaced("index 1\n", "index 1\nextra YQ==\n"), replaced("index 1\n", "index 1\nYQ==\n"),
        replaced("index 1\n", "index 1\nindex 1\n"), " " + good, "\n" + good,
        std::string(LogProof::kBytesMax + 1, 'x')}) {
    const auto proof = LogProof::parse(text);
    ASSERT_FALSE(proof) << text.substr(0, 200);
    EXPECT_EQ(proof.error().id, "AUD-0013");
  }
  std::string many = "c2sp.org/tlog-proof@v1\nindex 1\n";
  for (int i = 0; i < 64; ++i) many += base::to_base64(leaf_hash("x").bytes) + "\n";
  const auto proof = LogProof::parse(many + "\nx");
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().why, "line 66: too many hashes");
  EXPECT_EQ(LogProof::parse(good + "x").error().id, "AUD-0005");
}

TEST(VerifyLogProof, ProvesEveryEntryAndNoOther) {
  const auto policy = proof_policy();
  for (const std::uint64_t size : {1U, 2U, 257U, 300U}) {
    const std::uint64_t index = size - 1;
    const auto proof = proof_of(index, size);
    const auto verified = verify_log_proof(proof, MemoryLog::entry(index), policy);
    ASSERT_TRUE(verified) << verified.error().one_line();
    EXPECT_EQ(verified->checkpoint.size, size);
    EXPECT_EQ(verified->cosigners.at(0).unix_seconds, 1700000000U);
    EXPECT_EQ(verify_log_proof(proof, "another entry", policy).error().id, "AUD-0010");
    auto moved = proof;
    ++moved.index;
    EXPECT_EQ(verify_log_proof(moved, MemoryLog::entry(index), policy).error().id, "AUD-0010");
  }
}

TEST(VerifyLogProof, HoldsToThePolicy) {
  const auto proof = proof_of(5, 9);
  const auto entry = MemoryLog::entry(5);
  EXPECT_TRUE(verify_log_proof(proof, entry, LogPolicy::trusting(proof_log_key().verifier())));
  const TestKey other("log.example/journal", 9);
  EXPECT_EQ(verify_log_proof(proof, entry, LogPolicy::trusting(other.verifier())).error().id,
            "AUD-0006");
  auto alone = proof;
  alone.checkpoint.resize(alone.checkpoint.find("— witness"));
  EXPECT_EQ(verify_log_proof(alone, entry, proof_policy()).error().id, "AUD-0015");
  auto changed = proof;
  changed.checkpoint[changed.checkpoint.find("\n9\n") + 1] = '8';
  EXPECT_EQ(verify_log_proof(changed, entry, proof_policy()).error().id, "AUD-0006");
}

}  // namespace
}  // namespace stellwerk::audit
