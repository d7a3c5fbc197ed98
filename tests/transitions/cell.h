// cell.h — what decide() made of one input in one situation, in words and in a mark.
//
// Role: a cell of docs/spec/transitions.md.                              Start here: look()
// Thread-safety: values.
#pragma once

#include <string>

#include "support/story.h"

namespace stellwerk::transitions {

struct Cell {
  std::string mark;  ///< one word: the next stage, `pause`, `resume`, `✎`, `✗`, `–`, `·`
  std::string text;  ///< next stage, entries, effects; or refused or ignored and why
  core::Decision decision;
};

/// What happens in this story when this comes; a tick comes when the time is there that the story
/// waits for.
Cell look(const core::testing::Story& story, const core::InputBody& input,
          const base::PersonId& by);

}  // namespace stellwerk::transitions
