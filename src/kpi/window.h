// window.h — a sliding window of whole seconds: what happened, by when it happened.
//
// Role: the guard's memory of requests and of lost lines. A count is put into the second it belongs
// to, however late it is learnt.                           Start here: SecondsWindow
// Thread-safety: one thread at a time.
// Invariants: at most span + kSpareSeconds seconds are kept; the second of `now`, still running, is
// part of the window, so the window is never older than what was measured last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace stellwerk::kpi {

/// The number of the second that `time` lies in, counted from the clock's zero (rounds down).
std::int64_t second_of(base::MonoTime time);
base::MonoTime start_of_second(std::int64_t second);
/// Whether a recorded number can be that of a second: its start fits a journal entry.
bool is_second(std::int64_t number);

/// N counters per second, which belong together.
template <std::size_t N>
class SecondsWindow {
 public:
  using Counts = std::array<std::uint64_t, N>;
  static constexpr std::int64_t kSpareSeconds = 8;  ///< for seconds ahead of `now`

  /// @param span  rounded up to whole seconds, at least one
  explicit SecondsWindow(base::Duration span);

  /// Begins anew: all counts are forgotten, and seconds before the one of `start` are ignored from
  /// now on. What is learnt later of the second of `start` counts, because a second is not divided.
  void begin(base::MonoTime start);
  void add(base::MonoTime when, const Counts& counts);

  /// The start of the window that ends with `now`.
  [[nodiscard]] base::MonoTime from(base::MonoTime now) const;
  [[nodiscard]] Counts counts(base::MonoTime now) const;
  /// Sum since `begin`, beyond the window too.
  [[nodiscard]] const Counts& total() const { return total_; }

  /// Plain numbers that `restore` takes: first second, total, then each second with its counts.
  [[nodiscard]] std::vector<std::int64_t> save() const;
  /// False when the numbers cannot be those of a window; the window is then unchanged.
  [[nodiscard]] bool restore(const std::vector<std::int64_t>& saved);

 private:
  struct Second {
    std::int64_t number = 0;
    Counts counts{};
  };
  std::int64_t span_seconds_;
  std::int64_t first_ = 0;
  Counts total_{};
  std::vector<Second> seconds_;  ///< ascending
};

/// Requests, errors, slow, client aborts.
using RequestWindow = SecondsWindow<4>;
/// Lost lines, unreadable lines.
using LossWindow = SecondsWindow<2>;

extern template class SecondsWindow<4>;
extern template class SecondsWindow<2>;

}  // namespace stellwerk::kpi
