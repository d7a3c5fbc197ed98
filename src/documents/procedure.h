// procedure.h — the "Verfahrensdokumentation Änderungswesen": how changes are made here, as one
// document.
//
// Role: `stellwerk audit procedure` gathers the facts and writes what this makes of them. The rules
// it describes are the tables that the program decides by (core/policy.h, runbook_steps.h,
// requirements.h, permissions.h, guard_policy.h), so that it matches what is run.
// Start here: procedure_document(). Thread-safety: pure functions.
// Invariants: the same facts and language give the same bytes; no clock is read, nothing says when
// it was made. Text of files and people never becomes markup.
// Spec: GoBD Rz. 151–155; runbook; docs/procedure.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/messages.h"
#include "base/time.h"
#include "core/environment.h"
#include "core/words.h"

namespace stellwerk::documents {

/// What somebody said of a release's plan.
struct ProcedureDecision {
  base::PersonId person;
  core::Role role = core::Role::ReleaseManager;
  core::ApprovalKind decision = core::ApprovalKind::Approve;
  bool rejected = false;  ///< then role and decision mean nothing
  bool signature = false;
};

enum class ReleaseOutcome : std::uint8_t { UnderWay, Completed, RolledBack, Cancelled, Failed };

/// A release as the journal has it.
struct ProcedureRelease {
  base::ReleaseId id;
  core::ReleaseType type = core::ReleaseType::Minor;
  std::vector<std::string> components;  ///< `document-domain 1.2.0 → 1.3.0`
  base::WallTime begin;                 ///< it was planned in the journal
  std::optional<base::WallTime> end;    ///< none: it is under way
  std::vector<std::string> requested;   ///< who ran it, and whom release.yaml names; each once
  std::vector<ProcedureDecision> decisions;
  ReleaseOutcome outcome = ReleaseOutcome::UnderWay;
  base::Digest plan;
  bool plan_is_there = true;  ///< false: its bytes are gone or damaged
};

/// A version of this document that was recorded: an entry audit.procedure.recorded.
struct RecordedProcedure {
  std::uint64_t index = 0;
  base::WallTime time;
  std::string by;
  base::Digest document;
  base::Digest environment;
  std::string program;
};

struct ProcedureKeyChange {
  std::uint64_t index = 0;
  base::WallTime time;
  std::string key;  ///< the new one: `<name>+<id>+<base64>`
};

struct ProcedureWitness {
  std::string name;
  std::string url;
};

/// What stands around the journal, as it is set up.
struct ProcedureSetting {
  std::string router;  ///< the adapters' names
  std::string workload;
  std::vector<std::string> notices;
  std::vector<std::string> events;
  std::vector<ProcedureWitness> witnesses;
  std::string timestamps;         ///< the authority's URL; empty: none
  std::vector<std::string> keys;  ///< of the published log
};

struct ProcedureFacts {
  std::string program;  ///< `stellwerk 1.4.0`
  base::Digest environment_file;
  core::Environment environment;
  ProcedureSetting setting;
  std::uint64_t entries = 0;                 ///< of the journal
  std::optional<base::WallTime> last_entry;  ///< none: there is no entry
  std::vector<ProcedureRelease> releases;    ///< in the order in which they began
  std::vector<ProcedureKeyChange> key_changes;
  std::vector<RecordedProcedure> recorded;  ///< in their order
};

/// The document as Markdown.
std::string procedure_document(const ProcedureFacts& facts, base::Locale locale);

}  // namespace stellwerk::documents
