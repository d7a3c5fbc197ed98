#include "transitions/page.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::transitions {
namespace {

constexpr std::string_view kIntroduction = R"(# What every input does in every situation

`decide(plan, state, input)` is the whole of Stellwerk's judgement about a release: which entries are written, which effects are asked
for, what is refused. This page shows it for **every kind of input** (`core/input.h`) in **every stage** (`core/state.h`), pauses and
ways back included. It is for readers who want to check the rules without reading the code: an auditor, a release manager, a reviewer.

**It is generated.** `tests/transitions` carries a release (the runbook's example, `document-domain` 1.2.0 → 1.3.0 in three waves) into each
situation with the inputs that lead there, hands it each input, and writes down what `decide` returns. A test compares this file
byte for byte with what the program does, so it cannot be out of date. After a change of `decide`:

    build/dev/bin/transitions_test --rewrite      # then read the change as a diff

Whole stories, with data and texts, are in `tests/transcripts/*.txt`; the names of entries in [events.md](../events.md), effects
and their classes in [engine.md](../engine.md).

## Legend

| in the overview | means |
|---|---|
| **stage** or **wave 2** | the release goes on to this stage, or to this wave of the same stage |
| pause, resume | it is paused (or for another cause), or goes on |
| ✎ | something is written; stage and pause stay |
| ✗ | refused: the person is told why; nothing is written |
| – | ignored, with a reason, which a person who asked is told; nothing is written |
| · | nothing is due: only the passing of time may do nothing without a reason |
| (blank) | cannot come here |

In the details, "writes" lists the entries in order (`×3`: three in a row), "asks" the effects that stand in them, "stops" the running effects
that are cancelled. A pause has its cause in brackets. "Everywhere else" stands for the situations that no other row of the table names.
)";

std::string row_of(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string rule_of(std::size_t columns) {
  std::string rule = "|";
  for (std::size_t i = 0; i < columns; ++i) rule += "---|";
  return rule + '\n';
}

std::string yes_or_no(bool value) { return value ? "yes" : ""; }

std::string situations_table(const Walk& walk) {
  std::string text = "\n## The situations\n\n";
  text += row_of({"situation", "stage", "how it came about", "guard armed", "lease wanted",
                  "waits for", "under way"});
  text += rule_of(7);
  for (const Situation& each : walk.situations) {
    const core::State& state = each.story.state;
    std::vector<std::string> waiting;
    for (const base::StepId& step : core::waiting_for_people(each.story.plan, state))
      waiting.push_back(step.str());
    std::vector<std::string> open;
    for (const auto& [key, intent] : state.open) open.emplace_back(core::to_string(intent.kind));
    const std::string who = waiting.size() > 2 ? fmt::format("{} steps", waiting.size())
                                               : fmt::format("{}", fmt::join(waiting, ", "));
    text += row_of({each.name, std::string(to_string(state.stage)), each.reached,
                    yes_or_no(core::guard_armed(state)),
                    yes_or_no(core::wants_lease(each.story.plan, state)), who,
                    fmt::format("{}", fmt::join(open, ", "))});
  }
  return text;
}

std::string overview(const Walk& walk, Group group, std::string_view title) {
  std::vector<std::size_t> inputs;
  for (std::size_t i = 0; i < walk.inputs.size(); ++i)
    if (walk.inputs[i].group == group) inputs.push_back(i);
  std::string text = fmt::format("\n### {}\n\n", title);
  std::vector<std::string> head{"situation"};
  for (const std::size_t input : inputs) head.push_back(walk.inputs[input].name);
  text += row_of(head) + rule_of(head.size());
  for (std::size_t s = 0; s < walk.situations.size(); ++s) {
    std::vector<std::string> cells{walk.situations[s].name};
    for (const std::size_t input : inputs) {
      const auto& outcome = walk.cells[input][s];
      cells.push_back(outcome ? outcome->mark : "");
    }
    text += row_of(cells);
  }
  return text;
}

/// Situations in which the same happens stand in one row, in the order of the first.
struct Same {
  std::string text;
  std::vector<std::string> where;
};
void add_to(std::vector<Same>& rows, const std::string& text, const std::string& where) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Same& each) { return each.text == text; });
  if (found == rows.end())
    rows.push_back({text, {where}});
  else
    found->where.push_back(where);
}

std::string same_table(const std::string& column, const std::vector<Same>& rows) {
  std::string text = row_of({column, "what happens"}) + rule_of(2);
  for (const Same& row : rows)
    text += row_of({fmt::format("{}", fmt::join(row.where, "; ")), row.text});
  return text;
}

std::string details_of(const Walk& walk, std::size_t input) {
  const Probe& probe = walk.inputs[input];
  std::string text = fmt::format("\n### {}\n\n", probe.name);
  if (!probe.means.empty()) text += probe.means + "\n\n";
  std::vector<Same> rows;
  for (std::size_t s = 0; s < walk.situations.size(); ++s)
    if (const auto& outcome = walk.cells[input][s])
      add_to(rows, outcome->text, walk.situations[s].name);
  const auto most = std::max_element(rows.begin(), rows.end(), [](const Same& a, const Same& b) {
    return a.where.size() < b.where.size();
  });
  constexpr std::size_t kMany = 8;
  const bool everywhere = std::all_of(walk.cells[input].begin(), walk.cells[input].end(),
                                      [](const auto& outcome) { return outcome.has_value(); });
  if (everywhere && most->where.size() >= kMany) {
    most->where = {"everywhere else"};
    std::rotate(most, most + 1, rows.end());
  }
  return text + same_table("in", rows);
}

/// The answers of the effects that are under way in a situation.
std::string answers_of(const Situation& situation) {
  std::vector<Same> rows;
  for (const AnswerProbe& probe : answers_in(situation.story))
    add_to(rows, look(probe.story, probe.input, {}).text, probe.name);
  if (rows.empty()) return {};
  return fmt::format("\n### {}\n\n", situation.name) + same_table("answer", rows);
}

}  // namespace

Walk walk_all() {
  Walk walk{all_situations(), all_inputs(), {}};
  for (const Probe& probe : walk.inputs) {
    std::vector<std::optional<Cell>> row;
    for (const Situation& situation : walk.situations) {
      const auto input = probe.input(situation.story);
      base::PersonId by = probe.by;
      if (const auto* attested = input ? std::get_if<core::Attested>(&*input) : nullptr;
          attested != nullptr && by.empty())
        by = situation.story.plan.somebody_with(
            situation.story.plan.find_step(attested->step)->roles);
      row.push_back(input ? std::optional(look(situation.story, *input, by)) : std::nullopt);
    }
    walk.cells.push_back(std::move(row));
  }
  return walk;
}

std::string transitions_page(const Walk& walk) {
  std::string text(kIntroduction);
  text += situations_table(walk);
  text += "\n## Overview\n";
  text += overview(walk, Group::People, "People");
  text += overview(walk, Group::Guard, "Time and the guard");
  text += overview(walk, Group::World, "The world");
  text += "\n## In detail\n";
  for (std::size_t input = 0; input < walk.inputs.size(); ++input) text += details_of(walk, input);
  text +=
      "\n## What effects return\n\nFor each effect that is under way in a situation: "
      "`effect-returned` with each outcome.\n";
  for (const Situation& situation : walk.situations) text += answers_of(situation);
  return text;
}

}  // namespace stellwerk::transitions
