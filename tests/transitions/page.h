// page.h — docs/spec/transitions.md, made from what decide() does.
//
// Start here: transitions_page()                        Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "transitions/cell.h"
#include "transitions/inputs.h"
#include "transitions/situations.h"

namespace stellwerk::transitions {

/// The whole walk: for each input, in the order of all_inputs(), what it does in each situation.
struct Walk {
  std::vector<Situation> situations;
  std::vector<Probe> inputs;
  std::vector<std::vector<std::optional<Cell>>> cells;  ///< [input][situation]
};
Walk walk_all();

std::string transitions_page(const Walk& walk);

}  // namespace stellwerk::transitions
