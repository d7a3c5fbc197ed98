// process_stat.h — what the kernel says of a process by its number, and of this boot.
//
// Role: adapters that find their processes again after a restart: a number alone names nobody.
// Thread-safety: any thread.                                     Start here: process_stat()
// Spec: proc(5), /proc/<pid>/stat and /proc/sys/kernel/random/boot_id
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stellwerk::base {

struct ProcessStat {
  char state = '?';  ///< field 3
  pid_t session = 0;
  std::uint64_t start_ticks = 0;  ///< clock ticks from boot to its start
  /// False for one that has ended and was not waited for yet.
  [[nodiscard]] bool runs() const { return state != 'Z' && state != 'X'; }
};

/// Nothing when there is no process of this number.
std::optional<ProcessStat> process_stat(pid_t pid);
/// @param text  the file's content; nothing when it is no such text
std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// Another one after each start of the machine; empty when the kernel does not say it.
const std::string& boot_id();

}  // namespace stellwerk::base
