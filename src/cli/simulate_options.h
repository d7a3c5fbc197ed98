// simulate_options.h — what `stellwerk simulate` was told, checked, with what it was not told.
//
// Thread-safety: pure functions.                                 Start here: read_simulation()
#pragma once

#include "base/result.h"
#include "cli/command_line.h"
#include "sim/forecast.h"

namespace stellwerk::cli {

struct Simulation {
  sim::ForecastOptions forecast;
  bool one = false;  ///< one seed, with its timeline
  bool variations = true;
};

/// @errors InvalidArgument CLI-0011: a value out of its range, an unknown kind of misfortune, a
/// wave that the plan does not have
base::Result<Simulation> read_simulation(const SimulateWords& words, const core::Plan& plan);

/// The options again, without seeds and threads: what repeats a world. Begins with a blank, if
/// there are any.
std::string options_text(const SimulateWords& words);

}  // namespace stellwerk::cli
