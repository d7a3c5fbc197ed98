#include "transitions/cell.h"

#include <fmt/format.h>

#include "support/names.h"

namespace stellwerk::transitions {
namespace {

using core::Decision;
using core::State;
using core::testing::Story;

/// Where it stands in one word each.
std::string mark_of(const State& before, const Decision& decision) {
  if (decision.refusal) return "✗";
  if (decision.entries.empty()) return decision.ignored_because.empty() ? "·" : "–";
  const State& next = decision.next;
  if (next.stage != before.stage) return fmt::format("**{}**", to_string(next.stage));
  if (next.wave != before.wave) return fmt::format("**wave {}**", next.wave);
  if (next.paused && (!before.paused || next.paused->cause != before.paused->cause)) return "pause";
  if (before.paused && !next.paused) return "resume";
  return "✎";
}

/// `a, b ×3, c`: what follows itself is counted.
std::string counted(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t end = i + 1;
    while (end < words.size() && words[end] == words[i]) ++end;
    if (!text.empty()) text += ", ";
    text += words[i];
    if (end - i > 1) text += fmt::format(" ×{}", end - i);
    i = end;
  }
  return text;
}

std::string entries_text(const Decision& decision) {
  std::vector<std::string> types;
  for (const core::NewEvent& entry : decision.entries) {
    std::string type = core::type_of(entry.event);
    if (const auto* paused = std::get_if<core::ReleasePaused>(&entry.event))
      type += fmt::format(" ({})", to_string(paused->cause));
    types.push_back("`" + type + "`");
  }
  return counted(types);
}

std::string intents_text(const Decision& decision) {
  std::vector<std::string> effects;
  for (const core::NewEvent& entry : decision.entries)
    for (const core::Intent& intent : entry.intents) {
      effects.push_back(testing::effect_text(intent));
      if (intent.attempt > 1) effects.back() += fmt::format(" (attempt {})", intent.attempt);
    }
  return counted(effects);
}

std::string cancelled_text(const State& before, const Decision& decision) {
  std::vector<std::string> effects;
  for (const base::EffectKey& key : decision.cancel)
    if (const auto open = before.open.find(key); open != before.open.end())
      effects.push_back(testing::effect_text(open->second));
  return counted(effects);
}

std::string text_of(const State& before, const Decision& decision) {
  if (decision.refusal)
    return fmt::format("refused {}: {} ({})", decision.refusal->id, decision.refusal->message,
                       decision.refusal->why);
  if (decision.entries.empty())
    return decision.ignored_because.empty() ? "nothing" : "ignored: " + decision.ignored_because;
  std::string text;
  if (decision.next.stage != before.stage)
    text = fmt::format("→ **{}**; ", to_string(decision.next.stage));
  text += "writes " + entries_text(decision);
  if (const std::string asked = intents_text(decision); !asked.empty()) text += "; asks " + asked;
  if (const std::string stopped = cancelled_text(before, decision); !stopped.empty())
    text += "; stops " + stopped;
  if (!decision.ignored_because.empty()) text += "; else ignored: " + decision.ignored_because;
  return text;
}

}  // namespace

Cell look(const Story& story, const core::InputBody& input, const base::PersonId& by) {
  base::Now now = story.now;
  if (std::holds_alternative<core::Ticked>(input)) {
    const auto due = core::next_due(story.plan, story.state);
    const base::Duration span = due ? *due - now.runbook : base::minutes(1);
    now = {now.wall + span, now.mono + span, now.runbook + span};
  }
  testing::Names names;
  names.name(story.state.plan, "plan");
  names.name(base::sha256("another plan"), "another plan");
  Decision decision = core::decide(story.plan, story.state, {now, by, input});
  std::string text = names.in(text_of(story.state, decision));
  return {mark_of(story.state, decision), std::move(text), std::move(decision)};
}

}  // namespace stellwerk::transitions
