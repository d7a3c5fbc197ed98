// ordered_work.h — many pieces worked on at once, taken in their order.
//
// Role: the verifier reads pieces one after the other, hashes and decodes them on all cores, and
// judges them in order. Start here: ordered_work(). Thread-safety: `next` and `work` are called
// from threads of this function, `next` one call at a time; `take` from the caller's.
// Invariants: at most `at_once` pieces are in memory; when `take` says no, no further piece is
// begun, and all threads have ended when the function returns.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace stellwerk::cli {

struct WorkLimits {
  std::size_t threads = 1;  ///< at least 1
  std::size_t at_once = 8;  ///< pieces read and not yet taken
};

/// @param next  the next piece; nothing: there is no more
/// @param work  what is made of a piece
/// @param take  false: stop
template <class Piece, class Made>
void ordered_work(const WorkLimits& limits, const std::function<std::optional<Piece>()>& next,
                  const std::function<Made(Piece)>& work, const std::function<bool(Made)>& take) {
  std::mutex reading;  // one reader; held before `mutex`
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::uint64_t, Made> made;
  std::uint64_t begun = 0;
  std::uint64_t taken = 0;
  bool stopped = false;
  bool no_more = false;

  const auto read_one = [&]() -> std::optional<std::pair<std::uint64_t, Piece>> {
    const std::lock_guard one(reading);
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return stopped || no_more || begun - taken < limits.at_once; });
      if (stopped || no_more) return std::nullopt;
    }
    auto piece = next();
    const std::lock_guard lock(mutex);
    if (!piece) {
      no_more = true;
      changed.notify_all();
      return std::nullopt;
    }
    return std::pair(begun++, std::move(*piece));
  };
  const auto run = [&] {
    while (auto piece = read_one()) {
      auto result = work(std::move(piece->second));
      const std::lock_guard lock(mutex);
      made.emplace(piece->first, std::move(result));
      changed.notify_all();
    }
  };

  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < limits.threads; ++i) threads.emplace_back(run);
  while (true) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return made.contains(taken) || (no_more && taken == begun); });
    if (!made.contains(taken)) return;
    auto result = std::move(made.extract(taken).mapped());
    lock.unlock();
    const bool goes_on = take(std::move(result));
    lock.lock();
    ++taken;
    stopped = !goes_on;
    changed.notify_all();
    if (stopped) return;
  }
}

}  // namespace stellwerk::cli
