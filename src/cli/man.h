// man.h — the manual pages: of every command from the table of commands, of both files from the
// tables that they are read with.
//
// Thread-safety: pure functions but for the command.               Start here: man_command()
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

struct ManPage {
  std::string name;  ///< `stellwerk-plan`
  int section = 1;
  std::string title;  ///< one line
  std::string text;   ///< roff
  [[nodiscard]] std::string file() const { return name + "." + std::to_string(section); }
};

/// All of them, in the order of the commands, the files last.
std::vector<ManPage> man_pages(base::Locale locale);
/// `stellwerk-plan.1`, in that order.
std::vector<std::string> page_names();

/// One page, the list of all, or all of them as files of a folder.
/// @errors NotFound CLI-0001: there is no such page; those of writing files
Exit man_command(const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
