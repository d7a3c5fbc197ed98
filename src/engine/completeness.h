// completeness.h — what an Audit Officer's signature of completeness rests on.
//
// Role: the engine asks before such a word goes to decide(), which asks whether every step has its
// entries.                         Start here: covers_record()       Thread-safety: pure but for
// what it reads.                   Spec: runbook "Audit-Log vollständig"; docs/approvals.md
#pragma once

#include <optional>

#include "audit/approval.h"
#include "engine/engine_ports.h"
#include "engine/release_run.h"

namespace stellwerk::engine {

/// Whether what this person says would be that the record is complete.
bool says_complete(const ReleaseRun& run, const core::InputBody& body, const base::PersonId& by);

/// Lane `log`. The signed text names a head of the published log that covers every entry of the
/// release.
/// @errors Conflict ENG-0037: it names none, another log's, or one that is too old
base::Result<void> covers_record(EnginePorts& ports, const base::ReleaseId& release,
                                 const std::optional<audit::ApprovedHead>& head);

/// Why a check of the whole journal does not let the record be called complete.
base::Error not_sound(const base::ReleaseId& release, const std::string& summary);

}  // namespace stellwerk::engine
