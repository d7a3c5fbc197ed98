// plan.h — the runbook compiled for one release: everything that will happen, in order, as pure
// data with a digest.
//
// Role: made by compile(), approved by people (their approval names its digest), executed by
// decide(); its bytes are kept and resuming uses them, never a recompilation. Start here: Plan
// Thread-safety: immutable values. Invariants: steps are ordered by phase; ids are unique; waves
// are cumulative and the last one serves everyone; encode_plan(decode_plan(bytes)) == bytes. Spec:
// docs/reference/plan.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/ratio.h"
#include "base/semver.h"
#include "base/time.h"
#include "core/environment.h"
#include "core/guard_policy.h"
#include "core/release.h"
#include "core/words.h"

namespace stellwerk::core {

/// All services of the environment answer as healthy; waived ones are probed and recorded, but do
/// not close the gate.
struct HealthAction {
  std::vector<base::ServiceName> waived;
};
/// `count` different people, each with one of the step's roles, decide so about the plan's digest.
struct ApprovalAction {
  Role role = Role::ReleaseManager;  ///< the first of the step's roles
  std::uint32_t count = 1;
  bool signature_required = false;
  ApprovalKind decision = ApprovalKind::Approve;
};
/// Passes when the journal holds the public event of this name (`audit.release.planned`): the
/// record is the evidence.
struct RecordAction {
  std::string event;
};
struct DeployAction {
  base::ComponentName component;
};
struct WaveAction {
  std::uint32_t wave = 0;  ///< number, from 1
};
/// The guarded watch after 100 %.
struct WatchAction {};
/// Before/after comparison with the runbook's literal success criteria; inconclusive needs a
/// person's attestation.
struct CompareAction {};
struct IntegrityAction {};
/// The release summary is written and kept.
struct SummaryAction {};
/// Undoing: traffic back to the old version, instances of the new version stopped.
struct ReturnTrafficAction {};
struct RetireAction {
  base::ComponentName component;
};

using StepAction = std::variant<CommandCheck, HttpCheck, Attestation, HealthAction, ApprovalAction,
                                RecordAction, DeployAction, WaveAction, WatchAction, CompareAction,
                                IntegrityAction, SummaryAction, ReturnTrafficAction, RetireAction>;
/// `command`, `http`, `manual`, `health`, `approval`, `record`, `deploy`, `wave`, `watch`,
/// `comparison`, `integrity`, `summary`, `return-traffic`, `retire`.
std::string_view kind_of(const StepAction& action);

struct Step {
  base::StepId id;  ///< `<phase>/<name>`
  Phase phase = Phase::Preparation;
  std::string title;
  StepAction action;
  std::vector<Role> roles;           ///< responsible; a manual step is attested by one of them
  std::optional<base::Duration> at;  ///< planned offset from T+0
  std::vector<std::string> fulfils;  ///< requirement ids of the runbook's lines it answers
  bool critical = false;             ///< post-check: its failure rolls back
  bool follow_up = false;  ///< due after the end: stays open without keeping the release open
  std::string undone_by;   ///< id of the rollback step that undoes it; empty: nothing to undo
  std::string origin;      ///< `release.yaml:12:5`, `runbook minor`, `default`
};

struct PlannedComponent {
  base::ComponentName name;
  base::SemVer from;
  base::SemVer to;
  std::string image;
  std::optional<base::Digest> artifact = {};  ///< of what runs as the new version, as far as said
  WorkloadSpec old_workload;
  WorkloadSpec new_workload;
  HealthCheck health;  ///< url is a path on each instance
  std::vector<GaugeSpec> gauges;
  std::uint16_t listen_port = 0;
  std::vector<base::ComponentName> after = {};  ///< their new versions are started before this one
};

struct PlannedWave {
  std::uint32_t number = 0;  ///< from 1
  base::Ppm share_wanted;    ///< of traffic
  base::Ppm share_real;      ///< what the tenants named here usually carry; last wave: 100 %
  std::vector<base::TenantId> adds;    ///< joined by this wave
  std::vector<base::TenantId> serves;  ///< all that the new version serves from this wave on
  std::uint32_t buckets = 0;           ///< of unknown tenants: 0 … buckets-1
  bool everyone = false;               ///< last wave
  base::Duration at;                   ///< planned offset
  base::Duration hold;                 ///< guarded runbook time before the next step
};

/// From the start of the rollout until the wave in which the new version serves all of them.
struct PlannedDowntime {
  bool everyone = false;                       ///< also unknown tenants and requests without one
  std::vector<base::TenantId> tenants;         ///< otherwise these
  std::optional<base::Duration> at_most = {};  ///< then the release goes back
};

struct PlannedSchedule {
  std::optional<base::WallTime>
      start;  ///< T+0 asked for; the real T+0 is never before announcement + lead
  base::Duration announce_lead;
  base::Duration pre_check;   ///< offset (negative)
  base::Duration deploy;      ///< offset at which the rollout phase begins
  base::Duration completed;   ///< offset planned for the end of the last hold
  base::Duration post_check;  ///< length
  base::Duration standby;     ///< old version at full capacity after 100 %
};

/// A remark a person should read: a skipped version number, a deviation from the runbook's letter.
struct PlanNote {
  std::string text;
  std::string origin;
};

/// Where a value came from: `guard.window` ← `default`, `waves` ← `release.yaml:14:3`.
struct Origin {
  std::string key;
  std::string value;
  std::string source;
};

struct Plan {
  std::uint32_t format = 1;
  base::ReleaseId release;
  ReleaseType type = ReleaseType::Minor;
  Strategy strategy = Strategy::Canary;
  Capacity capacity = Capacity::Parallel;
  std::string title;
  std::vector<std::string> scope;
  base::InstallationId installation;
  base::Locale locale = base::Locale::De;
  std::string tenant_header;
  base::Digest release_file;
  bool downtime = false;
  std::optional<PlannedDowntime> downtime_window;  ///< there when `downtime` is
  std::vector<PlannedComponent> components;        ///< in the order in which they are started
  std::vector<Service> services;                   ///< every service of the environment, for health
  std::vector<Tenant> tenants;
  std::vector<Person> people;
  PlannedSchedule schedule;
  GuardPolicy guard;
  std::vector<PlannedWave> waves;
  std::vector<Step> steps;     ///< preparation, pre-check, rollout, post-check
  std::vector<Step> rollback;  ///< what undoes them, in order
  std::vector<std::string> stakeholders;
  std::string requested_by;
  /// Who requested the release never approves it alone; false: the installation allows that, or an
  /// older program made the plan.
  bool separation_of_duties = false;
  bool two_persons = false;        ///< no fewer than two different people approve
  bool signed_commands = false;    ///< what people ask for counts only signed; but see UserWord
  std::vector<std::string> audit;  ///< what the type demands of the record
  std::vector<PlanNote> notes;
  std::vector<Origin> origins;

  [[nodiscard]] const Step* find_step(const base::StepId& id) const;
  [[nodiscard]] const PlannedComponent* find_component(const base::ComponentName& name) const;
  [[nodiscard]] const PlannedWave& wave(std::uint32_t number) const;  ///< 1 to waves.size()
  /// The wave after which nobody is shown the page of maintenance; 0: without downtime.
  [[nodiscard]] std::uint32_t last_wave_of_downtime() const;
  [[nodiscard]] const Person* find_person(const base::PersonId& id) const;
  /// The first of the plan's people with one of these roles; empty: nobody.
  [[nodiscard]] base::PersonId somebody_with(const std::vector<Role>& roles) const;
};

/// The plan's canonical JSON; its SHA-256 is the plan's digest, which approvals bind to.
std::string encode_plan(const Plan& plan);
base::Digest digest_of(const Plan& plan);
/// @errors Corruption PLN-0002: not a plan of a format this program reads.
base::Result<Plan> decode_plan(std::string_view bytes);

}  // namespace stellwerk::core
