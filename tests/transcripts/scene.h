// scene.h — a release in a small world: decide(), the real guard, a clock that is moved by hand,
// and good traffic unless something else is said.
//
// Role: what the commands of a transcript act on. Nothing here decides: a Story asks decide(), a
// kpi::Guard judges.                                                     Start here: Scene
// Thread-safety: one thread.                       Spec: tests/transcripts/README.md
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kpi/guard.h"
#include "support/names.h"
#include "support/story.h"

namespace stellwerk::transcripts {

/// What the measurements say while time passes.
enum class Flow : std::uint8_t {
  Good,   ///< ten requests a second to the new version where it serves, none bad
  Idle,   ///< the source lives, nobody asks
  Silent  ///< no sign of life from the source
};

class Scene {
 public:
  /// Another plan: a release that has not begun. The reasons why it cannot be carried out do not
  /// hinder it here; `release` tells them.
  void begin(core::Plan plan);

  core::Decision send(core::InputBody body, const base::PersonId& by = {});
  void say(const std::string& line);
  /// Everything told since the last call, and the state where it changed.
  std::vector<std::string> take_told();

  void pass(base::Duration span, Flow flow);
  /// Until the hold or the watch is complete.
  void hold();
  /// Time goes by, and no process is there.
  void stand_still(base::Duration span);

  void observe(kpi::MetricBatch batch);
  void observe(const kpi::HealthObservation& seen);
  void integrity_failed();
  void set_lag(std::int64_t lag);
  void restart(core::Restarted how);

  /// The first open effect of this kind (and subject); nullptr: none.
  [[nodiscard]] const core::Intent* open(core::EffectKind kind,
                                         const std::optional<std::string>& subject) const;
  void answer(const core::Intent& intent, core::Outcome outcome,
              base::Json more = base::Json::object());
  void answer_all();
  /// The last effect of this kind that is no longer open; nullptr: none.
  [[nodiscard]] const core::Intent* closed(core::EffectKind kind) const;
  /// People, answers and time do what is waited for until this stage (and wave; 0: any). Nothing of
  /// it is told.
  void reach(core::Stage stage, std::uint32_t wave);

  [[nodiscard]] const core::Plan& plan() const { return story_.plan; }
  [[nodiscard]] const core::State& state() const { return story_.state; }
  [[nodiscard]] const base::Now& now() const { return story_.now; }
  [[nodiscard]] bool has_release() const { return guard_.has_value(); }
  [[nodiscard]] bool has_begun() const { return state().stage != core::Stage::Unborn; }
  core::testing::Story& story() { return story_; }
  testing::Names& names() { return names_; }
  /// The runbook's events so far, a line each.
  [[nodiscard]] std::vector<std::string> sequence() const;

 private:
  void follow(const core::State& before);
  void judge();
  void step(base::Duration span, Flow flow);
  void measure(base::Duration span, Flow flow);
  void count_hold(base::Duration span);
  void move_clock(base::Duration span);
  void tick_if_due();
  bool once();
  [[nodiscard]] bool holding() const;
  [[nodiscard]] bool serves() const;

  core::testing::Story story_;
  testing::Names names_;
  std::optional<kpi::Guard> guard_;
  std::optional<core::Verdict> reported_;  ///< as long as the journal knows its label
  base::RunbookTime begun_;
  static constexpr std::int64_t kUsualLag = 12;
  std::int64_t lag_ = kUsualLag;
  base::Duration guarded_;
  base::Duration real_;
  std::uint64_t requests_before_ = 0;  ///< the guard's count when this account began
  std::vector<core::Intent> seen_;
  std::vector<std::string> told_;
  std::vector<std::string> shown_;  ///< the state as last shown
};

}  // namespace stellwerk::transcripts
