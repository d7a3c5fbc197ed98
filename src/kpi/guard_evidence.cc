#include "kpi/guard_evidence.h"

#include "core/archive.h"
#include "kpi/unreadable.h"

namespace stellwerk::kpi {

base::Json to_json(const GuardEvidence& evidence) { return core::JsonWriter::to(evidence); }

base::Result<GuardEvidence> evidence_from_json(const base::Json& json) {
  GuardEvidence evidence;
  core::ReadProblem problem;
  core::JsonReader::from(json, evidence, problem);
  if (problem.any()) return unreadable("evidence of a verdict", problem.text);
  return evidence;
}

}  // namespace stellwerk::kpi
