// Goal: tenants never flap. Whatever the waves, a share that grows only ever adds tenants, all
// components move a tenant together, and everybody is served by exactly one version.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "adapters/haproxy/route_map.h"
#include "core/decide.h"
#include "property/random_release.h"

namespace stellwerk::core {
namespace {

using adapters::haproxy::RouteRows;
using base::TenantId;
using stellwerk::testing::any_environment;
using stellwerk::testing::any_plan;

std::set<TenantId> known_tenants(const Plan& plan) {
  std::set<TenantId> known;
  for (const Tenant& tenant : plan.tenants) known.insert(tenant.id);
  return known;
}

/// Known ones, strangers, and a request without a tenant.
std::vector<std::string> askers(const Plan& plan) {
  std::vector<std::string> tenants{""};
  for (const Tenant& tenant : plan.tenants) tenants.push_back(tenant.id.str());
  for (int i = 0; i < 40; ++i) tenants.push_back("stranger-" + std::to_string(i));
  return tenants;
}

/// The rule of docs/routing.md, with a lease that is alive.
bool served_by_candidate(const ComponentRoutes& routes, const std::string& tenant,
                         const std::set<TenantId>& known) {
  if (!routes.candidate) return false;
  if (routes.candidate->everyone) return true;
  if (tenant.empty()) return false;
  if (routes.candidate->tenants.contains(TenantId(tenant))) return true;
  return !known.contains(TenantId(tenant)) && routes.candidate->buckets.contains(bucket_of(tenant));
}

/// The same from the rows, as HAProxy looks them up.
std::string backend_in(const RouteRows& rows, const std::string& component,
                       const std::string& tenant) {
  const auto row = [&](const std::string& key) {
    const auto found = rows.find(component + "/" + key);
    return found == rows.end() ? std::string() : found->second;
  };
  const std::string stable = row("stable");
  if (row("candidate").empty()) return stable;
  if (const auto all = row("everyone"); !all.empty()) return all;
  if (tenant.empty()) return stable;
  if (const auto own = row("t:" + tenant); !own.empty()) return own;
  const auto bucket = row("b:" + std::to_string(bucket_of(tenant)));
  return bucket.empty() ? stable : bucket;
}

std::uint32_t waves_of(const Plan& plan) { return static_cast<std::uint32_t>(plan.waves.size()); }

RC_GTEST_PROP(WavesProperty, OnlyEverAddAndEndWithEveryone, ()) {
  const Plan plan = any_plan();
  RC_ASSERT(!plan.waves.empty());
  std::set<TenantId> served;
  std::uint32_t buckets = 0;
  for (const PlannedWave& wave : plan.waves) {
    RC_ASSERT(wave.number == static_cast<std::uint32_t>(&wave - plan.waves.data()) + 1);
    for (const TenantId& tenant : wave.adds) RC_ASSERT(served.insert(tenant).second);
    RC_ASSERT((std::set<TenantId>{wave.serves.begin(), wave.serves.end()}) == served);
    RC_ASSERT(wave.serves.size() == served.size());
    RC_ASSERT(wave.buckets >= buckets && wave.buckets <= kBuckets);
    RC_ASSERT(wave.everyone == (&wave == &plan.waves.back()));
    RC_ASSERT(wave.share_real >= base::Ppm{0} && wave.share_real <= base::kWhole);
    buckets = wave.buckets;
  }
  RC_ASSERT(served == known_tenants(plan));
  RC_ASSERT(buckets == kBuckets);
  RC_ASSERT(plan.waves.back().share_real == base::kWhole);
}

// Goal: buckets of strangers move only in waves that ask for a share and name nobody.
RC_GTEST_PROP(WavesProperty, MoveStrangersOnlyInSharesWithoutNames, ()) {
  const Environment environment = any_environment();
  const Release release = stellwerk::testing::any_release(environment, true);
  const auto result = compile(release, environment);
  RC_PRE(result.plan.has_value());
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < release.waves.size(); ++i) {
    const WaveRequest& asked = release.waves[i];
    const std::uint32_t buckets = result.plan->waves.at(i).buckets;
    const bool may_move = asked.all_tenants || (asked.share && asked.tenants.empty());
    if (!may_move) RC_ASSERT(buckets == before);
    if (!asked.all_tenants && asked.share)
      RC_ASSERT(buckets <= std::max<std::uint32_t>(
                               before, static_cast<std::uint32_t>(asked.share->value / 10000)));
    before = buckets;
  }
}

RC_GTEST_PROP(RoutesProperty, MoveNobodyBackAndAllComponentsTogether, ()) {
  const Plan plan = any_plan();
  const auto known = known_tenants(plan);
  for (const std::string& tenant : askers(plan)) {
    bool moved = false;
    for (std::uint32_t wave = 0; wave <= waves_of(plan); ++wave) {
      const RoutingTable table = routes_of_wave(plan, wave);
      RC_ASSERT(table.components.size() == plan.components.size());
      const bool now = served_by_candidate(table.components.begin()->second, tenant, known);
      for (const auto& [component, routes] : table.components)
        RC_ASSERT(served_by_candidate(routes, tenant, known) == now);
      RC_ASSERT(now || !moved);
      moved = now;
    }
    RC_ASSERT(moved);
  }
}

// Goal: the rows in HAProxy serve each tenant by the one version that the table means, and give the
// table back.
RC_GTEST_PROP(RoutesProperty, MeanTheSameAsTheRowsInHaproxy, ()) {
  const Plan plan = any_plan();
  const auto known = known_tenants(plan);
  const auto wave = *rc::gen::inRange<std::uint32_t>(0, waves_of(plan) + 2);
  const RoutingTable table = routes_of_wave(plan, wave);
  const auto rows = adapters::haproxy::rows_of(table, known);
  RC_ASSERT(rows.has_value());
  RC_ASSERT(adapters::haproxy::table_of(*rows, known).value() == table);
  for (const auto& [component, routes] : table.components)
    for (const std::string& tenant : askers(plan)) {
      const bool candidate = served_by_candidate(routes, tenant, known);
      const base::SemVer& version = candidate ? routes.candidate->version : routes.stable;
      RC_ASSERT(backend_in(*rows, component.str(), tenant) ==
                backend_name(component, version).str());
    }
}

// Goal: who joins a release first does not depend on who else there is, nor on their order.
RC_GTEST_PROP(RankingProperty, IsTheSameInAnyOrderAndForAnyNeighbours, ()) {
  const Environment environment = any_environment();
  const auto ranked = rank_tenants(environment.installation, environment.tenants);
  auto shuffled = environment.tenants;
  std::reverse(shuffled.begin(), shuffled.end());
  RC_ASSERT(rank_tenants(environment.installation, shuffled) == ranked);
  if (shuffled.empty()) return;
  const TenantId gone = shuffled[*rc::gen::inRange<std::size_t>(0, shuffled.size())].id;
  std::erase_if(shuffled, [&](const Tenant& tenant) { return tenant.id == gone; });
  auto expected = ranked;
  std::erase(expected, gone);
  RC_ASSERT(rank_tenants(environment.installation, shuffled) == expected);
}

RC_GTEST_PROP(BucketProperty, IsOneOfAHundredForAnyText, (const std::string& tenant)) {
  RC_ASSERT(bucket_of(tenant) < kBuckets);
  RC_ASSERT(bucket_of(tenant) == bucket_of(std::string(tenant)));
}

}  // namespace
}  // namespace stellwerk::core
