#include "sim/ledger.h"

#include <algorithm>

#include "core/capacity.h"

namespace stellwerk::sim {

namespace {

constexpr std::size_t kTenantsWatched = 6;

std::vector<std::string> watched_tenants(const core::Plan& plan) {
  std::vector<std::string> tenants = {"", "a-tenant-nobody-knows"};
  const std::size_t count = plan.tenants.size();
  const std::size_t stride = std::max<std::size_t>(1, count / kTenantsWatched);
  for (std::size_t i = 0; i < count; i += stride) tenants.push_back(plan.tenants[i].id.str());
  return tenants;
}

}  // namespace

Ledger::Ledger(const core::Plan& of)
    : plan(std::make_shared<const core::Plan>(of)),
      tenants(watched_tenants(of)),
      digest(core::digest_of(of)) {
  for (std::uint32_t number = 0; number <= settled(); ++number)
    routes.push_back(core::routes_of_wave(of, number));
}

bool Ledger::allows(const base::ComponentName& component,
                    const core::ComponentRoutes& found) const {
  return std::any_of(tables.begin(), tables.end(), [&](std::uint32_t number) {
    const auto known = routes[number].components.find(component);
    if (known == routes[number].components.end()) return false;
    core::ComponentRoutes wanted = known->second;
    if (found.maintenance && may_be_down) wanted.maintenance = found.maintenance;
    return wanted == found;
  });
}

bool Ledger::goes_back(const base::ComponentName& component,
                       const core::ComponentRoutes& found) const {
  const bool in_place = plan->capacity == core::Capacity::InPlace;
  const std::uint32_t waves = in_place ? std::max(state.wave, 1U) : 1U;
  return std::any_of(routes.begin(), routes.begin() + waves, [&](const core::RoutingTable& table) {
    return table.components.at(component) == found;
  });
}

bool Ledger::is_open(core::EffectKind kind, std::string_view subject) const {
  return std::any_of(state.open.begin(), state.open.end(), [&](const auto& each) {
    return each.second.kind == kind && (subject.empty() || each.second.subject == subject);
  });
}

void Ledger::follow_routes(const core::Event& event) {
  if (const auto* intended = std::get_if<core::TrafficIntended>(&event))
    tables.insert(intended->wave);
  if (const auto* started = std::get_if<core::WaveStarted>(&event)) tables = {started->wave};
  if (std::holds_alternative<core::RollbackInitiated>(event)) tables.insert(0);
  if (std::holds_alternative<core::TrafficReturned>(event)) tables = {0};
  if (const auto* ended = std::get_if<core::DowntimeEnded>(&event); ended != nullptr)
    may_be_down = false;
  if (std::holds_alternative<core::ReleaseVerified>(event)) tables.insert(settled());
  if (std::holds_alternative<core::TrafficSettled>(event)) tables = {settled()};
}

void Ledger::take(const engine::ReadEntry& entry) {
  ++count[core::type_of(entry.event)];
  for (const core::Intent& intent : entry.intents) {
    keys.insert(intent.key);
    if (intent.kind == core::EffectKind::RunStep) ++runs_asked[intent.subject];
    if (intent.kind == core::EffectKind::BeginDowntime) may_be_down = true;
    if (intent.kind == core::EffectKind::ReturnTraffic && !intent.subject.empty())
      tables.insert(core::wave_in(intent.subject));
  }
  if (std::holds_alternative<core::TrafficIntended>(entry.event)) {
    ++waves_begun;
    promoted = false;
  }
  if (std::holds_alternative<core::ReleasePromoted>(entry.event)) promoted = true;
  if (const auto* left = std::get_if<core::EffectAbandoned>(&entry.event))
    if (const auto intent = state.open.find(left->key); intent != state.open.end())
      given_up = given_up || intent->second.kind == core::EffectKind::RetireNew ||
                 intent->second.kind == core::EffectKind::RetireOld;
  follow_routes(entry.event);
  state = core::evolve_intents(
      core::evolve(*plan, std::move(state), entry.event, entry.at, entry.by), entry.intents);
}

}  // namespace stellwerk::sim
