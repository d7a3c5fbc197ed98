// transitions_test [--rewrite] — every input in every situation against docs/spec/transitions.md;
// with --rewrite it writes the page, to be read as a diff.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <span>

#include "transitions/page.h"

namespace stellwerk::transitions {
namespace {

using core::Stage;

std::string read_page() {
  std::ifstream file(STELLWERK_TRANSITIONS, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The walk takes a while, so it is made once.
const Walk& the_walk() {
  static const Walk walk = walk_all();
  return walk;
}

template <class Look>
void for_each_cell(Look look) {
  const Walk& walk = the_walk();
  for (std::size_t i = 0; i < walk.inputs.size(); ++i)
    for (std::size_t s = 0; s < walk.situations.size(); ++s)
      if (walk.cells[i][s]) look(walk.inputs[i], walk.situations[s], *walk.cells[i][s]);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (const char c : text)
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  return lines;
}

TEST(Transitions, AreWhatThePageSays) {
  const auto expected = lines_of(read_page());
  const auto got = lines_of(transitions_page(the_walk()));
  std::size_t shown = 0;
  for (std::size_t i = 0; i < std::max(expected.size(), got.size()) && shown < 20; ++i) {
    const std::string was = i < expected.size() ? expected[i] : "(nothing)";
    const std::string is = i < got.size() ? got[i] : "(nothing)";
    if (was == is) continue;
    ADD_FAILURE() << "docs/spec/transitions.md:" << i + 1 << ":\n- " << was << "\n+ " << is;
    ++shown;
  }
  EXPECT_EQ(shown, 0U) << "to take it over: transitions_test --rewrite, then read git diff";
}

TEST(Transitions, CoverEveryStageAndEveryInput) {
  std::set<Stage> stages;
  for (const Situation& situation : the_walk().situations)
    stages.insert(situation.story.state.stage);
  EXPECT_EQ(stages.size(), core::kStages);
  std::set<std::size_t> inputs;
  for (const Probe& probe : the_walk().inputs)
    for (const Situation& situation : the_walk().situations)
      if (const auto input = probe.input(situation.story)) inputs.insert(input->index());
  EXPECT_EQ(inputs.size(), std::variant_size_v<core::InputBody>);
}

// Goal: nobody's command vanishes: it does something, or it is said why not.
TEST(Transitions, NeverSwallowACommandOrAnEvent) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    if (probe.name == "ticked") return;
    EXPECT_NE(cell.mark, "·") << probe.name << " in " << situation.name;
  });
}

TEST(Transitions, OfAPersonsRefusedCommandWriteNothing) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    if (!cell.decision.refusal) return;
    EXPECT_TRUE(cell.decision.entries.empty()) << probe.name << " in " << situation.name;
    EXPECT_EQ(probe.group, Group::People) << probe.name << " in " << situation.name;
  });
}

TEST(Transitions, NeverLeaveAnEnd) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    const Stage stage = situation.story.state.stage;
    if (!core::is_terminal(stage)) return;
    EXPECT_EQ(cell.decision.next.stage, stage) << probe.name << " in " << situation.name;
  });
}

// Goal: what has not been asked for has no journal.
TEST(Transitions, BeginWithARequestOnly) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    if (situation.story.state.stage != Stage::Unborn) return;
    EXPECT_EQ(!cell.decision.entries.empty(), probe.name == "run-requested") << probe.name;
  });
}

// Goal: until the new version is the stable one a release goes back from everywhere, at a word.
TEST(Transitions, LeadBackFromEverywhereUntilTheOldVersionIsRetired) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    if (probe.name != "rollback-requested") return;
    const core::State& state = situation.story.state;
    const bool too_late =
        state.stage == Stage::Unborn || state.retiring || core::is_terminal(state.stage);
    const Stage next = cell.decision.next.stage;
    EXPECT_EQ(next == Stage::RollingBack || next == Stage::Cancelling, !too_late) << situation.name;
    const bool cancels = next == Stage::Cancelling;
    EXPECT_FALSE(cancels && state.may_carry_traffic && state.stage != Stage::Cancelling)
        << situation.name;
  });
}

// Goal: whatever happens, the new version has no traffic that nobody guards.
TEST(Transitions, KeepTheGuardArmedWhileTrafficMayBeOnTheNewVersion) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    const core::State& next = cell.decision.next;
    if (!next.may_carry_traffic || next.rollback) return;
    EXPECT_TRUE(core::guard_armed(next)) << probe.name << " in " << situation.name;
  });
}

// Goal: what is due and does nothing would be told over and over again, without a pause.
TEST(Transitions, AreNotDueAgainAtOnce) {
  for_each_cell([](const Probe& probe, const Situation& situation, const Cell& cell) {
    const core::Plan& plan = situation.story.plan;
    const auto due = core::next_due(plan, cell.decision.next);
    if (!due || *due > situation.story.now.runbook) return;
    const core::Input later{situation.story.now, {}, core::Ticked{}};
    EXPECT_FALSE(core::decide(plan, cell.decision.next, later).entries.empty())
        << probe.name << " in " << situation.name;
  });
}

int rewrite() {
  const std::string page = transitions_page(the_walk());
  if (page == read_page()) {
    std::cout << "docs/spec/transitions.md is as it was\n";
    return 0;
  }
  std::ofstream file(STELLWERK_TRANSITIONS, std::ios::binary);
  file << page;
  if (!file.flush()) {
    std::cerr << "cannot write " << STELLWERK_TRANSITIONS << '\n';
    return 2;
  }
  std::cout << "docs/spec/transitions.md is rewritten; read it with git diff\n";
  return 0;
}

}  // namespace
}  // namespace stellwerk::transitions

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() > 1 && std::string_view(arguments[1]) == "--rewrite")
    return stellwerk::transitions::rewrite();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
