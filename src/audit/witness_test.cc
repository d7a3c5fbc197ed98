// Goal: a witness cosigns one history of a log, whatever it is sent; every answer is the one of
// c2sp.org/tlog-witness.
#include "audit/witness.h"

#include <gtest/gtest.h>

#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/testing/test_key.h"

namespace stellwerk::audit {
namespace {

using testing::TestKey;
using Cause = WitnessRefusal::Cause;

constexpr const char* kWitnessedOrigin = "erp.example/stellwerk";

class WitnessDecision : public ::testing::Test {
 protected:
  static std::vector<base::Digest> leaves(std::uint64_t size, std::string_view history) {
    std::vector<base::Digest> leaves;
    for (std::uint64_t i = 0; i < size; ++i)
      leaves.push_back(leaf_hash(std::string(i < 3 ? "common" : history) + std::to_string(i)));
    return leaves;
  }
  static base::Digest root(std::uint64_t size, std::string_view history = "a") {
    return root_of(leaves(size, history));
  }
  [[nodiscard]] std::string signed_checkpoint(const Checkpoint& checkpoint) const {
    const std::string text = checkpoint.to_text();
    return text + "\n" + log_.signature_line(text);
  }
  [[nodiscard]] std::string body(std::uint64_t old_size, std::uint64_t size,
                                 std::string_view history = "a") const {
    LeafReader reader(leaves(size, history));
    std::vector<base::Digest> proof;
    if (old_size <= size) proof = consistency_proof({old_size, size}, reader).value();
    return AddCheckpoint{old_size, proof,
                         signed_checkpoint({kWitnessedOrigin, size, root(size, history), {}})}
        .to_body();
  }
  [[nodiscard]] std::variant<Continuation, WitnessRefusal> answer(
      std::string_view body, const std::optional<WitnessState>& state) const {
    auto admitted = admit(body, keys_);
    if (auto* refusal = std::get_if<WitnessRefusal>(&admitted)) return *refusal;
    return decide(std::get<Submission>(admitted), state);
  }
  [[nodiscard]] WitnessRefusal refusal(std::string_view body,
                                       const std::optional<WitnessState>& state) const {
    const auto answered = answer(body, state);
    if (const auto* refused = std::get_if<WitnessRefusal>(&answered)) return *refused;
    return {Cause::Malformed, "accepted", ""};
  }

  TestKey log_{kWitnessedOrigin, 1};
  TestKey other_{"other.example/log", 2};
  std::vector<VerifierKey> keys_{log_.verifier(), other_.verifier()};
};

TEST_F(WitnessDecision, AcceptsTheFirstCheckpointAndEachThatContinuesIt) {
  std::optional<WitnessState> state;
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {1U, 2U, 3U, 3U, 7U, 8U, 21U}) {
    const auto answered = answer(body(old_size, size), state);
    ASSERT_TRUE(std::holds_alternative<Continuation>(answered)) << size;
    state = std::get<Continuation>(answered).next;
    EXPECT_EQ(*state, (WitnessState{size, root(size)}));
    old_size = size;
  }
}

TEST_F(WitnessDecision, KeepsOnlySignaturesOfTheLog) {
  const Checkpoint checkpoint{kWitnessedOrigin, 4, root(4), {}};
  const std::string text = checkpoint.to_text();
  const auto admitted = admit(
      AddCheckpoint{0, {}, signed_checkpoint(checkpoint) + other_.signature_line(text)}.to_body(),
      keys_);
  const auto* submission = std::get_if<Submission>(&admitted);
  ASSERT_NE(submission, nullptr);
  ASSERT_EQ(submission->note.signatures.size(), 1U);
  EXPECT_EQ(submission->note.signatures[0].name, kWitnessedOrigin);
}

TEST_F(WitnessDecision, BeginsWithAnEmptyTreeToo) {
  const auto answered = answer(body(0, 0), std::nullopt);
  ASSERT_TRUE(std::holds_alternative<Continuation>(answered));
  const auto next = answer(body(0, 5), WitnessState{0, empty_root()});
  EXPECT_TRUE(std::holds_alternative<Continuation>(next));
  const Checkpoint wrong{kWitnessedOrigin, 0, root(1), {}};
  EXPECT_EQ(
      refusal(AddCheckpoint{0, {}, signed_checkpoint(wrong)}.to_body(), std::nullopt).status(),
      422);
}

TEST_F(WitnessDecision, Answers400ToWhatIsNoRequest) {
  const std::string good = body(0, 3);
  for (const std::string& bad :
       {std::string(), std::string("garbage"), good.substr(4), good.substr(0, good.size() - 1),
        std::string("old 0\n\nno checkpoint\n\n— x AAAAAAA=\n")}) {
    const auto refused = refusal(bad, std::nullopt);
    EXPECT_EQ(refused.cause, Cause::Malformed) << bad;
    EXPECT_EQ(refused.status(), 400);
    EXPECT_TRUE(refused.body.ends_with('\n'));
  }
}

TEST_F(WitnessDecision, Answers400ToATreeThatCannotBe) {
  const Checkpoint checkpoint{kWitnessedOrigin, (std::uint64_t{1} << 63) + 1, root(3), {}};
  EXPECT_EQ(
      refusal(AddCheckpoint{0, {}, signed_checkpoint(checkpoint)}.to_body(), std::nullopt).status(),
      400);
}

TEST_F(WitnessDecision, Answers400WhenTheOldSizeIsLargerThanTheCheckpoints) {
  const auto refused = refusal(body(9, 3), WitnessState{9, root(9)});
  EXPECT_EQ(refused.cause, Cause::OldTooLarge);
  EXPECT_EQ(refused.status(), 400);
}

TEST_F(WitnessDecision, Answers404ToALogItDoesNotKnow) {
  const Checkpoint checkpoint{"unknown.example", 3, root(3), {}};
  const auto refused =
      refusal(AddCheckpoint{0, {}, signed_checkpoint(checkpoint)}.to_body(), std::nullopt);
  EXPECT_EQ(refused.status(), 404);
}

TEST_F(WitnessDecision, Answers403WithoutASignatureOfThatLog) {
  const Checkpoint checkpoint{kWitnessedOrigin, 3, root(3), {}};
  const std::string text = checkpoint.to_text();
  const TestKey forger(kWitnessedOrigin, 9);
  // Another key of that name; another log's; a changed text; the log's as if it were a witness.
  const TestKey as_witness(kWitnessedOrigin, 1, KeyType::Ed25519Cosignature);
  const std::string of_other_text = log_.signature_line(text + "more\n");
  for (const std::string& line : {forger.signature_line(text), other_.signature_line(text),
                                  of_other_text, as_witness.cosign(text, 1)}) {
    const auto refused = refusal(AddCheckpoint{0, {}, text + "\n" + line}.to_body(), std::nullopt);
    EXPECT_EQ(refused.cause, Cause::NotSigned) << line;
    EXPECT_EQ(refused.status(), 403);
  }
}

TEST_F(WitnessDecision, Answers409WithTheSizeItKnows) {
  const auto check = [&](std::uint64_t old_size, const std::optional<WitnessState>& state,
                         std::string_view size) {
    const auto refused = refusal(body(old_size, 9), state);
    EXPECT_EQ(refused.status(), 409);
    EXPECT_EQ(refused.content_type, "text/x.tlog.size");
    EXPECT_EQ(refused.body, size);
  };
  check(4, std::nullopt, "0\n");
  check(0, WitnessState{5, root(5)}, "5\n");
  check(4, WitnessState{5, root(5)}, "5\n");
  check(6, WitnessState{5, root(5)}, "5\n");
  // A rollback: the log offers again what is older than what was cosigned.
  check(5, WitnessState{20, root(20)}, "20\n");
  check(9, WitnessState{20, root(20)}, "20\n");
}

TEST_F(WitnessDecision, Answers422ToAnotherHistory) {
  const WitnessState known{5, root(5, "a")};
  // Grown from a tree that forked at leaf 3, with that tree's own proof.
  EXPECT_EQ(refusal(body(5, 9, "b"), known).cause, Cause::OtherHistory);
  // The same size with another root.
  EXPECT_EQ(refusal(body(5, 5, "b"), known).status(), 422);
  EXPECT_EQ(to_string(refusal(body(5, 5, "b"), known).cause), "other_history");
}

TEST_F(WitnessDecision, Answers422ToAProofThatIsWrong) {
  const WitnessState known{5, root(5)};
  auto request = AddCheckpoint::parse(body(5, 9)).value();
  request.consistency.pop_back();
  EXPECT_EQ(refusal(request.to_body(), known).status(), 422);
  request.consistency.clear();
  EXPECT_EQ(refusal(request.to_body(), known).status(), 422);
  // Where nothing is to be proven, nothing may be there.
  auto first = AddCheckpoint::parse(body(0, 9)).value();
  first.consistency.push_back(root(1));
  EXPECT_EQ(refusal(first.to_body(), std::nullopt).status(), 422);
  auto same = AddCheckpoint::parse(body(5, 5)).value();
  same.consistency.push_back(root(1));
  EXPECT_EQ(refusal(same.to_body(), known).status(), 422);
}

TEST_F(WitnessDecision, TakesASecondKeyOfTheSameLog) {
  const TestKey next(kWitnessedOrigin, 7);
  keys_.push_back(next.verifier());
  const Checkpoint checkpoint{kWitnessedOrigin, 3, root(3), {}};
  const std::string text = checkpoint.to_text();
  const auto answered =
      answer(AddCheckpoint{0, {}, text + "\n" + next.signature_line(text)}.to_body(), std::nullopt);
  EXPECT_TRUE(std::holds_alternative<Continuation>(answered));
}

TEST(OriginId, IsTheHexOfItsSha256) {
  EXPECT_EQ(origin_id("example.com/foo"), base::sha256("example.com/foo").hex());
}

}  // namespace
}  // namespace stellwerk::audit
