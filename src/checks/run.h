// run.h — what the kinds of checks have in common: their surroundings, evidence, failures, pauses.
//
// Role: private to this folder.                                          Start here: Run
// Thread-safety: one thread per run.
#pragma once

#include <string>

#include "base/json.h"
#include "checks/checks.h"

namespace stellwerk::checks {

/// One run of one check.
struct Run {
  const ChecksNeeds& needs;
  const ports::StepRequest& request;
  const ports::Call& call;
  base::WallTime started_wall;
  base::MonoTime started;

  [[nodiscard]] bool over() const;
  [[nodiscard]] base::Duration took() const;
  /// The call, ended earlier by the check's own limit.
  [[nodiscard]] ports::Call limited_to(base::Duration timeout) const;
  /// False when the call was over before the time had passed.
  [[nodiscard]] bool pause(base::Duration span) const;
};

struct Finding {
  bool passed = false;
  std::string result;  ///< for the journal: nothing in it came from outside
  std::string more;    ///< what did, for people; may be empty
};

/// The report of a check that ran: `asked` and `answer` become part of its evidence.
ports::StepReport report(const Run& run, Finding finding, base::Json asked, base::Json answer);

/// CHK-0001: it was begun, and what became of it is not known.
base::Failure outcome_unknown(const Run& run, std::string why);
/// CHK-0002: it could not begin; nothing happened.
base::Failure not_begun(const Run& run, const base::Error& cause);

/// Text of many lines with everything that could steer a terminal replaced, at most about
/// `size_bytes_max`.
std::string readable(std::string_view text, std::size_t size_bytes_max);
/// `3.2 s`
std::string seconds_text(base::Duration span);

base::Result<ports::StepReport> run_command(const core::CommandCheck& check, const Run& run);
base::Result<ports::StepReport> run_http(const core::HttpCheck& check, const Run& run);
base::Result<ports::StepReport> run_health(const ports::HealthStep& step, const Run& run);

}  // namespace stellwerk::checks
