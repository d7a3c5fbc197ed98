// journal_store.h — what every ports::JournalStore must do; memory and SQLite run the same suite.
//
// Start here: instantiate JournalStoreContract with one JournalStoreFactory for each store.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/entry.h"
#include "audit/merkle.h"
#include "ports/journal_store.h"

namespace stellwerk::contract {

/// One store under test; destroyed with everything it keeps.
class JournalStoreHarness {
 public:
  virtual ~JournalStoreHarness() = default;
  virtual ports::JournalStore& store() = 0;
  /// Ends the store and opens it again, as after a restart. Memory keeps its object.
  virtual void reopen() = 0;
};

struct JournalStoreFactory {
  std::string name;
  std::function<std::unique_ptr<JournalStoreHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const JournalStoreFactory& factory) {
  return out << factory.name;
}

inline ports::Call ample_time() { return {.deadline = {INT64_MAX}, .stop = {}}; }

/// An entry of this stream, with `text` to tell it from others.
inline ports::NewEntry entry(const std::string& release, const std::string& type,
                             const std::string& text) {
  audit::Entry entry;
  entry.release = base::ReleaseId(release);
  entry.type = type;
  entry.actor = "stellwerk";
  entry.data["text"] = text;
  auto encoded = audit::encode_entry(entry).value();
  return {encoded.type, encoded.before_index, encoded.after_index};
}

/// `count` entries for one stream, which has `expected_version` entries so far.
inline ports::AppendRequest batch(const std::string& release, std::uint64_t expected_version,
                                  int count = 1) {
  ports::AppendRequest request{base::ReleaseId(release), expected_version, {}, false};
  for (int i = 0; i < count; ++i) {
    request.entries.push_back(entry(release, "stellwerk.entry.made",
                                    std::to_string(expected_version) + "+" + std::to_string(i)));
  }
  return request;
}

class JournalStoreContract : public ::testing::TestWithParam<JournalStoreFactory> {
 protected:
  JournalStoreContract() : harness_(GetParam().make()) {}

  ports::JournalStore& store() { return harness_->store(); }
  void reopen() { harness_->reopen(); }
  std::vector<ports::Appended> append(const std::vector<ports::AppendRequest>& batches) {
    auto appended = store().append(batches, ample_time());
    EXPECT_TRUE(appended) << appended.error().one_line();
    return appended.value_or(std::vector<ports::Appended>{});
  }
  std::string append_error(const std::vector<ports::AppendRequest>& batches) {
    const auto appended = store().append(batches, ample_time());
    return appended ? "appended" : appended.error().id;
  }
  ports::Head head() { return store().head().value(); }
  std::vector<ports::StoredEntry> all() { return store().read(0, 100000).value(); }

 private:
  std::unique_ptr<JournalStoreHarness> harness_;
};

TEST_P(JournalStoreContract, BeginsEmpty) {
  EXPECT_EQ(head(), (ports::Head{0, audit::empty_root()}));
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(store().streams(false)->empty());
  EXPECT_EQ(store().verify(std::nullopt).value(), head());
}

TEST_P(JournalStoreContract, GivesDenseIndexesAndSplicesThemIntoTheEntries) {
  append({batch("rel-1", 0, 2)});
  append({batch("rel-2", 0), batch("rel-1", 2)});
  const auto entries = all();
  ASSERT_EQ(entries.size(), 4U);
  for (std::uint64_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].index, i);
    const auto decoded = audit::decode_entry(entries[i].bytes);
    ASSERT_TRUE(decoded) << decoded.error().one_line();
    EXPECT_EQ(decoded->index, i);
    EXPECT_EQ(decoded->release, entries[i].release);
    EXPECT_EQ(decoded->type, entries[i].type);
  }
  EXPECT_EQ(entries[2].release.str(), "rel-2");
  EXPECT_EQ(entries[2].stream_version, 1U);
  EXPECT_EQ(entries[3].stream_version, 3U);
}

TEST_P(JournalStoreContract, AnswersWithTheTreeAfterEachBatch) {
  const auto appended = append({batch("rel-1", 0, 3), batch("rel-2", 0, 2)});
  ASSERT_EQ(appended.size(), 2U);
  std::vector<base::Digest> leaves;
  for (const auto& stored : all()) leaves.push_back(audit::leaf_hash(stored.bytes));
  ASSERT_EQ(leaves.size(), 5U);
  EXPECT_EQ(appended[0].first_index, 0U);
  EXPECT_EQ(appended[0].tree_size, 3U);
  EXPECT_EQ(appended[0].root, audit::root_of(std::span(leaves).first(3)));
  EXPECT_EQ(appended[1].first_index, 3U);
  EXPECT_EQ(appended[1].tree_size, 5U);
  EXPECT_EQ(appended[1].root, audit::root_of(leaves));
  EXPECT_EQ(head(), (ports::Head{5, audit::root_of(leaves)}));
}

TEST_P(JournalStoreContract, KeepsEverythingAcrossARestart) {
  append({batch("rel-1", 0, 3)});
  append({batch("", 0, 2)});
  const auto before = all();
  const auto head_before = head();
  reopen();
  const auto after = all();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].bytes, before[i].bytes);
    EXPECT_EQ(after[i].leaf, before[i].leaf);
  }
  EXPECT_EQ(head(), head_before);
  EXPECT_EQ(append({batch("rel-1", 3)})[0].first_index, 5U);
  EXPECT_EQ(store().verify(std::nullopt).value(), head());
}

TEST_P(JournalStoreContract, WritesNothingWhenAStreamMovedOn) {
  append({batch("rel-1", 0, 2)});
  const auto before = head();
  EXPECT_EQ(append_error({batch("rel-1", 1)}), "JRN-0001");
  EXPECT_EQ(append_error({batch("rel-1", 3)}), "JRN-0001");
  EXPECT_EQ(append_error({batch("rel-2", 1)}), "JRN-0001");
  // One conflict undoes the batches before it, too.
  EXPECT_EQ(append_error({batch("rel-2", 0, 5), batch("rel-1", 0)}), "JRN-0001");
  EXPECT_EQ(head(), before);
  EXPECT_EQ(all().size(), 2U);
  EXPECT_EQ(store().streams(false)->size(), 1U);
  append({batch("rel-1", 2)});
}

TEST_P(JournalStoreContract, CountsBatchesOfTheSameCallTowardsTheStream) {
  append({batch("rel-1", 0, 2), batch("rel-1", 2, 2)});
  EXPECT_EQ(append_error({batch("rel-1", 4), batch("rel-1", 4)}), "JRN-0001");
  EXPECT_EQ(head().size, 4U);
}

TEST_P(JournalStoreContract, TakesTheLargestEntryAndNoLargerOne) {
  auto request = batch("rel-1", 0);
  auto& text = request.entries[0];
  const auto fill = audit::kEntryBytesMax - text.bytes_at(0).size();
  text = entry("rel-1", "stellwerk.entry.made", "0+0" + std::string(fill - 15, 'x'));
  text.after_index.insert(1, std::string(15, ' '));  // past what encode_entry would allow
  ASSERT_EQ(text.bytes_at(0).size(), audit::kEntryBytesMax);
  auto larger = request;
  larger.entries[0].after_index += ' ';
  EXPECT_EQ(append_error({larger}), "JRN-0004");
  EXPECT_EQ(head().size, 0U);
  append({request});
  EXPECT_EQ(all()[0].bytes.size(), audit::kEntryBytesMax);
}

TEST_P(JournalStoreContract, TakesBatchesOfOneToAThousand) {
  EXPECT_EQ(append_error({batch("rel-1", 0, 0)}), "JRN-0004");
  EXPECT_EQ(append_error({batch("rel-1", 0, 1001)}), "JRN-0004");
  EXPECT_EQ(head().size, 0U);
  append({batch("rel-1", 0, 1000)});
  EXPECT_EQ(head().size, 1000U);
  EXPECT_EQ(store().verify(std::nullopt).value(), head());
}

TEST_P(JournalStoreContract, ReadsAStreamFromAnyVersionInPieces) {
  append({batch("rel-1", 0, 3), batch("rel-2", 0, 3), batch("rel-1", 3, 2)});
  const auto versions = [&](std::uint64_t after, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const auto read = store().read_stream(base::ReleaseId("rel-1"), after, limit).value();
    for (const auto& stored : read) {
      EXPECT_EQ(stored.release.str(), "rel-1");
      found.push_back(stored.stream_version);
    }
    return found;
  };
  EXPECT_EQ(versions(0, 100), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(versions(2, 2), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_TRUE(versions(5, 100).empty());
  EXPECT_TRUE(versions(0, 0).empty());
  EXPECT_TRUE(store().read_stream(base::ReleaseId("unknown"), 0, 100)->empty());
}

TEST_P(JournalStoreContract, ReadsAllStreamsFromAnyIndexInPieces) {
  append({batch("rel-1", 0, 3), batch("rel-2", 0, 3)});
  const auto some = store().read(2, 2).value();
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].index, 2U);
  EXPECT_EQ(some[1].release.str(), "rel-2");
  EXPECT_TRUE(store().read(6, 10)->empty());
  EXPECT_EQ(store().read(0, SIZE_MAX)->size(), 6U);
}

TEST_P(JournalStoreContract, ListsStreamsNewestFirstAndForgetsEndedOnes) {
  append({batch("rel-1", 0, 2)});
  auto last = batch("rel-2", 0);
  last.entries.push_back(entry("rel-2", "audit.release.logged", "end"));
  last.ends_stream = true;
  append({last});
  append({batch("rel-3", 0), batch("rel-1", 2)});

  const auto streams = store().streams(false).value();
  ASSERT_EQ(streams.size(), 3U);
  EXPECT_EQ(streams[0].release.str(), "rel-3");
  EXPECT_EQ(streams[1].release.str(), "rel-2");
  EXPECT_TRUE(streams[1].ended);
  EXPECT_EQ(streams[1].version, 2U);
  EXPECT_EQ(streams[1].first_index, 2U);
  EXPECT_EQ(streams[1].last_index, 3U);
  EXPECT_EQ(streams[1].last_type, "audit.release.logged");
  EXPECT_EQ(streams[2].release.str(), "rel-1");
  EXPECT_EQ(streams[2].version, 3U);
  EXPECT_EQ(streams[2].last_index, 5U);
  reopen();
  const auto live = store().streams(true).value();
  ASSERT_EQ(live.size(), 2U);
  EXPECT_EQ(live[0].release.str(), "rel-3");
  EXPECT_EQ(live[1].release.str(), "rel-1");
}

TEST_P(JournalStoreContract, VerifiesFromATrustedHead) {
  append({batch("rel-1", 0, 5)});
  const auto trusted = store().verify(std::nullopt).value();
  append({batch("rel-1", 5, 5)});
  EXPECT_EQ(store().verify(trusted).value(), head());
  reopen();  // without anything kept from the first verification
  EXPECT_EQ(store().verify(trusted).value(), head());
  EXPECT_EQ(store().verify(head()).value(), head());
}

TEST_P(JournalStoreContract, VerifiesInParts) {
  append({batch("rel-1", 0, 5)});
  append({batch("rel-2", 0, 4)});
  const auto three = store().verify_some(std::nullopt, 3).value();
  EXPECT_EQ(three.size, 3U);
  const auto seven = store().verify_some(three, 4).value();
  EXPECT_EQ(seven.size, 7U);
  append({batch("rel-1", 5, 5)});
  EXPECT_EQ(store().verify_some(three, 4).value(), seven) << "two ways at a time";
  EXPECT_EQ(store().verify_some(seven, 100).value(), head());
  EXPECT_EQ(store().verify_some(head(), 100).value(), head());
  EXPECT_EQ(store().verify_some(seven, 7).value(), head());
  EXPECT_FALSE(store().verify_some(ports::Head{3, seven.root}, 1));
}

TEST_P(JournalStoreContract, RefusesATrustedHeadThatIsNotItsOwn) {
  append({batch("rel-1", 0, 5)});
  for (const ports::Head& other : {ports::Head{3, head().root}, ports::Head{5, audit::empty_root()},
                                   ports::Head{6, head().root}, ports::Head{0, head().root}}) {
    const auto verified = store().verify(other);
    ASSERT_FALSE(verified) << other.size;
    EXPECT_EQ(verified.error().id, "JRN-0003");
    EXPECT_EQ(verified.error().code, base::Code::Corruption);
  }
}

TEST_P(JournalStoreContract, KeepsNotesOutsideTheTree) {
  EXPECT_EQ(store().get_note("outbox.file").value(), std::nullopt);
  ASSERT_TRUE(store().put_note("outbox.file", "3"));
  ASSERT_TRUE(store().put_note("outbox.file", "4"));
  ASSERT_TRUE(store().put_note("empty", ""));
  reopen();
  EXPECT_EQ(store().get_note("outbox.file").value(), "4");
  EXPECT_EQ(store().get_note("empty").value(), "");
  EXPECT_EQ(head().size, 0U);
}

}  // namespace stellwerk::contract
