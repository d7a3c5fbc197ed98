#include "config/release_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "config/tables.h"

namespace stellwerk::config {
namespace {

using core::WaveRequest;

/// What is wrong, and why or what would be right.
struct Finding {
  std::string what;
  std::string why;
};

void refuse(Reading& reading, std::string_view key, Finding finding) {
  reading.report_at(key, problem("CFG-0007", std::move(finding.what), std::move(finding.why)));
}

/// People count waves from 1.
std::string wave_key(std::size_t index, std::string_view key) {
  return fmt::format("waves[{}]{}{}", index, key.empty() ? "" : ".", key);
}

bool moves_all(const WaveRequest& wave) { return wave.all_tenants || wave.share == base::kWhole; }

/// The earliest time at which a wave that says so is over.
std::optional<base::Duration> end_of(const WaveRequest& wave) {
  if (!wave.at) return std::nullopt;
  return *wave.at + wave.hold.value_or(base::Duration{});
}

void check_order(Reading& reading, const core::Release& release) {
  const WaveRequest* sized = nullptr;
  for (std::size_t i = 0; i < release.waves.size(); ++i) {
    const auto& wave = release.waves[i];
    if (i + 1 < release.waves.size() && moves_all(wave))
      refuse(reading, wave_key(i + 1, ""),
             {fmt::format("wave {} has nobody left to move", i + 2),
              fmt::format("wave {} moves everybody already", i + 1)});
    if (!wave.share) continue;
    if (sized != nullptr && *wave.share < *sized->share)
      refuse(reading, wave_key(i, "share"),
             {fmt::format("wave {} shrinks from {} to {}", i + 1, base::percent_text(*sized->share),
                          base::percent_text(*wave.share)),
              "waves are cumulative: a share only grows"});
    sized = &wave;
  }
  if (!moves_all(release.waves.back()))
    refuse(reading, fmt::format("waves[{}]", release.waves.size() - 1),
           {"the last wave does not move everybody", "it must say share: 100% or tenants: all"});
}

void check_times(Reading& reading, const core::Release& release) {
  const bool schedule_sound = reading.sound("schedule");
  for (std::size_t i = 1; i < release.waves.size(); ++i) {
    const auto end = end_of(release.waves[i - 1]);
    const auto& at = release.waves[i].at;
    if (end && at && *at < *end)
      refuse(reading, wave_key(i, "at"),
             {fmt::format("wave {} begins at {}, before wave {} is over", i + 1,
                          base::offset_text(*at), i),
              fmt::format("wave {} holds until {}", i, base::offset_text(*end))});
  }
  const auto end = end_of(release.waves.back());
  const auto& completed = release.schedule.completed;
  if (end && completed && *completed < *end && schedule_sound)
    refuse(reading, "schedule.completed",
           {fmt::format("the rollout cannot be complete at {}", base::offset_text(*completed)),
            fmt::format("the last wave holds until {}", base::offset_text(*end))});
  const auto& first = release.waves.front().at;
  const auto& deploy = release.schedule.deploy;
  if (first && deploy && *deploy > *first && schedule_sound)
    refuse(reading, "schedule.deploy",
           {fmt::format("the new version starts at {}, after the first wave",
                        base::offset_text(*deploy)),
            fmt::format("wave 1 begins at {}", base::offset_text(*first))});
}

/// A named tenant moves once: waves are cumulative, but naming it again in a later wave is allowed,
/// as the runbook's own example does; twice in one wave is a mistake.
void check_wave_tenants(Reading& reading, const WaveRequest& wave) {
  refuse_duplicates(reading, {"tenants", ""}, wave.tenants,
                    [](const base::TenantId& tenant) { return tenant.str(); });
}

void finish_command(Reading& reading, CheckDraft& draft) {
  check_placeholders(reading, "run", draft.command.command, Placeholders::None);
  resolve_command(reading, "run", draft.command.command);
  draft.command.timeout = draft.timeout.value_or(draft.command.timeout);
  draft.request.action = std::move(draft.command);
}

/// Names under which credentials are sent.
bool looks_secret(std::string_view header) {
  constexpr std::string_view kMarks[] = {"authorization", "cookie",   "token",      "secret",
                                         "password",      "api-key",  "apikey",     "credential",
                                         "x-auth",        "private-", "access-key", "signature"};
  const std::string name = base::lower_ascii(header);
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](std::string_view mark) { return name.find(mark) != std::string::npos; });
}

/// A plan is kept for ever and shown to many: nothing in it may open a door.
void check_headers(Reading& reading, const core::HttpCheck& http) {
  for (const auto& [name, value] : http.headers) {
    const std::string key = "headers." + name;
    if (!reading.sound(key)) continue;
    const std::string lower = base::lower_ascii(name);
    const auto same = [&lower](const auto& secret) {
      return base::lower_ascii(secret.first) == lower;
    };
    if (std::any_of(http.secret_headers.begin(), http.secret_headers.end(), same))
      refuse(reading, key,
             {fmt::format("{} is there twice", base::in_quotes(name)),
              "it is one of the secret_headers already"});
    else if (looks_secret(name))
      reading.report_at(
          key,
          problem("CFG-0013", "a credential would stand in the plan and its journal",
                  fmt::format("keep it in a file or a variable and write secret_headers: {{{}: "
                              "{{file: PATH}}}} or {{env: NAME}}, with prefix: \"Bearer \" "
                              "where one is needed",
                              name)));
  }
}

void finish_http(Reading& reading, CheckDraft& draft) {
  check_headers(reading, draft.http);
  const bool through_router = draft.http.url.starts_with("router:");
  if (through_router && draft.http.tenant.empty() && reading.sound("tenant"))
    refuse(reading, "url",
           {"a request through the router needs a tenant",
            "the tenant decides which version answers: add tenant"});
  const bool direct = draft.http.url.starts_with("new:");
  if (!through_router && !direct && !draft.http.tenant.empty())
    refuse(reading, "tenant",
           {"a tenant only matters to requests to a component",
            "write the url as router:<component>/path or new:<component>/path"});
  draft.http.timeout = draft.timeout.value_or(draft.http.timeout);
  draft.request.action = std::move(draft.http);
}

/// Where each guard setting was written, for the plan; names only the file, not where it lies, so
/// that a plan does not depend on it.
void note_origins(Reading& reading, core::Release& release) {
  constexpr std::string_view kParts[] = {"slo.", "guard.", "rollback"};
  for (const auto& [path, position] : reading.positions()) {
    for (const auto part : kParts) {
      if (!path.starts_with(part) || (part == "rollback" && path != part)) continue;
      auto place = position;
      place.file = place.file.substr(place.file.find_last_of('/') + 1);
      release.guard_origins[part == "rollback" ? path : path.substr(part.size())] =
          place.to_string();
    }
  }
}

}  // namespace

CheckDraft draft_of(const core::CheckRequest& request) {
  CheckDraft draft;
  draft.request = request;
  if (const auto* command = std::get_if<core::CommandCheck>(&request.action)) {
    draft.kind = CheckKind::Command;
    draft.command = *command;
    draft.timeout = command->timeout;
  } else if (const auto* http = std::get_if<core::HttpCheck>(&request.action)) {
    draft.kind = CheckKind::Http;
    draft.http = *http;
    draft.timeout = http->timeout;
  } else {
    draft.kind = CheckKind::Manual;
  }
  return draft;
}

namespace {

/// A list of tenants, or the word all.
template <class Owner>
bool read_tenants(Reading& reading, const FieldSpec& spec, const Node& node, Owner& owner) {
  if (node.kind == Node::Kind::Scalar && node.text == "all") {
    owner.all_tenants = true;
    return true;
  }
  FieldSpec list = spec;
  list.items_min = 1;
  return Codec<std::vector<base::TenantId>>::read(reading, list, node, owner.tenants);
}

template <class Owner>
OrderedJson write_tenants(const FieldSpec& spec, const Owner& owner) {
  if (owner.all_tenants) return "all";
  if (owner.tenants.empty()) return {};
  return Codec<std::vector<base::TenantId>>::write(spec, owner.tenants);
}

}  // namespace

bool read_wave_tenants(Reading& reading, const FieldSpec& spec, const Node& node,
                       WaveRequest& wave) {
  return read_tenants(reading, spec, node, wave);
}
OrderedJson write_wave_tenants(const FieldSpec& spec, const WaveRequest& wave) {
  return write_tenants(spec, wave);
}
bool read_downtime_tenants(Reading& reading, const FieldSpec& spec, const Node& node,
                           core::DowntimeRequest& downtime) {
  return read_tenants(reading, spec, node, downtime);
}
OrderedJson write_downtime_tenants(const FieldSpec& spec, const core::DowntimeRequest& downtime) {
  return write_tenants(spec, downtime);
}

void finish_downtime(Reading& reading, core::DowntimeRequest& downtime) {
  if (!reading.sound("")) return;
  refuse_duplicates(reading, {"tenants", ""}, downtime.tenants,
                    [](const base::TenantId& tenant) { return tenant.str(); });
}

ValueInfo describe_wave_tenants(const FieldSpec& spec) {
  FieldSpec list = spec;
  list.items_min = 1;
  auto info = Codec<std::vector<base::TenantId>>::describe(list);
  info.instead = "all";
  return info;
}

void finish_wave(Reading& reading, WaveRequest& wave) {
  wave.where = reading.here();
  if (!reading.sound("")) return;
  check_wave_tenants(reading, wave);
  if (!wave.share && wave.tenants.empty() && !wave.all_tenants)
    refuse(reading, "", {"the wave moves nobody", "it needs a share, tenants or both"});
  if (wave.all_tenants && wave.share && *wave.share != base::kWhole)
    refuse(reading, "share",
           {fmt::format("tenants: all is not {}", base::percent_text(*wave.share)),
            "all tenants are 100 %: remove one of the two"});
}

void finish_thresholds(Reading& reading, core::Thresholds& limits) {
  if (!reading.sound("") || limits.error_rate_pause <= limits.error_rate_rollback) return;
  refuse(reading, "error_rate_pause",
         {fmt::format("the release would roll back at {} before it pauses at {}",
                      base::percent_text(limits.error_rate_rollback),
                      base::percent_text(limits.error_rate_pause)),
          "error_rate_pause must not be above error_rate_rollback"});
}

void finish_guard(Reading& reading, core::GuardPolicy& guard) {
  if (!reading.sound("")) return;
  if (guard.no_data_pause > guard.no_data_rollback)
    refuse(
        reading, "no_data_pause",
        {fmt::format("without data the release would roll back after {} before it pauses "
                     "after {}",
                     base::to_string(guard.no_data_rollback), base::to_string(guard.no_data_pause)),
         "no_data_pause must not be above no_data_rollback"});
  if (guard.bad_min_pause > guard.bad_min_rollback)
    refuse(reading, "bad_min_pause",
           {fmt::format("{} bad requests would roll back, and only {} pause",
                        guard.bad_min_rollback, guard.bad_min_pause),
            "bad_min_pause must not be above bad_min_rollback"});
  const auto needed = guard.health_interval * (guard.health_fall - 1);
  if (needed > guard.health_span)
    refuse(reading, "health_span",
           {fmt::format("{} probes never fail within {}", guard.health_fall,
                        base::to_string(guard.health_span)),
            fmt::format("one every {} takes {}", base::to_string(guard.health_interval),
                        base::to_string(needed))});
  if (guard.lease < guard.health_interval * 2)
    refuse(
        reading, "lease",
        {fmt::format("a lease of {} ends between two guard rounds", base::to_string(guard.lease)),
         fmt::format("health is probed every {}; twice that is the least",
                     base::to_string(guard.health_interval))});
}

void finish_schedule(Reading& reading, core::ScheduleRequest& schedule) {
  if (!reading.sound("")) return;
  if (schedule.deploy && schedule.pre_check && *schedule.deploy < *schedule.pre_check)
    refuse(reading, "deploy",
           {fmt::format("the new version starts at {}, before the pre-checks",
                        base::offset_text(*schedule.deploy)),
            fmt::format("the pre-checks begin at {}", base::offset_text(*schedule.pre_check))});
  if (schedule.announce_lead && schedule.pre_check && schedule.announce_lead->us > 0 &&
      -*schedule.pre_check > *schedule.announce_lead)
    refuse(reading, "pre_check",
           {fmt::format("the pre-checks begin at {}, before the release is announced",
                        base::offset_text(*schedule.pre_check)),
            fmt::format("it is announced at {}", base::offset_text(-*schedule.announce_lead))});
}

void finish_waiver(Reading& reading, core::HealthWaiver& waiver) { waiver.where = reading.here(); }

void finish_secret_header(Reading& reading, core::SecretHeader& header) {
  if (reading.sound("") && header.file.empty() == header.environment.empty())
    refuse(reading, "",
           {"a secret is either in a file or in the environment",
            "write {file: PATH} or {env: NAME}"});
}

void finish_check(Reading& reading, CheckDraft& draft) {
  auto& request = draft.request;
  request.where = reading.here();
  if (!reading.sound("")) return;
  if (request.title.empty()) request.title = request.name;
  refuse_duplicates(reading, {"fulfils", ""}, request.fulfils,
                    [](const std::string& id) { return id; });
  refuse_duplicates(reading, {"roles", ""}, request.roles,
                    [](core::Role role) { return std::string(core::to_string(role)); });
  const bool may_be_critical =
      request.phase == core::Phase::PostCheck || request.phase == core::Phase::Rollout;
  if (request.critical && !may_be_critical)
    refuse(
        reading, "critical",
        {fmt::format("a check in the phase {} cannot be critical", core::to_string(request.phase)),
         "critical means that a failure ends the release (rollout) or rolls it back (post-check); "
         "before that, a failed check closes its gate anyway"});
  switch (draft.kind) {
    case CheckKind::Command:
      return finish_command(reading, draft);
    case CheckKind::Http:
      return finish_http(reading, draft);
    case CheckKind::Manual:
      request.action = core::Attestation{};
  }
}

void finish_release(Reading& reading, core::Release& release) {
  refuse_duplicates(reading, {"components", "domain"}, release.components,
                    [](const core::Component& component) { return component.name.str(); });
  for (std::size_t i = 0; i < release.components.size(); ++i)
    refuse_duplicates(reading, {fmt::format("components[{}].after", i), ""},
                      release.components[i].after,
                      [](const base::ComponentName& name) { return name.str(); });
  refuse_duplicates(reading, {"health_waivers", "service"}, release.health_waivers,
                    [](const core::HealthWaiver& waiver) { return waiver.service.str(); });
  refuse_duplicates(reading, {"stakeholders", ""}, release.stakeholders,
                    [](const std::string& who) { return who; });
  refuse_duplicates(reading, {"approvals", "role"}, release.approvals,
                    [](const core::ApprovalRequest& approval) {
                      return std::string(core::to_string(approval.role));
                    });
  refuse_duplicates(
      reading, {"checks", "name"}, release.checks, [](const core::CheckRequest& check) {
        return check.name.empty() ? std::string()
                                  : fmt::format("{}/{}", core::to_string(check.phase), check.name);
      });
  if (!release.waves.empty() && reading.sound("waves")) {
    check_order(reading, release);
    check_times(reading, release);
  }
  note_origins(reading, release);
}

}  // namespace stellwerk::config
