// process_command_runner.h — runs the command of a step and captures what it wrote.
//
// Role: ports::CommandRunner on this machine.                Start here: ProcessCommandRunner
// Thread-safety: any thread.
// Invariants: when run() returns, nothing of its process group is left.
#pragma once

#include "ports/clock.h"
#include "ports/command.h"

namespace stellwerk::adapters::process {

class ProcessCommandRunner : public ports::CommandRunner {
 public:
  explicit ProcessCommandRunner(const ports::Clock& clock) : clock_(clock) {}
  base::Result<ports::CommandResult> run(const core::CommandSpec& command,
                                         const ports::Call& call) override;

 private:
  const ports::Clock& clock_;
};

}  // namespace stellwerk::adapters::process
