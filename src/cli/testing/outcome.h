// outcome.h — how a command ended and what it wrote. For tests only.
#pragma once

#include <string>

#include "cli/world.h"

namespace stellwerk::cli::testing {

struct Outcome {
  Exit exit = Exit::Done;
  std::string out;
  std::string err;
};

}  // namespace stellwerk::cli::testing
