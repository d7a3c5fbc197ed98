// haproxy_machine.h — a real HAProxy in a folder of its own, with real versions behind it. For
// tests.
//
// Thread-safety: one thread.                                        Start here: HaproxyMachine
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/haproxy/haproxy_metrics.h"
#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/names.h"
#include "base/files.h"
#include "base/json.h"
#include "base/testing/temporary_folder.h"
#include "haproxy/test_backend.h"
#include "haproxy/test_client.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::testing {

namespace hap = adapters::haproxy;
using ports::testing::eventually;

class HaproxyMachine {
 public:
  static constexpr std::array<std::string_view, 4> kTenants = {"pilot-1", "pilot-2", "acme",
                                                               "globex"};

  /// @param tenants  those that the environment knows
  explicit HaproxyMachine(std::span<const std::string_view> tenants = kTenants) {
    installation_.folder = folder_ / "a folder with spaces";
    for (const auto tenant : tenants) installation_.tenants.emplace_back(std::string(tenant));
    installation_.services = {{.component = component(), .listen_port = 0}};
    reopen();
  }
  HaproxyMachine(const HaproxyMachine&) = delete;
  HaproxyMachine& operator=(const HaproxyMachine&) = delete;
  ~HaproxyMachine() {
    if (!router_) return;
    EXPECT_TRUE(router_->stop(call()));
  }

  static base::ComponentName component() { return base::ComponentName("document-domain"); }
  static base::ReleaseId release() { return base::ReleaseId("rel-1"); }
  static base::SemVer version(const std::string& text) { return base::SemVer::parse(text).value(); }
  static ports::VersionRef documents(const std::string& text) {
    return {component(), version(text)};
  }

  /// As when Stellwerk ended and was started again.
  void reopen() {
    router_.reset();
    auto opened = hap::HaproxyRouter::open(settings_, installation_, clock_);
    if (!opened) ADD_FAILURE() << opened.error().one_line();
    if (opened) router_ = *std::move(opened);
  }
  hap::HaproxyRouter& router() { return *router_; }
  hap::HaproxySettings& settings() { return settings_; }  ///< take effect with reopen()
  hap::HaproxyInstallation& installation() { return installation_; }
  const ports::testing::RealClock& clock() const { return clock_; }
  ports::Call call() const { return clock_.call(base::seconds(30)); }
  std::string path(const std::string& name) const { return installation_.folder + "/" + name; }
  std::uint16_t port() const { return router_->listen_port(component()); }

  /// A backend that answers with its version.
  ports::Endpoints run(const ports::VersionRef& version) {
    const std::string text = version.version.to_string();
    const std::string name = version.component.str() + "-" + text;
    auto& backend = backends_[name];
    if (!backend) backend = std::make_unique<TestBackend>(text);
    ports::Instance instance{.id = instance_name(version),
                             .host = "127.0.0.1",
                             .port = backend->port(),
                             .state = ports::InstanceState::Ready,
                             .detail = {},
                             .restarts = 0};
    core::HealthCheck health;
    health.url = "/health?it's=fine";
    return {.version = version, .instances = {instance}, .health = health};
  }
  void give_servers(const std::vector<std::string>& versions) {
    std::vector<ports::Endpoints> endpoints;
    for (const auto& one : versions) endpoints.push_back(run(documents(one)));
    const auto done = router_->endpoints(endpoints, call());
    ASSERT_TRUE(done) << done.error().one_line();
  }
  static core::RoutingTable table(const std::vector<std::string>& tenants) {
    core::CandidateRoute route;
    route.release = release();
    route.version = version("1.3.0");
    for (const auto& tenant : tenants) route.tenants.emplace(tenant);
    core::RoutingTable table;
    table.components[component()] = {.stable = version("1.2.0"), .candidate = std::move(route)};
    return table;
  }
  /// 1.2.0 stable, 1.3.0 for `pilot-1`, with a lease.
  void start_canary() {
    give_servers({"1.2.0", "1.3.0"});
    const auto applied = router_->apply(table({"pilot-1"}), call());
    ASSERT_TRUE(applied) << applied.error().one_line();
    grant();
    ASSERT_EQ(served("pilot-1"), "1.3.0");
  }
  void grant(base::Duration lease = base::seconds(60)) {
    const auto granted = router_->grant(release(), lease, call());
    ASSERT_TRUE(granted) << granted.error().one_line();
  }
  /// @return the releases that had no living lease
  std::set<base::ReleaseId> renew(base::Duration lease = base::seconds(60)) {
    const std::vector<base::ReleaseId> releases = {release()};
    const auto renewed = router_->renew(releases, lease, call());
    EXPECT_TRUE(renewed) << renewed.error().one_line();
    return renewed ? *renewed : std::set<base::ReleaseId>{};
  }
  std::string served(std::string_view tenant) {
    const auto answer = TestClient(port()).get_as(tenant);
    return answer.status == 200 ? answer.body : "status " + std::to_string(answer.status);
  }
  pid_t master() const {
    auto text = base::read_file(path(hap::kProcessFile), 4096);
    return text ? base::parse_json(*text).value().at("pid").get<pid_t>() : 0;
  }
  /// Ends master and worker at once, as the kernel would.
  void kill_haproxy() {
    const pid_t pid = master();
    const auto worker = hap::RuntimeApi(installation_.folder, clock_).worker(call());
    ASSERT_TRUE(worker);
    ::kill(pid, SIGKILL);
    ::kill(worker->pid, SIGKILL);
    EXPECT_TRUE(eventually([&] { return !hap::identify(pid) && !hap::identify(worker->pid); }));
  }

 private:
  static std::string instance_name(const ports::VersionRef& version) {
    std::string name = version.component.str() + "-" + version.version.to_string() + "-1";
    std::replace(name.begin(), name.end(), '+', '_');
    return name;
  }

  ports::testing::RealClock clock_;
  base::testing::TemporaryFolder folder_;
  hap::HaproxySettings settings_;
  hap::HaproxyInstallation installation_;
  std::map<std::string, std::unique_ptr<TestBackend>> backends_;
  std::unique_ptr<hap::HaproxyRouter> router_;
};

}  // namespace stellwerk::testing
