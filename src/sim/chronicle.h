// chronicle.h — what became of a simulated release, and when on the runbook's clock: its turns for
// the worse, how often people were asked; and, if wanted, everything in order with what befell the
// world.
//
// Role: the world tells it every entry and every misfortune.        Start here: Story, Happening
// Thread-safety: one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "sim/ledger.h"
#include "sim/swarm.h"

namespace stellwerk::sim {

enum class TurnKind : std::uint8_t { Paused, RolledBack, Cancelled };
std::string_view to_string(TurnKind kind);  ///< paused, rolled-back, cancelled

/// A pause, a rollback or the end before any traffic.
struct Turn {
  TurnKind kind = TurnKind::Paused;
  std::string cause;       ///< `guard`; of a cancelled one empty
  std::string detail;      ///< `error-rate`, a step's id
  std::uint32_t wave = 0;  ///< the last one begun; 0: none
  bool watching = false;   ///< after the last wave's hold
  base::Duration at;       ///< offset from T+0
  bool in_breach = false;  ///< the new version was beyond a limit, then or shortly before
};

struct Story {
  std::vector<Turn> turns;
  std::optional<base::RunbookTime> began;  ///< scheduler.release.started
  base::RunbookTime last;                  ///< up to its end; follow-up steps come later
  bool ended = false;
  std::uint32_t asked = 0;         ///< approvals and attestations, as the plan has them
  std::uint32_t asked_beside = 0;  ///< to decide on what went wrong

  [[nodiscard]] base::Duration took() const { return began ? last - *began : base::Duration{}; }
};

/// One line of a timeline: an entry of the journal, a misfortune, or a start of the process.
struct Happening {
  std::optional<base::Duration> at;  ///< offset from T+0; empty: that is not known yet
  std::optional<engine::ReadEntry> entry;
  std::optional<base::RunbookTime> t0;    ///< of the state after the entry
  std::optional<base::WallTime> t0_wall;  ///< the same
  std::optional<Fault> fault;
  bool over = false;     ///< the misfortune has ended
  bool started = false;  ///< a process began to live
};

class Chronicle {
 public:
  Chronicle(const ports::Clock& clock, bool keeps) : clock_(clock), keeps_(keeps) {}

  void entry(const Ledger& after, const engine::ReadEntry& entry, bool in_breach);
  void fault(Fault fault, bool over);
  void started();

  [[nodiscard]] const Story& of(const base::ReleaseId& release) { return stories_[release]; }
  [[nodiscard]] const std::set<Fault>& struck() const { return struck_; }
  [[nodiscard]] const std::vector<Happening>& happenings() const { return happenings_; }

 private:
  [[nodiscard]] std::optional<base::Duration> offset() const;

  const ports::Clock& clock_;
  bool keeps_;
  std::map<base::ReleaseId, Story> stories_;
  std::set<Fault> struck_;
  std::vector<Happening> happenings_;
  core::ClockAnchor anchor_;  ///< of the last entry
  std::optional<base::RunbookTime> t0_;
  base::RunbookTime last_;  ///< of the last entry
  base::MonoTime last_at_;
};

}  // namespace stellwerk::sim
