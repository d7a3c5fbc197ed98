#include "sim/variations.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/compile.h"

namespace stellwerk::sim {
namespace {

/// The release with its waves and times written out as the plan has them.
core::Release written_out(const core::Release& release, const core::Plan& plan) {
  core::Release whole = release;
  const bool is_default = release.waves.empty();
  if (is_default) whole.waves.resize(plan.waves.size());
  for (std::size_t i = 0; i < whole.waves.size(); ++i) {
    core::WaveRequest& wave = whole.waves[i];
    if (is_default) wave.share = plan.waves[i].share_wanted;
    wave.at = plan.waves[i].at;
    wave.hold = plan.waves[i].hold;
  }
  return whole;
}

/// Bounds of release.yaml that compile() does not look at.
bool may_be_written(const core::GuardPolicy& guard) {
  const core::Thresholds& limits = guard.limits;
  return limits.error_rate_pause <= limits.error_rate_rollback &&
         limits.error_rate_rollback <= base::kWhole && guard.window >= base::seconds(1) &&
         guard.window <= base::hours(1) && guard.requests_min >= 1 &&
         guard.lease >= base::seconds(5) && guard.lease <= base::hours(1) &&
         guard.no_data_pause >= base::seconds(1) && guard.no_data_pause < guard.no_data_rollback;
}

std::string on_off(bool on) { return on ? "true" : "false"; }

class Maker {
 public:
  Maker(const core::Release& release, const core::Environment& environment, const core::Plan& plan)
      : release_(written_out(release, plan)), environment_(environment), plan_(plan) {}

  std::vector<Variation> all() {
    scale_holds(1, 2);
    scale_holds(2, 1);
    smaller_first_wave();
    larger_first_wave();
    guard_values();
    guard_words();
    return std::move(made_);
  }

 private:
  template <class Change>
  void add(std::string key, std::string from, std::string to, const Change& change) {
    core::Release changed = release_;
    change(changed);
    if (from == to || !may_be_written(changed.guard)) return;
    auto compiled = core::compile(changed, environment_);
    if (!compiled.plan || !core::obstacles(*compiled.plan).empty()) return;
    made_.push_back({std::move(key), std::move(from), std::move(to), std::move(*compiled.plan)});
  }

  [[nodiscard]] static std::string holds_text(const std::vector<core::WaveRequest>& waves) {
    std::vector<std::string> holds;
    for (const core::WaveRequest& wave : waves) holds.push_back(base::to_string(*wave.hold));
    return fmt::format("{}", fmt::join(holds, ", "));
  }

  /// The pauses between a hold and the next wave stay as long as they are.
  void scale_holds(std::int64_t times, std::int64_t by) {
    std::vector<core::WaveRequest> waves = release_.waves;
    base::Duration moved;
    for (core::WaveRequest& wave : waves) {
      wave.at = *wave.at + moved;
      const base::Duration hold = *wave.hold * times / by;
      moved = moved + hold - *wave.hold;
      wave.hold = hold;
    }
    add("waves[].hold", holds_text(release_.waves), holds_text(waves), [&](core::Release& changed) {
      changed.waves = waves;
      changed.schedule.completed.reset();
    });
  }

  void first_wave(std::vector<core::WaveRequest> waves) {
    core::Release changed = release_;
    changed.waves = waves;
    const auto compiled = core::compile(changed, environment_);
    if (!compiled.plan || compiled.plan->waves.size() != plan_.waves.size()) return;
    const auto& after = compiled.plan->waves;
    if (after.size() > 1 && after[1].share_real <= after[0].share_real) return;
    add("waves[0].share", base::percent_text(plan_.waves[0].share_real),
        base::percent_text(after[0].share_real),
        [&](core::Release& other) { other.waves = std::move(waves); });
  }

  void smaller_first_wave() {
    std::vector<core::WaveRequest> waves = release_.waves;
    if (waves.size() < 2) return;
    core::WaveRequest& first = waves[0];
    if (first.share) first.share = base::Ppm{first.share->value / 2};
    const std::size_t keeps = (first.tenants.size() + 1) / 2;
    if (!waves[1].all_tenants)
      waves[1].tenants.insert(waves[1].tenants.begin(),
                              first.tenants.begin() + static_cast<std::ptrdiff_t>(keeps),
                              first.tenants.end());
    first.tenants.resize(keeps);
    first_wave(std::move(waves));
  }

  void larger_first_wave() {
    std::vector<core::WaveRequest> waves = release_.waves;
    if (waves.size() < 2) return;
    core::WaveRequest& first = waves[0];
    if (first.share) first.share = std::min(base::Ppm{first.share->value * 2}, base::kWhole);
    auto& next = waves[1].tenants;
    const auto moves = static_cast<std::ptrdiff_t>(std::min(first.tenants.size(), next.size()));
    first.tenants.insert(first.tenants.end(), next.begin(), next.begin() + moves);
    next.erase(next.begin(), next.begin() + moves);
    first_wave(std::move(waves));
  }

  template <class Get>
  void scale(const char* key, const Get& get) {
    for (const bool doubled : {false, true}) {
      const auto before = get(release_.guard);
      auto after = before;
      if constexpr (std::is_same_v<decltype(after), base::Ppm>)
        after.value = doubled ? after.value * 2 : after.value / 2;
      else if constexpr (std::is_same_v<decltype(after), base::Duration>)
        after.us = doubled ? after.us * 2 : after.us / 2;
      else
        after = doubled ? after * 2 : after / 2;
      add(key, text(before), text(after),
          [&](core::Release& changed) { get(changed.guard) = after; });
    }
  }
  static std::string text(base::Ppm share) { return base::percent_text(share); }
  static std::string text(base::Duration span) { return base::to_string(span); }
  static std::string text(std::uint64_t count) { return std::to_string(count); }

  void guard_values() {
    scale("guard.window", [](auto& guard) -> auto& { return guard.window; });
    scale("guard.requests_min", [](auto& guard) -> auto& { return guard.requests_min; });
    scale("slo.error_rate_pause",
          [](auto& guard) -> auto& { return guard.limits.error_rate_pause; });
    scale("slo.error_rate_rollback",
          [](auto& guard) -> auto& { return guard.limits.error_rate_rollback; });
    scale("guard.no_data_pause", [](auto& guard) -> auto& { return guard.no_data_pause; });
    if (release_.guard.guard_lost == core::GuardLost::Old)
      scale("guard.lease", [](auto& guard) -> auto& { return guard.lease; });
    const std::uint32_t fall = release_.guard.health_fall;
    if (release_.guard.health_interval * static_cast<std::int64_t>(fall) <
        release_.guard.health_span)
      add("guard.health_fall", std::to_string(fall), std::to_string(fall + 1),
          [&](core::Release& changed) { changed.guard.health_fall = fall + 1; });
  }

  void guard_words() {
    const core::GuardPolicy& guard = release_.guard;
    const bool asks = guard.rollback == core::RollbackMode::Ask;
    add("rollback", asks ? "ask" : "automatic", asks ? "automatic" : "ask",
        [&](core::Release& changed) {
          changed.guard.rollback = asks ? core::RollbackMode::Automatic : core::RollbackMode::Ask;
        });
    const bool holds = guard.guard_lost == core::GuardLost::Hold;
    add("guard.guard_lost", holds ? "hold" : "old", holds ? "old" : "hold",
        [&](core::Release& changed) {
          changed.guard.guard_lost = holds ? core::GuardLost::Old : core::GuardLost::Hold;
        });
    const bool pauses = guard.other_services == core::OtherServices::Pause;
    add("guard.other_services", pauses ? "pause" : "rollback", pauses ? "rollback" : "pause",
        [&](core::Release& changed) {
          changed.guard.other_services =
              pauses ? core::OtherServices::Rollback : core::OtherServices::Pause;
        });
    add("guard.resume_on_recovery", on_off(guard.resume_on_recovery),
        on_off(!guard.resume_on_recovery), [&](core::Release& changed) {
          changed.guard.resume_on_recovery = !guard.resume_on_recovery;
        });
  }

  core::Release release_;
  const core::Environment& environment_;
  const core::Plan& plan_;
  std::vector<Variation> made_;
};

}  // namespace

std::vector<Variation> variations_of(const core::Release& release,
                                     const core::Environment& environment, const core::Plan& plan) {
  return Maker(release, environment, plan).all();
}

}  // namespace stellwerk::sim
