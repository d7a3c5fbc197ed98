// decider.h — the working copy of one decision: entries are folded as they are emitted, so each
// rule sees the state that the entries before it made. Internal to core; callers use decide.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decide.h"

namespace stellwerk::core {

/// What an effect is wanted for; its key comes from where it is emitted.
struct Wanted {
  EffectKind kind;
  std::string subject;
  std::uint32_t attempt = 1;
  base::Duration delay = {};
};

class Decider {
 public:
  Decider(const Plan& plan_in, const State& state, const Input& input)
      : plan(plan_in), s(state), now(input.now), by(input.by) {}

  /// Writes one entry, as the person who asked (`as`) or as Stellwerk, and folds it.
  void emit(Event event, std::vector<Wanted> wanted = {}, const base::PersonId& as = {});
  void ignore(std::string why) { decision.ignored_because = std::move(why); }
  void refuse(base::Error error) { decision.refusal = std::move(error); }
  Decision finish() &&;

  /// Emits whatever has become possible until nothing more is (advance.cc).
  void advance();

  // rollback.cc
  void begin_rollback(RollbackCause cause, std::string detail,
                      std::optional<base::Digest> reason = {}, const base::PersonId& as = {});
  void begin_cancel(bool failed, std::string detail, std::optional<base::Digest> reason = {},
                    const base::PersonId& as = {});
  /// The router has gone back by itself: traffic stays old until a person decides.
  void lose_lease();
  /// What is under way of this kind does not come to an end any more.
  void call_off(EffectKind kind, std::string_view why);
  void request_end_checkpoint();
  bool advance_rollback();
  bool advance_cancel();

  void pause(PauseCause cause, std::string detail, std::optional<base::Digest> reason = {},
             const base::PersonId& as = {});
  [[nodiscard]] bool has_open(EffectKind kind) const;
  [[nodiscard]] bool old_versions_up() const;
  [[nodiscard]] bool lacks_old_version(const base::ComponentName& component) const;
  [[nodiscard]] bool restores(const base::ComponentName& component) const;
  /// Going back, its new version is stopped, or that was given up.
  [[nodiscard]] bool has_made_room(const base::ComponentName& component) const;
  /// What of the old version did not come up, once there is room for it.
  [[nodiscard]] std::vector<Wanted> rest_to_restore(const base::ComponentName& component) const;
  /// An intent for exactly this is open.
  [[nodiscard]] bool asked_for(EffectKind kind, const std::string& subject) const;
  /// In place, and the old version has given way in some wave: it lacks instances, or will soon.
  [[nodiscard]] bool gave_way() const {
    return plan.capacity == Capacity::InPlace && s.capacity_wave > 1;
  }
  /// RetireNew for those components that no other one still rests on: in reverse of `after`.
  [[nodiscard]] std::vector<Wanted> next_to_retire() const;
  /// What failed and was not done again: a step's id, or kOldVersion. A pause for it may be over,
  /// or have another cause; going on without a person's word would leave it behind.
  [[nodiscard]] std::optional<std::string> left_undone() const;
  /// Steps of a phase that keep its gate closed are all passed.
  [[nodiscard]] bool gate_open(Phase phase) const;
  [[nodiscard]] const Step* step_of_kind(std::string_view kind) const;
  /// The wave under way ends with the entry that asks for this.
  [[nodiscard]] Wanted keep_windows() const;

  const Plan& plan;
  State s;
  const base::Now now;
  const base::PersonId by;
  Decision decision;

 private:
  void pass_record_steps(const std::string& type);
  bool advance_once();
  bool advance_preparing();
  bool advance_pre_checking();
  bool advance_ready();
  bool advance_deploying();
  bool advance_deployed();
  bool start_deployments();
  bool retire_next(bool ready);
  bool advance_to_wave(std::uint32_t number);
  bool advance_holding();
  bool advance_post_checking();
  bool advance_concluding();
  bool start_steps(Phase phase);
  bool start_closing_checks();
  /// True when the wave's capacity is there; else it is asked for (`emitted`), or under way.
  bool has_capacity(std::uint32_t number, bool& emitted);
  bool journal_checked(const std::string& gate);
  void abandon_open(std::string_view why);
  [[nodiscard]] bool reached(base::Duration offset) const;
};

/// Detail of the pause when the old version cannot be brought up at the start.
inline constexpr std::string_view kOldVersion = "old-version";

/// Waits between attempts: 250 ms doubling up to 30 s.
base::Duration back_off(std::uint32_t attempt);

// The inputs (decide.cc and decide_people.cc); each emits what follows at once, advance() does the
// rest.
void on_input(Decider& d, const RunRequested& in);
void on_input(Decider& d, const ClockBound& in);
void on_input(Decider& d, const WallClockStepped& in);
void on_input(Decider& d, const Ticked& in);
void on_input(Decider& d, const EffectReturned& in);
void on_input(Decider& d, const HoldProgressed& in);
void on_input(Decider& d, const VerdictReached& in);
void on_input(Decider& d, const Attested& in);
void on_input(Decider& d, const Approved& in);
void on_input(Decider& d, const Rejected& in);
void on_input(Decider& d, const PauseRequested& in);
void on_input(Decider& d, const ResumeRequested& in);
void on_input(Decider& d, const PromoteRequested& in);
void on_input(Decider& d, const RollbackRequested& in);
void on_input(Decider& d, const StopRequested& in);
void on_input(Decider& d, const Restarted& in);
void on_input(Decider& d, const LeaseLost& in);
void on_input(Decider& d, const RoutesChanged& in);
void on_input(Decider& d, const OldCapacityChanged& in);
void on_input(Decider& d, const EmergencyFound& in);
void on_input(Decider& d, const RouterBroughtUp& in);

}  // namespace stellwerk::core
