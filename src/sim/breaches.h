// breaches.h — how long the new version answered badly while it served somebody, and how many
// requests that cost: what the world knows, whatever the guard made of it.
//
// Role: the world shows it every step. A breach begins with the first bad answer of a new version
// that is beyond a limit of the plan (or with a failed health check), and ends when the new version
// serves nobody, or is good again.                                   Start here: Breaches::look()
// Thread-safety: one thread.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace stellwerk::sim {

enum class BreachKind : std::uint8_t { Errors, Slow, Lag, Down, Health };
enum class BreachEnd : std::uint8_t { NobodyServed, GoodAgain, ReleaseEnded };
std::string_view to_string(BreachKind kind);  ///< errors, slow, lag, down, health
std::string_view to_string(BreachEnd end);    ///< nobody-served, good-again, release-ended

struct Breach {
  BreachKind kind = BreachKind::Errors;  ///< that it began with
  BreachEnd end = BreachEnd::ReleaseEnded;
  std::uint32_t wave = 0;  ///< the one it began in
  base::Duration lasted;
  std::uint64_t requests = 0;  ///< of both versions meanwhile
  std::uint64_t bad = 0;       ///< answered with an error, or too slowly, by the new version
};

/// What a version answered in one step.
struct Answered {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
};

/// One step of the world.
struct Exposure {
  std::optional<BreachKind> beyond;  ///< empty: within the limits
  bool serves = false;               ///< somebody's requests reach the new version
  std::uint64_t requests = 0;        ///< of both versions
  std::uint64_t bad = 0;             ///< see Breach
  std::map<base::ComponentName, Answered> by_new = {};
};

class Breaches {
 public:
  /// @param fleeting  failed health that lasts shorter is no failed check
  explicit Breaches(base::Duration fleeting) : fleeting_(fleeting) {}

  /// @param now  the end of the step, which took `passed`
  void look(const Exposure& seen, base::MonoTime now, base::Duration passed, std::uint32_t wave);
  /// The release has ended. @param serves  on the new version
  void end(base::MonoTime now, bool serves);
  /// There is one, or there was one within `span`.
  [[nodiscard]] bool lately(base::MonoTime now, base::Duration span) const;
  [[nodiscard]] const std::vector<Breach>& all() const { return all_; }

 private:
  void close(BreachEnd end, base::MonoTime now);

  base::Duration fleeting_;
  std::optional<Breach> open_;
  base::MonoTime began_;
  std::optional<base::MonoTime> ended_;  ///< the last one
  std::vector<Breach> all_;
};

}  // namespace stellwerk::sim
