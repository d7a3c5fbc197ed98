#include "cli/event_lines.h"

#include <fmt/format.h>

#include "base/ratio.h"
#include "base/text.h"
#include "base/time.h"
#include "base/translated.h"
#include "cli/console.h"
#include "cli/verdict_text.h"
#include "core/words.h"
#include "engine/cause_text.h"
#include "engine/private_text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kTimeWidth = 11;
constexpr std::size_t kOffsetWidth = 9;
constexpr std::size_t kNameWidth = 36;
constexpr std::size_t kTenantsListed = 3;

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// The text of each event that has one; the rest fall to the template.
class Teller {
 public:
  Teller(const core::Plan& plan, const EventAt& event, base::Locale locale)
      : plan_(plan), event_(event), locale_(locale) {}

  template <class E>
  std::string operator()(const E& /*says it all by its name*/) const {
    return {};
  }
  std::string operator()(const core::ReleasePlanned& e) const {
    return say("planned", {{"components", joined(e.components)}, {"plan", e.plan.short_text()}});
  }
  std::string operator()(const core::ReleaseScheduled& e) const {
    const std::string lead = base::to_string(e.announce_lead);
    if (!e.start_us) return say("scheduled", {{"lead", lead}});
    return say("scheduled-at",
               {{"lead", lead}, {"start", base::rfc3339(base::WallTime{*e.start_us})}});
  }
  std::string operator()(const core::ClockAnchored& e) const {
    return e.speed == 1 ? std::string() : say("speed", {{"speed", std::to_string(e.speed)}});
  }
  std::string operator()(const core::ClockStepped& e) const {
    return say("clock-stepped", {{"by", span_text(e.by.us)}});
  }
  std::string operator()(const core::StepPassed& e) const { return step(e.step, e.summary); }
  std::string operator()(const core::StepAttested& e) const {
    const auto text = say("attested", {{"step", e.step.str()}, {"person", e.person.str()}});
    // The private text is the person's note, which stands behind every event of a person.
    return e.summary ? text + " · " + in_words(*e.summary) : text;
  }
  std::string operator()(const core::StepFailed& e) const {
    if (!e.outcome_unknown) return step(e.step, e.summary);
    return say("step-unknown", {{"step", e.step.str()}, {"summary", told(e.summary)}});
  }
  std::string operator()(const core::StepReopened& e) const {
    return say("reopened", {{"step", e.step.str()}});
  }
  std::string operator()(const core::ApprovalGranted& e) const {
    return say(e.signature ? "approved-signed" : "approved",
               {{"person", e.person.str()},
                {"role", base::message(locale_, "role." + std::string(core::to_string(e.role)))},
                {"plan", e.plan.short_text()}});
  }
  std::string operator()(const core::ApprovalRejected& e) const {
    return say("rejected", {{"person", e.person.str()}, {"plan", e.plan.short_text()}});
  }
  std::string operator()(const core::MaintenanceScheduled& e) const {
    const base::WallTime t0 = event_.t0_wall.value_or(base::WallTime{e.t0.us});
    return say("announced", {{"t0", base::rfc3339(t0)}});
  }
  std::string operator()(const core::PreCheckCompleted& e) const {
    return say("prechecked", {{"steps", std::to_string(e.steps_passed)}});
  }
  std::string operator()(const core::VersionDeployed& e) const {
    return say("deployed", {{"components", joined(e.components)}});
  }
  std::string operator()(const core::WaveStarted& e) const {
    return say("wave", {{"tenants", tenants_text(tenants_of(e), locale_)},
                        {"share", base::percent_text(e.share)}});
  }
  std::string operator()(const core::ProgressNotified& e) const {
    return say("progress", {{"wave", std::to_string(e.wave)}, {"waves", std::to_string(e.waves)}});
  }
  std::string operator()(const core::VerdictChanged& e) const {
    return verdict_text(locale_, e.verdict, plan_.guard.limits.p95_pause);
  }
  std::string operator()(const core::ReleasePaused& e) const {
    return by_hand(engine::pause_text(locale_, core::to_string(e.cause), e.detail),
                   e.cause == core::PauseCause::Person);
  }
  std::string operator()(const core::ReleaseResumed& e) const {
    if (e.by_guard) return say("resumed-guard", {});
    return say("resumed", {{"by", core::actor_text(event_.by)}});
  }
  std::string operator()(const core::ReleasePromoted& e) const {
    return say("promoted", {{"wave", std::to_string(e.wave)}});
  }
  std::string operator()(const core::RolloutCompleted&) const { return say("completed", {}); }
  std::string operator()(const core::MetricsRecorded&) const { return say("metrics", {}); }
  std::string operator()(const core::ReleaseVerified& e) const {
    return say("verified", {{"steps", std::to_string(e.steps_passed)}});
  }
  std::string operator()(const core::ReleaseLogged& e) const { return logged(e); }
  std::string operator()(const core::RollbackLogged& e) const { return logged(e); }
  std::string operator()(const core::RollbackInitiated& e) const {
    return by_hand(engine::rollback_text(locale_, core::to_string(e.cause), e.detail),
                   e.cause == core::RollbackCause::Person);
  }
  std::string operator()(const core::TrafficReturned&) const { return say("returned", {}); }
  std::string operator()(const core::RollbackRecorded& e) const {
    return say("rollback-recorded", {{"cause", rollback_word(e.cause)}, {"by", e.responsible}});
  }
  std::string operator()(const core::ReleaseCancelled& e) const {
    return engine::ending_text(locale_, e.detail, plan_);
  }
  std::string operator()(const core::ReleaseFailed& e) const {
    return engine::ending_text(locale_, e.detail, plan_);
  }
  std::string operator()(const core::LeaseExpired&) const { return say("lease-expired", {}); }
  std::string operator()(const core::RoutesReasserted& e) const {
    return say(e.router_was_gone.value_or(false) ? "router-back" : "reasserted", {});
  }
  std::string operator()(const core::DowntimeStarted& e) const {
    return say("downtime", {{"tenants", tenants_text(e.tenants, locale_)}});
  }
  std::string operator()(const core::DowntimeEnded&) const { return say("downtime-over", {}); }
  std::string operator()(const core::TrafficSettled&) const { return say("settled", {}); }
  std::string operator()(const core::VersionRetired& e) const {
    return say(e.old_version ? "retired-old" : "retired-new", {{"component", e.component.str()}});
  }
  std::string operator()(const core::CheckpointSigned& e) const {
    return say("checkpoint", {{"closes", told(e.closes)},
                              {"size", std::to_string(e.tree_size)},
                              {"root", e.root.short_text()}});
  }
  std::string operator()(const core::CapacityChanged& e) const {
    return say(e.gone ? "capacity-gone" : "capacity-back", {{"component", e.component.str()}});
  }
  std::string operator()(const core::JournalGap& e) const {
    return say("gap", {{"count", std::to_string(e.count)}});
  }

 private:
  /// A long list is left to the plan.
  [[nodiscard]] std::vector<std::string> tenants_of(const core::WaveStarted& e) const {
    if (!e.tenants.empty() || e.wave == 0 || e.wave > plan_.waves.size()) return e.tenants;
    std::vector<std::string> tenants;
    for (const base::TenantId& tenant : plan_.wave(e.wave).adds) tenants.push_back(tenant.str());
    return tenants;
  }
  [[nodiscard]] std::string say(std::string_view key, const base::MessageArguments& words) const {
    return base::message(locale_, "cli.event." + std::string(key), words);
  }
  [[nodiscard]] std::string step(const base::StepId& id, const std::string& summary) const {
    const std::string text = told(summary);
    if (text.empty()) return id.str();
    return say("step", {{"step", id.str()}, {"summary", text}});
  }
  /// What a step came to: the private text says all that the entry says, and more.
  [[nodiscard]] std::string told(const std::string& summary) const {
    return event_.said.empty() ? in_words(summary) : base::printable(event_.said, 300);
  }
  [[nodiscard]] std::string in_words(const std::string& summary) const {
    return base::printable(base::translated(locale_, summary), 300);
  }
  /// Beside the words the person, whose name is the detail.
  [[nodiscard]] std::string by_hand(std::string text, bool person) const {
    return person && !event_.by.empty() ? fmt::format("{}: {}", text, event_.by.str()) : text;
  }
  [[nodiscard]] std::string rollback_word(core::RollbackCause cause) const {
    return base::message(locale_, "cli.rollback." + std::string(core::to_string(cause)));
  }
  template <class E>
  [[nodiscard]] std::string logged(const E& e) const {
    return say("logged", {{"size", std::to_string(e.tree_size)}, {"root", e.root.short_text()}});
  }

  const core::Plan& plan_;
  const EventAt& event_;
  base::Locale locale_;
};

Colour colour_of(const core::Event& event, std::string_view name) {
  if (std::holds_alternative<core::StepFailed>(event) ||
      std::holds_alternative<core::ReleaseFailed>(event) ||
      std::holds_alternative<core::RollbackInitiated>(event) ||
      std::holds_alternative<core::LeaseExpired>(event))
    return Colour::Red;
  if (const auto* changed = std::get_if<core::VerdictChanged>(&event))
    return changed->verdict.action == core::Action::Continue ? Colour::Plain : Colour::Red;
  if (std::holds_alternative<core::ReleasePaused>(event)) return Colour::Yellow;
  if (std::holds_alternative<core::WaveStarted>(event) ||
      std::holds_alternative<core::TrafficReturned>(event) ||
      std::holds_alternative<core::RolloutCompleted>(event))
    return Colour::Green;
  return name.starts_with("scheduler.") ? Colour::Bold : Colour::Plain;
}

std::string offset_of(const EventAt& event) {
  if (!event.t0) return "-";
  return base::offset_text(base::seconds((event.at.runbook - *event.t0).us / 1'000'000));
}

}  // namespace

std::string clock_text(base::WallTime at) { return base::rfc3339(at).substr(11, 8) + "Z"; }

std::string tenants_text(const std::vector<std::string>& tenants, base::Locale locale) {
  if (tenants.size() == 1 && tenants.front() == "all") return base::message(locale, "cli.everyone");
  return base::short_list(tenants, kTenantsListed);
}

std::string event_text(const core::Plan& plan, const EventAt& event, base::Locale locale) {
  std::string text = std::visit(Teller(plan, event, locale), event.event);
  const bool said = std::holds_alternative<core::StepPassed>(event.event) ||
                    std::holds_alternative<core::StepFailed>(event.event);
  if (said || event.said.empty()) return text;
  return text + (text.empty() ? "" : " · ") + base::printable(event.said, 300);
}

std::string private_text(const core::Event& event, ports::ContentStore& content,
                         base::Locale locale) {
  const auto digest = core::private_text_of(event);
  if (!digest) return {};
  if (auto text = engine::read_text(*digest, content)) return std::move(*text);
  const std::string erased = base::message(locale, "text.erased");
  const auto* failed = std::get_if<core::StepFailed>(&event);
  return failed == nullptr ? erased : fmt::format("{} {}", failed->summary, erased);
}

EventParts event_parts(const core::Plan& plan, const EventAt& event, base::Locale locale) {
  const std::string name = core::type_of(event.event);
  return {clock_text(event.at.wall), offset_of(event), name, event_text(plan, event, locale),
          colour_of(event.event, name)};
}

std::string event_line(const core::Plan& plan, const EventAt& event, const EventLineStyle& style) {
  return event_line(event_parts(plan, event, style.locale), style.colour);
}

std::string event_line(const EventParts& parts, bool colour) {
  std::string line = painted(padded(parts.clock, kTimeWidth), Colour::Dim, colour);
  line += padded(parts.offset + ' ', kOffsetWidth);
  if (parts.text.empty()) return line + painted(parts.name, parts.colour, colour);
  return line + painted(padded(parts.name, kNameWidth), parts.colour, colour) + parts.text;
}

}  // namespace stellwerk::cli
