// stopwatch.h — times, processor time and memory of this process, as measurements take them.
//
// Start here: Stopwatch, Series. Thread-safety: one thread.            Spec: proc(5), getrusage(2)
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace stellwerk::bench {

class Stopwatch {
 public:
  [[nodiscard]] std::int64_t us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_).count();
  }
  /// Of all threads, in the program and in the kernel for it.
  [[nodiscard]] std::int64_t processor_us() const { return processor() - used_; }

 private:
  using Clock = std::chrono::steady_clock;
  static std::int64_t processor() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto us = [](const timeval& t) { return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_usec; };
    return us(used.ru_utime) + us(used.ru_stime);
  }

  Clock::time_point begin_ = Clock::now();
  std::int64_t used_ = processor();
};

/// What was measured again and again, each time a value.
using Series = std::vector<std::int64_t>;

/// A line of JSON on stdout: `{"what":"…",MEMBERS}`.
template <class... Args>
void tell(std::string_view what, fmt::format_string<Args...> members, Args&&... args) {
  fmt::print(R"({{"what":"{}",{}}})"
             "\n",
             what, fmt::format(members, std::forward<Args>(args)...));
  std::fflush(stdout);
}

inline std::string list_of(const Series& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

/// The peak of resident memory begins anew, at what is resident now.
inline void forget_peak() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// VmHWM: since the process began, or since forget_peak().
inline std::int64_t peak_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word != "VmHWM:") continue;
    std::int64_t kib = 0;
    file >> kib;
    return kib;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

}  // namespace stellwerk::bench
