// commands.h — the commands of a transcript: what each does to the scene.
//
// Start here: run_command(). Thread-safety: one thread.     Spec: tests/transcripts/README.md
#pragma once

#include <string>
#include <vector>

#include "transcripts/command.h"
#include "transcripts/scene.h"
#include "transcripts/script.h"

namespace stellwerk::transcripts {

/// One line. @throws BadCommand: it is not understood, or cannot be done now.
void run_command(Scene& scene, const std::string& line);
/// The names of all commands, in order.
std::vector<std::string> command_names();

/// Runs every block and puts what was told into it. @throws Problem with file and line.
Script run_script(Script script);

/// `release`: compiles what it describes, tells the plan or why there is none.
void release_command(Scene& scene, Command& command);
/// `plan`: every step of it.
void plan_command(Scene& scene, Command& command);

}  // namespace stellwerk::transcripts
