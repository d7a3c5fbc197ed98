// workload.h — port: the running instances of a version of a component.
//
// Role: adapters/process (this machine), adapters/memory; later Kubernetes Deployments
// (docs/decisions). Thread-safety: one call at a time per component. The adapter supervises
// (restarts with back-off) by itself. Invariants: instances outlive Stellwerk; they are adopted
// again after a restart, never a stranger's process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/semver.h"
#include "core/environment.h"
#include "ports/call.h"

namespace stellwerk::ports {

struct VersionRef {
  base::ComponentName component;
  base::SemVer version;
  friend bool operator==(const VersionRef&, const VersionRef&) = default;
};

enum class InstanceState : std::uint8_t {
  Starting,
  Ready,
  Unhealthy,
  BackingOff,
  Stopping,
  Stopped
};
std::string_view to_string(InstanceState);

struct Instance {
  std::string id;    ///< `document-domain-1.3.0-1`
  std::string host;  ///< `127.0.0.1`
  std::uint16_t port = 0;
  InstanceState state = InstanceState::Starting;
  std::string detail;  ///< last exit status or probe result, for people
  std::uint32_t restarts = 0;
};

struct WorkloadStatus {
  VersionRef version;
  std::uint32_t wanted = 0;
  std::vector<Instance> instances;
  [[nodiscard]] std::uint32_t ready() const;
};

class Workload {
 public:
  virtual ~Workload() = default;
  /// Makes `spec.instances` healthy instances of the version run and waits until they are ready;
  /// running ones are kept, those beyond (the last ones) are stopped and waited for. Repeatable.
  /// Blocks until ready, failed or the deadline.
  /// With `spec.digest` no instance is started, now or later by the supervisor, from an artifact
  /// that has another SHA-256; without it nothing is compared.
  /// @errors Rejected PRC-0001: the program cannot be started (missing, not executable, no such
  /// user); Rejected PRC-0006: the artifact is not the one of `spec.digest`; Unavailable
  ///         PRC-0002: started, never healthy or keeps exiting (the tail of its output is in `why`;
  ///         what was started is stopped again, unless some of the version was wanted before: then
  ///         what came up stays, and the rest is tried on); Conflict PRC-0003: no free port;
  ///         OutcomeUnknown PRC-0004: stopped waiting; call status().
  virtual base::Result<WorkloadStatus> ensure(const VersionRef& version,
                                              const core::WorkloadSpec& spec,
                                              const core::HealthCheck& health,
                                              const Call& call) = 0;
  /// Drains and stops all instances of the version. Repeatable; none running is success.
  /// @errors OutcomeUnknown PRC-0004: some still run at the deadline.
  virtual base::Result<void> retire(const VersionRef& version, const core::WorkloadSpec& spec,
                                    const Call& call) = 0;
  /// SHA-256 of what ensure() would start an instance from, read now; nothing: this adapter cannot
  /// tell, and compares nothing either. Starts nothing; may take as long as reading a large file.
  /// @errors Rejected PRC-0006: it cannot be read; Rejected PRC-0001: there is no such program;
  /// OutcomeUnknown PRC-0004: stopped meanwhile.
  virtual base::Result<std::optional<base::Digest>> artifact(const VersionRef& version,
                                                             const core::WorkloadSpec& spec,
                                                             const Call& call) = 0;
  /// What runs now. None is an empty list, not an error.
  virtual base::Result<WorkloadStatus> status(const VersionRef& version) = 0;
};

}  // namespace stellwerk::ports
