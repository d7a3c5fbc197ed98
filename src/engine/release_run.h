// release_run.h — one release under way: its plan, its state, the inputs that wait, the append in
// flight.
//
// Role: turns inputs into decisions, decisions into durable entries, and only then hands the
// effects on. The emergency path of a rollback is here too. Start here: handle(), pump()
// Thread-safety: the engine's thread.                                       Spec: docs/engine.md
// Invariants: at most one append in flight; state() is what the journal says, nothing more.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/decide.h"
#include "engine/committer.h"
#include "engine/entries.h"
#include "engine/runbook_clock.h"

namespace stellwerk::engine {

/// What a person's command came to, told once it is durable.
struct Answer {
  std::optional<base::Error> refusal;
  std::string ignored_because;
  std::vector<std::string> entries;  ///< types of what was written
};
using Reply = std::function<void(const Answer&)>;

/// An entry that is durable now.
struct Written {
  std::uint64_t index = 0;
  base::ReleaseId release;
  core::NewEvent event;
  base::Now at;
  std::optional<base::RunbookTime> t0;
};

/// What a run asks of its surroundings; implemented by the engine.
class RunHost {
 public:
  virtual ~RunHost() = default;
  virtual void start_effect(const base::ReleaseId& release, const core::Intent& intent) = 0;
  /// The rollback's traffic write before its entry is durable (at most once per key). `state`: as
  /// decided.
  virtual void start_emergency(const base::ReleaseId& release, const core::Intent& intent,
                               const core::State& state) = 0;
  /// Something of a rollback could not be written: the space reserved for it is needed.
  virtual void make_room() = 0;
  virtual void cancel_effect(const base::EffectKey& key) = 0;
  virtual void written(const std::vector<Written>& entries) = 0;
  /// The state changed: watch other things, renew other leases.
  virtual void state_changed(const base::ReleaseId& release) = 0;
  /// Something a person at the machine must see although it cannot be journaled.
  virtual void report(const base::Error& error) = 0;
};

class ReleaseRun {
 public:
  ReleaseRun(EnginePorts& ports, Committer& committer, RunHost& host, core::Plan plan,
             core::State state, RunbookClock clock);

  /// Queues an input; it is decided on at once unless an append is under way.
  void handle(core::InputBody body, const Asker& by = {}, Reply reply = {});
  /// Deadlines of the emergency path and of repeated appends.
  void pump();

  [[nodiscard]] const core::Plan& plan() const { return *plan_; }
  [[nodiscard]] std::shared_ptr<const core::Plan> shared_plan() const { return plan_; }
  [[nodiscard]] const core::State& state() const { return state_; }
  /// What it will be once the decision under way is durable.
  [[nodiscard]] const core::State& next_state() const {
    return pending_ ? pending_->decision.next : state_;
  }
  /// Traffic went back, or does, ahead of the entries that say so.
  [[nodiscard]] bool goes_back_early() const { return !acted_early_.empty(); }
  [[nodiscard]] RunbookClock& clock() { return clock_; }
  [[nodiscard]] const RunbookClock& clock() const { return clock_; }
  [[nodiscard]] base::Now now() const;
  [[nodiscard]] bool idle() const { return !pending_ && inputs_.empty(); }
  /// When pump() or a due timer needs a turn.
  [[nodiscard]] std::optional<base::MonoTime> wake_at() const;

 private:
  struct Waiting {
    core::InputBody body;
    Asker by;
    Reply reply;
    base::MonoTime since;  ///< handed in
    /// When it was first decided on, ahead of its entry: it is decided for good as of then, so that
    /// the same comes of it, with the same keys.
    std::optional<base::Now> decided_at = {};
  };
  /// A decision whose entries are not durable yet.
  struct Pending {
    core::Decision decision;
    base::Now at;
    Reply reply;
    bool rolls_back = false;
    bool in_flight = false;   ///< the store has it
    base::MonoTime since;     ///< what is decided on was handed in
    base::MonoTime asked_at;  ///< the store was asked first
    base::MonoTime retry_at;
    std::uint32_t failures = 0;
    std::optional<base::EffectKey> answers;  ///< the effect whose answer is decided on
    bool told_time = false;                  ///< a limit is over, which waits behind it
    /// So many of the inputs behind it were decided on in advance.
    std::optional<std::size_t> looked_ahead = {};
  };

  void decide_next();
  void append();
  [[nodiscard]] base::Result<CommitRequest> request() const;
  void give_up(const base::Error& error);
  void appended(base::Result<std::uint64_t> first_index);
  void committed(std::uint64_t first_index);
  void start_effects(const core::Decision& decision);
  void failed(const base::Error& error);
  void look_whether_written();
  [[nodiscard]] std::optional<base::MonoTime> limit_is_over_at() const;
  [[nodiscard]] bool can_look_ahead() const;
  [[nodiscard]] base::MonoTime looks_ahead_at() const;
  bool act_early();
  void act_early_on(const core::Decision& decision);
  bool was_started_early(const core::Intent& intent);
  static Answer answer_of(const core::Decision& decision);

  EnginePorts& ports_;
  Committer& committer_;
  RunHost& host_;
  std::shared_ptr<const core::Plan> plan_;
  core::State state_;
  RunbookClock clock_;
  std::deque<Waiting> inputs_;
  std::optional<Pending> pending_;
  bool told_program_ = false;  ///< this process has written here and said which program it is
  base::MonoTime ticks_from_;  ///< not before: a due timer whose entries could not be written
  /// By the emergency path; keys are the same once the decision is made.
  std::map<base::EffectKey, core::EffectKind> acted_early_;
  /// By a rollback on that path: effects whose entry was not durable then; they never start.
  std::set<base::EffectKey> called_off_;
};

}  // namespace stellwerk::engine
