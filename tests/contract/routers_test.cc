// The traffic router's contract, on the router in memory. (HAProxy: tests/haproxy.)

#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_router.h"
#include "contract/traffic_router.h"

namespace stellwerk::contract {
namespace {

class MemoryHarness final : public TrafficRouterHarness {
 public:
  MemoryHarness() : router_(clock_, known()) {}
  ports::TrafficRouter& router() override { return router_; }
  ports::Call call() override { return {.deadline = clock_.mono() + base::seconds(1), .stop = {}}; }
  ports::Endpoints run(const ports::VersionRef& version) override {
    ports::Endpoints endpoints{.version = version, .instances = {}, .health = {}};
    endpoints.instances.push_back({.id = "one", .host = "127.0.0.1", .port = 1, .detail = {}});
    return endpoints;
  }
  std::optional<base::SemVer> serves(const base::ComponentName& component,
                                     std::string_view tenant) override {
    return router_.serves(component, tenant);
  }
  void pass(base::Duration span) override { clock_.advance(span); }
  void tamper(const base::ComponentName& component) override {
    core::RoutingTable table = router_.current(call()).value().table;
    table.components.at(component).candidate->tenants.clear();
    router_.tamper(table);
  }

  void crash() override { router_.crash(); }

 private:
  static std::set<base::TenantId> known() {
    std::set<base::TenantId> tenants;
    for (const auto tenant : kKnownTenants) tenants.emplace(std::string(tenant));
    return tenants;
  }
  adapters::MemoryClock clock_;
  adapters::MemoryRouter router_;
};

INSTANTIATE_TEST_SUITE_P(Memory, TrafficRouterContract,
                         ::testing::Values(TrafficRouterFactory{
                             "memory", [] { return std::make_unique<MemoryHarness>(); }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace stellwerk::contract
