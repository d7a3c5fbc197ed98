// Requests through a real HAProxy, as they arrive at the guard.

#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/text.h"
#include "haproxy/haproxy_machine.h"

namespace stellwerk::testing {
namespace {

/// Processor time a process has used, in hundredths of a second.
long cpu_ticks(pid_t pid) {
  const auto text = base::read_file(fmt::format("/proc/{}/stat", pid), 65536).value();
  const auto fields = base::split(std::string_view(text).substr(text.rfind(')') + 2), ' ');
  return std::stol(std::string(fields[11])) + std::stol(std::string(fields[12]));
}

/// HAProxy with 1.2.0 for all and 1.3.0 for pilot-1, and everything measured.
class Measured {
 public:
  explicit Measured(std::uint32_t log_bytes = 8u << 20) {
    machine_.settings().request_log_bytes = log_bytes;
    machine_.reopen();
    open_metrics();
    machine_.start_canary();
  }
  void open_metrics() {
    auto opened = hap::HaproxyMetrics::open(machine_.installation(), machine_.clock());
    if (!opened) ADD_FAILURE() << opened.error().one_line();
    metrics_ = *std::move(opened);
    machine_.router().on_new_worker([this] {
      if (metrics_) metrics_->look_now();
    });
    std::vector<ports::MetricTarget> targets;
    for (const char* version : {"1.2.0", "1.3.0"})
      targets.push_back({.version = HaproxyMachine::documents(version),
                         .instances = {},
                         .gauges = {},
                         .slow_limit = base::milliseconds(200)});
    EXPECT_TRUE(metrics_->watch(targets));
  }
  void reopen_metrics() {
    metrics_.reset();
    open_metrics();
  }

  HaproxyMachine& machine() { return machine_; }
  hap::HaproxyMetrics& metrics() { return *metrics_; }
  void close_metrics() { metrics_.reset(); }

  /// What came for a version and tenant, all polls together.
  kpi::RequestGroup sum(const std::string& version, const std::string& tenant) {
    collect();
    kpi::RequestGroup sum;
    for (const auto& group : groups_)
      if (group.version.to_string() == version && group.tenant.str() == tenant) {
        sum.requests += group.requests;
        sum.errors += group.errors;
        sum.slow += group.slow;
        sum.client_aborts += group.client_aborts;
        sum.second = group.second;
      }
    return sum;
  }
  std::uint64_t lost() {
    collect();
    return lost_;
  }
  std::uint64_t unreadable() {
    collect();
    return unreadable_;
  }
  std::uint64_t hanging(const std::string& version) {
    collect();
    for (const auto& level : in_flight_)
      if (level.version.to_string() == version) return level.too_long;
    return 0;
  }
  std::optional<base::MonoTime> alive_at() {
    collect();
    return alive_at_;
  }

 private:
  void collect() {
    auto batch = metrics_->poll();
    for (auto& group : batch.groups) groups_.push_back(std::move(group));
    lost_ += batch.lost_lines;
    unreadable_ += batch.unreadable_lines;
    if (!batch.in_flight.empty()) in_flight_ = batch.in_flight;
    if (batch.alive_at) alive_at_ = batch.alive_at;
  }

  HaproxyMachine machine_;
  std::unique_ptr<hap::HaproxyMetrics> metrics_;
  std::vector<kpi::RequestGroup> groups_;
  std::vector<kpi::InFlight> in_flight_;
  std::uint64_t lost_ = 0;
  std::uint64_t unreadable_ = 0;
  std::optional<base::MonoTime> alive_at_;
};

TEST(HaproxyMetrics, CountsRequestsErrorsAndSlownessByVersionAndTenant) {
  Measured measured;
  TestClient client(measured.machine().port());
  for (int i = 0; i < 20; ++i) client.get_as("pilot-1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get_as("pilot-1", "/error").status, 500);
  EXPECT_EQ(client.get_as("pilot-1", "/slow?300").status, 200);
  EXPECT_EQ(TestClient(measured.machine().port()).get_as("pilot-1", "/drop").status, 502);
  for (int i = 0; i < 7; ++i) client.get_as("acme");
  for (int i = 0; i < 3; ++i) client.get("/");

  // start_canary asked once as pilot-1.
  EXPECT_TRUE(eventually([&] { return measured.sum("1.3.0", "pilot-1").requests == 28; }));
  const auto pilot = measured.sum("1.3.0", "pilot-1");
  EXPECT_EQ(pilot.errors, 6u);
  EXPECT_EQ(pilot.slow, 1u);
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 7; }));
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "").requests == 3; }));
  EXPECT_EQ(measured.lost(), 0u);
  EXPECT_EQ(measured.unreadable(), 0u);
}

// Goal: a version that breaks kept-alive connections is not taken for a silent one.
TEST(HaproxyMetrics, CountsRequestsThatFailUnansweredAndUnlogged) {
  Measured measured;
  TestClient client(measured.machine().port());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.get_as("pilot-1").status, 200);
    EXPECT_EQ(client.get_as("pilot-1", "/drop").status, 0);
  }
  EXPECT_TRUE(eventually([&] {
    client.get_as("acme");
    return measured.sum("1.3.0", "other").errors == 3;
  }));
  for (int i = 0; i < 50; ++i) client.get_as("pilot-1");
  const auto until = measured.machine().clock().mono() + base::seconds(3);
  EXPECT_TRUE(eventually([&] {
    client.get_as("acme");
    return measured.machine().clock().mono() > until;
  }));
  EXPECT_EQ(measured.sum("1.3.0", "other").errors, 3u);
  EXPECT_EQ(measured.sum("1.2.0", "other").errors, 0u);
  EXPECT_EQ(measured.lost(), 0u);
}

TEST(HaproxyMetrics, PutsARequestIntoTheSecondInWhichItEnded) {
  Measured measured;
  TestClient client(measured.machine().port());
  const auto before = measured.machine().clock().mono();
  client.get_as("acme");
  const auto after = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 1; }));
  const auto second = measured.sum("1.2.0", "acme").second;
  EXPECT_LE(second, after);
  EXPECT_GT(second + base::seconds(1), before - base::milliseconds(20));
}

TEST(HaproxyMetrics, TakesHostileTenantsAsTheyAre) {
  Measured measured;
  TestClient client(measured.machine().port());
  const std::vector<std::string> hostile = {
      "a b c",    "x\"y\\z", "R 1 2 3", "%[var(x)]", "'; drop", "a=b", std::string(300, 'q'),
      "\xff\xfe", "-"};
  for (const auto& tenant : hostile) EXPECT_EQ(client.get_as(tenant).status, 200) << tenant;
  client.get_as("acme");
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 1; }));
  EXPECT_EQ(measured.unreadable(), 0u);
  EXPECT_EQ(measured.sum("1.2.0", "").requests, 0u);
  EXPECT_EQ(measured.sum("1.2.0", "a b c").requests, 1u);
  EXPECT_EQ(measured.sum("1.2.0", "-").requests, 1u);
  EXPECT_EQ(measured.sum("1.2.0", "other").requests, 2u);  // too long, and no UTF-8
}

TEST(HaproxyMetrics, CountsAClientThatGoesAwayAsAbortUnlessItWaitedTooLong) {
  Measured measured;
  {
    TestClient impatient(measured.machine().port());
    impatient.send("/hang", "X-Tenant-Id: acme\r\n");
  }
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").client_aborts == 1; }));
  EXPECT_EQ(measured.sum("1.2.0", "acme").errors, 0u);
  EXPECT_EQ(measured.sum("1.2.0", "acme").requests, 0u);
  {
    TestClient patient(measured.machine().port(), 1);
    patient.send("/hang", "X-Tenant-Id: globex\r\n");
    EXPECT_EQ(patient.receive().status, 0);  // gives up after a second
  }
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "globex").slow == 1; }));
  EXPECT_EQ(measured.sum("1.2.0", "globex").errors, 0u);
}

TEST(HaproxyMetrics, ShowsRequestsThatHang) {
  Measured measured;
  TestClient hanging(measured.machine().port());
  TestClient also_hanging(measured.machine().port());
  TestClient streaming(measured.machine().port());
  hanging.send("/hang", "X-Tenant-Id: pilot-1\r\n");
  also_hanging.send("/hang", "X-Tenant-Id: pilot-1\r\n");
  streaming.send("/body-hangs", "X-Tenant-Id: pilot-1\r\n");  // it has been answered
  EXPECT_TRUE(eventually([&] { return measured.hanging("1.3.0") == 2; }));
  EXPECT_EQ(measured.hanging("1.2.0"), 0u);
  const auto now = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.alive_at() > now + base::seconds(1); }));
  EXPECT_EQ(measured.hanging("1.3.0"), 2u);
  hanging.close();
  also_hanging.close();
  EXPECT_TRUE(eventually([&] { return measured.hanging("1.3.0") == 0; }));
}

TEST(HaproxyMetrics, SaysThatTheSourceLivesWithoutRequestsAndNotWhenItIsGone) {
  Measured measured;
  const auto begun = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.alive_at() > begun; }));
  measured.machine().kill_haproxy();
  EXPECT_TRUE(eventually([&] {
    const auto dead_for = measured.machine().clock().mono() - *measured.alive_at();
    return dead_for > base::milliseconds(2500);
  }));
  measured.machine().give_servers({"1.2.0", "1.3.0"});
  const auto again = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.alive_at() > again; }));
  TestClient(measured.machine().port()).get_as("acme");
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 1; }));
}

// Goal: with its sockets gone its log cannot be read, although it serves. That is no life, and once
// another one is in its place requests are counted again.
TEST(HaproxyMetrics, SaysThatTheSourceIsGoneWhenItsSocketsAre) {
  Measured measured;
  const auto begun = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.alive_at() > begun; }));
  for (const char* socket : {hap::kReadSocket, hap::kWriteSocket, hap::kMasterSocket})
    std::filesystem::remove(measured.machine().path(socket));
  EXPECT_TRUE(eventually([&] {
    const auto dead_for = measured.machine().clock().mono() - *measured.alive_at();
    return dead_for > base::milliseconds(2500);
  }));
  EXPECT_EQ(measured.machine().served("acme"), "1.2.0");
  measured.machine().give_servers({"1.2.0", "1.3.0"});
  const auto again = measured.machine().clock().mono();
  EXPECT_TRUE(eventually([&] { return measured.alive_at() > again; }));
  TestClient(measured.machine().port()).get_as("globex");
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "globex").requests == 1; }));
}

TEST(HaproxyMetrics, CountsOnAfterAReload) {
  Measured measured;
  TestClient client(measured.machine().port());
  int asked = 0;
  for (const char* version : {"1.4.0", "1.5.0"}) {
    measured.machine().give_servers({version});
    for (int i = 0; i < 10; ++i, ++asked) EXPECT_EQ(client.get_as("acme").status, 200);
  }
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 20; }));
  EXPECT_EQ(measured.lost(), 0u);
}

TEST(HaproxyMetrics, CountsTheLinesThatAreLostWhileNobodyReads) {
  Measured measured(65536);
  measured.metrics().pause_reading(true);
  constexpr int kRequests = 6000;
  std::vector<std::thread> crowd;
  for (int thread = 0; thread < 4; ++thread)
    crowd.emplace_back([&] {
      TestClient client(measured.machine().port());
      for (int i = 0; i < kRequests / 4; ++i) client.get_as("acme");
    });
  for (std::thread& one : crowd) one.join();
  measured.metrics().pause_reading(false);
  // The last losses show when the next line comes, which may be lost itself.
  TestClient client(measured.machine().port());
  std::uint64_t asked = kRequests;
  const auto accounted = [&] {
    return measured.sum("1.2.0", "acme").requests + measured.sum("1.2.0", "globex").requests +
           measured.lost();
  };
  EXPECT_TRUE(eventually([&] {
    client.get_as("globex");
    ++asked;
    return measured.sum("1.2.0", "globex").requests > 0 && accounted() >= asked;
  })) << accounted();
  EXPECT_EQ(accounted(), asked);
  EXPECT_GT(measured.lost(), 0u);
}

TEST(HaproxyMetrics, WakesItsReaderSoonAfterARequest) {
  Measured measured;
  std::atomic<int> woken{0};
  measured.metrics().on_data([&] { ++woken; });
  const int before = woken;
  TestClient(measured.machine().port()).get_as("acme");
  EXPECT_TRUE(eventually([&] { return woken > before; }, base::seconds(5)));
}

TEST(HaproxyMetrics, MeasuresFromItsOwnStartWhenHaproxyRanBefore) {
  Measured measured;
  TestClient client(measured.machine().port());
  client.get_as("acme");
  EXPECT_TRUE(eventually([&] { return measured.sum("1.2.0", "acme").requests == 1; }));
  measured.reopen_metrics();
  EXPECT_TRUE(eventually([&] {
    client.get_as("globex");
    return measured.sum("1.2.0", "globex").requests > 0;
  }));
  EXPECT_EQ(measured.sum("1.2.0", "acme").requests, 1u);
  EXPECT_EQ(measured.lost(), 0u);
}

TEST(HaproxyMetrics, LetsAnOldWorkerGoOnceItHasNoUsers) {
  Measured measured;
  measured.machine().give_servers({"1.4.0"});
  const hap::RuntimeApi api(measured.machine().installation().folder, measured.machine().clock());
  EXPECT_TRUE(eventually([&] {
    const auto master = api.master(measured.machine().call());
    return master && master->old_workers.empty();
  }));
}

TEST(HaproxyMetrics, CostsNothingWhenNobodyReads) {
  Measured measured;
  measured.close_metrics();
  const hap::RuntimeApi api(measured.machine().installation().folder, measured.machine().clock());
  const auto worker = api.worker(measured.machine().call()).value().pid;
  const auto before = cpu_ticks(worker);
  const auto until = measured.machine().clock().mono() + base::seconds(2);
  EXPECT_TRUE(eventually([&] { return measured.machine().clock().mono() >= until; }));
  EXPECT_LT(cpu_ticks(worker) - before, 20);  // of 200
}

}  // namespace
}  // namespace stellwerk::testing
