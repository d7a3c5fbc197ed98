// Goal: each subscriber gets everything, in order, whatever happens to its neighbours and across
// restarts.
#include "engine/outbox.h"

#include <gtest/gtest.h>

#include "core/decide.h"
#include "engine/entries.h"
#include "support/memory_engine.h"
#include "support/sample_release.h"

namespace stellwerk::engine {
namespace {

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() { EXPECT_TRUE(world_.content.put(core::encode_plan(plan_))); }

  /// What one process would be: ends with it, and what it did not save is gone.
  struct Process {
    stellwerk::testing::PatientLanes lanes;
    std::unique_ptr<EnginePorts> ports;
    std::unique_ptr<Outbox> outbox;
  };
  std::unique_ptr<Process> start(std::vector<ports::EventBus*> buses,
                                 std::vector<ports::Notifier*> notifiers = {}) {
    auto process = std::make_unique<Process>();
    process->ports = world_.ports(process->lanes, std::move(buses), std::move(notifiers));
    process->outbox = std::make_unique<Outbox>(*process->ports, [](const base::Error&) {});
    return process;
  }
  void append(core::Event event) {
    ports::AppendRequest batch;
    batch.stream = plan_.release;
    batch.expected_version = size_;
    batch.entries.push_back(encode(plan_.release, {std::move(event), {}, {}},
                                   {world_.clock.wall(), world_.clock.mono(), {}}, {})
                                ->entry);
    ASSERT_TRUE(world_.journal.append({batch}, {world_.clock.mono() + base::seconds(1), {}}));
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
  stellwerk::testing::MemoryEngine world_;
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
  ASSERT_TRUE(world_.journal.put_note("cursor:bus:memory", "1"));
  adapters::MemoryBus bus("/a");
  deliver(*start({&bus}));
  EXPECT_EQ(indexes(bus), (Indexes{1}));
  EXPECT_EQ(*world_.journal.get_note("cursor:bus:memory:/a"), "2");
}

}  // namespace
}  // namespace stellwerk::engine
