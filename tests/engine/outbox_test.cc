// Goal: each subscriber gets everything, in order, whatever happens to its neighbours and across
// restarts.
#include "engine/outbox.h"

#include <gtest/gtest.h>

#include <deque>

#include "adapters/memory/memory_bus.h"
#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_notifier.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_workload.h"
#include "core/decide.h"
#include "engine/entries.h"
#include "support/sample_release.h"

namespace stellwerk::engine {
namespace {

/// Runs each job when it is asked for the finished ones, in the order of submission.
class PatientLanes final : public ports::Lanes {
 public:
  void submit(ports::JobOptions, ports::Job job) override { jobs_.push_back(std::move(job)); }
  void cancel(const base::EffectKey&) override {}
  std::vector<ports::Completion> finished() override {
    std::vector<ports::Completion> done;
    for (; !jobs_.empty(); jobs_.pop_front()) done.push_back(jobs_.front()({}));
    return done;
  }
  void wait(base::MonoTime) override {}
  void wake() override {}
  [[nodiscard]] bool busy() const override { return !jobs_.empty(); }

 private:
  std::deque<ports::Job> jobs_;
};

class NoEmergency final : public ports::EmergencyLog {
 public:
  base::Result<void> append(std::string_view) override { return {}; }
  base::Result<std::vector<std::string>> read() override { return std::vector<std::string>{}; }
  base::Result<void> clear() override { return {}; }
};

class NoSigner final : public ports::Signer {
 public:
  base::Result<std::string> sign_note(std::string_view text) override { return std::string(text); }
  [[nodiscard]] std::string verifier_key() const override { return {}; }
  [[nodiscard]] std::string name() const override { return "none"; }
};

class NoSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest&, const ports::Call&) override {
    return ports::StepReport{};
  }
};

/// A view of a journal that outlives it, as a second connection would be.
class Reader final : public ports::JournalStore {
 public:
  explicit Reader(adapters::MemoryJournal& journal) : journal_(journal) {}
  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override {
    return journal_.append(batches, call);
  }
  base::Result<ports::Head> head() override { return journal_.head(); }
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override {
    return journal_.read_stream(stream, after, limit);
  }
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override {
    return journal_.read(from, limit);
  }
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override {
    return journal_.streams(only_live);
  }
  base::Result<ports::Head> verify(std::optional<ports::Head> trusted) override {
    return journal_.verify(trusted);
  }
  base::Result<std::optional<std::string>> get_note(const std::string& key) override {
    return journal_.get_note(key);
  }
  base::Result<void> put_note(const std::string& key, const std::string& value) override {
    return journal_.put_note(key, value);
  }

 private:
  adapters::MemoryJournal& journal_;
};

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() { EXPECT_TRUE(content_.put(core::encode_plan(plan_))); }

  /// What one process would be: ends with it, and what it did not save is gone.
  struct Process {
    PatientLanes lanes;
    std::unique_ptr<EnginePorts> ports;
    std::unique_ptr<Outbox> outbox;
  };
  std::unique_ptr<Process> start(std::vector<ports::EventBus*> buses,
                                 std::vector<ports::Notifier*> notifiers = {}) {
    auto process = std::make_unique<Process>();
    process->ports.reset(new EnginePorts{clock_,
                                         process->lanes,
                                         journal_,
                                         content_,
                                         emergency_,
                                         signer_,
                                         workload_,
                                         router_,
                                         probe_,
                                         steps_,
                                         {},
                                         std::move(buses),
                                         std::move(notifiers),
                                         [this] { return reader(); }});
    process->outbox = std::make_unique<Outbox>(*process->ports, [](const base::Error&) {});
    return process;
  }
  base::Result<std::unique_ptr<ports::JournalStore>> reader() {
    return std::unique_ptr<ports::JournalStore>(std::make_unique<Reader>(journal_));
  }

  void append(core::Event event) {
    ports::AppendRequest batch;
    batch.stream = plan_.release;
    batch.expected_version = size_;
    batch.entries.push_back(
        *encode(plan_.release, {std::move(event), {}, {}}, {clock_.wall(), clock_.mono(), {}}, {}));
    ASSERT_TRUE(journal_.append({batch}, {clock_.mono() + base::seconds(1), {}}));
    ++size_;
  }
  /// Delivers until nothing moves any more.
  void deliver(Process& process) {
    process.outbox->wake(size_);
    while (process.lanes.busy())
      for (const ports::Completion& completion : process.lanes.finished()) completion();
  }
  static std::vector<std::uint64_t> indexes(const adapters::MemoryBus& bus) {
    std::vector<std::uint64_t> all;
    for (const auto& event : bus.events()) all.push_back(event.index);
    return all;
  }

  core::Plan plan_ = stellwerk::testing::sample_plan();
  adapters::MemoryClock clock_;
  adapters::MemoryJournal journal_;
  adapters::MemoryContent content_;
  NoEmergency emergency_;
  NoSigner signer_;
  NoSteps steps_;
  adapters::MemoryWorkload workload_;
  adapters::MemoryRouter router_{clock_, {}};
  adapters::MemoryProbe probe_{clock_};
  std::uint64_t size_ = 0;
};

using Indexes = std::vector<std::uint64_t>;

// Goal: a sink that fails gets what it missed after a restart, although its neighbour of the same
// adapter is far ahead, and although the sections have changed places.
TEST_F(OutboxTest, KeepsACursorForEachTargetOfAnAdapter) {
  adapters::MemoryBus good("/a");
  adapters::MemoryBus failing("/b");
  failing.fail_next(1000);
  {
    const auto process = start({&good, &failing});
    append(core::ReleaseStarted{});
    append(core::RolloutCompleted{});
    deliver(*process);
    EXPECT_EQ(indexes(good), (Indexes{0, 1}));
    EXPECT_TRUE(indexes(failing).empty());
  }
  failing.fail_next(0);
  const auto process = start({&failing, &good});
  append(core::ReleaseResumed{});
  deliver(*process);
  EXPECT_EQ(indexes(failing), (Indexes{0, 1, 2}));
  EXPECT_EQ(indexes(good), (Indexes{0, 1, 2}));
}

TEST_F(OutboxTest, KeepsACursorForEachNoticeChannel) {
  adapters::MemoryNotifier good("/a");
  adapters::MemoryNotifier failing("/b");
  failing.fail_next(1000);
  append(core::ReleasePlanned{core::digest_of(plan_), {}, plan_.type, {}});
  append(core::StartNotified{});
  deliver(*start({}, {&good, &failing}));
  EXPECT_EQ(good.sent().size(), 1U);
  failing.fail_next(0);
  append(core::RollbackNotified{});
  deliver(*start({}, {&good, &failing}));
  EXPECT_EQ(good.sent().size(), 2U);
  ASSERT_EQ(failing.sent().size(), 2U);
  EXPECT_EQ(failing.sent()[0].event, "notification.release.started");
}

// Goal: a data folder whose cursors were kept by adapter alone goes on where it was.
TEST_F(OutboxTest, GoesOnWhereTheSharedCursorOfAnOlderDataFolderStood) {
  append(core::ReleaseStarted{});
  append(core::RolloutCompleted{});
  ASSERT_TRUE(journal_.put_note("cursor:bus:memory", "1"));
  adapters::MemoryBus bus("/a");
  deliver(*start({&bus}));
  EXPECT_EQ(indexes(bus), (Indexes{1}));
  EXPECT_EQ(*journal_.get_note("cursor:bus:memory:/a"), "2");
}

}  // namespace
}  // namespace stellwerk::engine
