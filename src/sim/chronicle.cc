#include "sim/chronicle.h"

namespace stellwerk::sim {
namespace {

constexpr std::size_t kHappeningsMax = 20'000;

Turn turn_of(TurnKind kind, const Ledger& after) {
  Turn turn;
  turn.kind = kind;
  turn.wave = after.state.wave;
  turn.watching = after.state.rollout_completed || after.state.post_watch;
  return turn;
}

std::optional<Turn> turn_of(const Ledger& after, const core::Event& event) {
  if (const auto* paused = std::get_if<core::ReleasePaused>(&event)) {
    if (paused->cause == core::PauseCause::Rollback) return std::nullopt;  // the rollback says more
    Turn turn = turn_of(TurnKind::Paused, after);
    turn.cause = core::to_string(paused->cause);
    turn.detail = paused->detail;
    return turn;
  }
  if (const auto* rollback = std::get_if<core::RollbackInitiated>(&event)) {
    Turn turn = turn_of(TurnKind::RolledBack, after);
    turn.cause = core::to_string(rollback->cause);
    turn.detail = rollback->detail;
    return turn;
  }
  if (const auto* cancelled = std::get_if<core::CancelStarted>(&event)) {
    Turn turn = turn_of(TurnKind::Cancelled, after);
    turn.detail = cancelled->detail;
    return turn;
  }
  return std::nullopt;
}

/// A person decided on what had gone wrong, or was asked to until the deadline was over.
bool decides(const core::Event& event) {
  if (const auto* resumed = std::get_if<core::ReleaseResumed>(&event)) return !resumed->by_guard;
  const auto* rollback = std::get_if<core::RollbackInitiated>(&event);
  return rollback != nullptr && (rollback->cause == core::RollbackCause::Person ||
                                 rollback->cause == core::RollbackCause::AskExpired);
}

bool asks_of_plan(const core::Event& event) {
  return std::holds_alternative<core::ApprovalGranted>(event) ||
         std::holds_alternative<core::StepAttested>(event);
}

}  // namespace

std::string_view to_string(TurnKind kind) {
  switch (kind) {
    case TurnKind::Paused:
      return "paused";
    case TurnKind::RolledBack:
      return "rolled-back";
    case TurnKind::Cancelled:
      return "cancelled";
  }
  return "?";
}

std::optional<base::Duration> Chronicle::offset() const {
  if (!t0_) return std::nullopt;
  return last_ + (clock_.mono() - last_at_) * anchor_.speed - *t0_;
}

void Chronicle::entry(const Ledger& after, const engine::ReadEntry& entry, bool in_breach) {
  anchor_ = after.state.anchor;
  t0_ = after.state.t0;
  last_ = entry.at.runbook;
  last_at_ = clock_.mono();
  Story& story = stories_[after.plan->release];
  if (std::holds_alternative<core::ReleaseStarted>(entry.event)) story.began = entry.at.runbook;
  if (!story.ended) story.last = entry.at.runbook;
  story.ended = core::is_terminal(after.state.stage);
  if (asks_of_plan(entry.event)) ++story.asked;
  const bool cancels = std::holds_alternative<core::CancelStarted>(entry.event);
  if (decides(entry.event) || (cancels && !entry.by.empty())) ++story.asked_beside;
  if (auto turn = turn_of(after, entry.event)) {
    turn->at = t0_ ? entry.at.runbook - *t0_ : base::Duration{};
    turn->in_breach = in_breach;
    story.turns.push_back(std::move(*turn));
  }
  if (!keeps_ || happenings_.size() >= kHappeningsMax) return;
  Happening happening;
  happening.entry = entry;
  happening.t0 = t0_;
  happening.t0_wall = after.state.t0_wall;
  if (t0_) happening.at = entry.at.runbook - *t0_;
  happenings_.push_back(std::move(happening));
}

void Chronicle::fault(Fault fault, bool over) {
  if (!over) struck_.insert(fault);
  if (!keeps_ || happenings_.size() >= kHappeningsMax) return;
  Happening happening;
  happening.at = offset();
  happening.fault = fault;
  happening.over = over;
  happenings_.push_back(std::move(happening));
}

void Chronicle::started() {
  if (!keeps_ || happenings_.size() >= kHappeningsMax) return;
  Happening happening;
  happening.at = offset();
  happening.started = true;
  happenings_.push_back(std::move(happening));
}

}  // namespace stellwerk::sim
