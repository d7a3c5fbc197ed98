#include "adapters/file/file_signer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/merkle.h"
#include "audit/note.h"

namespace stellwerk::adapters {
namespace {

constexpr const char* kName = "erp.example/stellwerk";

class FileSignerTest : public ::testing::Test {
 protected:
  FileSignerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "signer-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileSignerTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::filesystem::path key_path() const { return folder_ / "signing.key"; }
  void write_key(const std::string& text) const {
    std::ofstream(key_path()) << text;
    std::filesystem::permissions(key_path(), std::filesystem::perms(0600));
  }
  [[nodiscard]] std::string read_key() const {
    std::ifstream file(key_path());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::filesystem::path folder_;
};

TEST_F(FileSignerTest, MakesItsKeyOnFirstUseForItsOwnerOnlyAndKeepsIt) {
  const auto first = FileSigner::open(key_path(), kName);
  ASSERT_TRUE(first) << first.error().one_line();
  EXPECT_EQ(std::filesystem::status(key_path()).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  const auto second = FileSigner::open(key_path(), kName);
  ASSERT_TRUE(second);
  EXPECT_EQ((*first)->verifier_key(), (*second)->verifier_key());
  EXPECT_EQ((*first)->name(), kName);
}

TEST_F(FileSignerTest, SignsCheckpointsThatItsVerifierKeyAccepts) {
  const auto signer = FileSigner::open(key_path(), kName);
  ASSERT_TRUE(signer);
  const audit::Checkpoint checkpoint{kName, 3, audit::leaf_hash("x"), {}};
  const auto note = (*signer)->sign_note(checkpoint.to_text());
  ASSERT_TRUE(note);
  const std::vector keys{audit::VerifierKey::parse((*signer)->verifier_key()).value()};
  const auto verified = audit::verify_note(*note, keys);
  ASSERT_TRUE(verified) << verified.error().one_line();
  EXPECT_EQ(audit::Checkpoint::parse(verified->text).value(), checkpoint);
}

TEST_F(FileSignerTest, SignsAsTheImplementationInGoDoes) {
  // The key and note of golang.org/x/mod/sumdb/note: Ed25519 is deterministic, so bytes must agree.
  write_key("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n");
  const auto signer = FileSigner::open(key_path(), "PeterNeumann");
  ASSERT_TRUE(signer) << signer.error().one_line();
  EXPECT_EQ((*signer)->verifier_key(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  EXPECT_EQ((*signer)
                ->sign_note("If you think cryptography is the answer to your problem,\n"
                            "then you don't know what your problem is.\n")
                .value(),
            "If you think cryptography is the answer to your problem,\n"
            "then you don't know what your problem is.\n\n"
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdn"
            "gotpRZb6KE6RyyBwJnAM=\n");
}

TEST_F(FileSignerTest, CosignsAsAWitnessWithItsKeyOfTheOtherType) {
  const auto signer = FileSigner::open(key_path(), "witness.example/w1");
  ASSERT_TRUE(signer);
  const auto witness = audit::VerifierKey::parse((*signer)->cosigner_key());
  ASSERT_TRUE(witness) << witness.error().one_line();
  EXPECT_EQ(witness->type, audit::KeyType::Ed25519Cosignature);
  const std::string text = audit::Checkpoint{kName, 3, audit::leaf_hash("x"), {}}.to_text();
  const auto line = (*signer)->cosign(text, {1'679'315'147'999'999});
  ASSERT_TRUE(line) << line.error().one_line();
  const auto note = audit::parse_note(text + "\n" + *line);
  ASSERT_TRUE(note);
  const auto cosignature = audit::verify_cosignature(*witness, text, note->signatures.at(0).bytes);
  ASSERT_TRUE(cosignature) << cosignature.error().one_line();
  EXPECT_EQ(cosignature->unix_seconds, 1'679'315'147U);
  EXPECT_EQ((*signer)->cosign("no newline", {0}).error().id, "AUD-0005");
  EXPECT_EQ((*signer)->cosign(text, {-1}).error().id, "AUD-0005");
}

TEST_F(FileSignerTest, RefusesAKeyThatOthersCanRead) {
  ASSERT_TRUE(FileSigner::open(key_path(), kName));
  for (const unsigned mode : {0640U, 0604U, 0620U, 0644U}) {
    std::filesystem::permissions(key_path(), std::filesystem::perms(mode));
    const auto signer = FileSigner::open(key_path(), kName);
    ASSERT_FALSE(signer) << mode;
    EXPECT_EQ(signer.error().id, "AUD-0002");
    EXPECT_EQ(signer.error().code, base::Code::Forbidden);
  }
}

TEST_F(FileSignerTest, RefusesAKeyOfAnotherNameOrForm) {
  ASSERT_TRUE(FileSigner::open(key_path(), kName));
  EXPECT_EQ(FileSigner::open(key_path(), "other.example").error().id, "AUD-0001");
  const std::string good = read_key();
  std::string other_id = good;
  other_id[std::string("PRIVATE+KEY+erp.example/stellwerk+").size()] ^= 1;
  for (const std::string& text : {std::string{}, std::string("garbage"), other_id,
                                  good.substr(0, good.size() - 6), "X" + good}) {
    write_key(text);
    const auto signer = FileSigner::open(key_path(), kName);
    ASSERT_FALSE(signer) << text;
    EXPECT_EQ(signer.error().id, "AUD-0001");
  }
}

TEST_F(FileSignerTest, RefusesNamesAndPlacesThatCannotBe) {
  EXPECT_EQ(FileSigner::open(key_path(), "a b").error().id, "AUD-0001");
  EXPECT_EQ(FileSigner::open(key_path(), "").error().id, "AUD-0001");
  EXPECT_EQ(FileSigner::open(folder_ / "missing" / "key", kName).error().id, "AUD-0001");
  std::filesystem::permissions(folder_, std::filesystem::perms(0700));
  EXPECT_EQ(FileSigner::open(folder_, kName).error().id, "AUD-0001");  // a folder is no key
}

TEST_F(FileSignerTest, RefusesTextThatIsNoNote) {
  const auto signer = FileSigner::open(key_path(), kName);
  ASSERT_TRUE(signer);
  for (const std::string_view text : {"", "no newline", "a\rb\n", "\xff\n"}) {
    EXPECT_EQ((*signer)->sign_note(text).error().id, "AUD-0005") << text;
  }
}

}  // namespace
}  // namespace stellwerk::adapters
