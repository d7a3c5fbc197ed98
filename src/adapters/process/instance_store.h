// instance_store.h — what must be known about running versions after Stellwerk was started again.
//
// Role: one folder per version, `<folder>/<component>/<version>/`: `workload.json` (what is wanted
// and how it is run), `<instance>.json` (which process it is), `<instance>.log`,
// `<instance>.counts` (how far its lines are counted). Thread-safety: the supervisor's lock.
// Start here: InstanceStore Invariants: a file is replaced as a whole; what cannot be read is moved
// aside, never guessed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/process/process_identity.h"
#include "base/digest.h"
#include "base/result.h"
#include "core/environment.h"
#include "ports/workload.h"

namespace stellwerk::adapters::process {

/// What is wanted of a version.
struct WorkloadRecord {
  ports::VersionRef version;
  core::WorkloadSpec spec;
  core::HealthCheck health;
  std::uint32_t wanted = 0;  ///< instances; 0: it is being retired
};

/// One instance as it was last started.
struct InstanceRecord {
  std::uint32_t number = 0;  ///< from 1
  std::uint16_t port = 0;
  std::uint32_t restarts = 0;
  ProcessIdentity process;
  base::Digest command;                       ///< of the command it runs, see command_digest()
  std::optional<base::Digest> artifact = {};  ///< of the file it was started from, if compared
};

/// Changes with anything that makes a process: arguments, environment, folder, user.
base::Digest command_digest(const core::CommandSpec& command);

class InstanceStore {
 public:
  explicit InstanceStore(std::string folder) : folder_(std::move(folder)) {}

  /// All versions on record. Unreadable files are renamed to `<name>.unreadable`.
  /// @errors Unavailable BAS-0012: the folder cannot be read.
  [[nodiscard]] base::Result<std::vector<WorkloadRecord>> load() const;
  [[nodiscard]] std::optional<InstanceRecord> load_instance(const ports::VersionRef& version,
                                                            std::uint32_t number) const;
  base::Result<void> save(const WorkloadRecord& record) const;  ///< @errors Unavailable BAS-0012
  base::Result<void> save(const ports::VersionRef& version, const InstanceRecord& record) const;
  void forget(const ports::VersionRef& version, std::uint32_t number) const;
  void forget(const ports::VersionRef& version) const;
  [[nodiscard]] std::string log_path(const ports::VersionRef& version, std::uint32_t number) const;
  /// Where counting that log stands; it is kept until the version is forgotten.
  [[nodiscard]] std::string counts_path(const ports::VersionRef& version,
                                        std::uint32_t number) const;
  [[nodiscard]] std::string folder_of(const ports::VersionRef& version) const;

 private:
  [[nodiscard]] std::string instance_path(const ports::VersionRef& version,
                                          std::uint32_t number) const;
  std::string folder_;
};

/// `document-domain-1.3.0-1`
std::string instance_id(const ports::VersionRef& version, std::uint32_t number);

}  // namespace stellwerk::adapters::process
