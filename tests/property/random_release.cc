#include "property/random_release.h"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>

#include "core/policy.h"

namespace stellwerk::testing {
namespace {

namespace gen = rc::gen;
using core::Role;

template <class T>
T one_of(std::vector<T> items) {
  return *gen::elementOf(std::move(items));
}
bool coin() { return *gen::arbitrary<bool>(); }
int up_to(int most) { return *gen::inRange(0, most + 1); }

core::Service component(int number) {
  core::Service service;
  service.name = base::ServiceName(fmt::format("domain-{}", number));
  service.health.url = "/health";
  service.workload.emplace();
  service.workload->command.arguments = {"program", "{port}"};
  service.workload->instances = static_cast<std::uint32_t>(1 + up_to(11));
  if (coin()) service.gauges.push_back({"consumer_lag", "/lag", core::GaugeFormat::Json, "/lag"});
  return service;
}

core::Service neighbour(int number) {
  core::Service service;
  service.name = base::ServiceName(fmt::format("neighbour-{}", number));
  service.health.url = "http://127.0.0.1:3080/health";
  return service;
}

/// A version that fits the type, from 1.2.3.
base::SemVer next_version(core::ReleaseType type) {
  const auto skip = static_cast<std::uint64_t>(1 + up_to(2));
  std::vector<std::string> pre_release;
  if (coin()) pre_release = {"rc", std::to_string(up_to(3))};
  switch (type) {
    case core::ReleaseType::Patch:
    case core::ReleaseType::Hotfix:
      return {1, 2, 3 + skip, pre_release, {}};
    case core::ReleaseType::Minor:
      return {1, 2 + skip, 0, pre_release, {}};
    case core::ReleaseType::Major:
    case core::ReleaseType::Migration:
      return {1 + skip, 0, 0, pre_release, {}};
  }
  return {};
}

core::Component update_of(const core::Service& service, core::ReleaseType type) {
  core::Component update;
  update.name = base::ComponentName(service.name.str());
  update.from = {1, 2, 3, {}, {}};
  update.to = next_version(type);
  return update;
}

std::vector<base::TenantId> some_tenants(const core::Environment& environment) {
  std::vector<base::TenantId> tenants;
  for (const core::Tenant& tenant : environment.tenants)
    if (up_to(4) == 0) tenants.push_back(tenant.id);
  return tenants;
}

/// Growing shares with or without names, then everyone.
std::vector<core::WaveRequest> some_waves(const core::Environment& environment) {
  std::vector<core::WaveRequest> waves;
  int share = 0;
  for (int left = up_to(4); left > 0 && share < 90; --left) {
    share += 1 + up_to(30);
    core::WaveRequest wave;
    if (coin()) wave.share = base::percent(std::min(share, 99));
    if (!wave.share || coin()) wave.tenants = some_tenants(environment);
    if (coin()) wave.hold = base::minutes(up_to(30));
    if (wave.share || !wave.tenants.empty()) waves.push_back(std::move(wave));
  }
  core::WaveRequest last;
  last.share = base::kWhole;
  last.all_tenants = true;
  waves.push_back(std::move(last));
  return waves;
}

core::CheckAction some_action() {
  const int kind = up_to(2);
  if (kind == 0) return core::Attestation{};
  if (kind == 1)
    return core::CommandCheck{{{"/bin/true"}, {}, {}, {}}, base::seconds(5), {0}, coin()};
  core::HttpCheck check;
  check.url = "http://127.0.0.1:1/";
  check.method = coin() ? "GET" : "POST";
  return check;
}

std::vector<core::CheckRequest> some_checks() {
  std::vector<core::CheckRequest> checks;
  for (int i = up_to(4); i > 0; --i) {
    core::CheckRequest check;
    check.name = fmt::format("own-{}", i);
    check.phase = one_of<core::Phase>(
        {core::Phase::Preparation, core::Phase::PreCheck, core::Phase::PostCheck});
    check.action = some_action();
    check.critical = check.phase == core::Phase::PostCheck && coin();
    checks.push_back(std::move(check));
  }
  return checks;
}

std::vector<core::Strategy> strategies_of(core::ReleaseType type) {
  std::vector<core::Strategy> allowed;
  for (const core::Strategy strategy : core::kStrategies)
    if (core::policy_of(type).strategies.contains(strategy)) allowed.push_back(strategy);
  return allowed;
}

}  // namespace

core::Environment any_environment() {
  core::Environment environment;
  environment.installation = base::InstallationId(fmt::format("installation-{}", up_to(1000)));
  environment.locale = coin() ? base::Locale::De : base::Locale::En;
  environment.data_folder = "/var/lib/stellwerk";
  for (int i = up_to(24); i > 0; --i)
    environment.tenants.push_back(
        {base::TenantId(fmt::format("tenant-{}", i)),
         static_cast<std::uint32_t>(*gen::inRange(1, coin() ? 4 : 1000))});
  for (int i = 1 + up_to(3); i > 0; --i) environment.services.push_back(component(i));
  for (int i = up_to(2); i > 0; --i) environment.services.push_back(neighbour(i));
  for (const Role role : core::kRoles)
    for (const int number : {1, 2}) {
      const auto name = fmt::format("{}-{}", core::to_string(role), number);
      environment.people.push_back({base::PersonId(name), name, {role}});
    }
  return environment;
}

core::Release any_release(const core::Environment& environment, bool own_waves) {
  core::Release release;
  release.id = base::ReleaseId("rel-1");
  release.type =
      one_of<core::ReleaseType>({core::kReleaseTypes.begin(), core::kReleaseTypes.end()});
  release.title = "Anything";
  for (const core::Service& service : environment.services)
    if (service.workload && (release.components.empty() || coin()))
      release.components.push_back(update_of(service, release.type));
  if (coin()) release.strategy = one_of(strategies_of(release.type));
  if (own_waves) release.waves = some_waves(environment);
  release.checks = some_checks();
  if (coin()) release.guard.guard_lost = core::GuardLost::Hold;
  if (coin()) release.approvals.push_back({Role::Qa, static_cast<std::uint32_t>(1 + up_to(1))});
  if (coin()) release.standby = base::minutes(up_to(120));
  if (coin()) release.schedule.post_check = base::minutes(1 + up_to(60));
  release.source = base::sha256("release.yaml");
  return release;
}

core::Plan any_plan() {
  const core::Environment environment = any_environment();
  const core::Release release = any_release(environment, coin());
  auto result = core::compile(release, environment);
  for (const base::Error& problem : result.problems) {
    // Waves that would move nobody are a mistake of the file, not of the compiler.
    if (problem.id != "PLN-0005" || release.waves.empty()) RC_FAIL(problem.one_line());
  }
  RC_PRE(result.plan.has_value());
  return std::move(*result.plan);
}

}  // namespace stellwerk::testing
