// The guard as plain integers and back: Guard::save, restore, replayed.
#include <utility>

#include "core/archive.h"
#include "kpi/guard.h"
#include "kpi/unreadable.h"

namespace stellwerk::kpi {
namespace {

using base::MonoTime;

constexpr std::int64_t kVersion = 1;

struct SavedGauge {
  std::string name;
  std::optional<std::int64_t> value;
  MonoTime at;

  template <class A>
  void fields(A& a) {
    a("name", name)("value", value)("at_us", at);
  }
};

struct SavedComponent {
  base::ComponentName component;
  base::SemVer version;
  std::vector<std::int64_t> window;
  std::optional<std::uint64_t> in_flight_too_long;
  std::optional<MonoTime> in_flight_at;
  std::vector<SavedGauge> gauges;

  template <class A>
  void fields(A& a) {
    a("component", component)("version", version)("window", window);
    a("in_flight_too_long", in_flight_too_long)("in_flight_at_us", in_flight_at)("gauges", gauges);
  }
};

struct SavedTarget {
  std::string target;
  base::ServiceName service;
  bool is_component = false;
  bool is_new_version = false;
  std::uint64_t failed_in_row = 0;
  std::vector<MonoTime> recent;
  std::optional<base::Duration> tightest;
  MonoTime last_at;

  template <class A>
  void fields(A& a) {
    a("target", target)("service", service)("is_component", is_component);
    a("is_new_version", is_new_version)("failed_in_row", failed_in_row)("recent_us", recent);
    a("tightest_us", tightest)("last_at_us", last_at);
  }
};

struct SavedGuard {
  std::int64_t version = kVersion;
  std::vector<base::ServiceName> waived;
  std::optional<MonoTime> armed_at;
  std::optional<MonoTime> wave_at;
  std::optional<MonoTime> alive_at;
  bool integrity_failed = false;
  std::vector<SavedComponent> components;
  std::vector<std::int64_t> lost;
  std::vector<SavedTarget> targets;
  std::vector<std::string> expected;

  template <class A>
  void fields(A& a) {
    a("v", version)("waived", waived)("armed_at_us", armed_at)("wave_at_us", wave_at);
    a("alive_at_us", alive_at)("integrity_failed", integrity_failed)("components", components);
    a("lost", lost)("targets", targets)("expected", expected);
  }
};

}  // namespace

/// The only code beside Guard that sees its fields.
struct GuardArchive {
  static SavedComponent component_of(const GuardedComponent& what, const Guard::Watched& watched) {
    SavedComponent saved{what.name, what.to, watched.window.save(), {}, {}, {}};
    if (watched.in_flight) {
      saved.in_flight_too_long = watched.in_flight->too_long;
      saved.in_flight_at = watched.in_flight->at;
    }
    for (const auto& [name, level] : watched.gauges)
      saved.gauges.push_back({name, level.value, level.at});
    return saved;
  }

  static SavedGuard saved(const Guard& guard) {
    SavedGuard s;
    s.waived = {guard.waived_.begin(), guard.waived_.end()};
    s.armed_at = guard.armed_at_;
    s.wave_at = guard.wave_at_;
    s.alive_at = guard.alive_at_;
    s.integrity_failed = guard.integrity_failed_;
    for (std::size_t i = 0; i < guard.components_.size(); ++i)
      s.components.push_back(component_of(guard.components_[i], guard.watched_[i]));
    s.lost = guard.lost_.save();
    for (const auto& [name, t] : guard.targets_)
      s.targets.push_back({name, t.service, t.is_component, t.is_new_version, t.failed_in_row,
                           t.recent, t.tightest, t.last_at});
    s.expected = {guard.expected_.begin(), guard.expected_.end()};
    return s;
  }

  /// An empty text, or what does not fit.
  static std::string restore_component(const SavedComponent& saved, const GuardedComponent& what,
                                       Guard::Watched& watched) {
    if (saved.component != what.name || saved.version != what.to)
      return "it watches " + saved.component.str() + " " + saved.version.to_string() + ", not " +
             what.name.str() + " " + what.to.to_string();
    if (!watched.window.restore(saved.window)) return "window: not a window of this length";
    if (saved.in_flight_at)
      watched.in_flight = {saved.in_flight_too_long.value_or(0), *saved.in_flight_at};
    for (const SavedGauge& gauge : saved.gauges) {
      const auto known = watched.gauges.find(gauge.name);
      if (known == watched.gauges.end()) return "gauge " + gauge.name + " is not limited here";
      known->second = {gauge.value, gauge.at};
    }
    return {};
  }

  static std::string restore(const SavedGuard& saved, Guard& guard) {
    if (saved.version != kVersion) return "v: " + std::to_string(saved.version) + ", not 1";
    if (saved.components.size() != guard.components_.size())
      return "components: as many as the release has are needed";
    for (std::size_t i = 0; i < saved.components.size(); ++i) {
      auto problem =
          restore_component(saved.components[i], guard.components_[i], guard.watched_[i]);
      if (!problem.empty()) return problem;
    }
    if (!guard.lost_.restore(saved.lost)) return "lost: not a window of this length";
    for (const SavedTarget& t : saved.targets)
      guard.targets_[t.target] = {t.service, t.is_component, t.is_new_version, t.failed_in_row,
                                  t.recent,  t.tightest,     t.last_at};
    guard.expected_ = {saved.expected.begin(), saved.expected.end()};
    guard.armed_at_ = saved.armed_at;
    guard.wave_at_ = saved.wave_at;
    guard.alive_at_ = saved.alive_at;
    guard.integrity_failed_ = saved.integrity_failed;
    return {};
  }
};

base::Json Guard::save() const { return core::JsonWriter::to(GuardArchive::saved(*this)); }

base::Result<Guard> Guard::replayed(core::GuardPolicy policy,
                                    std::vector<GuardedComponent> components,
                                    const base::Json& json) {
  SavedGuard saved;
  core::ReadProblem problem;
  core::JsonReader::from(json, saved, problem);
  if (problem.any()) return unreadable("saved guard", problem.text);
  Guard guard(policy, std::move(components), saved.waived);
  std::string misfit = GuardArchive::restore(saved, guard);
  if (!misfit.empty()) return unreadable("saved guard", std::move(misfit));
  return guard;
}

base::Result<Guard> Guard::restore(core::GuardPolicy policy,
                                   std::vector<GuardedComponent> components,
                                   const base::Json& saved, base::MonoTime now) {
  auto guard = replayed(policy, std::move(components), saved);
  if (guard) guard->rearm(now);
  return guard;
}

}  // namespace stellwerk::kpi
