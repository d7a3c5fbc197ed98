// planning_events.h — events of preparation and pre-checks: the plan, steps, approvals, the clock.
//
// Role: alternatives of core::Event, one struct an entry type. Include event.h, not this.
// Thread-safety: values.                                             Spec: docs/events.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/time.h"
#include "core/effect.h"
#include "core/verdict.h"
#include "core/words.h"

namespace stellwerk::core {

struct ReleasePlanned {  // audit.release.planned
  base::Digest plan;
  base::Digest release_file;
  ReleaseType release_type = ReleaseType::Minor;
  std::vector<std::string> components;  ///< `document-domain 1.2.0 → 1.3.0`
  template <class A>
  void fields(A& a) {
    a("plan", plan)("release_file", release_file)("release_type", release_type)("components",
                                                                                components);
  }
};
struct ReleaseScheduled {                // scheduler.release.planned
  std::optional<std::int64_t> start_us;  ///< wall time asked for
  base::Duration announce_lead;
  template <class A>
  void fields(A& a) {
    a("start_us", start_us)("announce_lead_us", announce_lead);
  }
};
struct ClockAnchored {  // scheduler.clock.anchored
  base::WallTime wall;
  base::RunbookTime runbook;
  std::int64_t speed = 1;
  template <class A>
  void fields(A& a) {
    a("wall_us", wall)("runbook_us", runbook)("speed", speed);
  }
};
struct ClockStepped {  // scheduler.clock.stepped: the wall clock jumped; nothing moves because of
                       // it
  base::Duration by;
  template <class A>
  void fields(A& a) {
    a("by_us", by);
  }
};
struct StepStarted {  // stellwerk.step.started
  base::StepId step;
  template <class A>
  void fields(A& a) {
    a("step", step);
  }
};
struct StepPassed {  // audit.step.passed
  base::StepId step;
  std::string summary;  ///< words of ours, codes and counts: `exit 0 after 3.2 s`; never free text
  std::optional<base::Digest> evidence;
  std::optional<base::Digest> text = {};  ///< what else there is to say, kept privately
  template <class A>
  void fields(A& a) {
    a("step", step)("summary", summary)("evidence", evidence)("text", text);
  }
};
struct StepAttested {  // audit.step.attested
  base::StepId step;
  base::PersonId person;
  std::optional<base::Digest> note;
  std::optional<std::string> summary = {};  ///< as of StepPassed: figures there were beside it
  std::optional<base::Digest> evidence = {};
  template <class A>
  void fields(A& a) {
    a("step", step)("person", person)("note", note)("summary", summary)("evidence", evidence);
  }
};
struct StepFailed {  // audit.step.failed
  base::StepId step;
  std::string summary;  ///< as of StepPassed
  bool outcome_unknown = false;
  std::optional<base::Digest> evidence;
  std::optional<base::Digest> text = {};
  template <class A>
  void fields(A& a) {
    a("step", step)("summary", summary)("outcome_unknown", outcome_unknown)("evidence", evidence);
    a("text", text);
  }
};
struct StepReopened {  // audit.step.reopened: a person resumed; it is done again
  base::StepId step;
  template <class A>
  void fields(A& a) {
    a("step", step);
  }
};
struct ApprovalGranted {  // audit.approval.granted
  base::PersonId person;
  Role role = Role::ReleaseManager;
  base::Digest plan;
  bool signature =
      false;  ///< false: attributed to the local operating-system user, marked unsigned
  ApprovalKind decision = ApprovalKind::Approve;
  std::optional<base::Digest> document = {};  ///< what was signed, the signature and the key
  std::optional<std::string> key = {};        ///< its fingerprint: `SHA256:…`
  std::optional<base::Digest> reason = {};    ///< of an emergency
  template <class A>
  void fields(A& a) {
    std::optional<ApprovalKind> kind;  // left out: the bytes of older entries stay what they are
    if (decision != ApprovalKind::Approve) kind = decision;
    a("person", person)("role", role)("plan", plan)("signed", signature)("decision", kind);
    a("document", document)("key", key)("reason", reason);
    decision = kind.value_or(ApprovalKind::Approve);
  }
};
struct ApprovalRejected {  // audit.approval.rejected
  base::PersonId person;
  base::Digest plan;
  base::Digest reason;
  std::optional<base::Digest> document = {};  ///< as of ApprovalGranted
  std::optional<std::string> key = {};
  template <class A>
  void fields(A& a) {
    a("person", person)("plan", plan)("reason", reason)("document", document)("key", key);
  }
};
struct MaintenanceScheduled {  // notification.maintenance.scheduled
  base::RunbookTime t0;
  template <class A>
  void fields(A& a) {
    a("t0_us", t0);
  }
};
struct PreCheckStarted {  // stellwerk.precheck.started
  template <class A>
  void fields(A&) {}
};
struct PreCheckCompleted {  // audit.precheck.completed
  std::uint32_t steps_passed = 0;
  template <class A>
  void fields(A& a) {
    a("steps_passed", steps_passed);
  }
};

}  // namespace stellwerk::core
