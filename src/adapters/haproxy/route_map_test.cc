#include "adapters/haproxy/route_map.h"

#include <gtest/gtest.h>

#include "adapters/haproxy/configuration.h"

namespace stellwerk::adapters::haproxy {
namespace {

const base::ComponentName kDocuments("document-domain");

base::SemVer version(const char* text) { return base::SemVer::parse(text).value(); }

KnownTenants known() { return {base::TenantId("acme"), base::TenantId("pilot-1")}; }

core::RoutingTable table(core::CandidateRoute route) {
  core::RoutingTable table;
  table.components[kDocuments] = {.stable = version("1.2.0"), .candidate = std::move(route)};
  return table;
}

core::CandidateRoute route() {
  return {.release = base::ReleaseId("rel-1"),
          .version = version("1.3.0-rc.1+build.5"),
          .leased = true,
          .tenants = {base::TenantId("pilot-1")},
          .buckets = {},
          .everyone = false};
}

TEST(RouteMap, WritesTheRowsThatHaproxyLooksUp) {
  const RouteRows expected = {{"document-domain/stable", "document-domain-v1.2.0"},
                              {"document-domain/candidate", "document-domain-v1.3.0-rc.1_build.5"},
                              {"document-domain/lease", "rel-1"},
                              {"document-domain/t:pilot-1", "document-domain-v1.3.0-rc.1_build.5"}};
  EXPECT_EQ(rows_of(table(route()), known()).value(), expected);
}

TEST(RouteMap, KeepsKnownTenantsOutOfBuckets) {
  auto moved = route();
  moved.buckets = {7, 42};
  const auto rows = rows_of(table(moved), known()).value();
  EXPECT_EQ(rows.at("document-domain/b:7"), "document-domain-v1.3.0-rc.1_build.5");
  EXPECT_EQ(rows.at("document-domain/t:acme"), "document-domain-v1.2.0");
}

TEST(RouteMap, ReadsBackWhatItWrote) {
  auto unleased = route();
  unleased.leased = false;
  auto buckets = route();
  buckets.buckets = {0, 99};
  auto everyone = route();
  everyone.everyone = true;
  auto nobody = route();
  nobody.tenants.clear();
  core::RoutingTable without;
  without.components[kDocuments] = {.stable = version("1.2.0"), .candidate = {}};
  auto shown = table(route());
  shown.components[kDocuments].maintenance = {
      .release = base::ReleaseId("rel-1"), .everyone = true, .tenants = {}};
  auto named = without;
  named.components[kDocuments].maintenance = {
      .release = base::ReleaseId("rel-1"), .everyone = false, .tenants = {base::TenantId("acme")}};
  for (const auto& one : {table(unleased), table(buckets), table(everyone), table(nobody), without,
                          shown, named, core::RoutingTable{}}) {
    const auto rows = rows_of(one, known()).value();
    EXPECT_EQ(parse_map(map_text(rows)).value(), rows);
    EXPECT_EQ(table_of(rows, known()).value(), one);
  }
}

TEST(RouteMap, ReportsRowsThatNoTableHas) {
  const auto good = rows_of(table(route()), known()).value();
  const RouteRows foreign = {{"document-domain/t:acme", "order-domain-v1.0.0"},
                             {"document-domain/b:100", "document-domain-v1.3.0-rc.1_build.5"},
                             {"document-domain/b:7x", "document-domain-v1.3.0-rc.1_build.5"},
                             {"document-domain/stable", "nothing"},
                             {"document-domain/everyone", "document-domain-v1.2.0"},
                             {"no-slash", "x"}};
  for (const auto& [key, value] : foreign) {
    auto rows = good;
    rows.insert_or_assign(key, value);
    const auto read = table_of(rows, known());
    ASSERT_FALSE(read) << key;
    EXPECT_EQ(read.error().id, "HAP-0005");
  }
  for (const char* key : {"document-domain/stable", "document-domain/lease"}) {
    auto rows = good;
    rows.erase(key);
    EXPECT_EQ(table_of(rows, known()).error().id, "HAP-0005") << key;
  }
}

TEST(RouteMap, RefusesNamesThatWouldBecomeCommands) {
  auto wrong = route();
  wrong.tenants.emplace("a b");
  EXPECT_EQ(rows_of(table(wrong), known()).error().id, "HAP-0001");
  wrong = route();
  wrong.release = base::ReleaseId("x\ny");
  EXPECT_EQ(rows_of(table(wrong), known()).error().id, "HAP-0001");
}

TEST(RouteMap, RefusesTextThatIsNoMap) {
  EXPECT_FALSE(parse_map("one-word\n"));
  EXPECT_FALSE(parse_map("a b\na c\n"));
  EXPECT_EQ(parse_shown_map("0x1 a b\n\n").value(), (RouteRows{{"a", "b"}}));
  EXPECT_FALSE(parse_shown_map("Unknown map identifier. Please use #<id> or <file>.\n"));
}

TEST(Configuration, IsTheSameForTheSameLayoutAndNamesItsDigest) {
  Layout layout{.components = {}, .lease_lengths = {base::seconds(60)}};
  layout.components[kDocuments].listen_port = 8080;
  const auto one = render(layout, {}, "x-tenant-id").value();
  EXPECT_EQ(one.text, render(layout, {}, "x-tenant-id").value().text);
  EXPECT_NE(one.text.find("description " + one.digest), std::string::npos);
  layout.components[kDocuments].listen_port = 8081;
  EXPECT_NE(render(layout, {}, "x-tenant-id").value().digest, one.digest);
}

TEST(Configuration, OrdersVersionsAndReplacesTheirServers) {
  ComponentLayout component;
  const auto endpoints = [](const char* text, std::uint16_t port) {
    return ports::Endpoints{.version = {kDocuments, version(text)},
                            .instances = {{.id = "one", .host = "::1", .port = port, .detail = {}}},
                            .health = {}};
  };
  component.replace(endpoints("1.10.0", 1));
  component.replace(endpoints("1.9.0", 2));
  component.replace(endpoints("1.10.0", 3));
  ASSERT_EQ(component.versions.size(), 2u);
  EXPECT_EQ(component.versions.front().version.version, version("1.9.0"));
  EXPECT_EQ(component.find(version("1.10.0"))->instances.front().port, 3);
  component.replace({.version = {kDocuments, version("1.9.0")}, .instances = {}, .health = {}});
  EXPECT_EQ(component.versions.size(), 1u);
}

TEST(Configuration, RefusesWhatCannotStandInIt) {
  Layout layout{.components = {}, .lease_lengths = {base::seconds(60)}};
  ports::Endpoints endpoints{.version = {kDocuments, version("1.2.0")},
                             .instances = {{.id = "a", .host = "h", .port = 1, .detail = {}}},
                             .health = {}};
  endpoints.health.url = "/a\n  server b 127.0.0.1:1";
  layout.components[kDocuments].replace(endpoints);
  EXPECT_EQ(render(layout, {}, "x-tenant-id").error().id, "HAP-0001");
}

TEST(Settings, RefusesWhatHaproxyCannotTake) {
  const HaproxyInstallation good{.folder = "/tmp/x", .tenants = {}, .services = {}};
  EXPECT_TRUE(check_settings({}, good));
  auto relative = good;
  relative.folder = "x";
  EXPECT_EQ(check_settings({}, relative).error().id, "HAP-0001");
  auto header = good;
  header.tenant_header = "x) gt 1 }";
  EXPECT_FALSE(check_settings({}, header));
  auto twice = good;
  twice.services = {{kDocuments, 8080}, {base::ComponentName("order-domain"), 8080}};
  EXPECT_FALSE(check_settings({}, twice));
  HaproxySettings few;
  few.connections_max = 1;
  EXPECT_FALSE(check_settings(few, good));
}

// Goal: what is taken for a row can be written to the map file and be read there.
TEST(RouteMap, TakesNothingForARowThatCannotStandInTheFile) {
  for (const char* shown : {"0x1  value\n", "0x1 #key value\n", "0x1 \tkey value\n",
                            "0x1 k\vey value\n", "0x1 key \n", "0x1 key #value\n"}) {
    const auto rows = parse_shown_map(shown);
    ASSERT_FALSE(rows) << shown;
    EXPECT_EQ(rows.error().id, "HAP-0005");
  }
}

}  // namespace
}  // namespace stellwerk::adapters::haproxy
