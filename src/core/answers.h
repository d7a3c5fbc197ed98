// answers.h — who answers which line of the runbook in one release: Stellwerk's own steps, or
// checks that the release brings. Internal to core (compile_steps.cc).
//
// Invariants: a line of a manual step that a check takes over leaves that step; a manual step whose
// lines are all taken over falls away, and the lines that only sum up go to those checks.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/compilation.h"
#include "core/requirements.h"
#include "core/runbook_steps.h"

namespace stellwerk::core {

class Answers {
 public:
  /// Reads `fulfils` of every check; reports ids that do not exist or do not fit (PLN-0004,
  /// PLN-0008).
  explicit Answers(Compilation& c);

  /// Requirement ids that the step of this row answers.
  [[nodiscard]] std::vector<std::string> of_step(const StepTemplate& row) const;
  /// Requirement ids that the check answers.
  [[nodiscard]] std::vector<std::string> of_check(std::size_t index) const;
  /// Checks answer everything that this manual step would be asked for.
  [[nodiscard]] bool taken_over(const StepTemplate& row) const;

 private:
  void claim(std::size_t check, std::size_t index);
  void claim_line(std::size_t check, const Requirement& line, const std::string& key);
  [[nodiscard]] bool claimed(const Requirement& line) const;

  Compilation& c_;
  std::vector<std::set<std::string_view>> claims_;  ///< by check
};

/// The lines of this row that apply to the release type, in the runbook's order.
std::vector<const Requirement*> lines_of(const StepTemplate& row, ReleaseType type);

}  // namespace stellwerk::core
