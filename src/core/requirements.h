// requirements.h — every line of the runbook that a release must answer, as data.
//
// Role: compile() attaches each line to the step that answers it; a check of release.yaml may take
// over the lines of a manual step (`fulfils`, by line or by step id).
// Start here: requirements()          Thread-safety: immutable table.
// Invariants: ids are unique; `step` is a row of runbook_steps.h of every type the line applies to.
// Spec: runbook, phases 1 to 5, "Release-Checkliste", "Dokumentations-Artefakte",
// "Success-Kriterien".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/messages.h"
#include "core/policy.h"

namespace stellwerk::core {

struct Requirement {
  std::string_view id;      ///< `phase1.tests.unit`, `before.rollback-plan`
  std::string_view german;  ///< the runbook's line, to the letter
  std::string_view english;
  std::string_view step;  ///< the row of runbook_steps.h that answers it
  TypeSet types = kEveryType;
  bool sums_up = false;  ///< repeats the other lines of its step; goes where they go
};

std::span<const Requirement> requirements();
const Requirement* find_requirement(std::string_view id);
std::string_view text_of(const Requirement& line, base::Locale locale);

}  // namespace stellwerk::core
