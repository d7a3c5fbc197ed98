// runtime_replies.h — what HAProxy answers to commands of its runtime API, as values.
//
// Role: RuntimeApi asks, these functions read. What they do not understand they leave out.
// Start here: parse_info()                                           Thread-safety: pure functions.
// Spec: HAProxy 2.6 Management Guide §9.3, "show info", "show proc", "show table"
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace stellwerk::adapters::haproxy {

struct WorkerInfo {
  pid_t pid = 0;
  std::string digest;             ///< of its configuration
  bool stopping = false;          ///< takes no new connections
  std::uint64_t connections = 0;  ///< of users
};

struct MasterInfo {
  unsigned failed_reloads = 0;  ///< since the last good one
  std::vector<pid_t> old_workers;
};

/// Releases with a living lease and how long it still lives.
using LivingLeases = std::map<base::ReleaseId, base::Duration>;
/// The same by the length of their table.
using Leases = std::map<base::Duration, LivingLeases>;

WorkerInfo parse_info(std::string_view text);       ///< the answer to `show info`
MasterInfo parse_processes(std::string_view text);  ///< the master's answer to `show proc`
/// The entries in an answer to `show table`: `0x55: key=rel-1 use=0 exp=57127 gpc0=1`, where `exp`
/// is what is left of it in milliseconds; one without any is only not yet cleared away.
LivingLeases parse_leases(std::string_view text);

}  // namespace stellwerk::adapters::haproxy
