// spawn.h — starts one program without a shell, with nothing inherited but what is asked for.
//
// Role: the only place that forks. Used by the workload and by the command runner.
// Thread-safety: any thread.                       Start here: prepare(), then spawn()
// Invariants: the child leads its own session and process group, and holds descriptors 0, 1, 2
// only.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "core/environment.h"

namespace stellwerk::adapters::process {

/// Whom a program runs as.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  std::string home;
};

/// A program ready to be started: everything looked up, nothing left to guess.
struct Program {
  std::string path;  ///< absolute
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< `NAME=value`
  std::string folder;                    ///< absolute
  std::optional<Account> account;        ///< empty: ours
};

/// `{name}` → value; anything else in braces stays as it is.
using Placeholders = std::map<std::string, std::string, std::less<>>;
std::string filled(std::string_view text, const Placeholders& placeholders);

/// Fills placeholders in arguments and environment values, looks up program, folder and user.
/// @errors Rejected PRC-0001: program missing or not executable, no such folder or user, or the
/// user may not be taken.
base::Result<Program> prepare(const core::CommandSpec& command, const Placeholders& placeholders);

struct Child {
  pid_t pid = 0;
  base::UniqueFd pidfd;
};

/// Told of the process before it becomes the program, so that it can be recorded.
using Born = std::function<base::Result<void>(pid_t)>;

/// Starts the program; `output` becomes its stdout and stderr. Returns once it was executed. It
/// never is when `born` fails, or when we end before `born` has returned: what nobody knows of does
/// not run.
/// @errors Rejected PRC-0001: the system refuses the program; Unavailable PRC-0002: no more
/// processes or memory; those of `born`.
base::Result<Child> spawn(const Program& program, int output, const Born& born = {});

/// Sends `signal` to every process of the group that `leader` leads or led. No such group is fine.
void signal_group(pid_t leader, int signal);

}  // namespace stellwerk::adapters::process
