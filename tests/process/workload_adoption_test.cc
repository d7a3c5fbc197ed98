// Goal: after a restart Stellwerk takes over exactly its own processes, and nobody else's.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "base/process_stat.h"
#include "process/machine.h"

namespace stellwerk::testing {
namespace {

using ports::InstanceState;
using ports::testing::eventually;

std::string record_path(const Machine& machine) {
  return machine.folder() + "/workload/doc/1.3.0/doc-1.3.0-1.json";
}

base::Json read_record(const Machine& machine) {
  return base::parse_json(base::read_file(record_path(machine), 65536).value()).value();
}

void write_record(const Machine& machine, const base::Json& record) {
  ASSERT_TRUE(base::replace_file(record_path(machine), record.dump()));
}

/// A process of this test that the workload must leave alone.
class Stranger {
 public:
  Stranger() : pid_(::fork()) {
    if (pid_ == 0) {
      ::setsid();
      for (;;) ::pause();
    }
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool lives() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  pid_t pid_;
};

TEST(WorkloadAdoption, TakesOverRunningInstances) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(2)));
  const auto before = machine.status();
  const auto pid = read_record(machine).at("pid");
  machine.close();
  EXPECT_TRUE(machine.answers(before.instances.front())) << "instances outlive Stellwerk";
  machine.open();

  ASSERT_EQ(machine.status().instances.size(), 2U);
  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 2; }));
  EXPECT_EQ(machine.instance().port, before.instances.front().port);
  EXPECT_EQ(machine.instance().restarts, 0U);
  EXPECT_EQ(read_record(machine).at("pid"), pid);
  const auto again = machine.ensure(Machine::spec(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(read_record(machine).at("pid"), pid) << "ensure keeps running ones";
}

TEST(WorkloadAdoption, TakesOverWhatAKilledStellwerkLeft) {
  const base::testing::TemporaryFolder folder;
  // Instances of another process: no children of ours, as after a real restart.
  const pid_t killed = ::fork();
  if (killed == 0) {
    Machine machine(folder.path());
    if (!machine.ensure(Machine::spec(2))) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(killed, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the instances did not start";

  Machine machine(folder.path());
  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 2; }));
  EXPECT_EQ(machine.instance().restarts, 0U);
  machine.get(machine.instance(), "/die");
  std::string detail;
  ASSERT_TRUE(eventually([&] {
    if (machine.instance().state == InstanceState::BackingOff) detail = machine.instance().detail;
    return machine.instance().restarts == 1;
  }));
  EXPECT_NE(detail.find("unknown status"), std::string::npos) << detail;
  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 2; }));
  const auto last = machine.instance(1);
  ASSERT_TRUE(machine.workload().retire(Machine::version(), Machine::spec(2), machine.call()));
  EXPECT_FALSE(machine.answers(last));
}

TEST(WorkloadAdoption, SupervisesWhatItTookOver) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  machine.reopen();
  machine.get(machine.instance(), "/die");
  ASSERT_TRUE(eventually([&] { return machine.instance().restarts == 1; }));
  ASSERT_TRUE(eventually([&] { return machine.instance().state == InstanceState::Ready; }));
  ASSERT_TRUE(machine.workload().retire(Machine::version(), Machine::spec(1), machine.call()));
}

TEST(WorkloadAdoption, StartsAgainWhatEndedMeanwhile) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto before = machine.instance();
  machine.close();
  machine.get(before, "/die");
  machine.open();
  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 1; }));
  EXPECT_EQ(machine.instance().port, before.port);
}

/// Stellwerk starts again where an instance has ended and a stranger has its number.
void expect_untouched(const std::function<void(base::Json&)>& also) {
  const Stranger stranger;
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto instance = machine.instance();
  machine.close();
  machine.get(instance, "/die");
  auto record = read_record(machine);
  record["pid"] = stranger.pid();
  also(record);
  write_record(machine, record);
  machine.open();

  ASSERT_TRUE(eventually([&] { return machine.status().ready() == 1; }));
  EXPECT_NE(read_record(machine).at("pid"), stranger.pid());
  ASSERT_TRUE(machine.workload().retire(Machine::version(), Machine::spec(1), machine.call()));
  EXPECT_TRUE(stranger.lives());
}

TEST(WorkloadAdoption, NeverTouchesAStrangerWithARecycledNumber) {
  expect_untouched([](base::Json&) {});
}

// Goal: after a start of the machine number and start time may be a stranger's, both.
TEST(WorkloadAdoption, NeverTouchesAStrangerOfAnotherBoot) {
  expect_untouched([](base::Json& record) {
    record["start_ticks"] = base::process_stat(record.at("pid").get<pid_t>())->start_ticks;
    record["boot_id"] = "00000000-0000-0000-0000-000000000000";
  });
}

TEST(WorkloadAdoption, StartsAnewWhenARecordIsUnreadable) {
  Machine machine;
  ASSERT_TRUE(machine.ensure(Machine::spec(1)));
  const auto orphan = read_record(machine).at("pid").get<pid_t>();
  machine.close();
  ASSERT_TRUE(base::replace_file(record_path(machine), "garbage"));
  machine.open();
  EXPECT_TRUE(eventually([&] { return machine.status().ready() == 1; }));
  EXPECT_TRUE(std::filesystem::exists(record_path(machine) + ".unreadable"));
  EXPECT_NE(read_record(machine).at("pid"), orphan);
  ::kill(-orphan, SIGKILL);
}

TEST(WorkloadAdoption, GoesOnStoppingWhatWasBeingRetired) {
  Machine machine;
  auto spec = Machine::spec(1, {"--ignore-term"});
  spec.stop_timeout = base::milliseconds(500);
  ASSERT_TRUE(machine.ensure(spec));
  const auto instance = machine.instance();
  ASSERT_FALSE(
      machine.workload().retire(Machine::version(), spec, machine.call(base::Duration{0})));
  machine.reopen();
  EXPECT_TRUE(eventually([&] { return machine.status().instances.empty(); }));
  EXPECT_FALSE(machine.answers(instance));
}

TEST(WorkloadAdoption, RefusesToSuperviseTwice) {
  Machine machine;
  base::Scrubber scrubber;
  const ports::testing::RealClock clock;
  const auto loop = adapters::http::CurlLoop::make(clock).value();
  adapters::http::HttpProber prober(*loop);
  const auto second = adapters::process::ProcessWorkload::open(
      {.folder = machine.folder() + "/workload"},
      {.clock = clock, .prober = prober, .scrubber = scrubber});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().id, "PRC-0005");
}

}  // namespace
}  // namespace stellwerk::testing
