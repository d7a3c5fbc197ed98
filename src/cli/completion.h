// completion.h — what bash, zsh and fish need to complete `stellwerk`, made from the one table of
// commands.
//
// Role: `stellwerk completion SHELL` prints a script; the script asks this program only for what
// changes: ids of releases, error codes.                  Start here: completion_command()
// Thread-safety: pure functions but for the command.      Spec: docs/reference/commands.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

enum class Shell : std::uint8_t { Bash, Zsh, Fish };

/// What is offered where the help says `word`: `none`, `files`, `yaml`, `folders`, `releases`,
/// `codes`, or `words:` and a closed vocabulary, separated by commas; nullopt: a word that no rule
/// names.
std::optional<std::string> offered_for(std::string_view word);

std::string completion_script(Shell shell, const std::vector<CommandInfo>& commands);

/// The script of the shell that `topic` names; or, for scripts, the ids of releases or the error
/// codes, one a line: then whatever goes wrong is no answer, and silent.
Exit completion_command(World& world, const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
