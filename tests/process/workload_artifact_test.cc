// Goal: nothing is started from another file than the planned one: not at first, not when an
// instance is started again, not when the file is exchanged while it starts.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "process/machine.h"

namespace stellwerk::testing {
namespace {

namespace fs = std::filesystem;
using ports::InstanceState;
using ports::testing::eventually;

std::string bytes_of(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

class WorkloadArtifact : public ::testing::Test {
 protected:
  WorkloadArtifact() { deliver(original_); }

  /// Under the same name, as a delivery does it.
  void deliver(const std::string& bytes) const {
    const fs::path fresh = machine_.folder() + "/fresh";
    std::ofstream(fresh, std::ios::binary) << bytes;
    fs::permissions(fresh, fs::perms::owner_all);
    fs::rename(fresh, program_);
  }
  /// Runs just as well, and is another file.
  void exchange() const { deliver(original_ + "more"); }

  [[nodiscard]] core::WorkloadSpec planned(std::uint32_t instances = 1) const {
    auto spec = Machine::spec(instances);
    spec.command.arguments.front() = program_;
    spec.digest = base::sha256(original_);
    return spec;
  }
  void expect_refused(const core::WorkloadSpec& spec) {
    const auto refused = machine_.ensure(spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().id, "PRC-0006");
    EXPECT_EQ(refused.error().code, base::Code::Rejected);
  }
  bool becomes(InstanceState state) {
    return eventually([&] { return machine_.instance().state == state; });
  }

  Machine machine_;
  const std::string original_ = bytes_of(STELLWERK_TEST_SERVICE);
  const std::string program_ = machine_.folder() + "/program";
};

TEST_F(WorkloadArtifact, IsComparedBeforeAnythingIsStarted) {
  ASSERT_TRUE(machine_.ensure(planned(2)));
  EXPECT_EQ(machine_.status().ready(), 2U);
  ASSERT_TRUE(machine_.workload().retire(Machine::version(), planned(), machine_.call()));
  exchange();
  expect_refused(planned(2));
  EXPECT_TRUE(machine_.status().instances.empty());
  EXPECT_TRUE(machine_.ensure(Machine::spec(1))) << "nothing is compared without a digest";
}

TEST_F(WorkloadArtifact, IsComparedWhenAnInstanceIsStartedAgain) {
  ASSERT_TRUE(machine_.ensure(planned()));
  exchange();
  machine_.reopen();
  ASSERT_TRUE(becomes(InstanceState::Ready)) << "what runs goes on";
  machine_.get(machine_.instance(), "/die");
  std::string detail;
  ASSERT_TRUE(eventually([&] {
    detail = machine_.instance().detail;
    return detail.find("PRC-0006") != std::string::npos;
  })) << detail;
  EXPECT_EQ(machine_.instance().state, InstanceState::BackingOff);
  deliver(original_);
  EXPECT_TRUE(becomes(InstanceState::Ready)) << machine_.instance().detail;
}

TEST_F(WorkloadArtifact, OfWhatRunsMayBeExchanged) {
  ASSERT_TRUE(machine_.ensure(planned()));
  exchange();
  machine_.get(machine_.instance(), "/sicken");
  ASSERT_TRUE(becomes(InstanceState::Unhealthy));
  machine_.get(machine_.instance(), "/recover");
  ASSERT_TRUE(becomes(InstanceState::Ready));
  EXPECT_EQ(machine_.instance().restarts, 0U);
}

TEST_F(WorkloadArtifact, ThatIsExchangedWhileAnInstanceStartsEndsIt) {
  auto spec = planned();
  spec.artifact_file = machine_.folder() + "/package-{version}";
  const std::string package = machine_.folder() + "/package-1.3.0";
  std::ofstream(package) << "planned";
  spec.digest = base::sha256("planned");
  spec.command.arguments = {"/bin/sh", "-c",
                            "printf more >> " + package + "; exec " + program_ + " --port {port}"};
  expect_refused(spec);
  EXPECT_TRUE(machine_.status().instances.empty());
}

TEST_F(WorkloadArtifact, MayBeAFileThatTheProgramReads) {
  auto spec = planned();
  spec.artifact_file = machine_.folder() + "/package-{version}";
  std::ofstream(machine_.folder() + "/package-1.3.0") << "planned";
  expect_refused(spec);
  spec.digest = base::sha256("planned");
  EXPECT_TRUE(machine_.ensure(spec));
}

TEST_F(WorkloadArtifact, OfAnInstanceThatRunsIsTheOneItWasStartedFrom) {
  ASSERT_TRUE(machine_.ensure(planned(2)));
  exchange();
  EXPECT_TRUE(machine_.ensure(planned(2))) << "nothing has to be started";
  auto other = planned(2);
  other.digest = base::sha256(original_ + "more");
  expect_refused(other);
  EXPECT_EQ(machine_.status().ready(), 2U);
  other.instances = 1;
  EXPECT_TRUE(machine_.ensure(other)) << "a way back is not closed";
}

TEST_F(WorkloadArtifact, IsToldBeforeAnythingRuns) {
  const auto artifact = [&](const core::WorkloadSpec& spec) {
    return machine_.workload().artifact(Machine::version(), spec, machine_.call());
  };
  EXPECT_EQ(artifact(planned()).value(), base::sha256(original_));
  exchange();
  EXPECT_EQ(artifact(planned()).value(), base::sha256(original_ + "more"));
  fs::remove(program_);
  EXPECT_FALSE(artifact(planned()));
  EXPECT_TRUE(machine_.status().instances.empty());
}

}  // namespace
}  // namespace stellwerk::testing
