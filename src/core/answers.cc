#include "core/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace stellwerk::core {
namespace {

std::vector<std::string> known_ids() {
  std::vector<std::string> ids;
  for (const Requirement& line : requirements()) ids.emplace_back(line.id);
  for (const StepTemplate& row : runbook_steps()) ids.emplace_back(row.id);
  return ids;
}

}  // namespace

std::vector<const Requirement*> lines_of(const StepTemplate& row, ReleaseType type) {
  std::vector<const Requirement*> lines;
  for (const Requirement& line : requirements())
    if (line.step == row.id && line.types.contains(type)) lines.push_back(&line);
  return lines;
}

Answers::Answers(Compilation& c) : c_(c), claims_(c.release.checks.size()) {
  for (std::size_t check = 0; check < claims_.size(); ++check)
    for (std::size_t i = 0; i < c.release.checks[check].fulfils.size(); ++i) claim(check, i);
}

void Answers::claim(std::size_t check, std::size_t index) {
  const std::string& id = c_.release.checks[check].fulfils[index];
  const std::string key = fmt::format("checks[{}].fulfils[{}]", check, index);
  if (const Requirement* line = find_requirement(id)) return claim_line(check, *line, key);
  const StepTemplate* row = find_runbook_step(id);
  const auto lines =
      row == nullptr ? std::vector<const Requirement*>{} : lines_of(*row, c_.release.type);
  for (const Requirement* line : lines) claim_line(check, *line, key);
  if (!lines.empty()) return;
  c_.problem({"PLN-0004", key,
              fmt::format("the runbook has no requirement {}", base::in_quotes(id)),
              "`fulfils` takes ids of its lines (phase1.tests.unit) or of its steps "
              "(preparation/tests)"});
  base::Error& error = c_.problems.back();
  if (const auto near = base::nearest(id, known_ids()))
    error = std::move(error).then("write " + *near, "if that is what was meant");
  else
    error = std::move(error).then("stellwerk plan RELEASE --json", "the lines each step answers");
}

void Answers::claim_line(std::size_t check, const Requirement& line, const std::string& key) {
  const Phase phase = c_.release.checks[check].phase;
  const StepTemplate& row = *find_runbook_step(line.step);
  if (!line.types.contains(c_.release.type)) {
    c_.problem(
        {"PLN-0008", key,
         fmt::format("{} does not apply to a {} release", line.id, to_string(c_.release.type)),
         fmt::format("the runbook's line is: {}", line.german)});
    return;
  }
  if (row.phase != phase) {
    base::Error& error =
        c_.problem({"PLN-0008", key,
                    fmt::format("{} cannot be answered in the phase {}", line.id, to_string(phase)),
                    fmt::format("the runbook asks for it in the phase {}", to_string(row.phase))});
    error = std::move(error).then(fmt::format("write phase: {}", to_string(row.phase)),
                                  "the check closes the right gate");
    return;
  }
  claims_[check].insert(line.id);
}

bool Answers::claimed(const Requirement& line) const {
  return std::any_of(claims_.begin(), claims_.end(),
                     [&](const auto& claims) { return claims.contains(line.id); });
}

bool Answers::taken_over(const StepTemplate& row) const {
  if (row.kind != StepKind::Manual) return false;
  const auto lines = lines_of(row, c_.release.type);
  return std::all_of(lines.begin(), lines.end(),
                     [&](const Requirement* line) { return line->sums_up || claimed(*line); });
}

std::vector<std::string> Answers::of_step(const StepTemplate& row) const {
  std::vector<std::string> ids;
  for (const Requirement* line : lines_of(row, c_.release.type))
    if (row.kind != StepKind::Manual || !claimed(*line)) ids.emplace_back(line->id);
  return ids;
}

std::vector<std::string> Answers::of_check(std::size_t index) const {
  const auto& claims = claims_[index];
  std::set<std::string_view> inherits;  // rows that fell away, of which this check answers a line
  for (const std::string_view id : claims) {
    const StepTemplate* row = find_runbook_step(find_requirement(id)->step);
    if (taken_over(*row)) inherits.insert(row->id);
  }
  std::vector<std::string> ids;
  for (const Requirement& line : requirements()) {
    const bool summed = line.sums_up && line.types.contains(c_.release.type) &&
                        inherits.contains(line.step) && !claimed(line);
    if (summed || claims.contains(line.id)) ids.emplace_back(line.id);
  }
  return ids;
}

}  // namespace stellwerk::core
