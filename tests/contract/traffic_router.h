// traffic_router.h — what every ports::TrafficRouter must do; memory and HAProxy run the same
// suite.
//
// Start here: instantiate TrafficRouterContract with one TrafficRouterFactory for each router.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ports/traffic_router.h"

namespace stellwerk::contract {

/// One router under test, with users before it and versions behind it.
class TrafficRouterHarness {
 public:
  virtual ~TrafficRouterHarness() = default;
  virtual ports::TrafficRouter& router() = 0;
  virtual ports::Call call() = 0;
  /// Makes one real (or pretended) instance of a version run.
  virtual ports::Endpoints run(const ports::VersionRef& version) = 0;
  /// The version that answers a request with this tenant header (empty: none); nothing: none did.
  virtual std::optional<base::SemVer> serves(const base::ComponentName& component,
                                             std::string_view tenant) = 0;
  /// Lets this time pass.
  virtual void pass(base::Duration span) = 0;
  /// Somebody else changes a route behind our back, so that nobody is on the candidate any more.
  virtual void tamper(const base::ComponentName& component) = 0;
  /// The router ends at once, as by kill -9.
  virtual void crash() = 0;
};

struct TrafficRouterFactory {
  std::string name;
  std::function<std::unique_ptr<TrafficRouterHarness>()> make;  ///< known tenants: kKnownTenants
};
inline std::ostream& operator<<(std::ostream& out, const TrafficRouterFactory& factory) {
  return out << factory.name;
}

inline constexpr std::array<std::string_view, 4> kKnownTenants = {"pilot-1", "pilot-2", "acme",
                                                                  "globex"};
/// Long enough not to run out in a test that does not want it to.
inline constexpr base::Duration kLongLease = base::seconds(60);

class TrafficRouterContract : public ::testing::TestWithParam<TrafficRouterFactory> {
 protected:
  TrafficRouterContract() : harness_(GetParam().make()) {}

  TrafficRouterHarness& harness() { return *harness_; }
  ports::TrafficRouter& router() { return harness_->router(); }

  static base::SemVer version(const std::string& text) { return base::SemVer::parse(text).value(); }
  static ports::VersionRef documents(const std::string& text) {
    return {base::ComponentName("document-domain"), version(text)};
  }
  static base::ReleaseId release() { return base::ReleaseId("rel-1"); }

  void give_servers(const std::vector<ports::VersionRef>& versions) {
    std::vector<ports::Endpoints> endpoints;
    for (const auto& one : versions) endpoints.push_back(harness().run(one));
    const auto done = router().endpoints(endpoints, harness().call());
    ASSERT_TRUE(done) << done.error().one_line();
  }
  /// 1.2.0 for all, 1.3.0 for whom the candidate names.
  static core::RoutingTable table(std::optional<core::CandidateRoute> candidate = {}) {
    core::RoutingTable table;
    table.components[base::ComponentName("document-domain")] = {.stable = version("1.2.0"),
                                                                .candidate = std::move(candidate)};
    return table;
  }
  static core::CandidateRoute candidate(std::vector<std::string> tenants) {
    core::CandidateRoute route;
    route.release = release();
    route.version = version("1.3.0");
    for (auto& tenant : tenants) route.tenants.emplace(std::move(tenant));
    return route;
  }
  void apply(const core::RoutingTable& wanted) {
    const auto applied = router().apply(wanted, harness().call());
    ASSERT_TRUE(applied) << applied.error().one_line();
    EXPECT_EQ(*applied, wanted);
  }
  void grant(base::Duration lease = kLongLease) {
    const auto granted = router().grant(release(), lease, harness().call());
    ASSERT_TRUE(granted) << granted.error().one_line();
  }
  /// @return the releases that had no living lease
  std::set<base::ReleaseId> renew(base::Duration lease = kLongLease) {
    const std::vector<base::ReleaseId> releases = {release()};
    const auto renewed = router().renew(releases, lease, harness().call());
    EXPECT_TRUE(renewed) << renewed.error().one_line();
    return renewed ? *renewed : std::set<base::ReleaseId>{};
  }
  std::string served(std::string_view tenant) {
    const auto found = harness().serves(base::ComponentName("document-domain"), tenant);
    return found ? found->to_string() : "nobody";
  }
  void start_both_versions() { give_servers({documents("1.2.0"), documents("1.3.0")}); }

 private:
  std::unique_ptr<TrafficRouterHarness> harness_;
};

TEST_P(TrafficRouterContract, ServesEveryoneByTheStableVersionWithoutACandidate) {
  start_both_versions();
  apply(table());
  for (const auto* tenant : {"pilot-1", "stranger", ""}) EXPECT_EQ(served(tenant), "1.2.0");
  EXPECT_NE(router().listen_port(base::ComponentName("document-domain")), 0);
  EXPECT_EQ(router().listen_port(base::ComponentName("nothing")), 0);
}

TEST_P(TrafficRouterContract, ServesTheCandidatesTenantsAndNobodyElseByIt) {
  start_both_versions();
  apply(table(candidate({"pilot-1", "pilot-2"})));
  grant();
  EXPECT_EQ(served("pilot-1"), "1.3.0");
  EXPECT_EQ(served("Pilot-2"), "1.3.0");  // a header is compared in lower case
  for (const auto* tenant : {"acme", "stranger", "a,pilot-1", "pilot-1,a", "pilot-10", "pilot", ""})
    EXPECT_EQ(served(tenant), "1.2.0") << tenant;
}

TEST_P(TrafficRouterContract, MovesUnknownTenantsByBucketAndKnownOnesNever) {
  start_both_versions();
  auto route = candidate({"pilot-1"});
  for (std::uint32_t bucket = 0; bucket < core::kBuckets; ++bucket) route.buckets.insert(bucket);
  route.buckets.erase(core::bucket_of("stranger"));
  apply(table(route));
  grant();
  EXPECT_EQ(served("stranger"), "1.2.0");
  ASSERT_NE(core::bucket_of("stranger"), core::bucket_of("wanderer"));
  EXPECT_EQ(served("wanderer"), "1.3.0");
  EXPECT_EQ(served("acme"), "1.2.0");  // known, so its bucket does not move it
  EXPECT_EQ(served("pilot-1"), "1.3.0");
  EXPECT_EQ(served(""), "1.2.0");  // no tenant, no bucket
}

TEST_P(TrafficRouterContract, ServesEveryoneByTheCandidateInTheLastWave) {
  start_both_versions();
  auto route = candidate({});
  route.everyone = true;
  apply(table(route));
  grant();
  for (const auto* tenant : {"pilot-1", "acme", "stranger", ""})
    EXPECT_EQ(served(tenant), "1.3.0") << tenant;
}

TEST_P(TrafficRouterContract, ServesByTheStableVersionUntilTheLeaseIsGranted) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  grant();
  EXPECT_EQ(served("pilot-1"), "1.3.0");
}

TEST_P(TrafficRouterContract, ReturnsToTheStableVersionWhenTheLeaseRunsOut) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant(base::seconds(2));
  EXPECT_EQ(served("pilot-1"), "1.3.0");
  harness().pass(base::milliseconds(2300));
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  const auto state = router().current(harness().call());
  ASSERT_TRUE(state) << state.error().one_line();
  EXPECT_TRUE(state->leases.empty());
  EXPECT_EQ(state->table, table(candidate({"pilot-1"})));  // the routes stay as written
}

// Goal: who stood still longer than a lease learns that it ran out; only a new decision gives one.
TEST_P(TrafficRouterContract, NeverRenewsALeaseThatRanOut) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  const std::set<base::ReleaseId> lost = {release()};
  EXPECT_EQ(renew(), lost);  // none was given
  grant(base::seconds(1));
  EXPECT_TRUE(renew(base::seconds(1)).empty());
  harness().pass(base::milliseconds(1300));
  EXPECT_EQ(renew(), lost);
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  EXPECT_TRUE(router().current(harness().call()).value().leases.empty());
  grant();
  EXPECT_TRUE(renew().empty());
  EXPECT_EQ(served("pilot-1"), "1.3.0");
}

TEST_P(TrafficRouterContract, RenewsNoLeaseThatWasRevoked) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant();
  ASSERT_TRUE(router().revoke(release(), harness().call()));
  EXPECT_EQ(renew(), std::set<base::ReleaseId>{release()});
  EXPECT_EQ(served("pilot-1"), "1.2.0");
}

TEST_P(TrafficRouterContract, RenewsWhatLivesBesideWhatDoesNot) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant(base::seconds(2));
  const base::ReleaseId other("rel-2");
  const std::vector<base::ReleaseId> both = {other, release()};
  const auto renewed = router().renew(both, kLongLease, harness().call());
  ASSERT_TRUE(renewed) << renewed.error().one_line();
  EXPECT_EQ(*renewed, std::set<base::ReleaseId>{other});
  harness().pass(base::milliseconds(2300));
  EXPECT_EQ(served("pilot-1"), "1.3.0");
}

TEST_P(TrafficRouterContract, IsBroughtUpByATableAndWithoutAnyLease) {
  start_both_versions();
  const auto wanted = table(candidate({"pilot-1"}));
  apply(wanted);
  grant();
  harness().crash();
  const std::vector<base::ReleaseId> releases = {release()};
  const auto call = harness().call();
  EXPECT_EQ(router().current(call).error().code, base::Code::Unavailable);
  EXPECT_EQ(router().renew(releases, kLongLease, call).error().code, base::Code::Unavailable);
  EXPECT_EQ(router().grant(release(), kLongLease, call).error().code, base::Code::Unavailable);
  apply(wanted);
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  EXPECT_EQ(renew(), std::set<base::ReleaseId>{release()});
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  grant();
  EXPECT_EQ(served("pilot-1"), "1.3.0");
}

TEST_P(TrafficRouterContract, IsDrainedAtOnceWithoutRequests) {
  start_both_versions();
  apply(table());
  EXPECT_EQ(router().drain(documents("1.3.0"), ports::Drained::Version, harness().call()).value(),
            0u);
  EXPECT_EQ(router().drain(documents("9.9.9"), ports::Drained::Version, harness().call()).value(),
            0u);
}

// Goal: during a downtime nobody gets the old version who must not, with or without a lease.
TEST_P(TrafficRouterContract, ShowsThePageOfMaintenanceToWhomTheCandidateDoesNotServe) {
  start_both_versions();
  auto everybody = table(candidate({"pilot-1"}));
  core::ComponentRoutes& routes = everybody.components.begin()->second;
  routes.maintenance = {.release = release(), .everyone = true, .tenants = {}};
  apply(everybody);
  for (const auto* tenant : {"pilot-1", "stranger", ""}) EXPECT_EQ(served(tenant), "nobody");
  grant();
  EXPECT_EQ(served("pilot-1"), "1.3.0");
  for (const auto* tenant : {"acme", "stranger", ""}) EXPECT_EQ(served(tenant), "nobody");

  auto some = table();
  some.components.begin()->second.maintenance = {
      .release = release(), .everyone = false, .tenants = {base::TenantId("acme")}};
  apply(some);
  EXPECT_EQ(served("acme"), "nobody");
  for (const auto* tenant : {"pilot-1", "stranger", ""}) EXPECT_EQ(served(tenant), "1.2.0");
  apply(table());
  EXPECT_EQ(served("acme"), "1.2.0");
}

TEST_P(TrafficRouterContract, ServesAVersionByTheInstancesItHasLeft) {
  std::vector<ports::Endpoints> both = {harness().run(documents("1.2.0")),
                                        harness().run(documents("1.3.0"))};
  ports::Endpoints& old_version = both.front();
  ports::Instance another = harness().run(documents("1.2.0")).instances.front();
  another.id = "one-more";
  old_version.instances.push_back(another);
  ASSERT_TRUE(router().endpoints(both, harness().call()));
  apply(table());
  old_version.instances.erase(old_version.instances.begin());
  ASSERT_TRUE(router().endpoints({&old_version, 1}, harness().call()));
  EXPECT_EQ(router()
                .drain(documents("1.2.0"), ports::Drained::RemovedInstances, harness().call())
                .value(),
            0U);
  EXPECT_EQ(served("acme"), "1.2.0");
}

TEST_P(TrafficRouterContract, KeepsTheRoutesForAsLongAsTheLeaseIsRenewed) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant(base::seconds(2));
  for (int round = 0; round < 4; ++round) {
    EXPECT_TRUE(renew(base::seconds(2)).empty()) << round;
    harness().pass(base::milliseconds(800));
    EXPECT_EQ(served("pilot-1"), "1.3.0") << round;
  }
}

TEST_P(TrafficRouterContract, ShortensALeaseThatIsRenewedForLess) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant(kLongLease);
  EXPECT_TRUE(renew(base::seconds(1)).empty());
  harness().pass(base::milliseconds(1500));
  EXPECT_EQ(served("pilot-1"), "1.2.0");
}

TEST_P(TrafficRouterContract, EndsALeaseAtOnceWhenItIsRevoked) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  grant();
  ASSERT_EQ(served("pilot-1"), "1.3.0");
  const auto revoked = router().revoke(release(), harness().call());
  ASSERT_TRUE(revoked) << revoked.error().one_line();
  EXPECT_EQ(served("pilot-1"), "1.2.0");
  EXPECT_TRUE(router().revoke(release(), harness().call()));  // no lease is success
}

TEST_P(TrafficRouterContract, NeedsNoLeaseWhereNoneIsWanted) {
  start_both_versions();
  auto route = candidate({"pilot-1"});
  route.leased = false;
  apply(table(route));
  EXPECT_EQ(served("pilot-1"), "1.3.0");
}

TEST_P(TrafficRouterContract, ChangesNothingWhenTheSameTableIsAppliedAgain) {
  start_both_versions();
  const auto wanted = table(candidate({"pilot-1"}));
  apply(wanted);
  grant();
  apply(wanted);
  EXPECT_EQ(served("pilot-1"), "1.3.0");
  const auto state = router().current(harness().call());
  ASSERT_TRUE(state) << state.error().one_line();
  EXPECT_EQ(state->table, wanted);
  EXPECT_EQ(state->leases, std::set<base::ReleaseId>{release()});
}

TEST_P(TrafficRouterContract, LeavesComponentsAloneThatTheTableDoesNotName) {
  const ports::VersionRef orders = {base::ComponentName("order-domain"), version("2.0.0+build.7")};
  give_servers({documents("1.2.0"), documents("1.3.0"), orders});
  apply(table(candidate({"pilot-1"})));
  core::RoutingTable other;
  other.components[orders.component] = {.stable = orders.version, .candidate = {}};
  apply(other);
  const auto state = router().current(harness().call());
  ASSERT_TRUE(state) << state.error().one_line();
  auto both = table(candidate({"pilot-1"}));
  both.components.merge(other.components);
  EXPECT_EQ(state->table, both);
  EXPECT_EQ(harness().serves(orders.component, "acme"), orders.version);
}

TEST_P(TrafficRouterContract, RefusesAVersionWithoutServersAndKeepsTheRoutes) {
  give_servers({documents("1.2.0")});
  apply(table());
  const auto refused = router().apply(table(candidate({"pilot-1"})), harness().call());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "HAP-0004");
  EXPECT_EQ(refused.error().code, base::Code::Rejected);
  const auto state = router().current(harness().call());
  ASSERT_TRUE(state) << state.error().one_line();
  EXPECT_EQ(state->table, table());
}

TEST_P(TrafficRouterContract, RemovesAVersionOnceNoRouteNamesIt) {
  start_both_versions();
  apply(table(candidate({"pilot-1"})));
  const std::vector<ports::Endpoints> none = {
      {.version = documents("1.3.0"), .instances = {}, .health = {}}};
  const auto refused = router().endpoints(none, harness().call());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "HAP-0007");
  apply(table());
  const auto removed = router().endpoints(none, harness().call());
  ASSERT_TRUE(removed) << removed.error().one_line();
  EXPECT_TRUE(router().endpoints(none, harness().call()));
  EXPECT_EQ(router().apply(table(candidate({"pilot-1"})), harness().call()).error().id, "HAP-0004");
  EXPECT_EQ(served("pilot-1"), "1.2.0");
}

TEST_P(TrafficRouterContract, ShowsWhatSomebodyElseChanged) {
  start_both_versions();
  const auto wanted = table(candidate({"pilot-1"}));
  apply(wanted);
  harness().tamper(base::ComponentName("document-domain"));
  const auto state = router().current(harness().call());
  // Either it reads as another table, or it is said that no table of ours has these rows.
  if (state)
    EXPECT_NE(state->table, wanted);
  else
    EXPECT_EQ(state.error().id, "HAP-0005");
  apply(wanted);
  EXPECT_EQ(router().current(harness().call()).value().table, wanted);
}

}  // namespace stellwerk::contract
