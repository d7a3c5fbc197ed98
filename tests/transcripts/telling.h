// telling.h — what a scene shows of a decision and of a state, in lines.
//
// Role: pure text. Entries as the journal has them, effects asked for, what was cancelled, refused
// or ignored; and the state as `stellwerk release show` shows it.       Start here: told()
// Thread-safety: pure functions.                    Spec: tests/transcripts/README.md
#pragma once

#include <string>
#include <vector>

#include "core/decide.h"
#include "support/names.h"

namespace stellwerk::transcripts {

/// `T+15m`; before T+0 is known, the time since the release was begun: `+2h`.
std::string time_text(const core::State& state, const base::Now& now, base::RunbookTime begun);

struct Occasion {
  const core::State& before;
  const core::Decision& decision;
  base::Now now;
  base::RunbookTime begun;
};
std::vector<std::string> told(const Occasion& occasion, const testing::Names& names);

/// Stage, pause, time, traffic, guard and rollback as people see them; who is waited for; what is
/// under way.
std::vector<std::string> state_lines(const core::Plan& plan, const core::State& state,
                                     const base::Now& now);
/// A verdict's findings: what was counted, against which limit.
std::vector<std::string> finding_lines(const core::Verdict& verdict);

/// `ENG-0012: what (why)`, then the state, then what to do next.
std::vector<std::string> error_lines(const base::Error& error);

}  // namespace stellwerk::transcripts
