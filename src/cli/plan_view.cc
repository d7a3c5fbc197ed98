#include "cli/plan_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/translated.h"
#include "cli/console.h"
#include "core/capacity.h"
#include "core/policy.h"
#include "core/requirements.h"
#include "core/runbook_steps.h"

namespace stellwerk::cli {
namespace {

using core::Phase;
using core::Plan;
using core::Step;

constexpr std::size_t kTimeColumns = 8;  // "  T+120m"
constexpr std::size_t kIndent = 2 + kTimeColumns;
constexpr std::size_t kMark = 2;
constexpr std::size_t kBar = 20;

/// How a step is done, at a glance; explained by the legend.
std::string_view mark_of(const core::StepAction& action) {
  if (std::holds_alternative<core::Attestation>(action)) return "□";
  if (std::holds_alternative<core::ApprovalAction>(action)) return "§";
  if (std::holds_alternative<core::RecordAction>(action)) return "•";
  return "▸";
}

std::string short_id(const Step& step) { return step.id.str().substr(step.id.str().find('/') + 1); }

/// `2025-10-15 20:00Z`
std::string wall_text(base::WallTime time) {
  std::string text = base::rfc3339(time).substr(0, 16) + "Z";
  text[10] = ' ';
  return text;
}

class PlanView {
 public:
  PlanView(const Plan& plan, const PlanViewOptions& options)
      : plan_(plan), options_(options), width_(std::clamp<std::size_t>(options.width, 40, 120)) {}
  std::string render() &&;

 private:
  void header();
  void demands();
  void waves();
  void wave(const core::PlannedWave& wave);
  void lanes();
  void phases();
  void phase(Phase phase);
  void gate(Phase phase);
  void follow_ups();
  void steps(const std::vector<const Step*>& steps, const std::vector<core::Role>& usual);
  [[nodiscard]] std::string words_of(const Step& step, const std::vector<core::Role>& usual) const;
  [[nodiscard]] std::vector<std::string> step_lines(const Step& step,
                                                    const std::vector<core::Role>& usual) const;
  void rollback();
  void guard();
  void notes();
  void origins();
  void origins_from(std::string_view source, std::string_view heading);
  void written_origins();
  void legend();

  void line(std::string_view text, std::size_t indent = 0) {
    out_ += std::string(indent, ' ') + wrapped(text, width_, indent) + '\n';
  }
  void heading(std::string_view key) {
    out_ += '\n' + painted(text(key), Colour::Bold, options_.colour) + '\n';
  }
  [[nodiscard]] std::string dim(std::string_view text) const {
    return painted(text, Colour::Dim, options_.colour);
  }
  [[nodiscard]] std::string text(std::string_view key,
                                 const base::MessageArguments& arguments = {}) const {
    return base::message(options_.locale, key, arguments);
  }
  [[nodiscard]] std::string roles_text(const std::vector<core::Role>& roles) const;
  [[nodiscard]] std::string wall_at(base::Duration at) const;
  [[nodiscard]] std::string lines_text(std::span<const std::string_view> ids) const;

  const Plan& plan_;
  const PlanViewOptions& options_;
  std::size_t width_;
  std::string out_;
};

std::vector<core::Role> usual_roles(Phase phase) {
  std::vector<core::Role> roles;
  for (const core::Role role : core::kRoles)
    if (core::roles_of(phase).contains(role)) roles.push_back(role);
  return roles;
}

base::Duration begin_of(const core::PlannedSchedule& schedule, Phase phase) {
  switch (phase) {
    case Phase::Preparation:
      return -schedule.announce_lead;
    case Phase::PreCheck:
      return schedule.pre_check;
    case Phase::Rollout:
      return schedule.deploy;
    case Phase::PostCheck:
    case Phase::Rollback:
      return schedule.completed;
  }
  return {};
}

std::string PlanView::roles_text(const std::vector<core::Role>& roles) const {
  std::vector<std::string> names;
  for (const core::Role role : roles)
    names.push_back(text(fmt::format("role.{}", to_string(role))));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string PlanView::wall_at(base::Duration at) const {
  if (!plan_.schedule.start) return "";
  return " · " + wall_text(*plan_.schedule.start + at);
}

std::string PlanView::lines_text(std::span<const std::string_view> ids) const {
  std::vector<std::string_view> lines;
  for (const std::string_view id : ids)
    lines.push_back(core::text_of(*core::find_requirement(id), options_.locale));
  return fmt::format("{}", fmt::join(lines, ", "));
}

void PlanView::header() {
  const std::string title = plan_.title.empty()
                                ? plan_.release.str()
                                : fmt::format("{} · {}", plan_.release.str(), plan_.title);
  out_ += painted(wrapped(title, width_, 0), Colour::Bold, options_.colour) + '\n';
  line(text("plan.view.kind",
            {{"type", std::string(to_string(plan_.type))},
             {"strategy", std::string(to_string(plan_.strategy))},
             {"capacity", text(fmt::format("plan.view.capacity.{}", to_string(plan_.capacity)))},
             {"installation", plan_.installation.str()}}));
  for (const core::PlannedComponent& component : plan_.components)
    line(fmt::format(
             "{} {} → {}{}{}", component.name.str(), component.from.to_string(),
             component.to.to_string(),
             component.image.empty() ? "" : fmt::format(" · {}", component.image),
             component.artifact
                 ? " · " + text("plan.view.artifact", {{"digest", component.artifact->to_string()}})
                 : ""),
         2);
  for (const std::string& scope : plan_.scope) line("- " + scope, 4);
  if (plan_.schedule.start)
    line(text("plan.view.start", {{"time", wall_text(*plan_.schedule.start)}}), 2);
  else
    line(text("plan.view.no-start", {{"lead", base::to_string(plan_.schedule.announce_lead)}}), 2);
  if (const auto& window = plan_.downtime_window) {
    std::vector<std::string_view> tenants;
    for (const base::TenantId& tenant : window->tenants) tenants.push_back(tenant.str());
    line(text("plan.view.downtime",
              {{"tenants", window->everyone ? text("plan.view.everybody")
                                            : fmt::format("{}", fmt::join(tenants, ", "))},
               {"begin", base::offset_text(plan_.schedule.deploy)},
               {"wave", std::to_string(plan_.last_wave_of_downtime())}}),
         2);
    if (window->at_most)
      line(text("plan.view.downtime-limit", {{"at_most", base::to_string(*window->at_most)}}), 4);
  }
}

void PlanView::demands() {
  const core::TypePolicy& policy = core::policy_of(plan_.type);
  line(text("plan.view.tests", {{"lines", lines_text(policy.tests)}}), 2);
  if (!policy.documents.empty())
    line(text("plan.view.documents", {{"lines", lines_text(policy.documents)}}), 2);
  line(text("plan.view.audit", {{"lines", lines_text(policy.audit)}}), 2);
}

void PlanView::wave(const core::PlannedWave& wave) {
  const auto filled = static_cast<std::size_t>(
      (wave.share_real.value * static_cast<std::int64_t>(kBar) + base::kWhole.value - 1) /
      base::kWhole.value);
  std::string bar;
  for (std::size_t i = 0; i < kBar; ++i) bar += i < filled ? "█" : "░";
  const std::string share = base::percent_text(wave.share_real);
  out_ += fmt::format(
      "  {} {}  {}  {}  {}\n", padded(base::offset_text(wave.at), kTimeColumns - 1), wave.number,
      painted(bar, Colour::Green, options_.colour), padded(share, 9),
      text("plan.view.hold", {{"hold", base::to_string(wave.hold)}}) + wall_at(wave.at));
  std::vector<std::string_view> names;
  for (const base::TenantId& tenant : wave.adds) names.push_back(tenant.str());
  std::string who = names.empty() ? "" : fmt::format("+ {}", fmt::join(names, ", "));
  const std::string others =
      wave.everyone      ? text("plan.view.everyone")
      : wave.buckets > 0 ? text("plan.view.buckets", {{"buckets", std::to_string(wave.buckets)}})
                         : "";
  if (!others.empty()) who += (who.empty() ? "+ " : "; ") + others;
  if (wave.share_wanted != wave.share_real)
    who += "; " + text("plan.view.wanted", {{"share", base::percent_text(wave.share_wanted)}});
  line(who, kIndent + 3);
}

void PlanView::waves() {
  heading("plan.view.waves");
  for (const core::PlannedWave& each : plan_.waves) wave(each);
}

/// What runs of each component, from its start and in each wave, in the order of their starts.
void PlanView::lanes() {
  if (plan_.components.size() < 2 && plan_.capacity == core::Capacity::Parallel) return;
  heading("plan.view.lanes");
  constexpr std::size_t kCell = 8;
  std::size_t names = 0;
  for (const core::PlannedComponent& component : plan_.components)
    names = std::max(names, width_of(component.name.str()));
  std::string head = padded("", names + 2);
  for (const core::PlannedWave& each : plan_.waves)
    head += padded(text("plan.view.lane-wave", {{"wave", std::to_string(each.number)}}), kCell);
  out_ += "  " + dim(head) + '\n';
  for (const core::PlannedComponent& component : plan_.components) {
    std::string row = padded(component.name.str(), names + 2);
    for (const core::PlannedWave& each : plan_.waves) {
      const auto counts = core::instances_in_wave(plan_, component, each.number);
      row += padded(fmt::format("{}+{}", counts.old_version, counts.new_version), kCell);
    }
    std::vector<std::string_view> before;
    for (const base::ComponentName& other : component.after) before.push_back(other.str());
    if (!before.empty())
      row += text("plan.view.after", {{"components", fmt::format("{}", fmt::join(before, ", "))}});
    out_ += "  " + row + '\n';
  }
}

std::string PlanView::words_of(const Step& step, const std::vector<core::Role>& usual) const {
  std::string words = base::words_of_plan(options_.locale, step.title);
  const bool asks = std::holds_alternative<core::Attestation>(step.action);
  if (asks && step.roles != usual) words += " · " + roles_text(step.roles);
  if (step.critical) words += " · " + text("plan.view.critical");
  if (!step.undone_by.empty()) words += " ↺ " + step.undone_by.substr(step.undone_by.find('/') + 1);
  return words;
}

/// The step beside its time: mark, words, and its name at the end of the last line or below it.
std::vector<std::string> PlanView::step_lines(const Step& step,
                                              const std::vector<core::Role>& usual) const {
  const std::size_t width = width_ - kIndent;
  const std::string text =
      fmt::format("{} {}", mark_of(step.action), wrapped(words_of(step, usual), width, kMark));
  std::vector<std::string> lines;
  for (const std::string_view each : base::split(text, '\n')) lines.emplace_back(each);
  const std::string name = short_id(step);
  if (width_of(lines.back()) + 2 + width_of(name) > width) lines.emplace_back();
  const std::size_t taken = std::min(width, width_of(name));
  lines.back() = padded(lines.back(), width - taken) + dim(name);
  return lines;
}

void PlanView::steps(const std::vector<const Step*>& steps, const std::vector<core::Role>& usual) {
  std::optional<base::Duration> shown;
  for (const Step* step : steps) {
    std::string time = step->at && step->at != shown ? base::offset_text(*step->at) : "";
    if (step->at) shown = step->at;
    for (const std::string& each : step_lines(*step, usual)) {
      out_ += "  " + padded(time, kTimeColumns) + each + '\n';
      time.clear();
    }
  }
}

void PlanView::gate(Phase phase) {
  constexpr std::string_view kGates[] = {"phase1.gate", "phase2.gate", "phase3.gate", "phase4.gate",
                                         "phase5.gate"};
  const auto& requirement = *core::find_requirement(kGates[static_cast<std::size_t>(phase)]);
  const std::string words =
      text("plan.view.gate", {{"gate", std::string(core::text_of(requirement, options_.locale))}});
  out_ += "  " + painted(padded("", kTimeColumns) + "═ " + words, Colour::Yellow, options_.colour) +
          '\n';
}

void PlanView::phase(Phase phase) {
  const auto roles = usual_roles(phase);
  out_ += '\n' +
          painted(text(fmt::format("plan.view.phase.{}", to_string(phase))), Colour::Bold,
                  options_.colour) +
          " · " + roles_text(roles) + wall_at(begin_of(plan_.schedule, phase)) + '\n';
  std::vector<const Step*> of_phase;
  for (const Step& step : plan_.steps)
    if (step.phase == phase && !step.follow_up) of_phase.push_back(&step);
  steps(of_phase, roles);
  gate(phase);
}

void PlanView::phases() {
  for (const Phase each : {Phase::Preparation, Phase::PreCheck, Phase::Rollout, Phase::PostCheck})
    phase(each);
}

void PlanView::follow_ups() {
  std::vector<const Step*> late;
  for (const Step& step : plan_.steps)
    if (step.follow_up) late.push_back(&step);
  heading("plan.view.follow-up");
  steps(late, usual_roles(Phase::PostCheck));
  line(text("plan.view.standby", {{"standby", base::to_string(plan_.schedule.standby)}}), kIndent);
}

void PlanView::rollback() {
  heading("plan.view.rollback");
  std::vector<const Step*> all;
  for (const Step& step : plan_.rollback) all.push_back(&step);
  steps(all, usual_roles(Phase::Rollback));
  gate(Phase::Rollback);
}

void PlanView::guard() {
  const core::GuardPolicy& guard = plan_.guard;
  heading("plan.view.guard");
  line(text("plan.view.limits", {{"pause", base::percent_text(guard.limits.error_rate_pause)},
                                 {"rollback", base::percent_text(guard.limits.error_rate_rollback)},
                                 {"p95", base::to_string(guard.limits.p95_pause)},
                                 {"lag", std::to_string(guard.limits.consumer_lag_pause)}}),
       2);
  line(text("plan.view.window", {{"window", base::to_string(guard.window)},
                                 {"requests", std::to_string(guard.requests_min)}}),
       2);
  if (guard.rollback == core::RollbackMode::Ask)
    line(text("plan.view.ask", {{"deadline", base::to_string(guard.ask_deadline)}}), 2);
  line(guard.guard_lost == core::GuardLost::Old
           ? text("plan.view.lease", {{"lease", base::to_string(guard.lease)}})
           : text("plan.view.no-lease"),
       2);
}

void PlanView::notes() {
  if (plan_.notes.empty()) return;
  heading("plan.view.notes");
  for (const core::PlanNote& note : plan_.notes)
    line(fmt::format("! {} ({})", base::words_of_plan(options_.locale, note.text), note.origin), 2);
}

bool is_table(std::string_view source) {
  return source == "default" || source.starts_with("runbook ");
}

void PlanView::origins_from(std::string_view source, std::string_view heading) {
  std::vector<std::string> values;
  for (const core::Origin& origin : plan_.origins)
    if (origin.source.starts_with(source))
      values.push_back(fmt::format("{} {}", origin.key, origin.value));
  if (!values.empty()) line(fmt::format("{} {}", heading, fmt::join(values, ", ")), 2);
}

void PlanView::written_origins() {
  std::size_t keys = 0;
  std::size_t values = 0;
  for (const core::Origin& origin : plan_.origins)
    if (!is_table(origin.source)) {
      keys = std::max(keys, width_of(origin.key));
      values = std::max(values, width_of(origin.value));
    }
  for (const core::Origin& origin : plan_.origins)
    if (!is_table(origin.source))
      out_ += fmt::format("  {}  {}  {}\n", padded(origin.key, keys), padded(origin.value, values),
                          dim(origin.source));
}

void PlanView::origins() {
  heading("plan.view.origins");
  written_origins();
  origins_from("runbook ", text("plan.view.from-runbook"));
  origins_from("default", text("plan.view.from-default"));
}

void PlanView::legend() {
  out_ += '\n';
  line(text("plan.view.legend"));
  line(text("plan.view.digest", {{"digest", core::digest_of(plan_).to_string()}}));
}

std::string PlanView::render() && {
  header();
  demands();
  waves();
  lanes();
  phases();
  follow_ups();
  rollback();
  guard();
  notes();
  origins();
  legend();
  return std::move(out_);
}

}  // namespace

std::string render_plan(const Plan& plan, const PlanViewOptions& options) {
  return PlanView(plan, options).render();
}

}  // namespace stellwerk::cli
