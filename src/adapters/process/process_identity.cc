#include "adapters/process/process_identity.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "adapters/process/spawn.h"
#include "base/process_stat.h"

namespace stellwerk::adapters::process {
namespace {

/// False when somebody else has the number now: then the group of that number is theirs.
bool group_is_still_ours(const ProcessIdentity& identity) {
  const auto stat = base::process_stat(identity.pid);
  return !stat || stat->start_ticks == identity.start_ticks;
}

}  // namespace

std::optional<ProcessIdentity> identify(pid_t pid) {
  const auto stat = base::process_stat(pid);
  if (!stat) return std::nullopt;
  return ProcessIdentity{pid, stat->start_ticks, base::boot_id()};
}

base::UniqueFd adopt(const ProcessIdentity& identity) {
  if (identity.pid <= 1 || identity.boot_id != base::boot_id()) return {};
  base::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0U)));
  if (!pidfd.valid()) return {};
  // Compared after opening: the descriptor now holds whoever has the number, and cannot change.
  const auto stat = base::process_stat(identity.pid);
  if (!stat || stat->start_ticks != identity.start_ticks) return {};
  return pidfd;
}

std::string to_string(const ExitStatus& status) {
  if (!status.known) return "ended with an unknown status (it was started before Stellwerk)";
  if (status.signal == 0) return fmt::format("exit {}", status.exit_code);
  const char* name = ::sigabbrev_np(status.signal);
  return fmt::format("killed by signal {} (SIG{})", status.signal, name == nullptr ? "?" : name);
}

bool has_ended(int pidfd) {
  pollfd entry{pidfd, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLIN) != 0;
}

ExitStatus collect(const ProcessIdentity& identity, int pidfd) {
  // Before reaping: until then a child of ours keeps its number, and the group cannot be a
  // stranger's.
  if (group_is_still_ours(identity)) signal_group(identity.pid, SIGKILL);
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0)
    return {};
  if (info.si_code == CLD_EXITED) return {.known = true, .exit_code = info.si_status};
  return {.known = true, .exit_code = 0, .signal = info.si_status};
}

}  // namespace stellwerk::adapters::process
