// workload.h — what every ports::Workload must do; memory and processes run the same suite.
//
// Start here: instantiate WorkloadContract with one WorkloadFactory for each adapter.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "ports/workload.h"

namespace stellwerk::contract {

/// What the suite asks of an adapter's surroundings.
class WorkloadHarness {
 public:
  virtual ~WorkloadHarness() = default;
  virtual ports::Workload& workload() = 0;
  virtual ports::Call call(base::Duration timeout) = 0;
  /// Specifications that make instances of `version` behave so from the next ensure() on.
  virtual core::WorkloadSpec healthy(const ports::VersionRef& version, std::uint32_t instances) = 0;
  virtual core::WorkloadSpec never_healthy(const ports::VersionRef& version) = 0;
  /// All but the last one come up.
  virtual core::WorkloadSpec lacking_one(const ports::VersionRef& version,
                                         std::uint32_t instances) = 0;
  virtual core::WorkloadSpec missing(const ports::VersionRef& version) = 0;
  /// SHA-256 of what healthy() specifications of `version` are started from.
  virtual base::Digest artifact(const ports::VersionRef& version) = 0;
  /// Stellwerk ends and starts again.
  virtual void reopen() = 0;
};

struct WorkloadFactory {
  std::string name;
  std::function<std::unique_ptr<WorkloadHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const WorkloadFactory& factory) {
  return out << factory.name;
}

class WorkloadContract : public ::testing::TestWithParam<WorkloadFactory> {
 protected:
  WorkloadContract() : harness_(GetParam().make()) {}
  static ports::VersionRef version(const std::string& text) {
    return {base::ComponentName("doc"), *base::SemVer::parse(text)};
  }
  static core::HealthCheck health() {
    core::HealthCheck check;
    check.url = "/health";
    check.expect.json = {{"/valid", "true"}};
    return check;
  }
  base::Result<ports::WorkloadStatus> ensure(const ports::VersionRef& which,
                                             const core::WorkloadSpec& spec) {
    return harness_->workload().ensure(which, spec, health(), harness_->call(base::seconds(60)));
  }
  base::Result<ports::WorkloadStatus> ensure(const ports::VersionRef& which,
                                             std::uint32_t instances) {
    return ensure(which, harness_->healthy(which, instances));
  }
  base::Result<void> retire(const ports::VersionRef& which) {
    return harness_->workload().retire(which, harness_->healthy(which, 1),
                                       harness_->call(base::seconds(60)));
  }
  ports::WorkloadStatus status(const ports::VersionRef& which) {
    return harness_->workload().status(which).value();
  }
  WorkloadHarness& harness() { return *harness_; }

 private:
  std::unique_ptr<WorkloadHarness> harness_;
};

TEST_P(WorkloadContract, RunsTheWantedInstancesEachAtItsOwnPort) {
  const auto ready = ensure(version("1.2.0"), 3);
  ASSERT_TRUE(ready) << ready.error().one_line();
  EXPECT_EQ(ready->ready(), 3U);
  EXPECT_EQ(ready->wanted, 3U);
  std::set<std::uint16_t> ports;
  std::set<std::string> ids;
  for (const auto& instance : ready->instances) {
    EXPECT_EQ(instance.host, "127.0.0.1");
    EXPECT_NE(instance.port, 0);
    ports.insert(instance.port);
    ids.insert(instance.id);
  }
  EXPECT_EQ(ports.size(), 3U);
  EXPECT_EQ(ids, (std::set<std::string>{"doc-1.2.0-1", "doc-1.2.0-2", "doc-1.2.0-3"}));
}

TEST_P(WorkloadContract, KeepsRunningInstancesWhenEnsureIsRepeated) {
  const auto first = ensure(version("1.2.0"), 2);
  const auto second = ensure(version("1.2.0"), 2);
  ASSERT_TRUE(first && second);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(first->instances[i].port, second->instances[i].port);
    EXPECT_EQ(second->instances[i].restarts, 0U);
  }
}

TEST_P(WorkloadContract, RunsTwoVersionsSideBySideAndRetiresOne) {
  ASSERT_TRUE(ensure(version("1.2.0"), 2));
  ASSERT_TRUE(ensure(version("1.3.0"), 2));
  ASSERT_TRUE(retire(version("1.2.0")));
  EXPECT_TRUE(status(version("1.2.0")).instances.empty());
  EXPECT_EQ(status(version("1.3.0")).ready(), 2U);
  EXPECT_TRUE(retire(version("1.2.0"))) << "none running is success";
}

TEST_P(WorkloadContract, AnswersAnUnknownVersionWithAnEmptyList) {
  const auto unknown = status(version("9.9.9"));
  EXPECT_TRUE(unknown.instances.empty());
  EXPECT_EQ(unknown.wanted, 0U);
  EXPECT_EQ(unknown.version, version("9.9.9"));
}

TEST_P(WorkloadContract, RefusesAMissingProgramAndLeavesNothing) {
  const auto refused = ensure(version("1.3.0"), harness().missing(version("1.3.0")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "PRC-0001");
  EXPECT_EQ(refused.error().code, base::Code::Rejected);
  EXPECT_TRUE(status(version("1.3.0")).instances.empty());
}

TEST_P(WorkloadContract, ReportsWhatNeverGetsHealthyAndStopsItAgain) {
  ASSERT_TRUE(ensure(version("1.2.0"), 1));
  const auto failed = ensure(version("1.3.0"), harness().never_healthy(version("1.3.0")));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "PRC-0002");
  EXPECT_EQ(failed.error().code, base::Code::Unavailable);
  EXPECT_TRUE(status(version("1.3.0")).instances.empty());
  EXPECT_EQ(status(version("1.2.0")).ready(), 1U) << "the old version is not touched";
}

TEST_P(WorkloadContract, KeepsWhatCameUpOfAVersionThatServesAlready) {
  const auto before = ensure(version("1.2.0"), harness().healthy(version("1.2.0"), 1));
  ASSERT_TRUE(before);
  const auto spec = harness().lacking_one(version("1.2.0"), 3);
  const auto failed = ensure(version("1.2.0"), spec);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "PRC-0002");
  const auto kept = status(version("1.2.0"));
  EXPECT_EQ(kept.wanted, 3U);
  EXPECT_EQ(kept.ready(), 2U);
  EXPECT_EQ(kept.instances.front().port, before->instances.front().port);
  EXPECT_EQ(kept.instances.front().restarts, 0U);
}

TEST_P(WorkloadContract, SaysThatTheOutcomeIsUnknownWhenTheCallIsStopped) {
  auto call = harness().call(base::seconds(60));
  call.stop.stop();
  const auto spec = harness().never_healthy(version("1.3.0"));
  const auto stopped = harness().workload().ensure(version("1.3.0"), spec, health(), call);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().id, "PRC-0004");
  EXPECT_EQ(stopped.error().code, base::Code::OutcomeUnknown);
  EXPECT_TRUE(retire(version("1.3.0")));
}

TEST_P(WorkloadContract, StartsThePlannedArtifactAndNoOther) {
  const base::Digest made_of = harness().artifact(version("1.3.0"));
  auto spec = harness().healthy(version("1.3.0"), 2);
  const auto found =
      harness().workload().artifact(version("1.3.0"), spec, harness().call(base::seconds(60)));
  ASSERT_TRUE(found) << found.error().one_line();
  EXPECT_EQ(*found, made_of);
  spec.digest = base::sha256("something else");
  const auto refused = ensure(version("1.3.0"), spec);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "PRC-0006");
  EXPECT_EQ(refused.error().code, base::Code::Rejected);
  EXPECT_TRUE(status(version("1.3.0")).instances.empty());
  spec.digest = made_of;
  EXPECT_TRUE(ensure(version("1.3.0"), spec));
}

TEST_P(WorkloadContract, NeedsNoArtifactToHaveFewerInstances) {
  auto spec = harness().healthy(version("1.3.0"), 2);
  spec.digest = harness().artifact(version("1.3.0"));
  ASSERT_TRUE(ensure(version("1.3.0"), spec));
  spec.digest = base::sha256("something else");
  spec.instances = 1;
  EXPECT_TRUE(ensure(version("1.3.0"), spec));
  EXPECT_EQ(status(version("1.3.0")).ready(), 1U);
}

TEST_P(WorkloadContract, KeepsInstancesWhenStellwerkStartsAgain) {
  const auto before = ensure(version("1.2.0"), 2);
  ASSERT_TRUE(before);
  harness().reopen();
  const auto after = ensure(version("1.2.0"), 2);
  ASSERT_TRUE(after);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after->instances[i].port, before->instances[i].port);
    EXPECT_EQ(after->instances[i].restarts, 0U);
  }
}

}  // namespace stellwerk::contract
