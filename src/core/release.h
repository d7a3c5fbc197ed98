// release.h — a release as `release.yaml` asks for it: what the user wrote, before the runbook
// fills in the rest.
//
// Role: config reads it, compile() turns it and the environment into a Plan. An empty optional
// means "not written: the release type's default applies". Start here: Release Thread-safety:
// values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/ratio.h"
#include "base/semver.h"
#include "base/time.h"
#include "core/environment.h"
#include "core/guard_policy.h"
#include "core/words.h"

namespace stellwerk::core {

struct Component {
  base::ComponentName name;  ///< the `domain`; a service of the environment with a workload
  base::SemVer from;
  base::SemVer to;
  std::optional<CommandSpec>
      command;        ///< how `to` is started, where it differs from the service's own
  std::string image;  ///< `valero-neuroerp:1.3.0`; recorded
  std::optional<base::Digest> artifact = {};    ///< of what runs as the new version
  std::string artifact_file = {};               ///< what it is of, where not the service's own
  std::vector<base::ComponentName> after = {};  ///< components whose new version must run before
  friend bool operator==(const Component&, const Component&) = default;
};

/// A wave as written: a share, named tenants, or both; `hold` and `at` override the strategy's.
struct WaveRequest {
  std::optional<base::Ppm> share;
  std::vector<base::TenantId> tenants;
  bool all_tenants = false;  ///< `tenants: all`
  std::optional<base::Duration> hold;
  std::optional<base::Duration> at;  ///< offset from T+0
  base::SourcePosition where;
};

/// A time without service, with the router's page of maintenance.
struct DowntimeRequest {
  std::vector<base::TenantId> tenants;
  bool all_tenants = false;  ///< `tenants: all`
  std::optional<base::Duration> at_most = {};
};

struct Attestation {};  ///< a named person with one of the step's roles says so, with a note
struct CommandCheck {
  CommandSpec command;
  base::Duration timeout = base::minutes(10);
  std::vector<int> exit_codes = {0};
  bool repeatable =
      false;  ///< running it again changes nothing; otherwise an unknown outcome needs a person
  friend bool operator==(const CommandCheck&, const CommandCheck&) = default;
};
/// A header whose value is a secret: plan and journal say where it is kept, never what it is.
struct SecretHeader {
  std::string prefix;       ///< before the secret: `Bearer `
  std::string file;         ///< absolute path; or
  std::string environment;  ///< name of an environment variable
  friend bool operator==(const SecretHeader&, const SecretHeader&) = default;
};
struct HttpCheck {
  std::string method = "GET";
  std::string
      url;  ///< absolute, or `router:<component>/path` to go through the router, with a `tenant`
  base::TenantId tenant;
  std::string body;
  std::map<std::string, std::string> headers;
  std::map<std::string, SecretHeader> secret_headers;  ///< read when the request is made
  HttpExpectation expect;
  base::Duration timeout = base::seconds(10);
  std::uint32_t attempts = 1;  ///< polled until good, one second apart
  friend bool operator==(const HttpCheck&, const HttpCheck&) = default;
};
inline bool operator==(const Attestation&, const Attestation&) { return true; }
using CheckAction = std::variant<CommandCheck, HttpCheck, Attestation>;

/// A check the user adds. With `fulfils` it answers lines of the runbook (requirement ids, see
/// core/policy.h).
struct CheckRequest {
  std::string name;  ///< the step becomes `<phase>/<name>`
  std::string title;
  Phase phase = Phase::PreCheck;
  CheckAction action;
  std::vector<std::string> fulfils;
  std::vector<Role> roles;  ///< empty: those of the phase
  bool critical = false;    ///< post-check: failure rolls back
  base::SourcePosition where;
};

struct ApprovalRequest {
  Role role = Role::ReleaseManager;
  std::uint32_t count = 1;
  bool signature = false;  ///< it must be signed, whatever the type demands
  friend bool operator==(const ApprovalRequest&, const ApprovalRequest&) = default;
};

/// A failing service that the release accepts by name and with a reason.
struct HealthWaiver {
  base::ServiceName service;
  std::string reason;
  base::SourcePosition where;
};

/// When things happen; empty = the default of the type and strategy.
struct ScheduleRequest {
  std::optional<base::WallTime> start;  ///< T+0; the real T+0 is never before announcement + lead
  std::optional<base::Duration> announce_lead;  ///< 24 h; hotfix 0
  std::optional<base::Duration> pre_check;      ///< offset, T-1h
  std::optional<base::Duration> deploy;         ///< offset at which the rollout phase begins
  std::optional<base::Duration> completed;      ///< offset, end of the last hold
  std::optional<base::Duration> post_check;     ///< length of the watch after completion
};

struct Release {
  base::ReleaseId id;
  ReleaseType type = ReleaseType::Minor;
  std::string title;
  std::vector<std::string> scope;  ///< lines of the runbook's "Scope", shown in plan and notices
  std::vector<Component> components;
  std::optional<Strategy> strategy;
  std::optional<Capacity> capacity;
  std::vector<WaveRequest> waves;  ///< empty: the type's
  GuardPolicy guard;               ///< read over the defaults
  std::map<std::string, std::string>
      guard_origins;  ///< key → "release.yaml:12:5" for what was written
  ScheduleRequest schedule;
  std::vector<ApprovalRequest> approvals;  ///< added to the type's
  std::vector<CheckRequest> checks;
  std::vector<HealthWaiver> health_waivers;
  std::vector<std::string> stakeholders;  ///< who is told: addresses or names of a channel
  std::string requested_by;               ///< person id; empty: who runs it
  std::optional<base::Duration> standby;  ///< how long the old version stays after 100 %
  std::optional<DowntimeRequest> downtime;
  base::Digest source;                                    ///< SHA-256 of the file's bytes
  std::map<std::string, base::SourcePosition> positions;  ///< key path → place, for errors
};

}  // namespace stellwerk::core
