#include "sim/people.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::sim {
namespace {

constexpr std::uint32_t kResumesMax = 4;
/// So long after the last misfortune nobody believes in a release that still waits.
constexpr base::Duration kGiveUp = base::minutes(20);

/// Somebody of that role who has not said that yet.
base::PersonId approver(const core::Plan& plan, const core::State& state,
                        const core::ApprovalAction& wanted) {
  const core::Role role = wanted.role;
  for (const core::Person& person : plan.people) {
    const bool gave =
        std::any_of(state.approvals.begin(), state.approvals.end(), [&](const auto& each) {
          return each.person == person.id && each.role == role && each.decision == wanted.decision;
        });
    if (!gave && std::find(person.roles.begin(), person.roles.end(), role) != person.roles.end())
      return person.id;
  }
  return {};
}

base::PersonId manager(const core::Plan& plan) {
  return plan.somebody_with({core::Role::ReleaseManager});
}

}  // namespace

void People::tell(engine::Engine& engine, const engine::ReleaseRun& run, core::InputBody body,
                  const base::PersonId& by) {
  interference_.trace().say([&] {
    return fmt::format("{} says {}", by.empty() ? "somebody" : by.str(), core::name_of_input(body));
  });
  engine.command(run.plan().release, std::move(body), by, [this](const engine::Answer& answer) {
    if (answer.refusal || !answer.ignored_because.empty()) ++refused_;
  });
}

base::PersonId People::anybody(const core::Plan& plan) {
  if (plan.people.empty() || dice_.chance(base::percent(5))) return base::PersonId("a-stranger");
  return plan.people[dice_.below(plan.people.size())].id;
}

void People::act(engine::Engine& engine) {
  if (clock_.mono() < next_) return;
  if (swarm_.manners) return act_sensibly(engine);
  const bool slow = swarm_.has(Fault::PeopleSlow) && !interference_.calm();
  next_ = clock_.mono() + (slow ? dice_.between(base::seconds(1), base::minutes(4))
                                : dice_.between(base::milliseconds(200), base::seconds(4)));
  bool any = false;
  for (const base::ReleaseId& id : engine.live()) any = look(engine, id) || any;
  const bool odd = swarm_.has(Fault::PeopleOdd) && !interference_.calm();
  if (!any && !odd) next_ = std::max(next_, clock_.mono() + base::seconds(9));
}

bool People::look(engine::Engine& engine, const base::ReleaseId& id) {
  const engine::ReleaseRun& run = *engine.find(id);
  const bool odd = swarm_.has(Fault::PeopleOdd) && !interference_.calm();
  if (odd && dice_.chance(swarm_.odd)) {
    say_odd(engine, run);
    return true;
  }
  if (!run.idle()) return true;
  const core::Stage stage = run.state().stage;
  if (stage == core::Stage::RollingBack || stage == core::Stage::Cancelling) return false;
  return answer(engine, run);
}

/// What is asked of them. False: nothing.
bool People::answer(engine::Engine& engine, const engine::ReleaseRun& run) {
  const auto undecided = core::undecided_steps(run.plan(), run.state());
  const auto waiting = core::waiting_for_people(run.plan(), run.state());
  if (!undecided.empty() && dice_.chance(base::percent(40)))
    tell(engine, run, core::ResumeRequested{{}, undecided}, manager(run.plan()));
  else if (!waiting.empty())
    answer_waiting(engine, run, waiting.front());
  else if (run.state().paused)
    treat_pause(engine, run);
  else if (hurry_since_ && clock_.mono() - *hurry_since_ > kGiveUp)
    tell(engine, run, core::RollbackRequested{base::sha256("it takes too long")},
         manager(run.plan()));
  else
    return false;
  return true;
}

void People::answer_waiting(engine::Engine& engine, const engine::ReleaseRun& run,
                            const base::StepId& step_id) {
  const core::Step* step = run.plan().find_step(step_id);
  if (step == nullptr) return;
  if (const auto* approval = std::get_if<core::ApprovalAction>(&step->action))
    return tell(engine, run,
                core::Approved{run.state().plan, approval->signature_required, approval->decision},
                approver(run.plan(), run.state(), *approval));
  tell(engine, run, core::Attested{step_id, {}}, run.plan().somebody_with(step->roles));
}

/// They resume a few times, then they roll back.
void People::treat_pause(engine::Engine& engine, const engine::ReleaseRun& run) {
  const core::State& state = run.state();
  const core::Step* step = run.plan().find_step(base::StepId(state.paused->detail));
  if (step != nullptr && std::holds_alternative<core::CompareAction>(step->action))
    return tell(engine, run, core::Attested{step->id, {}}, run.plan().somebody_with(step->roles));
  std::uint32_t& resumed = resumed_[run.plan().release];
  const bool believes = resumed < kResumesMax && dice_.chance(base::percent(85));
  if (!believes && resumed >= kResumesMax)
    return tell(engine, run, core::RollbackRequested{base::sha256("it does not go on")},
                manager(run.plan()));
  ++resumed;
  tell(engine, run, core::ResumeRequested{}, manager(run.plan()));
}

core::InputBody People::odd_command(const engine::ReleaseRun& run) {
  const core::Plan& plan = run.plan();
  const auto& steps = plan.steps;
  switch (dice_.below(10)) {
    case 0:
      return core::PauseRequested{};
    case 1:
      return core::ResumeRequested{};
    case 2:
      return core::PromoteRequested{};
    case 3:
      return core::RollbackRequested{base::sha256("nobody knows why")};
    case 4:
      return core::Approved{base::sha256("another plan"), true};
    case 5:
      return core::Approved{run.state().plan, dice_.chance(base::percent(50))};
    case 6:
      return core::Rejected{
          dice_.chance(base::percent(90)) ? base::sha256("another plan") : run.state().plan,
          base::sha256("no")};
    case 7:
      return core::Attested{steps[dice_.below(steps.size())].id, {}};
    case 8:
      return core::ResumeRequested{{}, {steps[dice_.below(steps.size())].id}};
    default:
      if (dice_.chance(base::percent(90))) return core::PauseRequested{base::sha256("wait")};
      return core::StopRequested{};
  }
}

void People::say_odd(engine::Engine& engine, const engine::ReleaseRun& run) {
  interference_.count(Fault::PeopleOdd);
  const core::InputBody body = odd_command(run);
  const base::PersonId by = anybody(run.plan());
  tell(engine, run, body, by);
  if (dice_.chance(base::percent(30))) tell(engine, run, body, by);
}

}  // namespace stellwerk::sim
