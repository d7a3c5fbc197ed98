// trial.h — one release carried to its end, however often Stellwerk is killed or stopped on the
// way.
//
// Role: plays the person who starts it again, and looks at everything with eyes of its own while it
// is dead and when it has ended. Start here: Trial     Thread-safety: one thread.
// Invariants: every wait has a deadline; nothing outlives the trial.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chaos/moments.h"
#include "e2e/site.h"
#include "ports/journal_store.h"

namespace stellwerk::chaos {

/// What the saboteur told about one process.
struct Report {
  std::optional<std::int64_t> died_us;
  std::optional<std::int64_t> stopped_us;
  std::optional<std::int64_t> renewed_us;  ///< the first time it renewed the lease
  std::string where;                       ///< the call it died or stopped at
};

struct TrialSettings {
  Story story = Story::Good;
  std::string lease = "60s";
  /// What else happens while Stellwerk is dead or stands still.
  std::function<void(e2e::Site&)> meanwhile = {};
  /// Of what happens meanwhile the guard may make a rollback.
  bool may_go_back = false;
};

class Trial {
 public:
  explicit Trial(TrialSettings settings);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial();

  /// Runs until it is killed at `moment`, and looks around. False: it ended before.
  bool killed_at(const Moment& moment);
  /// Runs until it stands still (SIGSTOP) at `moment`, and lets it go on when the rest has
  /// happened.
  void stopped_at(const Moment& moment);
  /// Runs to the end, which must be the one of an undisturbed run; then everything is looked at.
  void finish();

  [[nodiscard]] e2e::Site& site() { return site_; }
  /// How often a person had to say that it goes on.
  [[nodiscard]] int resumed() const { return resumed_; }
  /// Microseconds from each death to the next renewal of the lease, where one was held.
  [[nodiscard]] const std::vector<std::int64_t>& rearmed_us() const { return rearmed_us_; }
  [[nodiscard]] bool lease_was_lost() const;
  /// How often it was killed or stopped.
  [[nodiscard]] std::size_t moments() const { return moments_; }
  /// The end of the release as `stellwerk run` said it; -1: it has not ended.
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void start(const Moment* moment);
  int wait_for_its_end();
  void attend(const e2e::json& view);
  void measure(const Report& before);
  void look_at_the_dead();
  void look_at_instances();
  void look_at_the_end();
  [[nodiscard]] Report report() const;
  [[nodiscard]] bool is_written(const std::string& type) const;

  TrialSettings settings_;
  e2e::Site site_;
  int starts_ = 0;
  std::size_t moments_ = 0;
  int resumed_ = 0;
  int exit_code_ = -1;
  bool stands_ = false;  ///< stopped_at() started it, and it has not ended
  bool load_runs_ = false;
  bool recalled_ = false;
  Report last_;
  std::vector<ports::StoredEntry> seen_;
  std::map<std::string, pid_t> instances_;  ///< by version, as first seen
  std::vector<std::int64_t> rearmed_us_;
};

}  // namespace stellwerk::chaos
