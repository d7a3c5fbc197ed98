// The published log: what lies there after each checkpoint, and what is never signed.
#include "engine/log_publisher.h"

#include <gtest/gtest.h>

#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_signer.h"
#include "audit/log_check.h"
#include "audit/note.h"
#include "audit/proof.h"
#include "audit/tile_reader.h"
#include "support/shared_journal.h"

namespace stellwerk::engine {
namespace {

/// A journal of entries that need no meaning, and its published log.
class Log {
 public:
  void append(std::uint64_t count) {
    ports::AppendRequest request{base::ReleaseId("rel-1"), journal.head()->size, {}, false};
    for (std::uint64_t i = 0; i < count; ++i)
      request.entries.push_back({"audit.step.passed", R"({"index":)", R"(,"v":1})"});
    ASSERT_TRUE(journal.append({request}, {}));
  }
  /// As a process that has just begun.
  [[nodiscard]] std::unique_ptr<LogPublisher> publisher() { return publisher(files); }
  [[nodiscard]] std::unique_ptr<LogPublisher> publisher(ports::LogStore& store) {
    return std::make_unique<LogPublisher>(
        store, signer, [this]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
          return std::make_unique<stellwerk::testing::SharedJournal>(journal);
        });
  }
  /// Everything that lies there, checked against its own checkpoint.
  [[nodiscard]] base::Result<audit::TreeHead> check() {
    const auto note = audit::parse_note(files.files.at("checkpoint"));
    const auto checkpoint = audit::Checkpoint::parse(note->text);
    const audit::TreeHead head{checkpoint->size, checkpoint->root};
    auto checked =
        audit::check_log(head, [this](const std::string& path) { return files.read(path); }, {});
    if (!checked) return base::fail(checked.error());
    return head;
  }

  adapters::MemoryJournal journal;
  adapters::MemoryLog files;
  adapters::MemorySigner signer;
};

/// The files of a log, and what goes wrong with them.
class TroubledLog final : public ports::LogStore {
 public:
  explicit TroubledLog(adapters::MemoryLog& files) : files_(files) {}
  base::Result<std::string> read(const std::string& path) override {
    if (path == unreadable) return trouble();
    return files_.read(path);
  }
  base::Result<void> write(std::string_view path, std::string_view bytes) override {
    if (path == audit::kCheckpointPath) checkpoint_written_ = true;
    return files_.write(path, bytes);
  }
  base::Result<void> sync() override {
    ++syncs;
    if (!std::exchange(checkpoint_written_, false) || !checkpoint_is_not_synced) return {};
    return trouble();
  }
  base::Result<void> remove_folder(std::string_view path) override {
    return files_.remove_folder(path);
  }

  std::string unreadable;
  bool checkpoint_is_not_synced = false;
  int syncs = 0;

 private:
  static base::Failure trouble() {
    return base::fail(base::error(base::Code::Unavailable, "AUD-0041", "the disk is broken"));
  }

  adapters::MemoryLog& files_;
  bool checkpoint_written_ = false;
};

TEST(PublishedLog, IsWholeAfterEachCheckpoint) {
  Log log;
  const auto publisher = log.publisher();
  for (const std::uint64_t more : {1U, 254U, 1U, 1U, 300U}) {
    log.append(more);
    const auto published = publisher->publish(*log.journal.head());
    ASSERT_TRUE(published) << published.error().one_line();
    const auto checked = log.check();
    ASSERT_TRUE(checked) << checked.error().one_line();
    EXPECT_EQ(checked->size, log.journal.head()->size);
  }
}

TEST(PublishedLog, GoesOnAfterARestart) {
  Log log;
  log.append(300);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  log.append(5);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  EXPECT_TRUE(log.check());
}

// Goal: what is lost of the files is made again; the journal has it.
TEST(PublishedLog, IsMadeAgainWhereFilesAreLostOrDamaged) {
  for (const bool damaged : {false, true}) {
    Log log;
    log.append(300);
    ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
    if (damaged)
      log.files.files["tile/0/001.p/44"][0] ^= 1;
    else
      std::erase_if(log.files.files, [](const auto& file) { return file.first != "checkpoint"; });
    log.append(1);
    const auto published = log.publisher()->publish(*log.journal.head());
    ASSERT_TRUE(published) << published.error().one_line();
    EXPECT_TRUE(log.check());
  }
}

// Goal: never two checkpoints that contradict each other (c2sp.org/tlog-checkpoint).
TEST(PublishedLog, IsNotSignedWhenTheJournalWasSetBack) {
  Log log;
  log.append(10);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  Log restored;
  restored.append(9);
  restored.files = log.files;
  const auto refused = restored.publisher()->publish(*restored.journal.head());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "AUD-0042");
  EXPECT_EQ(restored.files.files, log.files.files);
}

TEST(PublishedLog, IsNotSignedWhenTheJournalIsAnotherOne) {
  Log log;
  log.append(10);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  for (const bool files_are_lost : {false, true}) {
    Log other;
    ports::AppendRequest request{base::ReleaseId("rel-2"), 0, {}, false};
    for (int i = 0; i < 12; ++i)
      request.entries.push_back({"audit.step.passed", R"({"index":)", R"(,"v":2})"});
    ASSERT_TRUE(other.journal.append({request}, {}));
    other.files = log.files;
    if (files_are_lost)
      std::erase_if(other.files.files, [](const auto& file) { return file.first != "checkpoint"; });
    const auto refused = other.publisher()->publish(*other.journal.head());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "AUD-0042");
    EXPECT_EQ(other.files.files.at("checkpoint"), log.files.files.at("checkpoint"));
  }
}

TEST(PublishedLog, IsNotContinuedFromAStrangersCheckpoint) {
  Log log;
  log.append(3);
  log.files.files["checkpoint"] = "stranger\n3\nAAAA\n\n— stranger AAAA\n";
  const auto refused = log.publisher()->publish(*log.journal.head());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "AUD-0043");
}

// Goal: a checkpoint that was damaged is remembered by its copy; both gone, nothing is signed.
TEST(PublishedLog, RemembersItsLastCheckpointTwice) {
  Log log;
  log.append(3);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  log.append(1);
  log.files.files["checkpoint"][0] ^= 1;
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  ASSERT_TRUE(log.check());
  log.files.files.erase("checkpoint");
  log.files.files.erase("checkpoint.signed");
  EXPECT_EQ(log.publisher()->publish(*log.journal.head()).error().id, "AUD-0043");
}

// Goal: a process that dies between any two writes leaves what the next one goes on from.
TEST(PublishedLog, IsGoneOnWithWhereverAProcessDied) {
  for (std::size_t writes = 0; writes < 12; ++writes) {
    Log log;
    log.append(3);
    log.files.writes_left = writes;
    static_cast<void>(log.publisher()->publish(*log.journal.head()));
    log.files.writes_left.reset();
    log.append(300);
    const auto published = log.publisher()->publish(*log.journal.head());
    ASSERT_TRUE(published) << writes << ": " << published.error().one_line();
    EXPECT_TRUE(log.check()) << writes;
  }
}

// Goal: what ends because its journal is damaged can be signed, and never against what was signed.
TEST(PublishedLog, IsSignedUnpublishedForADamagedJournal) {
  Log log;
  const auto publisher = log.publisher();
  log.append(3);
  const ports::Head three = *log.journal.head();
  ASSERT_TRUE(publisher->publish(three));
  log.append(2);
  const ports::Head five = *log.journal.head();
  ASSERT_TRUE(publisher->sign_unpublished(five));
  EXPECT_EQ(log.check()->size, 3U);
  EXPECT_EQ(publisher->sign_unpublished(three).error().id, "AUD-0042");
  EXPECT_EQ(publisher->sign_unpublished({5, base::sha256("another")}).error().id, "AUD-0042");
}

// Goal: a job that waited gets the later checkpoint, which covers its head, and no older one.
TEST(PublishedLog, AnswersAnOlderHeadWithTheLaterCheckpoint) {
  Log log;
  const auto publisher = log.publisher();
  log.append(3);
  const ports::Head older = *log.journal.head();
  log.append(4);
  const auto later = publisher->publish(*log.journal.head());
  ASSERT_TRUE(later);
  const auto asked = publisher->publish(older);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->head, later->head);
  ports::Head wrong = older;
  wrong.root = base::sha256("another");
  EXPECT_EQ(publisher->publish(wrong).error().id, "AUD-0042");
}

TEST(PublishedLog, KeepsCosignaturesOfTheLatestCheckpointOnly) {
  Log log;
  const auto publisher = log.publisher();
  log.append(3);
  const auto first = publisher->publish(*log.journal.head());
  ASSERT_TRUE(publisher->add_cosignature(first->head, "— witness AAAAAAE=\n"));
  EXPECT_TRUE(log.files.files.at("checkpoint").ends_with("— witness AAAAAAE=\n"));
  EXPECT_TRUE(log.files.files.contains("cosigned/3.note"));
  log.append(1);
  ASSERT_TRUE(publisher->publish(*log.journal.head()));
  ASSERT_TRUE(publisher->add_cosignature(first->head, "— late AAAAAAE=\n"));
  EXPECT_EQ(log.files.files.at("checkpoint").find("late"), std::string::npos);
}

// Goal: a checkpoint that could not be synced is none yet; but others may have seen it.
TEST(PublishedLog, GoesOnFromACheckpointThatCouldNotBeSynced) {
  Log log;
  TroubledLog troubled(log.files);
  const auto publisher = log.publisher(troubled);
  log.append(3);
  const ports::Head older = *log.journal.head();
  log.append(4);
  troubled.checkpoint_is_not_synced = true;
  const auto failed = publisher->publish(*log.journal.head());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::Code::Unavailable);
  EXPECT_FALSE(publisher->latest());
  troubled.checkpoint_is_not_synced = false;
  const auto asked = publisher->publish(older);
  ASSERT_TRUE(asked) << asked.error().one_line();
  EXPECT_EQ(asked->head, *log.journal.head());
}

TEST(PublishedLog, IsSyncedBeforeThePresentProcessSpeaksOfWhatAnEarlierOneWrote) {
  Log log;
  log.append(3);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  TroubledLog next(log.files);
  ASSERT_TRUE(log.publisher(next)->publish(*log.journal.head()));
  EXPECT_EQ(next.syncs, 1);
}

TEST(PublishedLog, DoesNotTakeAListOfKeysThatCannotBeReadForNone) {
  Log log;
  log.append(3);
  ASSERT_TRUE(log.publisher()->publish(*log.journal.head()));
  TroubledLog troubled(log.files);
  troubled.unreadable = "keys/all";
  log.append(1);
  const auto files = log.files.files;
  EXPECT_EQ(log.publisher(troubled)->publish(*log.journal.head()).error().id, "AUD-0041");
  EXPECT_EQ(log.files.files, files);
}

}  // namespace
}  // namespace stellwerk::engine
