// Goal: policies of logs and witnesses as c2sp.org/tlog-policy has them: read strictly, with the
// place of what is wrong, and the quorum counted as it says.
#include "audit/log_policy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/testing/test_key.h"

namespace stellwerk::audit {
namespace {

using testing::TestKey;

std::string policy_log_key(std::uint8_t seed) {
  return TestKey(fmt::format("log{}.example", seed), seed).verifier().to_string();
}
TestKey policy_witness(std::uint8_t seed) {
  return {fmt::format("w{}.example", seed), seed, KeyType::Ed25519Cosignature};
}
std::string policy_witness_key(std::uint8_t seed) {
  return policy_witness(seed).verifier().to_string();
}

/// The example of the specification.
std::string two_levels() {
  std::string text = "# who is trusted\n\nlog " + policy_log_key(1) + "\n\n";
  for (std::uint8_t i = 1; i <= 3; ++i) {
    text +=
        fmt::format("witness X{} {}\n", i, policy_witness_key(static_cast<std::uint8_t>(10 + i)));
  }
  text += "group X-witnesses 2 X1 X2 X3\n";
  for (std::uint8_t i = 1; i <= 3; ++i) {
    text += fmt::format("\twitness  Y{}\t{} https://y.example/{}\n", i,
                        policy_witness_key(static_cast<std::uint8_t>(20 + i)), i);
  }
  return text +
         "  # both\ngroup Y-witnesses any Y1 Y2 Y3\n"
         "group X-and-Y all X-witnesses Y-witnesses \nquorum X-and-Y\n";
}

std::vector<Cosigner> cosigners_of(std::initializer_list<std::uint8_t> seeds) {
  std::vector<Cosigner> cosigners;
  for (const auto seed : seeds) {
    cosigners.push_back({.witness = policy_witness(seed).verifier(), .unix_seconds = 1});
  }
  return cosigners;
}

TEST(LogPolicy, ReadsTheSpecificationsExample) {
  const auto policy = LogPolicy::parse(two_levels(), "policy.txt");
  ASSERT_TRUE(policy) << policy.error().one_line();
  EXPECT_EQ(policy->logs.size(), 1U);
  EXPECT_EQ(policy->witnesses.size(), 6U);
  EXPECT_EQ(policy->witnesses[4].url, "https://y.example/2");
  ASSERT_EQ(policy->groups.size(), 3U);
  EXPECT_EQ(policy->groups[0].threshold, 2U);
  EXPECT_EQ(policy->groups[1].threshold, 1U);
  EXPECT_EQ(policy->groups[2].threshold, 2U);
  EXPECT_EQ(policy->groups[2].members, (std::vector<std::string>{"X-witnesses", "Y-witnesses"}));
  EXPECT_EQ(LogPolicy::parse(policy->to_text(), "").value(), *policy);
}

TEST(LogPolicy, CountsGroupsOfGroups) {
  const auto policy = LogPolicy::parse(two_levels(), "").value();
  EXPECT_TRUE(satisfied(policy, cosigners_of({11, 13, 22})));
  EXPECT_TRUE(satisfied(policy, cosigners_of({11, 12, 13, 21, 22, 23})));
  EXPECT_FALSE(satisfied(policy, cosigners_of({11, 22})));
  EXPECT_FALSE(satisfied(policy, cosigners_of({11, 12, 13})));
  EXPECT_FALSE(satisfied(policy, cosigners_of({11, 11, 22})));  // one witness, twice
  EXPECT_FALSE(satisfied(policy, cosigners_of({21, 22, 23, 99})));
  EXPECT_FALSE(satisfied(policy, {}));
}

TEST(LogPolicy, CountsOneWitnessOrNone) {
  const auto one =
      LogPolicy::parse("witness W " + policy_witness_key(5) + "\nquorum W", "").value();
  EXPECT_TRUE(satisfied(one, cosigners_of({5})));
  EXPECT_FALSE(satisfied(one, cosigners_of({6})));
  EXPECT_TRUE(satisfied(LogPolicy::parse("quorum none\n", "").value(), {}));
  EXPECT_TRUE(satisfied(LogPolicy{}, {}));
}

TEST(LogPolicy, KeepsWitnessesOfOtherKindsButNeverCountsThem) {
  const KeyText ml_dsa{.name = "w.example", .type = 0x06, .material = std::string(1312, 'k')};
  const auto policy =
      LogPolicy::parse(fmt::format("witness A {}\nwitness B {}\ngroup G any A B\nquorum G\n",
                                   ml_dsa.to_string(), policy_witness_key(5)),
                       "");
  ASSERT_TRUE(policy) << policy.error().one_line();
  EXPECT_FALSE(policy->witnesses[0].verifier());
  EXPECT_EQ(policy->verifiers().size(), 1U);
  EXPECT_FALSE(satisfied(*policy, {}));
  EXPECT_TRUE(satisfied(*policy, cosigners_of({5})));
  EXPECT_EQ(LogPolicy::parse(policy->to_text(), "").value(), *policy);
}

/// A text that is wrong, and the place that is said.
using Wrong = std::vector<std::pair<std::string, std::string>>;

void expect_places(const Wrong& wrong) {
  for (const auto& [text, place] : wrong) {
    const auto policy = LogPolicy::parse(text, "f");
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().id, "AUD-0014") << text;
    EXPECT_EQ(policy.error().where.to_string(), place) << text << policy.error().why;
  }
}

TEST(LogPolicy, SaysWhereALineIsNone) {
  expect_places({{"", "f:1:1"},
                 {"# only a comment\n", "f:1:1"},
                 {"quorum none\nquorum none\n", "f:2:1"},
                 {"quorum A\n", "f:1:8"},
                 {"quorum\n", "f:1:1"},
                 {"quorum none none\n", "f:1:1"},
                 {"quora none\n", "f:1:1"},
                 {"\tQuorum none\n", "f:1:2"},
                 {"quorum none\r\n", "f:1:12"},
                 {std::string("quorum \0none", 12), "f:1:8"},
                 {"quorum none # why\x7f\n", "f:1:18"}});
}

TEST(LogPolicy, SaysWhereAKeyIsWrong) {
  const std::string renamed =
      TestKey("other.example", 5, KeyType::Ed25519Cosignature).verifier().to_string();
  const std::string short_key =
      KeyText{.name = "w", .type = 0x04, .material = std::string(31, 'k')}.to_string();
  const std::string log = "log " + policy_log_key(1) + "\n";
  expect_places({{"log\nquorum none\n", "f:1:1"},
                 {"log a b c\nquorum none\n", "f:1:1"},
                 {"log x\nquorum none\n", "f:1:5"},
                 {"log " + policy_witness_key(5) + "\nquorum none\n", "f:1:5"},
                 {"log " + short_key + "\nquorum none\n", "f:1:5"},
                 {log + log + "quorum none\n", "f:2:5"},
                 {"witness A\nquorum none\n", "f:1:1"},
                 {"witness A " + policy_log_key(1) + "\nquorum none\n", "f:1:11"},
                 {"witness A " + short_key + "\nquorum none\n", "f:1:11"},
                 {"witness A " + policy_witness_key(5) + "\nwitness B " + renamed + "\nquorum A\n",
                  "f:2:11"}});
}

TEST(LogPolicy, SaysWhereANameOrANumberIsWrong) {
  const std::string w1 = "witness A " + policy_witness_key(5) + "\n";
  const std::string w2 = "witness B " + policy_witness_key(6) + "\n";
  expect_places({{"witness none " + policy_witness_key(5) + "\nquorum none\n", "f:1:9"},
                 {w1 + "witness A " + policy_witness_key(6) + "\nquorum A\n", "f:2:9"},
                 {w1 + "group G any\nquorum A\n", "f:2:1"},
                 {w1 + "group G any C\nquorum A\n", "f:2:13"},
                 {w1 + "group G any none\nquorum A\n", "f:2:13"},
                 {w1 + "group G any G\nquorum A\n", "f:2:13"},
                 {w1 + "group G any A A\nquorum A\n", "f:2:15"},
                 {w1 + w2 + "group G 3 A B\nquorum A\n", "f:3:9"},
                 {w1 + w2 + "group G 0 A B\nquorum A\n", "f:3:9"},
                 {w1 + w2 + "group G 01 A B\nquorum A\n", "f:3:9"},
                 {w1 + w2 + "group G -1 A B\nquorum A\n", "f:3:9"},
                 {w1 + w2 + "group G 99999999999999999999 A B\nquorum A\n", "f:3:9"},
                 {w1 + w2 + "group A any B\nquorum A\n", "f:3:7"},
                 {w1 + w2 + "group G any A\ngroup H any A B\nquorum H\n", "f:4:13"}});
}

TEST(LogPolicy, IsBoundedInLinesAndBytes) {
  std::string lines(LogPolicy::kLinesMax - 1, '\n');
  EXPECT_TRUE(LogPolicy::parse(lines + "quorum none\n", ""));
  EXPECT_FALSE(LogPolicy::parse(lines + "\nquorum none\n", ""));
  EXPECT_FALSE(LogPolicy::parse("quorum none\n#" + std::string(LogPolicy::kBytesMax, 'x'), ""));
}

TEST(VerifyCheckpoint, BelievesALogOfThePolicyWithItsQuorum) {
  const auto policy = LogPolicy::parse(two_levels(), "").value();
  const TestKey log("log1.example", 1);
  const std::string text = "log1.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  const std::string signed_text = text + "\n" + log.signature_line(text);
  const auto cosigned = [&](std::uint8_t seed) { return policy_witness(seed).cosign(text, 7); };

  const auto good =
      verify_checkpoint(signed_text + cosigned(11) + cosigned(12) + cosigned(23), policy);
  ASSERT_TRUE(good) << good.error().one_line();
  EXPECT_EQ(good->cosigners.size(), 3U);

  const auto few = verify_checkpoint(signed_text + cosigned(11) + cosigned(23), policy);
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().id, "AUD-0015");
  EXPECT_EQ(few.error().why, "the quorum \"X-and-Y\" is not reached; not from: X2, X3, Y1, Y2");

  const TestKey stranger("log1.example", 9);
  const auto other = verify_checkpoint(text + "\n" + stranger.signature_line(text), policy);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().id, "AUD-0006");
  EXPECT_EQ(verify_checkpoint("no note", policy).error().id, "AUD-0005");
  // One known signature that does not fit spoils it, even with a quorum of others.
  const auto forged = policy_witness(13).cosign("other\n", 7);
  EXPECT_EQ(
      verify_checkpoint(signed_text + cosigned(11) + cosigned(12) + cosigned(23) + forged, policy)
          .error()
          .id,
      "AUD-0006");
}

}  // namespace
}  // namespace stellwerk::audit
