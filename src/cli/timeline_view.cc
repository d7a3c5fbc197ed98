#include "cli/timeline_view.h"

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/event_lines.h"

namespace stellwerk::cli {
namespace {

using sim::Happening;

constexpr std::size_t kAt = 12;
constexpr std::size_t kName = 34;
/// Fewer steps between two lines go without saying.
constexpr std::uint64_t kRoutineShown = 3;

std::string at_text(const Happening& happening) {
  if (!happening.at) return "-";
  return base::offset_text(base::seconds(happening.at->us / 1'000'000));
}

/// Part of the runbook that goes as planned: counted, not shown.
bool is_routine(const core::Event& event) {
  return std::holds_alternative<core::StepPassed>(event) ||
         std::holds_alternative<core::StepAttested>(event) ||
         std::holds_alternative<core::ApprovalGranted>(event);
}

class Timeline {
 public:
  Timeline(const core::Plan& plan, const SimulateStyle& style) : plan_(plan), style_(style) {}

  std::string render(const sim::Run& run) {
    for (const Happening& happening : run.timeline) add(happening);
    flush();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string text(std::string_view key,
                                 const base::MessageArguments& arguments = {}) const {
    return base::message(style_.locale, key, arguments);
  }

  void put(const std::string& at, std::string_view words, Colour colour = Colour::Plain) {
    out_ += "  " + padded(at, kAt) +
            painted(wrapped(words, style_.width, kAt + 2), colour, style_.colour) + '\n';
  }
  void put(const std::string& at, const std::string& name, const std::string& words) {
    if (words.empty()) return put(at, name);
    const std::size_t indent = kAt + 2 + kName + 1;
    out_ += "  " + padded(at, kAt) + padded(name, kName) + ' ' +
            wrapped(words, style_.width, indent) + '\n';
  }

  void flush() {
    if (routine_ >= kRoutineShown)
      put(routine_at_, text("cli.sim.steps", {{"count", std::to_string(routine_)}}), Colour::Dim);
    routine_ = 0;
  }

  void add(const Happening& happening) {
    if (happening.entry) return entry(happening);
    flush();
    const std::string at = at_text(happening);
    if (happening.started) return put(at, "~ " + text("cli.sim.started"), Colour::Yellow);
    const std::string fault = text("sim.fault." + std::string(to_string(*happening.fault)));
    put(at, "~ " + (happening.over ? text("cli.sim.over", {{"fault", fault}}) : fault),
        Colour::Yellow);
  }

  /// The guard says every minute what it finds; what it finds is told when it is something else.
  bool is_news(const core::Event& event) {
    const auto* changed = std::get_if<core::VerdictChanged>(&event);
    if (changed == nullptr) return true;
    const core::Verdict& verdict = changed->verdict;
    const bool calm = verdict.action == core::Action::Continue && action_ == core::Action::Continue;
    const bool same = verdict.action == action_ && verdict.cause == cause_;
    action_ = verdict.action;
    cause_ = verdict.cause;
    return !calm && !same;
  }

  void entry(const Happening& happening) {
    const core::Event& event = happening.entry->event;
    const std::string name = core::type_of(event);
    if (is_routine(event)) {
      ++routine_;
      routine_at_ = at_text(happening);
      return;
    }
    const bool quiet = !core::is_public(name) || name.starts_with("notification.") ||
                       std::holds_alternative<core::CheckpointSigned>(event) ||
                       std::holds_alternative<core::ClockAnchored>(event);  // ours, not theirs
    const bool goes_back = std::holds_alternative<core::RollbackInitiated>(event) ||
                           std::holds_alternative<core::TrafficReturned>(event);
    if ((quiet && !goes_back) || !is_news(event)) return;
    flush();
    const EventAt told{event,        happening.entry->at, happening.entry->by,
                       happening.t0, happening.t0_wall,   {}};
    put(at_text(happening), name, event_text(plan_, told, style_.locale));
  }

  const core::Plan& plan_;
  const SimulateStyle& style_;
  std::string out_;
  std::uint64_t routine_ = 0;
  std::string routine_at_;
  core::Action action_ = core::Action::Continue;
  core::Cause cause_ = core::Cause::AllGood;
};

}  // namespace

std::string timeline_text(const core::Plan& plan, const sim::Run& run, const SimulateStyle& style) {
  std::string out = '\n' + Timeline(plan, style).render(run) + '\n';
  const sim::Ended& ended = run.releases.at(plan.release);
  const auto text = [&](std::string_view key, const base::MessageArguments& arguments) {
    return base::message(style.locale, key, arguments);
  };
  for (const sim::Breach& breach : ended.breaches)
    out += text("cli.sim.one.breach",
                {{"kind", text("cli.sim.kind." + std::string(to_string(breach.kind)), {})},
                 {"wave", std::to_string(breach.wave)},
                 {"lasted", rounded_span(breach.lasted.us)},
                 {"bad", std::to_string(breach.bad)}}) +
           "; " + text("cli.sim.one." + std::string(to_string(breach.end)), {}) + '\n';
  return out +
         text("cli.sim.one.ended",
              {{"stage", text("cli.stage." + std::string(core::to_string(ended.stage)), {})},
               {"took", rounded_span(ended.story.took().us)}}) +
         '\n';
}

base::Json timeline_json(const core::Plan& plan, std::uint64_t seed, const sim::Run& run) {
  const sim::Ended& ended = run.releases.at(plan.release);
  base::Json rows = base::Json::array();
  for (const Happening& happening : run.timeline) {
    base::Json row = base::Json::object();
    if (happening.at) row["at_us"] = happening.at->us;
    if (happening.started) row["started"] = true;
    if (happening.fault) {
      row["fault"] = to_string(*happening.fault);
      row["over"] = happening.over;
    }
    if (happening.entry) {
      row["event"] = core::type_of(happening.entry->event);
      row["data"] = core::encode_event(happening.entry->event);
      row["by"] = happening.entry->by.str();
    }
    rows.push_back(std::move(row));
  }
  base::Json breaches = base::Json::array();
  for (const sim::Breach& breach : ended.breaches)
    breaches.push_back({{"kind", to_string(breach.kind)},
                        {"end", to_string(breach.end)},
                        {"wave", breach.wave},
                        {"lasted_us", breach.lasted.us},
                        {"requests", breach.requests},
                        {"bad", breach.bad}});
  return {{"release", plan.release.str()},
          {"seed", seed},
          {"ended", core::to_string(ended.stage)},
          {"took_us", ended.story.took().us},
          {"breaches", breaches},
          {"timeline", rows}};
}

}  // namespace stellwerk::cli
