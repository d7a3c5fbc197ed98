#include "audit/record_check.h"

#include <gtest/gtest.h>

#include <map>

#include "audit/checkpoint.h"
#include "audit/testing/test_key.h"

namespace stellwerk::audit {
namespace {

using testing::TestKey;

/// Contents in memory, entries of one leaf each.
class Record : public ::testing::Test {
 protected:
  base::Digest keep(const std::string& bytes) {
    const auto digest = base::sha256(bytes);
    contents[digest] = bytes;
    return digest;
  }
  RecordCheck check(std::vector<VerifierKey> keys) {
    RecordSources sources;
    sources.content = [this](const base::Digest& digest) -> base::Result<std::string> {
      const auto found = contents.find(digest);
      if (found != contents.end()) return found->second;
      return base::fail(base::Code::NotFound, "CAS-0002", "no content");
    };
    return {std::move(sources), std::move(keys)};
  }
  EntryFacts next() {
    const auto leaf = leaf_hash(std::to_string(tree.size()));
    EntryFacts facts;
    facts.index = tree.size();
    tree.append({&leaf, 1});
    return facts;
  }
  EntryFacts checkpoint_of(const TestKey& key, std::uint64_t size) {
    const Checkpoint head{"log", size, tree.root_at(size).value(), {}};
    EntryFacts facts = next();
    facts.checkpoint = NamedCheckpoint{
        size, head.root, keep(head.to_text() + "\n" + key.signature_line(head.to_text()))};
    return facts;
  }
  EntryFacts change(const TestKey& from, const TestKey& to, const std::string& signatures) {
    const std::string text = changed_text(from, to);
    EntryFacts facts = next();
    facts.key_change = NamedKeyChange{from.verifier().to_string(), to.verifier().to_string(),
                                      keep(text + "\n" + signatures)};
    return facts;
  }
  static std::string changed_text(const TestKey& from, const TestKey& to) {
    return "log key changed\n" + from.verifier().to_string() + "\n" + to.verifier().to_string() +
           "\n";
  }

  std::map<base::Digest, std::string> contents;
  RootHistory tree;
  TestKey first{"log", 1};
  TestKey second{"log", 2};
};

// Goal: checkpoints of a retired key count when both keys signed the change, and only then.
TEST_F(Record, KeyChangesAreProvenByBothKeys) {
  const std::string text = changed_text(first, second);
  for (const bool both : {true, false}) {
    RecordCheck record = check({second.verifier(), first.verifier()});
    record.add(next(), tree);
    record.add(checkpoint_of(first, tree.size()), tree);
    record.add(change(first, second,
                      both ? first.signature_line(text) + second.signature_line(text)
                           : second.signature_line(text)),
               tree);
    record.add(checkpoint_of(second, tree.size()), tree);
    record.finish(second.verifier());
    EXPECT_EQ(record.counts().checkpoints, 2U);
    EXPECT_EQ(record.counts().key_changes, both ? 1U : 0U);
    ASSERT_EQ(record.findings().empty(), both);
    if (!both) {
      EXPECT_EQ(record.findings().front().error.id, "AUD-0053");
    }
  }
}

TEST_F(Record, ACheckpointOfAnotherTreeIsFound) {
  RecordCheck record = check({first.verifier()});
  record.add(next(), tree);
  record.add(next(), tree);
  EntryFacts facts = checkpoint_of(first, 2);
  facts.checkpoint->size = 1;
  record.add(facts, tree);
  facts = checkpoint_of(second, 3);  // a key that nobody knows
  record.add(facts, tree);
  facts = checkpoint_of(first, 2);
  facts.checkpoint->size = 99;
  record.add(facts, tree);
  record.finish(std::nullopt);
  ASSERT_EQ(record.findings().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(record.findings()[i].index, i + 2);
    EXPECT_EQ(record.findings()[i].error.id, "AUD-0051");
  }
}

// Goal: what is gone without an entry that says so is a finding; the erasure may be written later.
TEST_F(Record, ContentsAreThereOrWereErased) {
  RecordCheck record = check({});
  EntryFacts facts = next();
  facts.contents = {{"evidence", keep("there")},
                    {"reason", base::sha256("erased")},
                    {"text", base::sha256("lost")}};
  record.add(facts, tree);
  facts = next();
  facts.erased = base::sha256("erased");
  record.add(facts, tree);
  record.finish(std::nullopt);
  EXPECT_EQ(record.counts().contents, 1U);
  EXPECT_EQ(record.counts().contents_erased, 1U);
  ASSERT_EQ(record.findings().size(), 1U);
  EXPECT_EQ(record.findings().front().index, 0U);
  EXPECT_NE(record.findings().front().error.message.find("the text"), std::string::npos);
}

// Goal: bounded memory: of very many findings the first ones are kept, all are counted.
TEST_F(Record, KeepsTheFirstFindings) {
  RecordCheck record = check({});
  for (std::uint64_t index : {std::uint64_t{500}, std::uint64_t{3}})
    record.found(index, base::error(base::Code::Corruption, "AUD-0052", "x"));
  for (std::uint64_t index = 10; index < 110; ++index)
    record.found(index, base::error(base::Code::Corruption, "AUD-0052", "x"));
  EXPECT_EQ(record.counts().findings, 102U);
  ASSERT_EQ(record.findings().size(), RecordCheck::kFindingsKept);
  EXPECT_EQ(record.findings().front().index, 3U);
  EXPECT_EQ(record.findings().back().index, 28U);
}

}  // namespace
}  // namespace stellwerk::audit
