// verdict.h — what the guard concludes, with the evidence that suffices to conclude it again.
//
// Role: made by kpi::Guard, consumed by decide(), recorded in the journal.     Start here: Verdict
// Thread-safety: values. Invariants: integers only.                           Spec: docs/guard.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace stellwerk::core {

/// What is to be done. Ordered by severity: the worst of all findings is the verdict's.
enum class Action : std::uint8_t { Continue, Pause, Rollback, StopAndRollback };
/// Why. `Rollback` may be asked of a person (`rollback: ask`); `StopAndRollback` never is.
enum class Cause : std::uint8_t {
  AllGood,
  TooFewToJudge,  ///< requests below the minimum, no limit broken: continue, but no hold ends on it
  NoRequests,     ///< source alive, nobody asks the new version: the hold is extended
  TooFewBad,      ///< a limit is crossed on insufficient evidence: pauses at most
  ErrorRate,
  Latency,
  ConsumerLag,
  NoData,        ///< nothing from the source: pause, later rollback
  GaugeMissing,  ///< a limited gauge gives no number: pause (as no data)
  Health,
  Integrity,
};
std::string_view to_string(Action);  ///< continue, pause, rollback, stop-and-rollback
std::string_view to_string(Cause);   ///< all-good, too-few-to-judge, …

/// One finding: what was measured against which limit, over which window. Enough to judge again.
struct Finding {
  Cause cause = Cause::AllGood;
  Action action = Action::Continue;
  base::ComponentName component;    ///< empty: not about one component
  std::string subject;              ///< gauge name, service name …; may be empty
  std::uint64_t requests = 0;       ///< in the window, new version
  std::uint64_t bad = 0;            ///< errors or slow ones among them
  std::int64_t value = 0;           ///< ppm, microseconds over no data, events: see `cause`
  std::int64_t limit = 0;           ///< same unit as value
  std::int64_t window_from_us = 0;  ///< MonoTime
  std::int64_t window_to_us = 0;
  friend bool operator==(const Finding&, const Finding&) = default;

  template <class A>
  void fields(A& a) {
    a("cause", cause)("action", action)("component", component)("subject", subject);
    a("requests", requests)("bad", bad)("value", value)("limit", limit);
    a("window_from_us", window_from_us)("window_to_us", window_to_us);
  }
};

struct Verdict {
  Action action = Action::Continue;
  Cause cause = Cause::AllGood;   ///< of the worst finding
  std::vector<Finding> findings;  ///< worst first; at most 32
  std::uint64_t lost_lines = 0;   ///< request lines known to be lost in the window
  friend bool operator==(const Verdict&, const Verdict&) = default;

  template <class A>
  void fields(A& a) {
    a("action", action)("cause", cause)("findings", findings)("lost_lines", lost_lines);
  }
};

}  // namespace stellwerk::core
