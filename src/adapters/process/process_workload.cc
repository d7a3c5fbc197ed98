#include "adapters/process/process_workload.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

using base::Code;
using base::Result;

constexpr std::uint32_t kInstancesMax = 64;

Result<base::UniqueFd> lock_folder(const std::string& folder) {
  if (auto made = base::make_folders(folder); !made) return base::fail(made.error());
  const auto path = folder + "/lock";
  base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid())
    return base::fail(base::error(Code::Unavailable, "BAS-0012", path + " cannot be opened")
                          .because(base::errno_text(errno)));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  return base::fail(base::error(Code::Conflict, "PRC-0005",
                                fmt::format("the instances in {} are supervised", folder))
                        .because(fmt::format("another Stellwerk holds the lock {}", path))
                        .now("nothing was started or stopped")
                        .then(fmt::format("fuser -v {}", path), "shows which process that is"));
}

base::Failure refused(const ports::VersionRef& version, std::string why) {
  return base::fail(base::error(Code::Rejected, "PRC-0001",
                                fmt::format("{} {} cannot be started", version.component.str(),
                                            version.version.to_string()))
                        .because(std::move(why))
                        .now("nothing was started"));
}

Result<void> check(const ports::VersionRef& version, const core::WorkloadSpec& spec,
                   const core::HealthCheck& health) {
  // They become names of folders.
  if (const auto name = base::parse_name(version.component.str()); !name)
    return refused(version, "its name is no valid name");
  if (spec.instances < 1 || spec.instances > kInstancesMax)
    return refused(version, fmt::format("{} instances are asked for; 1 to {} are possible",
                                        spec.instances, kInstancesMax));
  if (!health.url.starts_with('/'))
    return refused(version, fmt::format("its health check must be a path on the instance, not {}",
                                        base::printable(health.url)));
  if (spec.ports && (spec.ports->first == 0 || spec.ports->first > spec.ports->second))
    return refused(version, "its range of ports is empty");
  return {};
}

}  // namespace

ProcessWorkload::ProcessWorkload(const ProcessWorkloadOptions& options,
                                 const ProcessWorkloadNeeds& needs, base::UniqueFd lock)
    : lock_(std::move(lock)),
      store_(options.folder),
      logs_(std::make_shared<ProcessLogs>(store_, needs.clock)),
      supervisor_({.store = store_,
                   .port_book = port_book_,
                   .artifacts = artifacts_,
                   .clock = needs.clock,
                   .scrubber = needs.scrubber,
                   .log_bytes_max = options.log_bytes_max},
                  needs.prober, logs_) {}

Result<std::unique_ptr<ProcessWorkload>> ProcessWorkload::open(ProcessWorkloadOptions options,
                                                               const ProcessWorkloadNeeds& needs) {
  auto lock = lock_folder(options.folder);
  if (!lock) return base::fail(std::move(lock.error()));
  std::unique_ptr<ProcessWorkload> workload(new ProcessWorkload(options, needs, std::move(*lock)));
  if (!options.supervises) return workload;
  if (auto begun = workload->supervisor_.begin(); !begun) return base::fail(begun.error());
  return workload;
}

Result<ports::WorkloadStatus> ProcessWorkload::ensure(const ports::VersionRef& version,
                                                      const core::WorkloadSpec& spec,
                                                      const core::HealthCheck& health,
                                                      const ports::Call& call) {
  if (auto checked = check(version, spec, health); !checked)
    return base::fail(std::move(checked.error()));
  // Read here, so that the supervisor, who asks again, need not wait for a large file.
  if (spec.digest) (void)artifact(version, spec, call);
  return supervisor_.ensure(
      {.version = version, .spec = spec, .health = health, .wanted = spec.instances}, call);
}

Result<void> ProcessWorkload::retire(const ports::VersionRef& version,
                                     const core::WorkloadSpec& spec, const ports::Call& call) {
  return supervisor_.retire(version, spec.stop_timeout, call);
}

Result<std::optional<base::Digest>> ProcessWorkload::artifact(const ports::VersionRef& version,
                                                              const core::WorkloadSpec& spec,
                                                              const ports::Call& call) {
  const auto path = artifact_path(version, spec);
  if (!path) return base::fail(path.error());
  auto digest = artifacts_.digest_of(*path, call.stop);
  if (!digest) return base::fail(std::move(digest.error()));
  return *digest;
}

Result<ports::WorkloadStatus> ProcessWorkload::status(const ports::VersionRef& version) {
  return supervisor_.status(version);
}

}  // namespace stellwerk::adapters::process
