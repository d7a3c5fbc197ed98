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

/// The guard's memory as last saved; nothing when none was.
base::Result<std::optional<base::Json>> saved_guard(ports::ContentStore& content,
                                                    const core::State& state) {
  if (!state.guard_state) return std::optional<base::Json>();
  auto bytes = content.get(*state.guard_state);
  if (!bytes) return base::fail(std::move(bytes.error()));
  auto json = base::parse_json(*bytes);
  if (!json) return base::fail(std::move(json.error()));
  return std::optional<base::Json>(std::move(*json));
}

base::Error guard_begins_anew(const base::ReleaseId& release, const base::Error& why) {
  return base::error(base::Code::Corruption, "ENG-0033",
                     fmt::format("the guard of {} begins anew", release.str()))
      .because(why.one_line())
      .now("it watches; its windows are empty, and limits and deadlines hold as before")
      .then(fmt::format("stellwerk release show {}", release.str()), "how far the hold has come");
}

/// What it means here that one release cannot be read.
base::Error not_taken_up(base::Error error, const base::ReleaseId& release) {
  if (error.state.empty())
    error = std::move(error).now(
        "no release of this data folder is carried on, and nothing was changed; traffic that hangs "
        "on a lease goes back to the old version when it runs out");
  if (error.next.empty())
    error = std::move(error).then(
        "start the Stellwerk that wrote it, or a newer one",
        fmt::format("stellwerk audit replay {} names who wrote what", release.str()));
  return std::move(error).during("taking up " + release.str());
}

}  // namespace

base::Result<void> Engine::recover(std::optional<std::int64_t> speed) {
  auto streams = ports_.journal.streams(true);
  if (!streams) return base::fail(std::move(streams.error()));
  auto head = ports_.journal.head();
  if (!head) return base::fail(std::move(head.error()));

  // When one cannot be read, nothing is written of any.
  for (const ports::StreamInfo& stream : *streams)
    if (!stream.release.empty())
      if (auto loaded = load_release(ports_.journal, ports_.content, stream.release); !loaded)
        return base::fail(not_taken_up(std::move(loaded.error()), stream.release));

  auto lines = emergency_lines();
  if (!lines) return base::fail(std::move(lines.error()));

  const ports::Call call{ports_.clock.mono() + base::seconds(10), {}};
  base::Result<ports::RouterState> router = ports_.router.current(call);
  for (const ports::StreamInfo& stream : *streams) {
    if (stream.release.empty()) continue;
    if (auto taken = take_up(stream.release, router ? &*router : nullptr, speed, *lines); !taken)
      return taken;
  }
  outbox_.wake(head->size);
  if (auto reserved = ports_.reserve.hold(); !reserved) report(reserved.error());
  take_in_rest(*lines);
  return {};
}

base::Result<void> Engine::take_up(const base::ReleaseId& release, const ports::RouterState* router,
                                   std::optional<std::int64_t> speed, EmergencyLines& lines) {
  auto loaded = load_release(ports_.journal, ports_.content, release);
  if (!loaded) return base::fail(std::move(loaded.error()));
  // One that does not answer may hold it, and may have been changed: whether it does is found out
  // by renewing it, and nothing is changed again without a person.
  const bool lease_alive = router == nullptr || router->leases.contains(release);
  const bool routes_moved = router == nullptr || names_new_version(*router, loaded->plan);
  auto saved = saved_guard(ports_.content, loaded->state);

  RunbookClock clock(loaded->state, ports_.clock.wall(), ports_.clock.mono());
  const std::int64_t speed_before = loaded->state.anchor.speed;
  if (speed) clock.set_speed(*speed, ports_.clock.mono());
  Live& live = adopt(std::move(loaded->plan), std::move(loaded->state), clock,
                     saved ? *saved : std::optional<base::Json>());
  live.nonces = std::move(loaded->nonces);
  std::optional<base::Error> lost = live.watch.lost();
  if (!saved) lost = saved.error();
  if (lost) report(guard_begins_anew(release, *lost));

  // Before anything moves by itself: it may have been going back.
  if (const auto found = lines.find(release); found != lines.end()) {
    take_in(live, found->second);
    lines.erase(found);
  }
  live.run.handle(core::Restarted{lease_alive, routes_moved, lost ? lost->id : ""}, {},
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
    // The log that this process keeps is of what came after.
    if (intent.kind == core::EffectKind::KeepWindows) live.windows.try_emplace(intent.subject);
    core::Intent again = intent;
    again.delay = {};
    start_effect(live.run.plan().release, again);
  }
}

}  // namespace stellwerk::engine
