// completion_shells.h — the scripts of `stellwerk completion` around their tables.
//
// Role: completion.cc replaces `@NAME@` lines by what it makes from the commands.
// Thread-safety: constants.                                        Start here: bash_skeleton()
#pragma once

#include <string_view>

namespace stellwerk::cli {

std::string_view bash_skeleton();
std::string_view zsh_skeleton();
std::string_view fish_skeleton();
/// What bash and zsh have in common, for their line @OPTION@.
std::string_view option_skeleton();

}  // namespace stellwerk::cli
