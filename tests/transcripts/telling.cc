#include "transcripts/telling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/release_view.h"
#include "engine/view.h"
#include "transcripts/script.h"

namespace stellwerk::transcripts {
namespace {

using testing::effect_text;

constexpr std::size_t kTimeWidth = 9;
constexpr std::array<std::string_view, 2> kClockTimes{"wall_us", "time_us"};
constexpr std::array<std::string_view, 3> kRunbookTimes{"t0_us", "runbook_us", "start_us"};
constexpr std::array<std::string_view, 4> kSpans{"announce_lead_us", "by_us", "guarded_us",
                                                 "real_us"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string value_text(const std::string& key, const base::Json& value) {
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    // A release begins with runbook time on the wall clock, so both are shown alike.
    if (contains(kClockTimes, key) || contains(kRunbookTimes, key))
      return base::rfc3339(base::WallTime{number});
    if (contains(kSpans, key)) return base::to_string(base::Duration{number});
  }
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool plain = !text.empty() && text.find(' ') == text.npos;
  return plain ? text : value.dump();
}

std::string data_text(const base::Json& data) {
  std::string text;
  for (const auto& [key, value] : data.items())
    if (value != base::Json::object())  // an answer without values
      text += fmt::format(" {}={}", key, value_text(key, value));
  return text;
}

/// What the entry says itself; the findings of a verdict follow in lines of their own, and its
/// evidence is held against it by the scene.
std::string entry_text(const core::NewEvent& entry) {
  std::string text = core::type_of(entry.event);
  if (!entry.by.empty()) text += " by=" + entry.by.str();
  if (const auto* verdict = std::get_if<core::VerdictChanged>(&entry.event))
    return text + fmt::format(" {}, {}", to_string(verdict->verdict.action),
                              to_string(verdict->verdict.cause));
  return text + data_text(core::encode_event(entry.event));
}

std::string intent_text(const core::Intent& intent) {
  std::string text = fmt::format("-> {} ({})", effect_text(intent), to_string(intent.effect_class));
  if (intent.attempt > 1)
    text += fmt::format(", attempt {} after {}", intent.attempt, base::to_string(intent.delay));
  return text;
}

std::string key_text(const core::State& before, const core::Decision& decision,
                     const base::EffectKey& key) {
  if (const auto open = before.open.find(key); open != before.open.end())
    return effect_text(open->second);
  for (const core::NewEvent& entry : decision.entries)
    for (const core::Intent& intent : entry.intents)
      if (intent.key == key) return effect_text(intent);
  return key.str();
}

std::string open_text(const core::State& state) {
  std::vector<std::string> open;
  for (const auto& [key, intent] : state.open) {
    open.push_back(effect_text(intent));
    if (intent.attempt > 1) open.back() += fmt::format(" (attempt {})", intent.attempt);
  }
  std::sort(open.begin(), open.end());
  return fmt::format("{}", fmt::join(open, ", "));
}

}  // namespace

std::string time_text(const core::State& state, const base::Now& now, base::RunbookTime begun) {
  if (state.t0) return base::offset_text(now.runbook - *state.t0);
  return "+" + base::to_string(now.runbook - begun);
}

std::vector<std::string> finding_lines(const core::Verdict& verdict) {
  std::vector<std::string> lines;
  for (const core::Finding& finding : verdict.findings) {
    std::string text = fmt::format("{}, {}:", to_string(finding.action), to_string(finding.cause));
    if (!finding.component.empty()) text += " " + finding.component.str();
    if (!finding.subject.empty()) text += " " + finding.subject;
    if (finding.requests > 0) text += fmt::format(" {} of {}", finding.bad, finding.requests);
    if (finding.limit != 0 || finding.value != 0)
      text += fmt::format(" value {} limit {}", finding.value, finding.limit);
    lines.push_back(std::move(text));
  }
  return lines;
}

std::vector<std::string> error_lines(const base::Error& error) {
  std::vector<std::string> lines{error.one_line()};
  if (!error.state.empty()) lines.push_back("  now: " + error.state);
  for (const base::NextStep& step : error.next)
    lines.push_back(fmt::format("  do: {}: {}", step.command, step.effect));
  return lines;
}

std::vector<std::string> told(const Occasion& occasion, const testing::Names& names) {
  const core::Decision& decision = occasion.decision;
  std::vector<std::string> lines;
  const std::string indent(kTimeWidth + 2, ' ');
  for (const core::NewEvent& entry : decision.entries) {
    const std::string time = time_text(decision.next, occasion.now, occasion.begun);
    lines.push_back(fmt::format("{:<{}}{}", time, kTimeWidth, names.in(entry_text(entry))));
    if (const auto* verdict = std::get_if<core::VerdictChanged>(&entry.event))
      for (const std::string& finding : finding_lines(verdict->verdict))
        lines.push_back(indent + finding);
    for (const core::Intent& intent : entry.intents) lines.push_back(indent + intent_text(intent));
  }
  for (const base::EffectKey& key : decision.cancel)
    lines.push_back("cancelled: " + key_text(occasion.before, decision, key));
  if (decision.refusal) {
    const auto error = error_lines(*decision.refusal);
    lines.push_back("refused: " + names.in(error.front()));
    for (std::size_t i = 1; i < error.size(); ++i) lines.push_back(names.in(error[i]));
  }
  if (!decision.ignored_because.empty()) lines.push_back("ignored: " + decision.ignored_because);
  return lines;
}

std::vector<std::string> state_lines(const core::Plan& plan, const core::State& state,
                                     const base::Now& now) {
  const base::Json view = engine::view_of(plan, state, engine::LiveFigures{nullptr, now});
  constexpr std::size_t kNoWrap = 1000;
  const std::string text = cli::release_text(view, {base::Locale::En, kNoWrap, false});
  // Release, components and plan are the same in every scene; behind the first blank line steps
  // are listed.
  constexpr std::size_t kHead = 3;
  std::vector<std::string> lines;
  const std::vector<std::string> all = lines_of(text);
  for (std::size_t i = kHead; i < all.size() && !all[i].empty(); ++i)
    lines.push_back("= " + all[i]);
  std::vector<std::string> waiting;
  for (const base::StepId& step : core::waiting_for_people(plan, state))
    waiting.push_back(step.str());
  if (!waiting.empty())
    lines.push_back(fmt::format("= {:<12}{}", "waits for", fmt::join(waiting, ", ")));
  if (!state.open.empty())
    lines.push_back(fmt::format("= {:<12}{}", "under way", open_text(state)));
  return lines;
}

}  // namespace stellwerk::transcripts
