// People as a release manager wishes them: asked, they answer within minutes. What waits for them
// is approved and attested, all of it at once; a pause is resumed as soon as the guard finds all
// good again, and rolled back when it still does not at the third look, or when it is the fourth.
#include <algorithm>

#include "sim/people.h"

namespace stellwerk::sim {
namespace {

constexpr base::Duration kLook = base::seconds(2);
/// At a look, where people do what nobody expects.
constexpr base::Ppm kOdd{1'000};
constexpr std::int64_t kSlower = 6;
constexpr std::uint32_t kLooksMax = 3;
constexpr std::uint32_t kResumesMax = 3;

base::PersonId manager_of(const core::Plan& plan) {
  return plan.somebody_with({core::Role::ReleaseManager});
}

bool asks(const engine::ReleaseRun& run) {
  const core::State& state = run.state();
  if (state.stage == core::Stage::RollingBack || state.stage == core::Stage::Cancelling)
    return false;
  return state.paused || !core::undecided_steps(run.plan(), state).empty() ||
         !core::waiting_for_people(run.plan(), state).empty();
}

/// Nothing that was measured speaks against going on.
bool is_good(const core::State& state) {
  return !state.verdict || state.verdict->action == core::Action::Continue;
}

}  // namespace

void People::act_sensibly(engine::Engine& engine) {
  next_ = clock_.mono() + kLook;
  for (const base::ReleaseId& id : engine.live()) {
    const engine::ReleaseRun& run = *engine.find(id);
    if (!run.idle()) continue;
    if (swarm_.has(Fault::PeopleOdd) && !interference_.calm() && dice_.chance(kOdd))
      say_odd(engine, run);
    if (!asks(run)) {
      answers_at_.erase(id);
      continue;
    }
    const std::int64_t speed = std::max<std::int64_t>(1, run.state().anchor.speed);
    const auto found = answers_at_.find(id);
    if (found == answers_at_.end()) {
      const Manners& manners = *swarm_.manners;
      const bool slow = swarm_.has(Fault::PeopleSlow) && !interference_.calm();
      answers_at_[id] = clock_.mono() + dice_.between(manners.answers_min, manners.answers_max) *
                                            (slow ? kSlower : 1) / speed;
    } else if (clock_.mono() >= found->second) {
      answers_at_.erase(found);
      answer_sensibly(engine, run);
    }
  }
  // Whose time has come waits for a release that is busy.
  for (const auto& [id, at] : answers_at_)
    if (at > clock_.mono()) next_ = std::min(next_, at);
}

void People::answer_sensibly(engine::Engine& engine, const engine::ReleaseRun& run) {
  const auto undecided = core::undecided_steps(run.plan(), run.state());
  if (!undecided.empty())
    return tell(engine, run, core::ResumeRequested{{}, undecided}, manager_of(run.plan()));
  const auto waiting = core::waiting_for_people(run.plan(), run.state());
  for (const base::StepId& step : waiting) answer_waiting(engine, run, step);
  if (waiting.empty() && run.state().paused) decide_sensibly(engine, run);
}

void People::decide_sensibly(engine::Engine& engine, const engine::ReleaseRun& run) {
  const core::Plan& plan = run.plan();
  const core::State& state = run.state();
  const core::Step* step = plan.find_step(base::StepId(state.paused->detail));
  if (step != nullptr && std::holds_alternative<core::CompareAction>(step->action))
    return treat_pause(engine, run);
  std::uint32_t& looks = looks_[plan.release];
  std::uint32_t& resumed = resumed_[plan.release];
  const bool gives_up = ++looks >= kLooksMax || resumed >= kResumesMax;
  if (is_good(state) && resumed < kResumesMax) {
    looks = 0;
    ++resumed;
    return tell(engine, run, core::ResumeRequested{}, manager_of(plan));
  }
  if (gives_up)
    tell(engine, run, core::RollbackRequested{base::sha256("it is not good again")},
         manager_of(plan));
}

}  // namespace stellwerk::sim
