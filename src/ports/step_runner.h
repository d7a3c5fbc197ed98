// step_runner.h — port: carries out one kind of check and returns evidence.
//
// Role: src/checks implements command, http, health; called in a lane of the step.
// Thread-safety: any thread; runs of different steps overlap.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "core/environment.h"
#include "core/release.h"
#include "ports/call.h"
#include "ports/health_probe.h"

namespace stellwerk::ports {

/// All services healthy now (waived ones are probed and reported, but do not fail it).
struct HealthStep {
  std::vector<HealthTarget> targets;
  std::vector<base::ServiceName> waived;
};

using CheckWork = std::variant<core::CommandCheck, core::HttpCheck, HealthStep>;

struct StepRequest {
  base::ReleaseId release;
  base::StepId step;
  CheckWork work;  ///< placeholders already replaced, URLs absolute
};

/// What a check found. A check that ran and found something bad is a StepReport with passed =
/// false, not an Error.
struct StepReport {
  bool passed = false;
  std::string result;    ///< for the journal: codes, counts and words of ours, nothing that came
                         ///< from outside: `exit 0 after 3.2 s`, `status 503 in 4 ms`
  std::string summary;   ///< one line for people: the result and what came with it (last output,
                         ///< values of an answer); private, scrubbed, printable
  std::string evidence;  ///< full record (JSON text): what was asked, what came back, output;
                         ///< scrubbed, ≤ 1 MiB
};

class StepRunner {
 public:
  virtual ~StepRunner() = default;
  /// @errors OutcomeUnknown CHK-0001: started, and what became of it is not known (deadline, stop);
  /// Unavailable
  ///         CHK-0002: could not be started (nothing happened).
  virtual base::Result<StepReport> run(const StepRequest& request, const Call& call) = 0;
};

}  // namespace stellwerk::ports
