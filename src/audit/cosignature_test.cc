// Goal: cosignatures of witnesses as c2sp.org/tlog-cosignature has them, and a checkpoint that is
// believed only with its log's signature and without one known signature that does not fit.
#include "audit/cosignature.h"

#include <gtest/gtest.h>

#include <array>

#include "audit/note.h"
#include "audit/testing/test_key.h"

namespace stellwerk::audit {
namespace {

using testing::TestKey;

// Signed by golang.org/x/mod/sumdb/note and github.com/transparency-dev/formats/note; the private
// keys are 32 times the byte 1, 2 and 3.
constexpr std::string_view kLogKey =
    "log.example/journal+461bc02f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
constexpr std::string_view kFirstWitness =
    "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
constexpr std::string_view kSecondWitness =
    "witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";
constexpr std::uint64_t kSignedAt = 1796010105;
const std::string kText =
    "log.example/journal\n260\naqcVWGy+3LjzMyAoMfLKjvnJi0fGKvozBoIFcD6isUk=\n";
const std::string kLogLine =
    "— log.example/journal "
    "RhvALx4w2FlT1NlVUZnxuRkxfTXuKhkOTpY9j32oqfgiAejlDYbGcQoPYs4SZNuJQ8mkiZeOn"
    "B9pZH9ipi7ifSmoDgU=\n";
const std::string kFirstLine =
    "— witness.example/w1 3xwKNQAAAABrDPB5MMRm38YEEULON3b1Os1iIaQVUfxSS8iXuN5Afkz3T6qaHmyDXdkJpKWPo"
    "AwK4Mj44Gxkc3+ewN4XLzcR2bgCDA==\n";
const std::string kSecondLine =
    "— witness.example/w2 v/8odAAAAABrDPB5/npT5ept0h2T/RUiSwG2YZncS5rpiPVom0wEM4RxdJzpFgutIEbSVIbR8"
    "s0l/1WM5G5IHY01TW8wbu2u/2jwBw==\n";

VerifierKey key(std::string_view text) { return VerifierKey::parse(text).value(); }
std::vector<VerifierKey> both_witnesses() { return {key(kFirstWitness), key(kSecondWitness)}; }

std::string id_of_failure(std::string_view note, const VerifierKey& log,
                          std::span<const VerifierKey> witnesses) {
  const auto verified = verify_cosigned(note, log, witnesses);
  return verified ? "accepted" : verified.error().id;
}

TEST(WitnessKey, HasItsOwnIdBesideALogsKeyOfTheSameBytes) {
  const auto witness = VerifierKey::parse(kFirstWitness);
  ASSERT_TRUE(witness) << witness.error().one_line();
  EXPECT_EQ(witness->type, KeyType::Ed25519Cosignature);
  EXPECT_EQ(witness->to_string(), kFirstWitness);
  VerifierKey log = *witness;
  log.type = KeyType::Ed25519;
  EXPECT_NE(log.id(), witness->id());
  EXPECT_NE(log, *witness);
}

TEST(KeyText, HoldsKeysOfAnyKindButOnlyEd25519IsVerified) {
  const KeyText ml_dsa{.name = "w.example", .type = 0x06, .material = std::string(1312, 'k')};
  const auto read = KeyText::parse(ml_dsa.to_string());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, ml_dsa);
  const auto key = VerifierKey::parse(ml_dsa.to_string());
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().id, "AUD-0005");
  EXPECT_NE(key.error().why.find("type 0x06"), std::string::npos);
  const KeyText cut{.name = "w.example", .type = 0x04, .material = std::string(31, 'k')};
  EXPECT_FALSE(VerifierKey::from(cut));
  EXPECT_FALSE(KeyText::parse(std::string(5000, 'k')));
}

TEST(CosignedMessage, IsThatOfTheSpecification) {
  EXPECT_EQ(cosigned_message(1679315147,
                             "example.com/behind-the-sofa\n20852163\n"
                             "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
}

TEST(Cosignature, OfTheSpecificationsExampleHasItsTime) {
  const auto lines = parse_signatures(
      "— witness.example.com/w1 "
      "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
      "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n");
  ASSERT_TRUE(lines) << lines.error().one_line();
  const auto cosignature = Cosignature::decode(lines->front().bytes);
  ASSERT_TRUE(cosignature) << cosignature.error().one_line();
  EXPECT_EQ(cosignature->unix_seconds, 1679315147U);
  EXPECT_EQ(cosignature->encode(), lines->front().bytes);
}

TEST(Cosignature, RefusesOtherLengthsAndTimesBeyondTheLatest) {
  for (const std::size_t size : {0U, 8U, 64U, 71U, 73U}) {
    const auto decoded = Cosignature::decode(std::string(size, '\0'));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().id, "AUD-0005");
  }
  const Cosignature latest{.unix_seconds = kCosignatureTimeMax, .signature = {}};
  EXPECT_EQ(Cosignature::decode(latest.encode()).value(), latest);
  const Cosignature later{.unix_seconds = kCosignatureTimeMax + 1, .signature = {}};
  EXPECT_FALSE(Cosignature::decode(later.encode()));
}

TEST(CosignatureLine, IsTheOneAnotherProgramWrote) {
  const TestKey witness("witness.example/w1", 2, KeyType::Ed25519Cosignature);
  EXPECT_EQ(witness.verifier().to_string(), kFirstWitness);
  EXPECT_EQ(witness.cosign(kText, kSignedAt), kFirstLine);
  EXPECT_EQ(TestKey("log.example/journal", 1).signature_line(kText), kLogLine);
}

TEST(VerifyCosigned, TellsWhichWitnessesSignedWhen) {
  const auto verified = verify_cosigned(kText + "\n" + kLogLine + kFirstLine + kSecondLine,
                                        key(kLogKey), both_witnesses());
  ASSERT_TRUE(verified) << verified.error().one_line();
  EXPECT_EQ(verified->checkpoint.origin, "log.example/journal");
  EXPECT_EQ(verified->checkpoint.size, 260U);
  ASSERT_EQ(verified->cosigners.size(), 2U);
  EXPECT_EQ(verified->cosigners[1],
            (Cosigner{.witness = key(kSecondWitness), .unix_seconds = kSignedAt}));
}

TEST(VerifyCosigned, PassesOverUnknownSignaturesAndMissingWitnesses) {
  const std::string ml_dsa = format_signature(
      {.name = "witness.example/w1", .key_id = 7, .bytes = std::string(2428, 's')});
  const std::string note = kText + "\n" + ml_dsa + kLogLine + kSecondLine;
  EXPECT_TRUE(verify_cosigned(note, key(kLogKey), {})->cosigners.empty());
  const auto witnesses = both_witnesses();
  const auto verified = verify_cosigned(note, key(kLogKey), witnesses);
  ASSERT_TRUE(verified) << verified.error().one_line();
  ASSERT_EQ(verified->cosigners.size(), 1U);
  EXPECT_EQ(verified->cosigners[0].witness.name, "witness.example/w2");
}

TEST(VerifyCosigned, CountsAWitnessOnceWithItsLatestTime) {
  const TestKey witness("witness.example/w1", 2, KeyType::Ed25519Cosignature);
  const std::string note = kText + "\n" + kLogLine + witness.cosign(kText, 5) +
                           witness.cosign(kText, 9) + witness.cosign(kText, 7);
  const std::array twice{witness.verifier(), witness.verifier()};
  const auto verified = verify_cosigned(note, key(kLogKey), twice);
  ASSERT_TRUE(verified) << verified.error().one_line();
  ASSERT_EQ(verified->cosigners.size(), 1U);
  EXPECT_EQ(verified->cosigners[0].unix_seconds, 9U);
}

TEST(VerifyCosigned, RefusesWhenAKnownSignatureDoesNotFitOrTheLogsIsMissing) {
  const auto log = key(kLogKey);
  const auto witnesses = both_witnesses();
  const TestKey forger("witness.example/w1", 2, KeyType::Ed25519Cosignature);
  const std::string other_text = forger.cosign("log.example/journal\n261\n", kSignedAt);
  EXPECT_EQ(id_of_failure(kText + "\n" + kLogLine + other_text, log, witnesses), "AUD-0006");
  EXPECT_EQ(id_of_failure(kText + "\n" + kFirstLine + kSecondLine, log, witnesses), "AUD-0006");
  std::string changed = kText + "\n" + kLogLine + kFirstLine;
  changed[changed.find("260")] = '3';
  EXPECT_EQ(id_of_failure(changed, log, witnesses), "AUD-0006");
  // A payload of the wrong length under a known name and id is no cosignature.
  const std::string cut = format_signature(
      {.name = "witness.example/w1", .key_id = witnesses[0].id(), .bytes = std::string(71, 's')});
  EXPECT_EQ(id_of_failure(kText + "\n" + kLogLine + cut, log, witnesses), "AUD-0005");
}

TEST(VerifyCosigned, RefusesACheckpointOfAnotherOriginAndKeysOfTheWrongType) {
  const TestKey other("other.example/log", 1);
  const std::string note = kText + "\n" + other.signature_line(kText);
  EXPECT_EQ(id_of_failure(note, other.verifier(), {}), "AUD-0006");
  const std::string good = kText + "\n" + kLogLine;
  const std::array log_as_witness{key(kLogKey)};
  EXPECT_EQ(id_of_failure(good, key(kLogKey), log_as_witness), "AUD-0005");
  EXPECT_EQ(id_of_failure(good, key(kFirstWitness), {}), "AUD-0005");
  const TestKey log("log.example/journal", 1);
  EXPECT_EQ(id_of_failure("x\n\n" + log.signature_line("x\n"), log.verifier(), {}), "AUD-0005");
}

TEST(VerifyNote, ChecksCosignaturesBesideSignaturesByTheKeysType) {
  const std::array known{key(kLogKey), key(kFirstWitness)};
  const auto note = verify_note(kText + "\n" + kLogLine + kFirstLine + kSecondLine, known);
  ASSERT_TRUE(note) << note.error().one_line();
  EXPECT_EQ(note->signatures.size(), 2U);
  EXPECT_FALSE(verify_note("x" + kText + "\n" + kFirstLine, known));
}

}  // namespace
}  // namespace stellwerk::audit
