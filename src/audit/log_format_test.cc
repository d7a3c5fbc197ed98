// Goal: the worked example of docs/spec/log-format.md is what the code writes, byte for byte, so
// that who reads the document only can rely on it.
#include <gtest/gtest.h>

#include "audit/log_check.h"
#include "audit/log_policy.h"
#include "audit/log_proof.h"
#include "audit/testing/memory_log.h"
#include "audit/testing/test_key.h"
#include "audit/tile_reader.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

using testing::MemoryLog;
using testing::TestKey;

class LogFormatDocument : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* entry : {"one", "two", "three"}) ASSERT_TRUE(builder_.append(entry));
    head_ = builder_.flush().value().head;
    const std::string text = Checkpoint{
        .origin = "log.example/journal",
        .size = 3,
        .root = head_.root,
        .extensions = {}}.to_text();
    checkpoint_ = text + "\n" + log_key_.signature_line(text) + witness_.cosign(text, 1796010105);
  }
  /// The lines, indented as the document has them.
  static bool shows(std::string_view lines) {
    static const std::string kDocument =
        base::read_file(STELLWERK_TEST_DATA "/../../docs/spec/log-format.md", 1 << 20).value();
    std::string indented;
    for (const auto line : base::split(lines, '\n')) {
      indented += line.empty() ? "\n" : "    " + std::string(line) + "\n";
    }
    return kDocument.find(indented) != std::string::npos;
  }
  static std::string hex_of(std::string_view bytes) { return base::to_hex(base::as_bytes(bytes)); }

  MemoryLog log_;
  TileBuilder builder_{log_.sink()};
  TreeHead head_;
  TestKey log_key_{"log.example/journal", 1};
  TestKey witness_{"witness.example/w1", 2, KeyType::Ed25519Cosignature};
  std::string checkpoint_;
};

TEST_F(LogFormatDocument, ShowsTheFilesOfTheLog) {
  EXPECT_EQ(log_.files.size(), 2U);
  EXPECT_TRUE(shows(hex_of(log_.files.at("tile/entries/000.p/3"))));
  const auto hashes = hex_of(log_.files.at("tile/0/000.p/3"));
  EXPECT_TRUE(
      shows(hashes.substr(0, 64) + "\n" + hashes.substr(64, 64) + "\n" + hashes.substr(128)));
  EXPECT_TRUE(shows(checkpoint_.substr(0, checkpoint_.size() - 1)));
}

TEST_F(LogFormatDocument, ShowsAProofFileAndAPolicyThatFitThem) {
  TileReader reader(3, log_.reader());
  const LogProof proof{.extra = std::nullopt,
                       .index = 1,
                       .hashes = inclusion_proof({.index = 1, .tree_size = 3}, reader).value(),
                       .checkpoint = checkpoint_};
  const auto text = proof.to_text();
  EXPECT_TRUE(shows(text.substr(0, text.find("\n\n"))));
  const std::string policy_text = "log " + log_key_.verifier().to_string() + "\nwitness W1 " +
                                  witness_.verifier().to_string() +
                                  " https://witness.example/\ngroup outside any W1\nquorum outside";
  EXPECT_TRUE(shows(policy_text));
  const auto policy = LogPolicy::parse(policy_text, "").value();
  EXPECT_TRUE(verify_log_proof(proof, "two", policy));
}

}  // namespace
}  // namespace stellwerk::audit
