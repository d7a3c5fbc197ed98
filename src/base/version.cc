#include "base/version.h"

#ifndef STELLWERK_VERSION
#error "STELLWERK_VERSION comes from CMakeLists.txt"
#endif

namespace stellwerk::base {

std::string_view program_version() { return STELLWERK_VERSION; }

}  // namespace stellwerk::base
