// Goal: the lines of real instances are counted once each, whatever becomes of the instances and of
// Stellwerk.
#include <gtest/gtest.h>

#include "process/machine.h"

namespace stellwerk::testing {
namespace {

using ports::testing::eventually;

/// Watches the version in this machine's present workload, and knows its latest counts.
class Reader {
 public:
  explicit Reader(Machine& machine) : logs_(machine.logs()) {
    ports::MetricTarget target;
    target.version = Machine::version();
    EXPECT_TRUE(logs_->watch({target}));
  }
  /// Whether it comes to so many ERRORs (each with its WARN).
  bool counts(std::uint64_t errors) {
    return eventually([&] {
      for (const auto& sample : logs_->poll().logs) latest_ = sample.counts;
      return latest_.errors == errors && latest_.warnings == errors;
    });
  }
  [[nodiscard]] const kpi::LogCounts& latest() const { return latest_; }

 private:
  std::shared_ptr<ports::MetricSource> logs_;
  kpi::LogCounts latest_;
};

TEST(WorkloadLogs, CountsALineOnceOverARestartOfStellwerkAndOfInstances) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(2)));
  machine.get(machine.instance(0), "/complain");
  machine.get(machine.instance(1), "/complain");
  {
    Reader reader(machine);
    EXPECT_TRUE(reader.counts(2));
    EXPECT_EQ(reader.latest().lines, 4U) << "headings are not the instances' lines";
  }
  const auto instance = machine.instance(0);
  machine.close();
  machine.get(instance, "/complain");
  machine.open();
  Reader reader(machine);
  EXPECT_TRUE(reader.counts(3)) << "the lines of the time without Stellwerk too";

  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 2; }));
  machine.get(machine.instance(0), "/die");
  ASSERT_TRUE(eventually([&] { return machine.instance(0).restarts == 1; }));
  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 2; }));
  machine.get(machine.instance(0), "/complain");
  EXPECT_TRUE(reader.counts(4)) << "all runs of an instance together";
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  ASSERT_TRUE(eventually([&] { return machine.status().instances.size() == 1; }));
  machine.get(machine.instance(0), "/complain");
  EXPECT_TRUE(reader.counts(5)) << "with those of an instance that is gone";
}

TEST(WorkloadLogs, CountsAnewWhenAVersionIsDeployedAnew) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  Reader reader(machine);
  machine.get(machine.instance(), "/complain");
  EXPECT_TRUE(reader.counts(1));
  ASSERT_TRUE(machine.workload().retire(Machine::version(), Machine::spec(1), machine.call()));
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  EXPECT_TRUE(reader.counts(0)) << "the log is the same file as before";
  machine.get(machine.instance(), "/complain");
  EXPECT_TRUE(reader.counts(1));
}

TEST(WorkloadLogs, CountsThroughTheEmptyingOfALog) {
  Machine machine(std::uint64_t{2000});
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  Reader reader(machine);
  for (int i = 0; i < 200; ++i) machine.get(machine.instance(), "/complain");
  EXPECT_TRUE(reader.counts(200));
  machine.get(machine.instance(), "/complain");
  EXPECT_TRUE(reader.counts(201));
}

}  // namespace
}  // namespace stellwerk::testing
