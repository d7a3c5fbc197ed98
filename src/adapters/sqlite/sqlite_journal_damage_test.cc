// Every accident of docs/journal.md, "Crashes and damage": noticed, with what is still good.
#include <gtest/gtest.h>

#include <fstream>

#include "adapters/sqlite/testing/journal_folder.h"
#include "audit/merkle.h"

namespace stellwerk::adapters {
namespace {

namespace fs = std::filesystem;
using testing::ample_time;
using testing::batch;
using testing::JournalFolder;

constexpr int kCommits = 20;
constexpr std::uintmax_t kHeadSlotDistance = 4096;

/// The error that a full verification of the journal answers with; empty if it finds nothing.
base::Error verify_error(JournalFolder& folder) {
  const auto journal = folder.open();
  if (!journal) return journal.error();
  const auto verified = (*journal)->verify(std::nullopt);
  auto error = verified ? base::Error{} : verified.error();
  folder.close();
  return error;
}

TEST(JournalDamage, IsNotThereAfterAKill) {
  JournalFolder folder;
  folder.fill(kCommits);
  ASSERT_TRUE(fs::exists(folder.log()));  // the kill left the WAL, as the name promises
  EXPECT_EQ(verify_error(folder).one_line(), base::Error{}.one_line());
  EXPECT_EQ(folder.open().value()->head()->size, 20U);
}

TEST(JournalDamage, IsNoticedWhenOneByteInTheMiddleOfTheWalIsFlipped) {
  JournalFolder folder;
  folder.fill(kCommits);
  const auto size = fs::file_size(folder.log());
  folder.flip_byte(folder.log(), size / 2);
  const auto error = folder.open_error();
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_EQ(error.code, base::Code::Corruption);
  EXPECT_NE(error.why.find("20 entries were acknowledged, but the journal holds"), error.why.npos);
  EXPECT_NE(error.state.find("entries 0 to "), error.state.npos) << error.state;
  EXPECT_EQ(fs::file_size(folder.log()), size);  // kept as evidence
}

TEST(JournalDamage, IsNoticedWhereverTheWalIsCutOff) {
  JournalFolder folder;
  folder.fill(kCommits);
  const auto size = fs::file_size(folder.log());
  for (const auto share : {99U, 60U, 30U, 1U}) {
    fs::resize_file(folder.log(), size * share / 100);
    EXPECT_EQ(folder.open_error().id, "JRN-0003") << share;
  }
  fs::remove(folder.log());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenAnOlderDatabaseIsPutBack) {
  JournalFolder folder;
  folder.fill(10);
  folder.open().value();
  folder.close();
  fs::copy_file(folder.database(), folder.path() / "older");
  folder.open().value()->append({batch("rel-1", 10)}, ample_time()).value();
  folder.close();
  fs::rename(folder.path() / "older", folder.database());
  const auto error = folder.open_error();
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_NE(error.state.find("entries 0 to 9 are present"), error.state.npos) << error.state;
}

TEST(JournalDamage, IsNoticedWhenTheDatabaseIsGone) {
  JournalFolder folder;
  folder.fill(3);
  fs::remove(folder.database());
  fs::remove(folder.log());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  EXPECT_FALSE(fs::exists(folder.database()));  // nothing was made in its place
}

// Goal: no tables are made anew beside entries that were acknowledged.
TEST(JournalDamage, IsNoticedWhenItsTablesWereInTheLostLogOnly) {
  JournalFolder folder;
  folder.fill(3);
  fs::resize_file(folder.log(), 0);
  const auto size = fs::file_size(folder.database());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  EXPECT_EQ(fs::file_size(folder.database()), size);
  EXPECT_TRUE(!fs::exists(folder.log()) || fs::file_size(folder.log()) == 0);
}

TEST(JournalDamage, IsNoticedWhenTheDatabaseIsNone) {
  JournalFolder folder;
  folder.fill(3);
  fs::remove(folder.log());
  std::ofstream(folder.database()) << std::string(8192, 'x');
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenRowsAreDeleted) {
  for (const std::string which : {"= 19", "= 10", ">= 0"}) {
    JournalFolder folder;
    folder.fill(kCommits);
    folder.run_sql("DELETE FROM entries WHERE idx " + which);
    EXPECT_EQ(folder.open_error().id, "JRN-0003") << which;
  }
}

TEST(JournalDamage, IsNoticedByVerifyWhereverAnEntryWasChanged) {
  for (const std::string change :
       {"bytes = CAST(replace(CAST(bytes AS TEXT), 'number', 'numbed') AS BLOB)",
        "bytes = CAST(CAST(bytes AS TEXT) || ' ' AS BLOB)", "leaf = zeroblob(32)",
        "type = 'stellwerk.entry.other'", "stream_version = 100", "stream = 999"}) {
    JournalFolder folder;
    folder.fill(kCommits);
    folder.run_sql("UPDATE entries SET " + change + " WHERE idx = 10");
    const auto error = verify_error(folder);
    EXPECT_EQ(error.id, "JRN-0003") << change;
    EXPECT_NE(error.why.find("entry 10"), error.why.npos) << change << ": " << error.why;
  }
}

TEST(JournalDamage, IsNoticedByVerifyWhenEntryAndLeafWereChangedTogether) {
  JournalFolder folder;
  folder.fill(kCommits);
  const auto forged = batch("rel-1", 99).entries[0].bytes_at(10);
  const auto leaf = base::to_hex(audit::leaf_hash(forged).bytes);
  folder.run_sql("UPDATE entries SET bytes = CAST('" + forged + "' AS BLOB), leaf = x'" + leaf +
                 "' WHERE idx = 10");
  const auto error = verify_error(folder);
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_NE(error.why.find("another root"), error.why.npos) << error.why;
}

TEST(JournalDamage, IsNoticedByVerifyWhenAStreamRowWasChanged) {
  for (const std::string change :
       {"version = 7", "last_idx = 7", "last_type = 'a.b'", "release = 'rel-2'"}) {
    JournalFolder folder;
    folder.fill(kCommits);
    folder.run_sql("UPDATE streams SET " + change);
    EXPECT_EQ(verify_error(folder).id, "JRN-0003") << change;
  }
}

TEST(JournalDamage, IsNoticedWhenAReleaseUnderWayIsSaidToHaveEnded) {
  JournalFolder folder;
  folder.fill(kCommits);
  folder.run_sql("UPDATE streams SET ended = 1");
  EXPECT_EQ(folder.open().value()->streams(true).error().id, "JRN-0003");
  EXPECT_EQ(verify_error(folder).id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenANoteWasChanged) {
  JournalFolder folder;
  folder.fill(kCommits);
  ASSERT_TRUE(folder.open().value()->put_note("cursor", "12"));
  folder.close();
  folder.run_sql("UPDATE notes SET value = replace(value, '12#', '13#')");
  EXPECT_EQ(folder.open().value()->get_note("cursor").error().id, "JRN-0003");
  EXPECT_EQ(verify_error(folder).id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenAnEntryIsMissingFromWhatIsRead) {
  JournalFolder folder;
  folder.fill(kCommits);
  auto* journal = folder.open().value();
  folder.run_sql("DELETE FROM entries WHERE idx = 10");
  EXPECT_EQ(journal->read(5, 10).error().id, "JRN-0003");
  EXPECT_EQ(journal->read_stream(base::ReleaseId("rel-1"), 0, 100).error().id, "JRN-0003");
  folder.run_sql("DELETE FROM entries WHERE idx > 10");
  EXPECT_EQ(journal->read(11, 100).error().id, "JRN-0003");
  EXPECT_TRUE(journal->read(0, 10));
}

TEST(JournalDamage, IsNoticedWhenTheDatabaseIsEmptyBesideItsLog) {
  JournalFolder folder;
  folder.fill(3);
  fs::resize_file(folder.database(), 0);
  const auto size = fs::file_size(folder.log());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  EXPECT_EQ(SqliteJournal::open_reader(folder.path()).error().id, "JRN-0003");
  fs::remove(folder.head());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  EXPECT_EQ(fs::file_size(folder.log()), size);  // SQLite would have deleted it
}

TEST(JournalDamage, IsNoticedWhenAChangedEntryIsRead) {
  JournalFolder folder;
  folder.fill(kCommits);
  folder.run_sql("UPDATE entries SET bytes = CAST('{}' AS BLOB) WHERE idx = 10");
  auto* journal = folder.open().value();
  EXPECT_TRUE(journal->read(0, 10));
  EXPECT_EQ(journal->read(0, 11).error().id, "JRN-0003");
  EXPECT_EQ(journal->read_stream(base::ReleaseId("rel-1"), 0, 100).error().id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenTheTreeInTheDatabaseWasChanged) {
  JournalFolder folder;
  folder.fill(kCommits);
  folder.run_sql("UPDATE head SET frontier = x'00'");
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  folder.run_sql("UPDATE head SET frontier = x'0000000000000000'");
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
}

TEST(JournalDamage, IsNoticedWhenAnotherProgramWritesMeanwhile) {
  JournalFolder folder;
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 0, 3)}, ample_time()).value();
  folder.run_sql("DELETE FROM entries WHERE idx = 2");
  EXPECT_EQ(journal->verify(std::nullopt).error().id, "JRN-0003");
}

TEST(HeadFile, IsReadFromItsOtherSlotWhenOneIsDamaged) {
  for (const std::uintmax_t slot : {std::uintmax_t{0}, kHeadSlotDistance}) {
    JournalFolder folder;
    folder.fill(kCommits);
    folder.flip_byte(folder.head(), slot + 40);
    auto journal = folder.open();
    ASSERT_TRUE(journal) << journal.error().one_line();
    EXPECT_EQ((*journal)->head()->size, 20U);
    EXPECT_TRUE((*journal)->append({batch("rel-1", 20)}, ample_time()));
    EXPECT_EQ(verify_error(folder).id, "");
  }
}

TEST(HeadFile, IsRefusedWhenBothSlotsAreDamagedOrItIsGone) {
  JournalFolder folder;
  folder.fill(kCommits);
  folder.flip_byte(folder.head(), 40);
  folder.flip_byte(folder.head(), kHeadSlotDistance + 40);
  const auto error = folder.open_error();
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_NE(error.why.find("neither of its two slots"), error.why.npos);
  fs::resize_file(folder.head(), 0);
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
  fs::remove(folder.head());
  EXPECT_EQ(folder.open_error().id, "JRN-0003");
}

TEST(HeadFile, MayBeOlderThanTheDatabase) {
  // Killed between commit and head file: the head file of before belongs to the database of after.
  JournalFolder folder;
  folder.fill(10);
  fs::copy_file(folder.head(), folder.path() / "head.before");
  auto* journal = folder.open().value();
  journal->append({batch("rel-1", 10, 5), batch("rel-2", 0, 5)}, ample_time()).value();
  const auto head = journal->head().value();
  folder.kill();
  fs::rename(folder.path() / "head.before", folder.head());
  auto reopened = folder.open();
  ASSERT_TRUE(reopened) << reopened.error().one_line();
  EXPECT_EQ((*reopened)->head().value(), head);
  EXPECT_EQ(sqlite::HeadFile::read(folder.head()).value(), head);  // brought up to date
}

TEST(HeadFile, OlderThanTheDatabaseButOfAnotherTreeIsRefused) {
  JournalFolder folder;
  folder.fill(10);
  JournalFolder other;
  other.open().value()->append({batch("rel-9", 0, 5)}, ample_time()).value();
  other.close();
  fs::copy_file(other.head(), folder.head(), fs::copy_options::overwrite_existing);
  const auto error = folder.open_error();
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_NE(error.why.find("another root"), error.why.npos) << error.why;
}

TEST(HeadFile, OlderThanTheDatabaseDoesNotLetDamagedNewEntriesPass) {
  JournalFolder folder;
  folder.fill(10);
  fs::copy_file(folder.head(), folder.path() / "head.before");
  folder.open().value()->append({batch("rel-1", 10, 5)}, ample_time()).value();
  folder.close();
  fs::rename(folder.path() / "head.before", folder.head());
  folder.run_sql("UPDATE entries SET bytes = CAST('{}' AS BLOB) WHERE idx = 12");
  const auto error = folder.open_error();
  EXPECT_EQ(error.id, "JRN-0003");
  EXPECT_NE(error.why.find("entry 12"), error.why.npos) << error.why;
}

}  // namespace
}  // namespace stellwerk::adapters
