#include "transitions/inputs.h"

#include <fmt/format.h>

#include "support/names.h"
#include "transitions/said.h"

namespace stellwerk::transitions {
namespace {

using core::Action;
using core::Cause;
using core::EffectKind;
using core::Outcome;
using core::testing::Story;
using Made = std::optional<core::InputBody>;

const base::PersonId kQa{"qa-1"};
const base::PersonId kAuditor{"auditor-1"};

/// The same input everywhere.
template <class Body>
auto always(Body body) {
  return [body](const Story&) -> Made { return core::InputBody(body); };
}

core::HoldProgressed held(const Story& story, base::Duration guarded) {
  const bool watching = story.state.stage == core::Stage::PostChecking;
  return {story.state.wave, guarded, guarded, 1000, {}, {}, watching, story.state.wave_run};
}

base::Duration hold_of(const Story& story) {
  return story.state.wave == 0 ? base::minutes(1) : core::hold_wanted(story.plan, story.state);
}

/// A step that people are waited for.
Made attest_waiting(const Story& story) {
  for (const base::StepId& id : core::waiting_for_people(story.plan, story.state))
    if (!std::holds_alternative<core::ApprovalAction>(story.plan.find_step(id)->action))
      return core::Attested{id, {}};
  return std::nullopt;
}

Made again_undecided(const Story& story) {
  const auto undecided = core::undecided_steps(story.plan, story.state);
  const base::StepId step = undecided.empty() ? base::StepId("preparation/tests") : undecided[0];
  return core::ResumeRequested{{}, {step}};
}

void add_people(std::vector<Probe>& all) {
  const base::Digest plan = core::digest_of(Story().plan);
  const base::Digest why = base::sha256("reason");
  const auto add = [&all](std::string name, std::string means, auto input,
                          const base::PersonId& by = kManager) {
    all.push_back({std::move(name), std::move(means), Group::People, input, by});
  };
  add("run-requested", "the release is to be carried out", always(core::RunRequested{plan, 1}));
  add("approved", "an approval of the plan under way",
      [](const Story& story) -> Made { return core::Approved{story.state.plan, false}; });
  add("approved: other plan", "an approval that names another plan",
      always(core::Approved{base::sha256("another plan"), false}));
  add("rejected", "",
      [why](const Story& story) -> Made { return core::Rejected{story.state.plan, why}; });
  all.push_back({"attested",
                 "a step that waits for somebody, by one of its roles",
                 Group::People,
                 attest_waiting,
                 {}});
  add("attested: other role", "by somebody who has none of the step's roles", attest_waiting,
      kAuditor);
  add("attested: no person's", "a step that is not for people to attest",
      always(core::Attested{base::StepId("rollout/wave-1"), {}}));
  add("pause-requested", "", always(core::PauseRequested{}));
  add("pause-requested: audit officer", "by a role that may not", always(core::PauseRequested{}),
      kAuditor);
  add("resume-requested", "", always(core::ResumeRequested{}));
  add("resume-requested: again", "with a step that is to run once more", again_undecided);
  add("promote-requested", "", always(core::PromoteRequested{}));
  add("rollback-requested", "", always(core::RollbackRequested{why}));
  add("rollback-requested: QA", "by a role that may not", always(core::RollbackRequested{why}),
      kQa);
}

void add_guard(std::vector<Probe>& all) {
  const auto add = [&all](std::string name, std::string means, auto input) {
    all.push_back({std::move(name), std::move(means), Group::Guard, input});
  };
  add("ticked", "the time has come that the situation waits for, or a minute has passed",
      always(core::Ticked{}));
  add("hold-progressed", "a minute of the hold or the watch is saved",
      [](const Story& story) -> Made { return held(story, base::seconds(59)); });
  add("hold-progressed: complete", "the hold or the watch is complete",
      [](const Story& story) -> Made { return held(story, hold_of(story)); });
  add("verdict-reached: continue", "", always(verdict(Action::Continue, Cause::AllGood)));
  add("verdict-reached: pause", "p95 above its limit",
      always(verdict(Action::Pause, Cause::Latency)));
  add("verdict-reached: rollback", "error rate above 2 %",
      always(verdict(Action::Rollback, Cause::ErrorRate)));
  add("verdict-reached: stop-and-rollback", "a health check failed",
      always(verdict(Action::StopAndRollback, Cause::Health)));
  add("clock-bound", "another speed",
      [](const Story& story) -> Made { return core::ClockBound{story.now.runbook, 60}; });
  add("wall-clock-stepped", "by three seconds", always(core::WallClockStepped{base::seconds(3)}));
}

void add_world(std::vector<Probe>& all) {
  const auto add = [&all](std::string name, std::string means, auto input) {
    all.push_back({std::move(name), std::move(means), Group::World, input});
  };
  const auto component = Story().plan.components[0].name;
  add("effect-returned: unknown key", "an answer of an effect that was answered or abandoned",
      always(core::EffectReturned{base::EffectKey("x/1/0"), Outcome::Done, "", {}}));
  add("stop-requested", "SIGTERM, where it is to roll back", always(core::StopRequested{}));
  add("restarted: lease alive", "taken up again in time", [](const Story& story) -> Made {
    return core::Restarted{true, story.state.may_carry_traffic, {}};
  });
  add("restarted: lease expired", "taken up again too late", [](const Story& story) -> Made {
    return core::Restarted{false, story.state.may_carry_traffic, {}};
  });
  add("lease-lost", "the router no longer holds the lease",
      [](const Story& story) -> Made { return core::LeaseLost{story.state.lease_since}; });
  add("routes-changed", "somebody else changed the routes", always(core::RoutesChanged{}));
  add("router-brought-up", "the router was gone and serves again", always(core::RouterBroughtUp{}));
  add("old-capacity-changed: gone", "the old version has no instance left",
      always(core::OldCapacityChanged{component, true}));
  add("old-capacity-changed: back", "it has one again",
      always(core::OldCapacityChanged{component, false}));
  add("emergency-found", "lines of the emergency file",
      always(core::EmergencyFound{base::sha256("lines"), 1, false}));
  add("emergency-found: returned", "… one says that traffic was returned",
      always(core::EmergencyFound{base::sha256("lines"), 1, true}));
}

/// The open effect of the same kind and subject, whatever its attempt.
const core::Intent* same_effect(const Story& story, const core::Intent& intent) {
  for (const auto& [key, open] : story.state.open)
    if (open.kind == intent.kind && open.subject == intent.subject) return &open;
  return nullptr;
}

void add_answer(std::vector<AnswerProbe>& all, const Story& story, const core::Intent& intent,
                Outcome outcome) {
  std::string name = fmt::format("{}: {}", testing::effect_text(intent), to_string(outcome));
  if (intent.attempt > 1) name += ", fifth attempt";
  all.push_back({std::move(name), story, story.answer_of(intent, outcome)});
}

/// When it is still asked for after four attempts that ended so.
void add_fifth(std::vector<AnswerProbe>& all, Story story, const core::Intent& intent,
               Outcome outcome) {
  for (std::uint32_t attempt = 1; attempt < 5; ++attempt) {
    const core::Intent* open = same_effect(story, intent);
    if (open == nullptr || open->attempt != attempt) return;
    story.answer_one(core::Intent(*open), outcome);
  }
  const core::Intent* last = same_effect(story, intent);
  if (last != nullptr && last->attempt == 5) add_answer(all, story, core::Intent(*last), outcome);
}

}  // namespace

std::vector<Probe> all_inputs() {
  std::vector<Probe> all;
  add_people(all);
  add_guard(all);
  add_world(all);
  return all;
}

std::vector<AnswerProbe> answers_in(const Story& story) {
  std::vector<AnswerProbe> all;
  for (const auto& [key, intent] : story.state.open)
    for (const Outcome outcome : {Outcome::Done, Outcome::Failed, Outcome::Unknown}) {
      add_answer(all, story, intent, outcome);
      if (outcome != Outcome::Done) add_fifth(all, story, intent, outcome);
    }
  return all;
}

}  // namespace stellwerk::transitions
