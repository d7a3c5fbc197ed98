// `release` and `plan`: from a few words to a release, an environment and what compile() makes of
// them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/compile.h"
#include "core/names.h"
#include "support/sample_release.h"
#include "transcripts/commands.h"
#include "transcripts/telling.h"

namespace stellwerk::transcripts {
namespace {

using core::CheckRequest;
using core::Release;

/// One of an enum's words.
template <class E>
void read_word(Command& command, const std::string& key, E& value) {
  std::vector<std::string_view> words;
  for (const auto& [each, text] : core::names_of(E{})) words.push_back(text);
  const std::string chosen = command.choice(key, words, core::name_of(value));
  for (const auto& [each, text] : core::names_of(E{}))
    if (text == chosen) value = each;
}

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

/// `10%:15m,100%:10m`: share and hold.
void read_waves(Command& command, Release& release) {
  const auto text = command.value("waves");
  if (!text) return;
  release.waves.clear();
  for (const std::string& part : parts_of(*text, ',')) {
    const std::size_t colon = part.find(':');
    if (colon == part.npos) throw BadCommand("waves: a wave is SHARE:HOLD, as 10%:15m");
    core::WaveRequest wave;
    wave.share = must(base::parse_percent(part.substr(0, colon)));
    wave.hold = must(base::parse_duration(part.substr(colon + 1)));
    release.waves.push_back(std::move(wave));
  }
}

core::CheckAction action_of(const std::string& word) {
  constexpr std::array<std::string_view, 5> kKinds{"command", "repeatable", "get", "post",
                                                   "manual"};
  core::CommandCheck command{{{"/usr/bin/true"}, {}, {}, {}}, base::minutes(10), {0}, false};
  if (word == "command") return command;
  if (word == "repeatable") {
    command.repeatable = true;
    return command;
  }
  if (word == "manual") return core::Attestation{};
  if (word != "get" && word != "post")
    throw BadCommand(fmt::format("check: {} is not {}", word, one_of(word, kKinds)));
  core::HttpCheck http;
  http.method = word == "get" ? "GET" : "POST";
  http.url = "http://127.0.0.1:8080/check";
  return http;
}

/// `check=post-check/smoke-orders:command:critical`.
void read_check(Command& command, const std::string& key, Release& release) {
  const auto text = command.value(key);
  if (!text) return;
  const std::vector<std::string> parts = parts_of(*text, ':');
  const std::size_t slash = parts[0].find('/');
  if (slash == std::string::npos || parts.size() < 2)
    throw BadCommand(fmt::format("{}: a check is PHASE/NAME:KIND[:critical]", key));
  CheckRequest check;
  check.phase = must(core::parse_phase(parts[0].substr(0, slash)));
  check.name = parts[0].substr(slash + 1);
  check.action = action_of(parts[1]);
  check.critical = parts.size() > 2 && parts[2] == "critical";
  if (parts.size() > 2 && !check.critical)
    throw BadCommand(fmt::format("{}: {} is not critical", key, parts[2]));
  release.checks.push_back(std::move(check));
}

void read_guard(Command& command, core::GuardPolicy& guard) {
  read_word(command, "rollback", guard.rollback);
  read_word(command, "guard_lost", guard.guard_lost);
  read_word(command, "other_services", guard.other_services);
  read_word(command, "on_stop", guard.on_stop);
  constexpr std::array<std::string_view, 2> kAnswers{"true", "false"};
  guard.resume_on_recovery = command.choice("resume_on_recovery", kAnswers, "false") == "true";
}

void read_versions(Command& command, Release& release) {
  core::Component& component = release.components.front();
  if (const auto from = command.value("from")) component.from = must(base::SemVer::parse(*from));
  if (const auto to = command.value("to")) component.to = must(base::SemVer::parse(*to));
}

void read_schedule(Command& command, Release& release) {
  release.schedule.announce_lead = command.duration("lead");
  release.standby = command.duration("standby");
  if (const auto start = command.value("start"))
    release.schedule.start = must(base::parse_rfc3339(*start));
}

/// `second=after`: contracts-domain too, whose new version needs that of document-domain.
void read_second_component(Command& command, Release& release) {
  constexpr std::array<std::string_view, 2> kHow{"after", "beside"};
  const auto how = command.choice("second", kHow, "");
  if (how.empty()) return;
  core::Component second = release.components.front();
  second.name = base::ComponentName("contracts-domain");
  if (how == "after") second.after = {release.components.front().name};
  release.components.push_back(std::move(second));
}

/// Without `type=` the runbook's example; with it the type's own defaults.
Release read_release(Command& command) {
  Release release = testing::sample_release();
  if (const auto type = command.value("type"))
    release = testing::bare_release(must(core::parse_release_type(*type)));
  if (const auto strategy = command.value("strategy"))
    release.strategy = must(core::parse_strategy(*strategy));
  read_versions(command, release);
  read_waves(command, release);
  read_schedule(command, release);
  read_guard(command, release.guard);
  for (const char* key : {"check", "check_b"}) read_check(command, key, release);
  if (const auto service = command.value("waive"))
    release.health_waivers.push_back({base::ServiceName(*service), "known and accepted", {}});
  if (const auto role = command.value("approval"))
    release.approvals.push_back({must(core::parse_role(*role)), 1});
  if (command.flag("downtime")) release.downtime.emplace().all_tenants = true;
  if (release.downtime) release.downtime->at_most = command.duration("limit");
  if (const auto capacity = command.value("capacity"))
    release.capacity = must(core::parse_capacity(*capacity));
  read_second_component(command, release);
  return release;
}

core::Environment read_environment(Command& command, std::size_t components) {
  core::Environment environment = testing::sample_environment();
  if (const auto role = command.value("nobody_is")) {
    const core::Role missing = must(core::parse_role(*role));
    for (core::Person& person : environment.people) std::erase(person.roles, missing);
  }
  if (components > 1) {
    core::Service second = environment.services.front();
    second.name = base::ServiceName("contracts-domain");
    environment.services.push_back(std::move(second));
  }
  if (const auto instances = command.value("instances"))
    for (core::Service& service : environment.services)
      if (service.workload)
        service.workload->instances = static_cast<std::uint32_t>(std::stoul(*instances));
  environment.unsigned_approvals = command.flag("unsigned");
  environment.self_approval = !command.flag("separated");
  environment.two_persons = command.flag("two-persons");
  return environment;
}

std::string approvals_text(const core::Plan& plan) {
  std::vector<std::string> approvals;
  for (const core::Step& step : plan.steps)
    if (const auto* approval = std::get_if<core::ApprovalAction>(&step.action)) {
      std::string text(to_string(approval->role));
      if (approval->count > 1) text = fmt::format("{} {}", approval->count, text);
      if (approval->signature_required) text += ", signed";
      if (approval->decision != core::ApprovalKind::Approve)
        text += fmt::format(" ({})", to_string(approval->decision));
      approvals.push_back(std::move(text));
    }
  return fmt::format("{}", fmt::join(approvals, "; "));
}

void tell_waves(Scene& scene, const core::Plan& plan) {
  for (const core::PlannedWave& wave : plan.waves) {
    std::vector<std::string> adds;
    for (const base::TenantId& tenant : wave.adds) adds.push_back(tenant.str());
    scene.say(fmt::format("wave {}    {} for {}: {} = {}", wave.number, base::offset_text(wave.at),
                          base::to_string(wave.hold), base::percent_text(wave.share_real),
                          wave.everyone ? "everyone" : fmt::format("{}", fmt::join(adds, ", "))));
  }
}

void tell_head(Scene& scene, const core::Plan& plan) {
  for (const core::PlannedComponent& component : plan.components)
    scene.say(fmt::format("plan      {} by {}: {} {} → {}", to_string(plan.type),
                          to_string(plan.strategy), component.name.str(),
                          component.from.to_string(), component.to.to_string()));
}

void tell_plan(Scene& scene, const core::Plan& plan) {
  const core::PlannedSchedule& schedule = plan.schedule;
  scene.say(
      fmt::format("times     announced {} before; pre-checks {}; deploy {}; completed {}; "
                  "post-check {}; old version stands by {}",
                  base::to_string(schedule.announce_lead), base::offset_text(schedule.pre_check),
                  base::offset_text(schedule.deploy), base::offset_text(schedule.completed),
                  base::to_string(schedule.post_check), base::to_string(schedule.standby)));
  tell_waves(scene, plan);
  scene.say("approvals " + approvals_text(plan));
  for (const core::PlanNote& note : plan.notes) scene.say("note      " + note.text);
  for (const base::Error& error : core::obstacles(plan)) {
    scene.say("cannot be carried out:");
    for (const std::string& line : error_lines(error)) scene.say("  " + line);
  }
}

}  // namespace

void release_command(Scene& scene, Command& command) {
  const bool is_example = command.is_bare();
  const Release release = read_release(command);
  const core::Environment environment = read_environment(command, release.components.size());
  command.finish();
  core::CompileResult compiled = core::compile(release, environment);
  for (const base::Error& error : compiled.problems) {
    scene.say("no plan:");
    for (const std::string& line : error_lines(error)) scene.say("  " + line);
  }
  if (!compiled.plan) return;
  scene.begin(std::move(*compiled.plan));
  tell_head(scene, scene.plan());
  if (!is_example) tell_plan(scene, scene.plan());
}

void plan_command(Scene& scene, Command& command) {
  std::optional<core::Phase> phase;
  if (const auto word = command.word_if_any())
    phase = must(core::parse_phase(*word));
  else
    tell_plan(scene, scene.plan());
  const auto tell = [&](const core::Step& step) {
    if (phase && step.phase != *phase) return;
    std::vector<std::string> roles;
    for (const core::Role role : step.roles) roles.emplace_back(to_string(role));
    std::string text =
        fmt::format("{:<38}{:<15}{}", step.id.str(), kind_of(step.action), fmt::join(roles, ", "));
    if (step.critical) text += "; critical";
    if (step.follow_up) text += "; afterwards";
    if (!step.undone_by.empty()) text += "; undone by " + step.undone_by;
    scene.say(text);
    for (const std::string& id : step.fulfils) scene.say("    " + id);
  };
  for (const core::Step& step : scene.plan().steps) tell(step);
  for (const core::Step& step : scene.plan().rollback) tell(step);
}

}  // namespace stellwerk::transcripts
