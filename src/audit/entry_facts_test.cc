#include "audit/entry_facts.h"

#include <gtest/gtest.h>

namespace stellwerk::audit {
namespace {

const std::string kFirst = base::sha256("first").to_string();
const std::string kSecond = base::sha256("second").to_string();

Entry entry_of(std::string type, base::Json data) {
  Entry entry;
  entry.index = 7;
  entry.type = std::move(type);
  entry.actor = "stellwerk";
  entry.data = std::move(data);
  return entry;
}

// Goal: contents are what keys of contents name, each once; other digests are none.
TEST(EntryFacts, NamesContentsByTheirKeys) {
  const EntryFacts facts = facts_of(entry_of("audit.step.passed", {{"evidence", kFirst},
                                                                   {"text", kSecond},
                                                                   {"reason", kFirst},
                                                                   {"guard_state", kSecond},
                                                                   {"note", "in words"},
                                                                   {"root", kSecond}}));
  ASSERT_EQ(facts.contents.size(), 2U);
  EXPECT_EQ(facts.contents[0].key, "evidence");
  EXPECT_EQ(facts.contents[1].key, "text");
  EXPECT_FALSE(facts.empty());
  EXPECT_TRUE(facts_of(entry_of("audit.step.passed", {{"step", "a/b"}})).empty());
}

TEST(EntryFacts, ReadsCheckpointsKeyChangesApprovalsAndErasures) {
  const EntryFacts signed_head = facts_of(
      entry_of("audit.release.logged", {{"tree_size", 5}, {"root", kFirst}, {"note", kSecond}}));
  ASSERT_TRUE(signed_head.checkpoint);
  EXPECT_EQ(signed_head.checkpoint->size, 5U);
  const EntryFacts change =
      facts_of(entry_of("audit.key.rotated", {{"old", "a"}, {"new", "b"}, {"note", kFirst}}));
  ASSERT_TRUE(change.key_change);
  EXPECT_EQ(change.key_change->new_key, "b");
  const EntryFacts approval = facts_of(entry_of(
      "audit.approval.granted", {{"person", "anna"}, {"plan", kFirst}, {"signed", false}}));
  ASSERT_TRUE(approval.approval);
  EXPECT_FALSE(approval.approval->document);
  const EntryFacts erased = facts_of(entry_of("audit.content.erased", {{"digest", kFirst}}));
  EXPECT_EQ(erased.erased, base::sha256("first"));
  EXPECT_TRUE(erased.contents.empty());
}

TEST(EntryFacts, ReadHowAPersonIsKnown) {
  const base::Json how{
      {"document", kFirst}, {"key", "SHA256:k"}, {"nonce", "00"}, {"role", "devops"}};
  const EntryFacts facts = facts_of(
      entry_of("audit.step.attested", {{"step", "a/b"},
                                       {"input",
                                        {{"kind", "attested"},
                                         {"by", "anna"},
                                         {"known_by", "signature"},
                                         {"signed", how},
                                         {"says", {{"step", "a/b"}, {"note", kSecond}}}}}}));
  EXPECT_EQ(facts.command,
            (NamedCommand{"attest",
                          "anna",
                          "signature",
                          NamedSignature{base::sha256("first"), "SHA256:k", "00", "devops"},
                          base::sha256("second"),
                          {"a/b"}}));
  ASSERT_EQ(facts.contents.size(), 1U);
  EXPECT_EQ(facts.contents.front().key, "document");
  EXPECT_TRUE(facts.problem.empty());

  base::Json without = how;
  without.erase("key");
  EXPECT_FALSE(facts_of(entry_of("scheduler.release.paused",
                                 {{"input", {{"kind", "pause-requested"}, {"signed", without}}}}))
                   .problem.empty());
  EXPECT_FALSE(facts_of(entry_of("x.y", {{"input", {{"kind", "ticked"}}}})).command);
}

// Goal: an entry of such a type that does not say what it must is told, not passed over.
TEST(EntryFacts, SayWhichFieldIsWrong) {
  EXPECT_EQ(facts_of(entry_of("audit.checkpoint.signed", {{"tree_size", "5"}})).problem,
            "data.tree_size of audit.checkpoint.signed is no number");
  EXPECT_EQ(facts_of(entry_of("audit.content.erased", base::Json::object())).problem,
            "data.digest of audit.content.erased is no digest");
  EXPECT_TRUE(facts_of(entry_of("audit.checkpoint.signed", {{"content", kFirst}})).problem.empty());
}

}  // namespace
}  // namespace stellwerk::audit
