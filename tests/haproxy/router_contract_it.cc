// The traffic router's contract, on a real HAProxy.

#include "contract/traffic_router.h"
#include "haproxy/haproxy_machine.h"

namespace stellwerk::contract {
namespace {

class HaproxyHarness final : public TrafficRouterHarness {
 public:
  ports::TrafficRouter& router() override { return machine_.router(); }
  ports::Call call() override { return machine_.call(); }
  ports::Endpoints run(const ports::VersionRef& version) override { return machine_.run(version); }
  std::optional<base::SemVer> serves(const base::ComponentName& component,
                                     std::string_view tenant) override {
    const auto port = machine_.router().listen_port(component);
    const auto answer = testing::TestClient(port).get_as(tenant);
    if (answer.status != 200) return std::nullopt;
    return base::SemVer::parse(answer.body).value();
  }
  void pass(base::Duration span) override {
    const auto until = machine_.clock().mono() + span;
    EXPECT_TRUE(testing::eventually([&] { return machine_.clock().mono() >= until; }));
  }
  void tamper(const base::ComponentName& component) override {
    const testing::hap::RuntimeApi api(machine_.installation().folder, machine_.clock());
    const auto told = api.tell({"del map routes.map " + component.str() + "/t:pilot-1"}, 0, call());
    EXPECT_TRUE(told) << told.error().one_line();
  }

  void crash() override { machine_.kill_haproxy(); }

 private:
  testing::HaproxyMachine machine_{kKnownTenants};
};

INSTANTIATE_TEST_SUITE_P(Haproxy, TrafficRouterContract,
                         ::testing::Values(TrafficRouterFactory{
                             "haproxy", [] { return std::make_unique<HaproxyHarness>(); }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace stellwerk::contract
