// The workload contract, for every adapter that exists.
#include "contract/workload.h"

#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_workload.h"
#include "base/files.h"
#include "process/machine.h"

namespace stellwerk::contract {
namespace {

class MemoryWorkloadHarness final : public WorkloadHarness {
 public:
  ports::Workload& workload() override { return workload_; }
  ports::Call call(base::Duration timeout) override { return {clock_.mono() + timeout, {}}; }
  core::WorkloadSpec healthy(const ports::VersionRef& version, std::uint32_t instances) override {
    return behaving(version, adapters::MemoryBehaviour::Healthy, instances);
  }
  core::WorkloadSpec never_healthy(const ports::VersionRef& version) override {
    return behaving(version, adapters::MemoryBehaviour::NeverHealthy, 1);
  }
  core::WorkloadSpec lacking_one(const ports::VersionRef& version,
                                 std::uint32_t instances) override {
    return behaving(version, adapters::MemoryBehaviour::LastStaysDown, instances);
  }
  core::WorkloadSpec missing(const ports::VersionRef& version) override {
    return behaving(version, adapters::MemoryBehaviour::Missing, 1);
  }
  base::Digest artifact(const ports::VersionRef& version) override {
    const base::Digest digest = base::sha256(version.version.to_string());
    workload_.made_of(version, digest);
    return digest;
  }
  void reopen() override {}

 private:
  core::WorkloadSpec behaving(const ports::VersionRef& version, adapters::MemoryBehaviour behaviour,
                              std::uint32_t instances) {
    workload_.behave(version, behaviour);
    core::WorkloadSpec spec;
    spec.instances = instances;
    return spec;
  }

  adapters::MemoryClock clock_;
  adapters::MemoryWorkload workload_;
};

class ProcessWorkloadHarness final : public WorkloadHarness {
 public:
  ~ProcessWorkloadHarness() override {
    for (const auto& version : {"1.2.0", "1.3.0"})
      (void)machine_.workload().retire(testing::Machine::version(version), spec(1, {}),
                                       machine_.call());
  }
  ports::Workload& workload() override { return machine_.workload(); }
  ports::Call call(base::Duration timeout) override { return machine_.call(timeout); }
  core::WorkloadSpec healthy(const ports::VersionRef& /*version*/,
                             std::uint32_t instances) override {
    return spec(instances, {});
  }
  core::WorkloadSpec never_healthy(const ports::VersionRef& /*version*/) override {
    auto ill = spec(1, {"--ill"});
    ill.start_timeout = base::seconds(1);
    return ill;
  }
  /// The first one, which runs already, takes no place.
  core::WorkloadSpec lacking_one(const ports::VersionRef& /*version*/,
                                 std::uint32_t instances) override {
    return spec(instances,
                {"--places", std::to_string(instances - 2), machine_.folder() + "/place"});
  }
  core::WorkloadSpec missing(const ports::VersionRef& /*version*/) override {
    auto missing = spec(1, {});
    missing.command.arguments.front() = "/no/such/program";
    return missing;
  }
  base::Digest artifact(const ports::VersionRef& /*version*/) override {
    return base::sha256(base::read_file(STELLWERK_TEST_SERVICE, std::size_t{1} << 30).value());
  }
  void reopen() override { machine_.reopen(); }

 private:
  static core::WorkloadSpec spec(std::uint32_t instances, const std::vector<std::string>& flags) {
    return testing::Machine::spec(instances, flags);
  }
  testing::Machine machine_;
};

INSTANTIATE_TEST_SUITE_P(
    Adapters, WorkloadContract,
    ::testing::Values(
        WorkloadFactory{"Memory", [] { return std::make_unique<MemoryWorkloadHarness>(); }},
        WorkloadFactory{"Process", [] { return std::make_unique<ProcessWorkloadHarness>(); }}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace stellwerk::contract
