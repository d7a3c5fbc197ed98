// command.h — port: runs one program to its end, without a shell.
//
// Role: adapters/process; the runner of command checks uses it.
// Thread-safety: any thread; runs overlap.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/environment.h"
#include "ports/call.h"

namespace stellwerk::ports {

/// How a run ended, as seen from outside the program.
enum class CommandEnd : std::uint8_t {
  Exited,     ///< by itself; `exit_code` holds
  Signalled,  ///< by a signal that we did not send; `signal` holds
  Deadline,   ///< killed by us, with all its process group: the deadline passed
  Stopped     ///< killed by us, with all its process group: the call was stopped
};

struct CommandResult {
  CommandEnd end = CommandEnd::Exited;
  int exit_code = 0;
  int signal = 0;
  std::string output;  ///< stdout and stderr as they came, any bytes: not scrubbed, not printable
  std::uint64_t output_bytes_cut = 0;  ///< left out in the middle of `output`, where it says so
  base::Duration took;
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// Runs it and waits for its end. At most 256 KiB of output are kept, the first and last half.
  /// Within 100 ms of the deadline or a stop the whole process group is killed.
  /// @errors Rejected PRC-0001: it cannot be started; Unavailable PRC-0002: no more processes or
  ///         memory. Either way nothing happened.
  virtual base::Result<CommandResult> run(const core::CommandSpec& command, const Call& call) = 0;
};

}  // namespace stellwerk::ports
