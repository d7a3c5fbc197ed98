// process_identity.h — which process it is, beyond its number: numbers are used again.
//
// Role: adoption after a restart; nothing is ever signalled before it was recognised.
// Thread-safety: any thread.                                Start here: ProcessIdentity, adopt()
// Invariants: pid + start time (clock ticks since boot) + boot id name one process for ever.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace stellwerk::adapters::process {

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::string boot_id;
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// Of a process that runs now, or is a zombie; nothing when there is none of this number.
std::optional<ProcessIdentity> identify(pid_t pid);

/// A pidfd of exactly this process; invalid when it is gone, whoever has its number now.
base::UniqueFd adopt(const ProcessIdentity& identity);

/// How a process ended, as far as it can be known.
struct ExitStatus {
  bool known = false;  ///< false: it was no child of ours (started before Stellwerk was)
  int exit_code = 0;
  int signal = 0;  ///< 0: it exited by itself
};
std::string to_string(const ExitStatus& status);

/// True once it has ended.
bool has_ended(int pidfd);
/// Kills what is left of its process group, and reaps it if it was our child. Call once it has
/// ended.
ExitStatus collect(const ProcessIdentity& identity, int pidfd);

}  // namespace stellwerk::adapters::process
