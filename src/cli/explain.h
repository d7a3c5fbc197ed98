// explain.h — the pages of docs/errors, carried in the program.
//
// Thread-safety: immutable.                                       Start here: explain_command()
#pragma once

#include <span>
#include <string_view>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"

namespace stellwerk::cli {

struct ErrorPage {
  std::string_view id;    ///< `HAP-0002`
  std::string_view text;  ///< Markdown
};
/// Sorted by id. Made from docs/errors at build time (cmake/EmbedErrorPages.cmake).
std::span<const ErrorPage> error_pages();
const ErrorPage* find_error_page(std::string_view id);

/// A page, or without a code the list of all. @errors NotFound CLI-0008: no such code
Exit explain_command(const Console& console, const Arguments& arguments);

}  // namespace stellwerk::cli
