// load.h — the users of a simulated world: how many requests come, whom they reach, how they end,
// and what the sources of measurements make of it.
//
// Role: feeds adapters/memory with windows, not with single requests.          Start here: feed()
// Thread-safety: one thread.
#pragma once

#include <map>
#include <vector>

#include "kpi/sample.h"
#include "sim/breaches.h"
#include "sim/random.h"
#include "sim/sim_outside.h"

namespace stellwerk::sim {

/// How a version answers.
struct Answers {
  base::Ppm errors;  ///< of its requests
  base::Ppm slow;    ///< of its requests take longer than the latency limit
  std::int64_t consumer_lag = 0;
};

/// The traffic of one component.
struct Traffic {
  std::uint64_t requests_per_second = 20;
  Answers old_version{base::Ppm{200}, base::Ppm{5'000}, 3};
  Answers new_version{base::Ppm{200}, base::Ppm{5'000}, 3};
  std::uint32_t bad_from_wave = 1;  ///< before, the new version answers as the old one does
  bool scatters = false;            ///< shares are met on average only
  std::optional<core::Thresholds> limits = {};  ///< what a breach is; empty: by the plan's own
};

class Load {
 public:
  Load(const Traffic& usual, std::uint64_t seed, const ports::Clock& clock, SimOutside& outside,
       Interference& interference)
      : usual_(usual),
        dice_(Random(seed).fork(6)),
        bad_(usual.new_version),
        clock_(clock),
        outside_(outside),
        interference_(interference),
        fed_at_(clock.mono()) {}
  [[nodiscard]] SimOutside& outside() { return outside_; }
  void watch(const core::Plan& plan) { plans_.push_back(&plan); }

  /// All that happened since the last call. @param heard  a process listens
  void feed(bool heard);
  /// How the new version answers while the weather is bad for it.
  void set_bad(const Answers& answers) { bad_ = answers; }
  /// All instances of a version are down.
  void set_down(const ports::VersionRef& version, bool down);

  /// Requests that the new version answered with an error, or too slowly.
  [[nodiscard]] std::uint64_t harmed() const { return harmed_; }
  [[nodiscard]] std::uint64_t served_by_new() const { return served_by_new_; }
  /// What came of the last feed().
  [[nodiscard]] const Exposure& exposure(const base::ReleaseId& release) {
    return exposures_[release];
  }

 private:
  /// What of a component's traffic one version has.
  struct Part {
    const core::PlannedComponent& component;
    bool is_new = false;
    bool spared = false;  ///< it is not bad yet
  };
  void feed(kpi::MetricBatch& batch, const core::Plan& plan, base::Duration span);
  struct Added {
    std::uint64_t bad = 0;
    Answered answered;
  };
  Added add(kpi::MetricBatch& batch, const Part& part, std::uint64_t requests);
  void lie(kpi::MetricBatch& batch) const;
  [[nodiscard]] bool is_down(const Part& part) const;
  [[nodiscard]] Answers answers_of(const Part& part) const;
  [[nodiscard]] std::optional<BreachKind> beyond(const core::Plan& plan, const Part& part) const;
  [[nodiscard]] base::Ppm share_of_new(const core::Plan& plan,
                                       const core::PlannedComponent& component) const;
  std::uint64_t portion(const std::string& of, std::uint64_t whole, base::Ppm share);
  std::uint64_t drawn(const std::string& of, std::uint64_t whole, base::Ppm share);

  Traffic usual_;
  Random dice_;
  Answers bad_;
  const ports::Clock& clock_;
  SimOutside& outside_;
  Interference& interference_;
  std::vector<const core::Plan*> plans_;
  base::MonoTime fed_at_;
  std::map<std::string, std::uint64_t> rest_;  ///< what rounding left over, in ppm
  std::map<std::string, bool> down_;
  std::map<base::ReleaseId, Exposure> exposures_;
  std::uint64_t harmed_ = 0;
  std::uint64_t served_by_new_ = 0;
};

}  // namespace stellwerk::sim
