// story.h — carries a release through decide() in a test: answers effects, passes time, keeps what
// was told.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/decide.h"
#include "support/sample_release.h"

namespace stellwerk::core::testing {

class Story {
 public:
  Story() = default;
  explicit Story(Plan other) : plan(std::move(other)) {}

  Plan plan = stellwerk::testing::sample_plan();
  State state;
  base::Now now{{1760558400000000}, {1000000}, {1760558400000000}};
  std::vector<std::string> types;

  Decision send(InputBody body, const base::PersonId& by = {}) {
    Decision decision = decide(plan, state, {now, by, std::move(body)});
    for (const NewEvent& entry : decision.entries) {
      types.push_back(type_of(entry.event));
      told_.push_back({entry, now});
    }
    state = decision.next;
    return decision;
  }

  void start() { send(RunRequested{digest_of(plan), 1}, base::PersonId("release-manager-123")); }

  void pass(base::Duration span) {
    now.wall = now.wall + span;
    now.mono = now.mono + span;
    now.runbook = now.runbook + span;
    send(Ticked{});
  }

  /// Without those that only keep the record.
  [[nodiscard]] std::vector<EffectKind> open_kinds() const {
    std::vector<EffectKind> kinds;
    for (const auto& [key, intent] : state.open)
      if (intent.kind != EffectKind::SignCheckpoint && intent.kind != EffectKind::KeepWindows)
        kinds.push_back(intent.kind);
    return kinds;
  }

  void answer(EffectKind kind, Outcome outcome) {
    for (const auto& [key, intent] : State(state).open) {
      if (intent.kind != kind) continue;
      answer_one(intent, outcome);
      return;
    }
    ADD_FAILURE() << "no open effect of kind " << to_string(kind);
  }

  void answer_one(const Intent& intent, Outcome outcome) { send(answer_of(intent, outcome)); }

  /// What an effect returns that ends so.
  [[nodiscard]] EffectReturned answer_of(const Intent& intent, Outcome outcome) const {
    EffectReturned returned{intent.key, outcome, "answered", base::sha256("evidence"),
                            base::Json::object()};
    if (intent.kind == EffectKind::SignCheckpoint)
      returned.data = {{"tree_size", state.version},
                       {"root", base::sha256("root").to_string()},
                       {"stream_version", state.version}};
    return returned;
  }

  /// Answers whatever is open with Done until nothing is.
  void answer_all() {
    while (!state.open.empty()) answer_one(State(state).open.begin()->second, Outcome::Done);
  }

  /// People do what is waited for.
  void serve_people() {
    for (const base::StepId& id : waiting_for_people(plan, state)) {
      const Step* step = plan.find_step(id);
      if (const auto* approval = std::get_if<ApprovalAction>(&step->action))
        send(Approved{state.plan, false}, plan.somebody_with({approval->role}));
      else
        send(Attested{id, {}}, plan.somebody_with(step->roles));
    }
  }

  void hold_fully() {
    const bool watching = state.stage == Stage::PostChecking;
    const base::Duration wanted = watching ? plan.schedule.post_check : plan.wave(state.wave).hold;
    send(HoldProgressed{state.wave, wanted, wanted, 1000, {}, {}, watching});
  }

  /// One thing happens: an answer, a person, a hold, or time.
  bool once() {
    if (is_terminal(state.stage)) return false;
    if (state.stage == Stage::Unborn) return start(), true;
    if (!state.open.empty()) return answer_all(), true;
    if (!state.paused && !waiting_for_people(plan, state).empty()) return serve_people(), true;
    const bool watch_open = state.stage == Stage::PostChecking && !state.hold_done;
    const bool hold_open = state.stage == Stage::Holding && !state.hold_done;
    if (!state.paused && (watch_open || hold_open)) {
      pass(watch_open ? plan.schedule.post_check : plan.wave(state.wave).hold);
      hold_fully();
      return true;
    }
    const auto due = next_due(plan, state);
    if (!due) return false;
    pass(*due - now.runbook);
    return true;
  }

  void run_until(Stage stage) {
    for (int i = 0; i < 1000 && state.stage != stage; ++i) {
      // A stage with running effects must be seen before they are answered.
      if (!once_until(stage)) break;
    }
    if (state.stage != stage)
      throw std::logic_error("the story did not get there: " + std::string(to_string(state.stage)));
  }
  void run_to_end() {
    for (int i = 0; i < 1000 && once(); ++i) {
    }
  }
  void settle() { run_to_end(); }

  [[nodiscard]] base::Duration offset_of(const std::string& type) const {
    for (const Told& told : told_)
      if (type_of(told.entry.event) == type) return told.at.runbook - *state.t0;
    ADD_FAILURE() << type << " was not told";
    return {};
  }

  [[nodiscard]] State folded_from_json() const {
    State folded;
    for (const Told& told : told_) {
      auto event = decode_event(type_of(told.entry.event), encode_event(told.entry.event));
      EXPECT_TRUE(event);
      std::vector<Intent> intents;
      for (const Intent& intent : told.entry.intents)
        intents.push_back(*decode_intent(encode_intent(intent)));
      folded =
          evolve_intents(evolve(plan, std::move(folded), *event, told.at, told.entry.by), intents);
    }
    return folded;
  }

  struct Told {
    NewEvent entry;
    base::Now at;
  };
  /// Every entry so far, with its time.
  [[nodiscard]] const std::vector<Told>& told() const { return told_; }

 private:
  bool once_until(Stage stage) {
    if (!state.open.empty()) {
      answer_one(State(state).open.begin()->second, Outcome::Done);
      return true;
    }
    static_cast<void>(stage);
    return once();
  }

  std::vector<Told> told_;
};

inline base::StepId once_step() { return base::StepId("preparation/publish"); }
inline Plan plan_with_once_command() {
  Plan plan = stellwerk::testing::sample_plan();
  Step step;
  step.id = once_step();
  step.phase = Phase::Preparation;
  step.roles = {Role::DevOps};
  step.action = CommandCheck{{{"/bin/true"}, {}, {}, {}}, base::seconds(5), {0}, false};
  plan.steps.insert(plan.steps.begin(), step);
  return plan;
}

}  // namespace stellwerk::core::testing
