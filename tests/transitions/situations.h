// situations.h — where a release can stand, one state for each, reached by carrying a release
// there.
//
// Role: the rows of docs/spec/transitions.md.                     Start here: all_situations()
// Thread-safety: values. Invariants: every stage has at least one; none is made by hand.
#pragma once

#include <string>
#include <vector>

#include "support/story.h"

namespace stellwerk::transitions {

struct Situation {
  std::string name;     ///< `holding, paused by a person`
  std::string reached;  ///< how, in words
  core::testing::Story story;
};
std::vector<Situation> all_situations();

}  // namespace stellwerk::transitions
