// Taking up what was under way: fold the journal, read the world, decide what the gap means, start
// what was not answered.
#include <fmt/format.h>

#include "engine/live.h"
#include "engine/loader.h"

namespace stellwerk::engine {
namespace {

bool names_new_version(const ports::RouterState& router, const core::Plan& plan) {
  for (const core::PlannedComponent& component : plan.components) {
    const auto routes = router.table.components.find(component.name);
    if (routes == router.table.components.end() || !routes->second.candidate) continue;
    if (routes->second.candidate->release == plan.release) return true;
  }
  return false;
}

/// The guard's memory as last saved; what cannot be read back is begun anew (it only delays the
/// hold).
std::optional<base::Json> saved_guard(ports::ContentStore& content, const core::State& state) {
  if (!state.guard_state) return std::nullopt;
  auto bytes = content.get(*state.guard_state);
  if (!bytes) return std::nullopt;
  auto json = base::parse_json(*bytes);
  if (!json) return std::nullopt;
  return std::move(*json);
}

}  // namespace

base::Result<void> Engine::recover(std::optional<std::int64_t> speed) {
  auto streams = ports_.journal.streams(true);
  if (!streams) return base::fail(std::move(streams.error()));
  auto head = ports_.journal.head();
  if (!head) return base::fail(std::move(head.error()));

  const ports::Call call{ports_.clock.mono() + base::seconds(10), {}};
  base::Result<ports::RouterState> router = ports_.router.current(call);
  for (const ports::StreamInfo& stream : *streams) {
    if (stream.release.empty()) continue;
    if (auto taken = take_up(stream.release, router ? &*router : nullptr, speed); !taken)
      return taken;
  }
  outbox_.wake(head->size);
  return take_in_emergency();
}

base::Result<void> Engine::take_up(const base::ReleaseId& release, const ports::RouterState* router,
                                   std::optional<std::int64_t> speed) {
  auto loaded = load_release(ports_.journal, ports_.content, release);
  if (!loaded) return base::fail(std::move(loaded.error()));
  const bool lease_alive = router != nullptr && router->leases.contains(release);
  const bool routes_moved = router != nullptr && names_new_version(*router, loaded->plan);
  const auto saved = saved_guard(ports_.content, loaded->state);

  RunbookClock clock(loaded->state, ports_.clock.wall(), ports_.clock.mono());
  const std::int64_t speed_before = loaded->state.anchor.speed;
  if (speed) clock.set_speed(*speed, ports_.clock.mono());
  Live& live = adopt(std::move(loaded->plan), std::move(loaded->state), clock, saved);

  live.run.handle(core::Restarted{lease_alive, routes_moved}, {},
                  [this, release](const Answer&) { restart_effects(*live_.at(release)); });
  if (speed && *speed != speed_before)
    live.run.handle(core::ClockBound{clock.at(ports_.clock.mono()), *speed});
  return {};
}

/// What was asked for before the restart and is still unanswered: repeatable effects run again,
/// readable ones read the world first (their work does); once ones were surrendered by the decision
/// on Restarted.
void Engine::restart_effects(Live& live) {
  const auto open = live.run.state().open;
  for (const auto& [key, intent] : open) {
    if (live.started.contains(key)) continue;
    core::Intent again = intent;
    again.delay = {};
    start_effect(live.run.plan().release, again);
  }
}

base::Result<void> Engine::take_in_emergency() {
  auto lines = ports_.emergency.read();
  if (!lines) return base::fail(std::move(lines.error()));
  if (lines->empty()) return {};
  std::map<base::ReleaseId, std::vector<std::string>> by_release;
  for (const std::string& line : *lines) {
    const auto json = base::parse_json(line);
    by_release[base::ReleaseId(json ? json->value("release", "") : "")].push_back(line);
  }
  auto left = std::make_shared<std::size_t>(0);
  for (const auto& [release, texts] : by_release) {
    const auto found = live_.find(release);
    if (found == live_.end()) continue;
    auto digest = ports_.content.put(fmt::format("{}\n", fmt::join(texts, "\n")));
    if (!digest) return base::fail(std::move(digest.error()));
    ++*left;
    core::EmergencyFound gap{*digest, static_cast<std::uint32_t>(texts.size()), true};
    found->second->run.handle(gap, {}, [this, left](const Answer&) {
      if (--*left > 0) return;
      if (auto cleared = ports_.emergency.clear(); !cleared) report(cleared.error());
    });
  }
  return {};
}

}  // namespace stellwerk::engine
