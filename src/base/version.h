// version.h — which Stellwerk this is.
//
// Thread-safety: a constant.                                       Start here: program_version()
#pragma once

#include <string_view>

namespace stellwerk::base {

/// `0.1.0`, as CMakeLists.txt has it.
std::string_view program_version();

}  // namespace stellwerk::base
