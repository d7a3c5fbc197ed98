// What somebody could do to a log, each tried: all of it is found, with the entry named. What only
// a kept checkpoint or a witness can find is shown to be so.
#include <gtest/gtest.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/testing/test_authority.h"
#include "audit/tile.h"
#include "audit/tile_builder.h"
#include "audit/timestamp.h"
#include "cli/log_verifier.h"
#include "cli/testing/log_maker.h"
#include "cli/verify_view.h"

namespace stellwerk::cli {
namespace {

using testing::files_below;
using testing::LogMaker;
using testing::read_whole;
using testing::TestFolder;
using testing::write_whole;

/// A log of some entries with all there can be, published; verified without an installation.
class Threats : public ::testing::Test {
 protected:
  void make(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i)
      maker.add("audit.step.passed", {{"step", fmt::format("check/{}", i)}});
    maker.add("audit.step.passed",
              {{"step", "check/health"}, {"evidence", maker.keep("all good").to_string()}});
    maker.add_checkpoint();
    maker.change_key();
    maker.add_checkpoint();
    maker.add("audit.step.attested", {{"step", "a/b"}, {"person", "anna"}}, "rel-1", "anna");
    maker.publish(folder.path());
  }

  VerifyReport verify() {
    VerifyInputs inputs;
    auto place = place_of(folder.path());
    if (!place) {
      VerifyReport report;
      report.problems.push_back({std::nullopt, place.error()});
      return report;
    }
    inputs.place = *place;
    inputs.keys = {maker.key().verifier()};
    inputs.policy = policy();
    inputs.remembered = remembered;
    return verify_log(inputs);
  }

  /// Of the log as it is now; no witness is demanded.
  [[nodiscard]] VerifyInputs trusting_key() const {
    VerifyInputs inputs;
    inputs.place = place_of(folder.path()).value();
    inputs.keys = {maker.key().verifier()};
    return inputs;
  }

  [[nodiscard]] audit::LogPolicy policy() const {
    audit::LogPolicy policy = audit::LogPolicy::trusting(maker.key().verifier());
    policy.witnesses.push_back(
        {"w", *audit::KeyText::parse(maker.witness.verifier().to_string()), {}});
    policy.quorum = "w";
    return policy;
  }

  /// The index that the first problem names; nothing when there is none, or it names none.
  static std::optional<std::uint64_t> index_of(const VerifyReport& report) {
    return report.good() ? std::nullopt : report.problems.front().index;
  }
  static std::string words_of(const VerifyReport& report) {
    std::string words;
    for (const auto& each : report.problems) words += each.error.one_line() + "\n";
    return words;
  }

  [[nodiscard]] std::string bundle_path_of(std::uint64_t index) const {
    const audit::TileId full{.level = audit::kEntriesLevel, .index = index};
    return folder.path("log/" + audit::tile_of(full, maker.size())->path());
  }
  [[nodiscard]] std::string bundle_path() const {
    return folder.path("log/" +
                       audit::tile_of({.level = audit::kEntriesLevel}, maker.size())->path());
  }

  /// Writes the log anew with other entries, and signs it with the log's key: the witness does not.
  void rewrite(const std::vector<std::string>& entries) {
    LogMaker forger;
    TestFolder other;
    forger.entries = entries;
    forger.contents = maker.contents;
    std::filesystem::remove_all(folder.path("log/tile"));
    audit::TileBuilder builder([&](std::string_view path, std::string_view bytes) {
      write_whole(folder.path("log/" + std::string(path)), std::string(bytes));
      return base::Result<void>();
    });
    for (const std::string& entry : entries) ASSERT_TRUE(builder.append(entry));
    const auto flushed = builder.flush();
    const audit::Checkpoint head{LogMaker::kOrigin, flushed->head.size, flushed->head.root, {}};
    forged = head.to_text() + "\n" + maker.key().signature_line(head.to_text());
    write_whole(folder.path("log/checkpoint"), forged);
  }

  LogMaker maker;
  TestFolder folder;
  std::optional<std::string> remembered;
  std::string forged;
};

TEST_F(Threats, AreNoneWhenNobodyDidAnything) {
  make(3);
  const VerifyReport report = verify();
  EXPECT_TRUE(report.good()) << words_of(report);
  EXPECT_EQ(report.entries, maker.size());
  EXPECT_EQ(report.record.checkpoints, 2U);
  EXPECT_EQ(report.record.key_changes, 1U);
  EXPECT_EQ(report.record.contents, 4U);
  EXPECT_EQ(report.cosigned, 1U);
  EXPECT_EQ(report.cosigners.size(), 1U);
}

// Goal: one bit of any byte of any file (RFC 6962, signed notes, contents): every one is found, and
// in what holds entries with the entry's index.
TEST_F(Threats, EveryFlippedByteIsFound) {
  make(1);
  std::size_t flips = 0;
  const std::string entries = bundle_path();
  for (const std::string& name : files_below(folder.path())) {
    const std::string path = folder.path(name);
    const std::string bytes = read_whole(path);
    std::uint64_t index = 0;
    std::size_t entry_end = 2 + maker.entries[0].size();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
      write_whole(path, changed);
      const VerifyReport report = verify();
      ASSERT_FALSE(report.good()) << name << " byte " << at;
      ++flips;
      if (path == entries) {
        if (at >= entry_end) entry_end += 2 + maker.entries[++index].size();
        const auto named = index_of(report);
        ASSERT_TRUE(named) << name << " byte " << at << words_of(report);
        // A length that was changed may run into the entries behind.
        const bool in_length = at + 2 >= entry_end - maker.entries[index].size() &&
                               at < entry_end - maker.entries[index].size();
        ASSERT_GE(*named, index) << name << " byte " << at;
        if (!in_length) {
          ASSERT_EQ(*named, index) << name << " byte " << at << words_of(report);
        }
      }
      if (name.starts_with("log/tile/0")) {
        ASSERT_EQ(index_of(report), at / 32) << name;
      }
    }
    write_whole(path, bytes);
  }
  EXPECT_GT(flips, 3000U);
  EXPECT_TRUE(verify().good());
}

TEST_F(Threats, FlipsBeyondTheFirstBundleNameTheirEntry) {
  make(600);
  const std::string path = folder.path("log/tile/entries/001");
  std::string bytes = read_whole(path);
  std::size_t at = 0;
  for (std::size_t i = 256; i < 300; ++i) at += 2 + maker.entries[i].size();
  bytes[at + 20] = 'X';
  write_whole(path, bytes);
  const VerifyReport report = verify();
  EXPECT_EQ(index_of(report), 300U) << words_of(report);
}

TEST_F(Threats, HashesOfHigherTilesAreCompared) {
  make(600);
  const auto tile = audit::tile_of({.level = 1}, maker.size());
  const std::string path = folder.path("log/" + tile->path());
  std::string bytes = read_whole(path);
  ASSERT_EQ(bytes.size(), 64U);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  write_whole(path, bytes);
  EXPECT_EQ(index_of(verify()), 256U);
}

TEST_F(Threats, DeletedInsertedAndSwappedEntriesAreNamed) {
  make(5);
  const auto bundle_of = [](const std::vector<std::string>& entries) {
    std::string bytes;
    for (const std::string& entry : entries) EXPECT_TRUE(audit::append_to_bundle(bytes, entry));
    return bytes;
  };
  auto entries = maker.entries;
  entries.erase(entries.begin() + 2);
  write_whole(bundle_path(), bundle_of(entries));
  const VerifyReport shorter = verify();
  ASSERT_FALSE(shorter.good());
  EXPECT_TRUE(index_of(shorter)) << words_of(shorter);

  entries = maker.entries;
  entries.insert(entries.begin() + 2, entries[1]);
  write_whole(bundle_path(), bundle_of(entries));
  ASSERT_FALSE(verify().good());

  entries = maker.entries;
  std::swap(entries[3], entries[4]);
  write_whole(bundle_path(), bundle_of(entries));
  EXPECT_EQ(index_of(verify()), 3U);

  // Deletion that keeps the number of entries.
  entries = maker.entries;
  entries[2] = entries[1];
  write_whole(bundle_path(), bundle_of(entries));
  EXPECT_EQ(index_of(verify()), 2U);
}

// Goal: the damage is told, not what could not be judged because of it.
TEST_F(Threats, WhatIsErasedLaterIsNotBlamedWhenTheLogBreaksOff) {
  make(300);
  maker.add("audit.content.erased", {{"digest", base::sha256("all good").to_string()}}, "", "anna");
  const std::string hex = base::sha256("all good").hex();
  std::filesystem::remove(folder.path("content/" + hex.substr(0, 2) + "/" + hex));
  maker.contents.erase(hex);
  maker.publish(folder.path());
  ASSERT_TRUE(verify().good()) << words_of(verify());
  std::string bytes = read_whole(bundle_path_of(1));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_whole(bundle_path_of(1), bytes);
  const VerifyReport report = verify();
  ASSERT_EQ(report.problems.size(), 1U) << words_of(report);
  EXPECT_EQ(index_of(report), maker.size() - 1);
}

// Goal: what an earlier checkpoint left there is compared, too.
TEST_F(Threats, PartialTilesOfEarlierCheckpointsAreCompared) {
  maker.add("audit.step.passed", {{"step", "check/first"}});
  maker.publish(folder.path());
  make(3);
  EXPECT_TRUE(verify().good()) << words_of(verify());
  for (const char* name : {"log/tile/entries/000.p/1", "log/tile/0/000.p/1"}) {
    const std::string bytes = read_whole(folder.path(name));
    ASSERT_FALSE(bytes.empty());
    std::string changed = bytes;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    write_whole(folder.path(name), changed);
    EXPECT_FALSE(verify().good()) << name;
    write_whole(folder.path(name), bytes);
  }
  EXPECT_TRUE(verify().good());
}

TEST_F(Threats, MissingFilesAreNamed) {
  make(600);
  std::filesystem::remove(folder.path("log/tile/entries/001"));
  EXPECT_EQ(index_of(verify()), 256U);
  maker.publish(folder.path());
  std::filesystem::remove(folder.path("log/tile/0/000"));
  EXPECT_EQ(index_of(verify()), 0U);
}

// Goal: what was cut off at the end and signed anew is not to be seen in the log itself.
TEST_F(Threats, TruncationIsFoundWithAKeptCheckpoint) {
  make(5);
  const std::string kept = maker.checkpoint(maker.size());
  std::filesystem::remove_all(folder.path("log/cosigned"));
  auto entries = maker.entries;
  entries.pop_back();
  rewrite(entries);
  VerifyInputs inputs = trusting_key();
  EXPECT_TRUE(verify_log(inputs).good()) << words_of(verify_log(inputs));
  inputs.remembered = kept;
  const VerifyReport report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0055");
  EXPECT_EQ(report.problems.front().index, entries.size());
}

TEST_F(Threats, TruncationIsFoundByTheWitnessesCheckpoint) {
  make(5);
  auto entries = maker.entries;
  entries.pop_back();
  rewrite(entries);
  VerifyInputs inputs = trusting_key();
  const VerifyReport report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0055");
}

// Goal: whoever has the log's key can write another log; only what others kept shows it.
TEST_F(Threats, RewritingWithTheKeyIsFoundByWitnessAndKeptCheckpoint) {
  make(5);
  const std::string kept = maker.checkpoint(maker.size());
  auto entries = maker.entries;
  entries.back() = [&] {
    LogMaker other;
    for (std::size_t i = 0; i + 1 < maker.size(); ++i) other.add("audit.step.passed", {{"n", 1}});
    other.add("audit.step.attested", {{"step", "a/b"}, {"person", "mallory"}}, "rel-1", "mallory");
    return other.entries.back();
  }();
  rewrite(entries);
  std::filesystem::remove_all(folder.path("log/cosigned"));
  VerifyInputs inputs = trusting_key();
  EXPECT_TRUE(verify_log(inputs).good()) << words_of(verify_log(inputs));
  // The witness has not cosigned it.
  inputs.policy = policy();
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0015");
  inputs.policy.reset();
  inputs.remembered = kept;
  const VerifyReport report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0055");
}

// Goal: an entry before a signed checkpoint cannot be rewritten even with the key, unless all later
// checkpoints are signed anew, too.
TEST_F(Threats, RewritingBehindNamedCheckpointsIsFoundAtTheFirstOne) {
  make(5);
  auto entries = maker.entries;
  LogMaker other;
  other.add("audit.step.passed", {{"n", 1}});
  other.add("audit.step.passed", {{"step", "forged"}});
  entries[1] = other.entries[1];
  rewrite(entries);
  std::filesystem::remove_all(folder.path("log/cosigned"));
  VerifyInputs inputs = trusting_key();
  const VerifyReport report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0051");
  EXPECT_EQ(report.problems.front().index, 6U);  // the entry that names the first checkpoint
}

TEST_F(Threats, ContentsThatAreChangedOrGoneAreNamed) {
  make(2);
  const std::string hex = base::sha256("all good").hex();
  const std::string path = folder.path("content/" + hex.substr(0, 2) + "/" + hex);
  write_whole(path, "all  bad");
  VerifyReport report = verify();
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0052");
  EXPECT_EQ(report.problems.front().index, 2U);
  std::filesystem::remove(path);
  report = verify();
  EXPECT_EQ(report.problems.front().error.id, "AUD-0052");
  // Erased in order: an entry says so, and all is well.
  maker.add("audit.content.erased", {{"digest", base::sha256("all good").to_string()}}, "", "anna");
  maker.contents.erase(hex);
  std::filesystem::remove_all(folder.path("log"));
  maker.publish(folder.path());
  report = verify();
  EXPECT_TRUE(report.good()) << words_of(report);
  EXPECT_EQ(report.record.contents_erased, 1U);
}

TEST_F(Threats, AKeyOfSomebodyElseIsNotBelieved) {
  make(2);
  const audit::testing::TestKey mallory(LogMaker::kOrigin, 9);
  const std::string text = audit::Checkpoint{LogMaker::kOrigin, maker.size(), {}, {}}.to_text();
  write_whole(folder.path("log/checkpoint"), text + "\n" + mallory.signature_line(text));
  VerifyReport report = verify();
  ASSERT_FALSE(report.good());
  // With the key beside the log, nobody having said which is right: a change must lead to it.
  maker.publish(folder.path());
  VerifyInputs inputs = trusting_key();
  inputs.keys.clear();
  EXPECT_TRUE(verify_log(inputs).good()) << words_of(verify_log(inputs));
}

// Goal: who knows the key of then learns the present one from the log, and nobody else's.
TEST_F(Threats, AnEarlierKeyLeadsToThePresentOne) {
  make(2);
  VerifyInputs inputs = trusting_key();
  inputs.keys = {maker.first_key.verifier()};
  VerifyReport report = verify_log(inputs);
  EXPECT_TRUE(report.good()) << words_of(report);
  EXPECT_EQ(report.key, maker.second_key.verifier().to_string());
  inputs.keys = {audit::testing::TestKey(LogMaker::kOrigin, 9).verifier()};
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0050") << words_of(report);
}

// Goal: a forged approval, and one that was moved to another entry, do not count.
TEST_F(Threats, ForgedApprovalsAreNamed) {
  maker.add_kept("with-inputs");
  maker.publish(folder.path());
  VerifyInputs inputs = trusting_key();
  VerifyReport report = verify_log(inputs);
  ASSERT_TRUE(report.good()) << words_of(report);
  EXPECT_EQ(report.record.approvals, 1U);

  LogMaker other;
  other.ssh = maker.ssh;
  other.add_kept("with-inputs");
  std::uint64_t index = 0;
  base::Json json;
  for (; index < other.size(); ++index) {
    json = base::Json::parse(other.entries[index]);
    if (json["data"].contains("document")) break;
  }
  // The same document, said to be another person's.
  json["data"]["person"] = "product-owner-7";
  other.entries[index] = base::canonical(json).value();
  rewrite(other.entries);
  std::filesystem::remove_all(folder.path("log/cosigned"));
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0054") << words_of(report);
  EXPECT_EQ(report.problems.front().index, index);
}

// Goal: what the database holds is compared with what was published, entry by entry.
TEST_F(Threats, DatabaseAndLogThatDifferAreNamed) {
  make(300);
  testing::LogWorld world(maker);
  auto reader = world.open_reader("");
  VerifyInputs inputs = trusting_key();
  inputs.place = {folder.path("log"), {}, {}, {}};
  inputs.reader = &*reader;
  inputs.threads = 3;
  VerifyReport report = verify_log(inputs);
  ASSERT_TRUE(report.good()) << words_of(report);
  EXPECT_TRUE(report.database);
  std::string bytes = maker.entries[290];
  bytes[bytes.find("check")] = 'C';
  maker.journal.tamper(290, bytes);
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "JRN-0003") << words_of(report);
  EXPECT_EQ(report.problems.front().index, 290U);

  // A database that fits itself, but is another one.
  LogMaker other;
  for (std::uint64_t i = 0; i < maker.size(); ++i)
    other.add("audit.step.passed", {{"step", fmt::format("check/{}", i == 290 ? 7 : i)}});
  testing::LogWorld other_world(other);
  auto other_reader = other_world.open_reader("");
  inputs.reader = &*other_reader;
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0063") << words_of(report);
  EXPECT_EQ(report.problems.front().index, 290U);

  // One that ends before what was published.
  LogMaker shorter;
  shorter.add("audit.step.passed", {{"step", "check/0"}});
  testing::LogWorld shorter_world(shorter);
  auto shorter_reader = shorter_world.open_reader("");
  inputs.reader = &*shorter_reader;
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().index, 1U);
}

// Goal: a time stamp counts for the checkpoint it was made of, by the authority that was named.
TEST_F(Threats, TimeStampsAreJudged) {
  make(2);
  audit::testing::TestAuthority authority;
  const audit::TimestampNonce nonce{};
  const auto stamp_of = [&](const std::string& note) {
    return authority.answer(audit::timestamp_request(base::sha256(note), nonce).value(),
                            1'760'700'000);
  };
  const std::string file = folder.path(fmt::format("log/timestamps/{}.tsr", maker.size()));
  VerifyInputs inputs = trusting_key();
  write_whole(file, stamp_of(maker.checkpoint(maker.size())));
  EXPECT_EQ(verify_log(inputs).timestamps_unchecked, 1U);
  inputs.authorities = authority.trusted();
  VerifyReport report = verify_log(inputs);
  EXPECT_TRUE(report.good()) << words_of(report);
  EXPECT_EQ(report.timestamps, 1U);
  // Of the checkpoint as the log alone had signed it.
  const std::string note = maker.checkpoint(maker.size());
  write_whole(file, stamp_of(note.substr(0, note.rfind("\xe2\x80\x94"))));
  EXPECT_TRUE(verify_log(inputs).good()) << words_of(verify_log(inputs));

  write_whole(file, stamp_of("another checkpoint"));
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0056");
  audit::testing::TestAuthority other;
  write_whole(file, stamp_of(note));
  inputs.authorities = other.trusted();
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0056");
}

// Goal: nobody stamps or cosigns what is not written yet; times say when what they cover was there.
TEST_F(Threats, StampsAndCosignaturesBeforeTheEntriesAreFound) {
  make(2);
  audit::testing::TestAuthority authority;
  const audit::TimestampNonce nonce{};
  const std::string file = folder.path(fmt::format("log/timestamps/{}.tsr", maker.size()));
  const auto stamp = [&](std::int64_t seconds) {
    const auto digest = base::sha256(maker.checkpoint(maker.size()));
    write_whole(file, authority.answer(audit::timestamp_request(digest, nonce).value(), seconds));
  };
  VerifyInputs inputs = trusting_key();
  inputs.authorities = authority.trusted();
  inputs.policy = policy();
  stamp(1'760'558'300);  // within what clocks differ
  VerifyReport report = verify_log(inputs);
  EXPECT_TRUE(report.good()) << words_of(report);
  ASSERT_EQ(report.stamps.size(), 1U);
  EXPECT_EQ(report.stamps.front().size, maker.size());
  ASSERT_EQ(report.kept_cosigners.size(), 1U);
  EXPECT_EQ(report.kept_cosigners.front().by, maker.witness.verifier().name);
  stamp(1'760'550'000);
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0056");
  stamp(1'760'600'000);
  maker.cosigned_at = 1'760'550'000;
  maker.publish(folder.path());
  stamp(1'760'600'000);
  report = verify_log(inputs);
  ASSERT_EQ(report.problems.size(), 2U) << words_of(report);
  EXPECT_EQ(report.problems.front().error.id, "AUD-0056");
}

// Goal: a clock that was put back is a note, by its entry; where an entry tells it, it is none.
TEST_F(Threats, TimesThatRunBackwardsAreNotes) {
  make(2);
  maker.clock_off = -base::hours(1);
  const std::uint64_t back = maker.add("audit.step.passed", {{"step", "check/late"}});
  maker.publish(folder.path());
  VerifyReport report = verify();
  EXPECT_TRUE(report.good()) << words_of(report);
  ASSERT_EQ(report.time_steps.size(), 1U);
  EXPECT_EQ(report.time_steps.front().index, back);
  maker.add("scheduler.clock.stepped", {{"step_us", -3'600'000'000}});
  maker.publish(folder.path());
  EXPECT_TRUE(verify().time_steps.empty());
}

// Goal: a key that was replaced signs nothing any more, neither what entries name nor the latest.
TEST_F(Threats, AKeyThatWasReplacedSignsNothingMore) {
  make(2);
  const std::uint64_t index = maker.add_checkpoint_of(maker.first_key);
  maker.publish(folder.path());
  VerifyReport report = verify_log(trusting_key());
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0051") << words_of(report);
  EXPECT_EQ(report.problems.front().index, index);

  LogMaker fresh;
  fresh.add_checkpoint();
  fresh.change_key();
  TestFolder place;
  fresh.publish(place.path());
  audit::RootHistory tree;
  for (const std::string& entry : fresh.entries) {
    const base::Digest leaf = audit::leaf_hash(entry);
    tree.append({&leaf, 1});
  }
  const std::string text =
      audit::Checkpoint{LogMaker::kOrigin, fresh.size(), tree.root(), {}}.to_text();
  write_whole(place.path("log/checkpoint"), text + "\n" + fresh.first_key.signature_line(text));
  VerifyInputs inputs;
  inputs.place = place_of(place.path()).value();
  report = verify_log(inputs);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0050") << words_of(report);
}

// Goal: a log that was published and is gone was taken away; whoever is named judges nothing then.
TEST_F(Threats, ALogThatIsGoneIsFound) {
  LogMaker quiet;
  quiet.add("audit.step.passed", {{"step", "check/one"}});
  testing::LogWorld quiet_world(quiet);
  auto quiet_reader = quiet_world.open_reader("");
  VerifyInputs inputs;
  inputs.reader = &*quiet_reader;
  EXPECT_TRUE(verify_log(inputs).good());
  inputs.keys = {quiet.key().verifier()};
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0050");
  inputs.keys.clear();
  inputs.policy = policy();
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0050");

  make(2);
  testing::LogWorld world(maker);
  auto reader = world.open_reader("");
  VerifyInputs gone;
  gone.reader = &*reader;
  const VerifyReport report = verify_log(gone);
  ASSERT_FALSE(report.good());
  EXPECT_EQ(report.problems.front().error.id, "AUD-0050") << words_of(report);
  EXPECT_EQ(report.problems.front().index, 3U);
}

// Goal: a key from beside the log is not called given because something else was.
TEST_F(Threats, OnlyAKeyThatWasNamedIsGiven) {
  make(2);
  VerifyInputs inputs = trusting_key();
  EXPECT_TRUE(verify_log(inputs).key_given);
  inputs.keys.clear();
  inputs.policy = audit::LogPolicy{};
  VerifyReport report = verify_log(inputs);
  EXPECT_TRUE(report.good()) << words_of(report);
  EXPECT_FALSE(report.key_given);
  inputs.policy = policy();
  EXPECT_TRUE(verify_log(inputs).key_given);
  inputs.policy->logs.clear();
  EXPECT_FALSE(verify_log(inputs).key_given);
}

// Goal: a demand that cannot be judged is not met.
TEST_F(Threats, WitnessesAreNotJudgedWithoutAKeyOfTheLog) {
  make(2);
  std::filesystem::remove_all(folder.path("log/keys"));
  VerifyInputs inputs = trusting_key();
  inputs.keys.clear();
  EXPECT_TRUE(verify_log(inputs).key.empty());
  inputs.policy = policy();
  inputs.policy->logs.clear();
  EXPECT_EQ(verify_log(inputs).problems.front().error.id, "AUD-0050");
}

// Goal: logs of other programs are verified up to what their entries mean.
TEST_F(Threats, EntriesOfOthersAreJudgedByTheTreeAlone) {
  maker.entries = {"not", "JSON", std::string("\0\x01", 2)};
  rewrite(maker.entries);
  write_whole(folder.path("log/keys/none"), "");
  VerifyInputs inputs = trusting_key();
  EXPECT_EQ(index_of(verify_log(inputs)), 0U);
  inputs.tree_only = true;
  VerifyReport report = verify_log(inputs);
  EXPECT_TRUE(report.good()) << words_of(report);
  const std::string said = verify_text(report, base::Locale::En, false);
  EXPECT_NE(said.find("3  in the tree; what they say was not looked at"), std::string::npos)
      << said;
  EXPECT_EQ(said.find("approvals"), std::string::npos) << said;
  std::string bytes = read_whole(bundle_path());
  bytes[8] = 'X';
  write_whole(bundle_path(), bytes);
  EXPECT_EQ(index_of(verify_log(inputs)), 1U);
}

}  // namespace
}  // namespace stellwerk::cli
