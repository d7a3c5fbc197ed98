// clock_check.h — times of entries as they pass by: where they run backwards, and when what a
// signature or a time stamp covers was written.
//
// Role: the verifier hands in every entry's time in order. Start here: ClockCheck.
// Thread-safety: one call at a time. Invariants: in memory are the first kNotesKept notes and the
// times that were asked for beforehand. Spec: docs/audit.md "Times"
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"

namespace stellwerk::audit {

/// An entry whose time is before that of an earlier one, with nothing that explains it.
struct TimeStep {
  std::uint64_t index = 0;
  base::Duration back;  ///< by so much
  friend bool operator==(const TimeStep&, const TimeStep&) = default;
};

class ClockCheck {
 public:
  /// Clocks of different machines, and one that is corrected, differ by less.
  static constexpr base::Duration kTolerance = base::minutes(5);
  /// A process tells that its clock was set with one of the next entries.
  static constexpr std::uint64_t kToldWithin = 64;
  static constexpr std::size_t kNotesKept = 20;

  /// Keeps the time of the last of the first `size` entries. Before they come.
  void want(std::uint64_t size);
  /// @param tells_step  the entry says that the clock was set
  void add(std::uint64_t index, base::WallTime time, bool tells_step);
  /// When all entries were handed in.
  void finish();

  [[nodiscard]] const std::vector<TimeStep>& steps() const { return steps_; }
  [[nodiscard]] std::uint64_t steps_count() const { return steps_count_; }
  /// Nothing: it was not asked for, or there are not so many entries.
  [[nodiscard]] std::optional<base::WallTime> covered_until(std::uint64_t size) const;
  /// Whether that time is too early for a signature or a stamp over the first `size` entries.
  [[nodiscard]] bool is_before(base::WallTime signed_at, std::uint64_t size) const;

 private:
  void note(const TimeStep& step);

  std::optional<base::WallTime> latest_;
  std::optional<std::uint64_t> told_;  ///< the last entry that told a step
  std::vector<TimeStep> open_;         ///< not explained yet
  std::vector<TimeStep> steps_;
  std::uint64_t steps_count_ = 0;
  std::map<std::uint64_t, std::optional<base::WallTime>> wanted_;
};

}  // namespace stellwerk::audit
