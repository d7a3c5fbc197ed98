// Goal: instances start, fail, restart and stop as ports/workload.h says, whatever the programs do.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "process/machine.h"

namespace stellwerk::testing {
namespace {

using ports::InstanceState;
using ports::testing::eventually;

TEST(WorkloadLife, StartsInstancesAndRestartsOneThatDies) {
  Machine machine;
  const auto ready = machine.ensure(Machine::spec(2));
  ASSERT_TRUE(ready) << ready.error().one_line();
  EXPECT_EQ(ready->ready(), 2U);
  const auto before = machine.instance();

  machine.get(before, "/die");
  ASSERT_TRUE(eventually([&] { return machine.instance().restarts == 1; }));
  ASSERT_TRUE(eventually([&] { return machine.instance().state == InstanceState::Ready; }));
  EXPECT_EQ(machine.instance().port, before.port) << "routers expect it there";
  EXPECT_EQ(machine.instance(1).restarts, 0U);
}

TEST(WorkloadLife, SaysWhyAnInstanceIsBackingOff) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  std::string detail;
  ASSERT_TRUE(eventually([&] {
    const auto instance = machine.instance();
    if (instance.state == InstanceState::Ready) machine.get(instance, "/die");
    if (instance.state == InstanceState::BackingOff) detail = instance.detail;
    return !detail.empty();
  }));
  EXPECT_TRUE(detail.starts_with("exit 7 after ")) << detail;
  EXPECT_NE(detail.find("in a row"), std::string::npos) << detail;
}

TEST(WorkloadLife, ReportsAProgramThatExitsAtOnceWithItsOutput) {
  Machine machine;
  const auto failed = machine.ensure(Machine::spec(2, {"--exit", "3"}));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "PRC-0002");
  EXPECT_EQ(failed.error().code, base::Code::Unavailable);
  EXPECT_NE(failed.error().why.find("exit 3"), std::string::npos) << failed.error().why;
  EXPECT_NE(failed.error().why.find("table documents is missing"), std::string::npos);
  EXPECT_EQ(failed.error().state, "what was started is stopped again");
  EXPECT_TRUE(machine.status().instances.empty());
}

TEST(WorkloadLife, ReportsAnInstanceThatNeverGetsHealthyAndStopsIt) {
  for (const std::string flag : {"--ill", "--mute"}) {
    Machine machine;
    auto spec = Machine::spec(1, {flag});
    spec.start_timeout = base::seconds(2);
    const auto failed = machine.ensure(spec);
    ASSERT_FALSE(failed) << flag;
    EXPECT_EQ(failed.error().id, "PRC-0002");
    EXPECT_NE(failed.error().message.find("did not become healthy within 2s"), std::string::npos);
    EXPECT_TRUE(machine.status().instances.empty()) << flag;
  }
}

TEST(WorkloadLife, KeepsWhatRanBeforeWhenMoreCannotBeStarted) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  auto more = Machine::spec(2, {"--exit", "1"});
  ASSERT_FALSE(machine.ensure(more));
  EXPECT_EQ(machine.status().wanted, 2U) << "the other one is started again and again";
  EXPECT_EQ(machine.status().ready(), 1U);
  EXPECT_EQ(machine.instance().restarts, 0U);
}

TEST(WorkloadLife, ChangesTheNumberOfInstances) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto first = machine.instance();
  ASSERT_TRUE(machine.ensure(Machine::spec(3)));
  EXPECT_EQ(machine.status().ready(), 3U);
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  ASSERT_TRUE(eventually([&] { return machine.status().instances.size() == 1; }));
  EXPECT_EQ(machine.instance().port, first.port);
  EXPECT_EQ(machine.instance().restarts, 0U);
}

TEST(WorkloadLife, BecomesUnhealthyAndReadyAgainWithoutARestart) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto instance = machine.instance();
  machine.get(instance, "/sicken");
  ASSERT_TRUE(eventually([&] { return machine.instance().state == InstanceState::Unhealthy; }));
  EXPECT_NE(machine.instance().detail.find("/valid is false, expected true"), std::string::npos);
  machine.get(instance, "/recover");
  ASSERT_TRUE(eventually([&] { return machine.instance().state == InstanceState::Ready; }));
  EXPECT_EQ(machine.instance().restarts, 0U);
}

TEST(WorkloadLife, KillsAnInstanceThatIgnoresSigtermWithItsChildren) {
  Machine machine;
  auto spec = Machine::spec(1, {"--ignore-term", "--fork"});
  spec.stop_timeout = base::milliseconds(300);
  ASSERT_TRUE(machine.ensure(spec));
  const auto instance = machine.instance();
  const auto retired = machine.workload().retire(Machine::version(), spec, machine.call());
  ASSERT_TRUE(retired) << retired.error().one_line();
  EXPECT_FALSE(machine.answers(instance));
  EXPECT_TRUE(machine.status().instances.empty());
  EXPECT_FALSE(std::filesystem::exists(machine.folder() + "/workload/doc/1.3.0/doc-1.3.0-1.json"));
}

TEST(WorkloadLife, SaysSoWhenInstancesStillRunAtTheDeadline) {
  Machine machine;
  auto spec = Machine::spec(1, {"--ignore-term"});
  spec.stop_timeout = base::seconds(2);
  ASSERT_TRUE(machine.ensure(spec));
  const auto late =
      machine.workload().retire(Machine::version(), spec, machine.call(base::milliseconds(100)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().id, "PRC-0004");
  EXPECT_EQ(late.error().code, base::Code::OutcomeUnknown);
  EXPECT_EQ(machine.instance().state, InstanceState::Stopping);
  // It goes on stopping by itself, and a repetition waits for that.
  EXPECT_TRUE(machine.workload().retire(Machine::version(), spec, machine.call()));
}

TEST(WorkloadLife, StopsWaitingAtTheDeadlineAndAtAStop) {
  Machine machine;
  const auto spec = Machine::spec(1, {"--ill"});
  const auto late = machine.ensure(spec, base::milliseconds(200));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().id, "PRC-0004");
  EXPECT_EQ(machine.status().instances.size(), 1U) << "it goes on starting";
  auto call = machine.call();
  call.stop.stop();
  const auto stopped = machine.workload().ensure(Machine::version(), spec, Machine::health(), call);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::Code::OutcomeUnknown);
}

TEST(WorkloadLife, RefusesProgramsThatCannotBeStarted) {
  Machine machine;
  auto missing = Machine::spec(1);
  missing.command.arguments.front() = "/no/such/service";
  auto plain = Machine::spec(1);
  plain.command.arguments.front() = "/etc/passwd";
  auto stranger = Machine::spec(1);
  stranger.command.user = "no-such-user";
  auto none = Machine::spec(0);
  for (const auto& spec : {missing, plain, stranger, none}) {
    const auto refused = machine.ensure(spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "PRC-0001") << refused.error().one_line();
    EXPECT_EQ(refused.error().code, base::Code::Rejected);
    EXPECT_TRUE(machine.status().instances.empty());
  }
}

TEST(WorkloadLife, ReportsARangeWithoutAFreePort) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto taken = machine.instance().port;
  auto spec = Machine::spec(1);
  spec.ports = {{taken, taken}};
  const auto version = Machine::version("2.0.0");
  const auto failed = machine.workload().ensure(version, spec, Machine::health(), machine.call());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "PRC-0003");
  EXPECT_EQ(failed.error().code, base::Code::Conflict);
}

TEST(WorkloadLife, ScrubsAndBoundsHostileOutput) {
  Machine machine(4096);
  ASSERT_TRUE(machine.ensure(Machine::spec(1, {"--noise"})));
  const auto log = machine.folder() + "/workload/doc/1.3.0/doc-1.3.0-1.log";
  for (int i = 0; i < 200; ++i) machine.get(machine.instance(), "/health");
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(log + ".1"); }));
  EXPECT_LE(std::filesystem::file_size(log + ".1"), 4096U);
  EXPECT_EQ(machine.status().ready(), 1U);
}

TEST(WorkloadLife, RunsSixtyFourInstances) {
  Machine machine;
  const auto ready = machine.ensure(Machine::spec(64), base::seconds(100));
  ASSERT_TRUE(ready) << ready.error().one_line();
  EXPECT_EQ(ready->ready(), 64U);
  std::set<std::uint16_t> ports;
  for (const auto& instance : ready->instances) ports.insert(instance.port);
  EXPECT_EQ(ports.size(), 64U);
  EXPECT_TRUE(machine.workload().retire(Machine::version(), Machine::spec(64), machine.call()));
}

}  // namespace
}  // namespace stellwerk::testing
