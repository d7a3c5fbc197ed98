// map_bench.cc — the routes of many tenants in one commit of a real HAProxy.
//
//   map_bench TENANTS COMPONENTS RUNS
//
// Every tenant of every component is put on a new version at once, and taken back, RUNS times. A
// line of JSON for each on stdout:
//
//   apply_us    HaproxyRouter::apply: rows made, prepared, added, committed, on disk, read back
//   back_us     the same back to no candidate, as a rollback does after the lease is revoked
//   bare_us     the limit: the same bytes sent to HAProxy's socket and committed, nothing read back
//   bytes       that were sent
#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/route_map.h"
#include "adapters/haproxy/runtime_api.h"
#include "base/testing/temporary_folder.h"
#include "bench/arguments.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::bench {
namespace {

namespace hap = adapters::haproxy;
using SteadyClock = std::chrono::steady_clock;

std::int64_t micros_since(SteadyClock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin).count();
}

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().one_line());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

base::ComponentName component(std::uint32_t number) {
  return base::ComponentName(fmt::format("domain-{}", number));
}

class Bench {
 public:
  Bench(std::uint32_t tenants, std::uint32_t components) : components_(components) {
    installation_.folder = folder_ / "haproxy";
    for (std::uint32_t i = 0; i < tenants; ++i)
      installation_.tenants.emplace_back(fmt::format("tenant-{}", i));
    for (std::uint32_t i = 0; i < components; ++i)
      installation_.services.push_back({.component = component(i), .listen_port = 0});
    router_ = must(hap::HaproxyRouter::open({}, installation_, clock_));
    std::vector<ports::Endpoints> endpoints;
    for (std::uint32_t i = 0; i < components; ++i)
      for (const base::SemVer& version : {kOld, kNew}) endpoints.push_back(servers(i, version));
    must(router_->endpoints(endpoints, call()));
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { (void)router_->stop(call()); }

  void measure() {
    const core::RoutingTable moved = table(true);
    const auto begin = SteadyClock::now();
    must(router_->apply(moved, call()));
    const std::int64_t apply = micros_since(begin);
    const auto begin_back = SteadyClock::now();
    must(router_->apply(table(false), call()));
    const std::int64_t back = micros_since(begin_back);
    const hap::RouteRows rows = must(hap::rows_of(moved, known()));
    std::size_t bytes = 0;
    for (const auto& [key, value] : rows) bytes += key.size() + value.size() + 2;
    const hap::RuntimeApi api(installation_.folder, clock_);
    const auto begin_bare = SteadyClock::now();
    must(api.commit(must(api.prepare(rows, 0, call())), 0, call()));
    const std::int64_t bare = micros_since(begin_bare);
    must(router_->apply(table(false), call()));
    fmt::print(R"({{"rows":{},"bytes":{},"apply_us":{},"back_us":{},"bare_us":{}}})"
               "\n",
               rows.size(), bytes, apply, back, bare);
    std::fflush(stdout);
  }

 private:
  static inline const base::SemVer kOld{1, 2, 0, {}, {}};
  static inline const base::SemVer kNew{1, 3, 0, {}, {}};

  [[nodiscard]] ports::Call call() const { return clock_.call(base::seconds(60)); }

  [[nodiscard]] hap::KnownTenants known() const {
    return {installation_.tenants.begin(), installation_.tenants.end()};
  }

  /// A server that is never asked.
  static ports::Endpoints servers(std::uint32_t number, const base::SemVer& version) {
    ports::Instance instance{.id = fmt::format("domain-{}-{}-1", number, version.to_string()),
                             .host = "127.0.0.1",
                             .port = 9,
                             .state = ports::InstanceState::Ready,
                             .detail = {},
                             .restarts = 0};
    core::HealthCheck health;
    health.url = "/health";
    return {.version = {component(number), version}, .instances = {instance}, .health = health};
  }

  [[nodiscard]] core::RoutingTable table(bool moved) const {
    core::RoutingTable table;
    for (std::uint32_t i = 0; i < components_; ++i) {
      core::ComponentRoutes routes{.stable = kOld, .candidate = {}};
      if (moved) {
        routes.candidate.emplace();
        routes.candidate->release = base::ReleaseId("rel-1");
        routes.candidate->version = kNew;
        routes.candidate->tenants = known();
      }
      table.components[component(i)] = std::move(routes);
    }
    return table;
  }

  std::uint32_t components_;
  ports::testing::RealClock clock_;
  base::testing::TemporaryFolder folder_;
  hap::HaproxyInstallation installation_;
  std::unique_ptr<hap::HaproxyRouter> router_;
};

void run(char** argv) {
  Bench bench(number<std::uint32_t>(argv[1]), number<std::uint32_t>(argv[2]));
  for (auto i = number(argv[3]); i > 0; --i) bench.measure();
}

}  // namespace
}  // namespace stellwerk::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: map_bench TENANTS COMPONENTS RUNS\n", stderr);
    return 2;
  }
  try {
    stellwerk::bench::run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
