// What only a real HAProxy can show: reloads, crashes, refusals, adoption, buckets, size.

#include <fmt/format.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "haproxy/haproxy_machine.h"

namespace stellwerk::testing {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(HaproxyRouter, KeepsItsSocketsAndFilesToItsUser) {
  HaproxyMachine machine;
  machine.start_canary();
  EXPECT_EQ(mode_of(machine.path("")), 0700u);
  for (const char* name : {hap::kWriteSocket, hap::kReadSocket, hap::kMasterSocket, "peer.sock",
                           hap::kConfigFile, hap::kRoutesFile, hap::kOutputFile})
    EXPECT_EQ(mode_of(machine.path(name)), 0600u) << name;
}

/// Users who ask all the time; each answer is remembered.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::string tenant, bool keep_alive)
      : thread_([this, port, tenant = std::move(tenant), keep_alive] {
          TestClient client(port);
          while (!stop_) {
            const auto answer = client.get_as(tenant);
            const bool good = answer.status == 200 && answer.body == "1.3.0";
            ++(good ? good_ : bad_);
            EXPECT_TRUE(good) << (keep_alive ? "kept " : "fresh ") << answer.status << ' '
                              << answer.body;
            if (!keep_alive) client.close();
          }
        }) {}
  ~Crowd() { finish(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  void finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int good() const { return good_; }
  int bad() const { return bad_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> good_{0};
  std::atomic<int> bad_{0};
  std::thread thread_;
};

TEST(HaproxyRouter, LosesNoRequestAndMovesNoTenantWhenItReloads) {
  HaproxyMachine machine;
  machine.start_canary();
  Crowd kept(machine.port(), "pilot-1", true);
  Crowd fresh(machine.port(), "pilot-1", false);
  for (const char* version : {"1.4.0", "1.5.0", "1.6.0", "1.7.0"}) machine.give_servers({version});
  const int before = kept.good();
  EXPECT_TRUE(eventually([&] { return kept.good() > before + 20; }));
  kept.finish();
  fresh.finish();
  EXPECT_EQ(kept.bad(), 0);
  EXPECT_EQ(fresh.bad(), 0);
  EXPECT_GT(fresh.good(), 0);
  const auto state = machine.router().current(machine.call());
  ASSERT_TRUE(state) << state.error().one_line();
  EXPECT_EQ(state->table, HaproxyMachine::table({"pilot-1"}));
  EXPECT_TRUE(state->leases.contains(HaproxyMachine::release()));
}

TEST(HaproxyRouter, RevokesAndMovesRoutesForRequestsThatAnOldWorkerStillTakes) {
  HaproxyMachine machine;
  machine.start_canary();
  TestClient kept(machine.port());
  ASSERT_EQ(kept.get_as("pilot-1").body, "1.3.0");
  machine.give_servers({"1.4.0"});  // `kept` stays with the old worker
  ASSERT_TRUE(machine.router().revoke(HaproxyMachine::release(), machine.call()));
  EXPECT_EQ(kept.get_as("pilot-1").body, "1.2.0");
}

// Goal: neither the tables of the new worker nor what was carried for the old one bring a lease
// back that ran out.
TEST(HaproxyRouter, NeverBringsALeaseBackThatRanOutAfterAReload) {
  HaproxyMachine machine;
  machine.start_canary();
  machine.grant(base::seconds(2));
  TestClient kept(machine.port());
  ASSERT_EQ(kept.get_as("pilot-1").body, "1.3.0");
  machine.give_servers({"1.4.0"});  // `kept` stays with the old worker
  ASSERT_TRUE(eventually([&] { return machine.served("pilot-1") == "1.2.0"; }));
  EXPECT_EQ(machine.renew(base::seconds(2)), std::set<base::ReleaseId>{HaproxyMachine::release()});
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  EXPECT_EQ(kept.get_as("pilot-1").body, "1.2.0");
}

TEST(HaproxyRouter, RenewsALeaseOfAnotherLengthAndNoneThatRanOut) {
  HaproxyMachine machine;
  machine.start_canary();
  EXPECT_TRUE(machine.renew(base::seconds(2)).empty());  // a length not used before: a reload
  EXPECT_EQ(machine.served("pilot-1"), "1.3.0");
  ASSERT_TRUE(eventually([&] { return machine.served("pilot-1") == "1.2.0"; }));
  EXPECT_EQ(machine.renew(base::seconds(60)).size(), 1u);
  EXPECT_EQ(machine.renew(base::seconds(3)).size(), 1u);  // not used before either
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
}

TEST(HaproxyRouter, WaitsUntilTheRequestsOfAVersionHaveEnded) {
  HaproxyMachine machine;
  machine.start_canary();
  TestClient slow(machine.port());
  ASSERT_TRUE(slow.send("/slow?6000", "X-Tenant-Id: pilot-1\r\n"));
  const ports::VersionRef candidate = HaproxyMachine::documents("1.3.0");
  const auto a_moment = [&] { return machine.clock().call(base::seconds(1)); };
  EXPECT_TRUE(eventually([&] {
    return machine.router().drain(candidate, ports::Drained::Version, a_moment()).value() == 1;
  }));
  ASSERT_TRUE(machine.router().apply(HaproxyMachine::table({}), machine.call()));
  machine.give_servers({"1.4.0"});  // the request is now an old worker's
  EXPECT_EQ(machine.router().drain(candidate, ports::Drained::Version, a_moment()).value(), 1u);
  EXPECT_EQ(machine.router()
                .drain(HaproxyMachine::documents("1.2.0"), ports::Drained::Version, machine.call())
                .value(),
            0u);
  EXPECT_EQ(machine.router().drain(candidate, ports::Drained::Version, machine.call()).value(), 0u);
  EXPECT_EQ(slow.receive().status, 200);
  EXPECT_EQ(machine.router()
                .drain(HaproxyMachine::documents("9.9.9"), ports::Drained::Version, machine.call())
                .value(),
            0u);
}

TEST(HaproxyRouter, DoesNothingWhenItAlreadyServesTheseEndpoints) {
  HaproxyMachine machine;
  machine.start_canary();
  const hap::RuntimeApi api(machine.installation().folder, machine.clock());
  const auto before = api.worker(machine.call()).value().pid;
  machine.give_servers({"1.2.0", "1.3.0"});
  EXPECT_EQ(api.worker(machine.call()).value().pid, before);
}

TEST(HaproxyRouter, ServesTheStableVersionAfterACrashUntilALeaseIsGranted) {
  HaproxyMachine machine;
  machine.start_canary();
  machine.kill_haproxy();

  const std::vector<base::ReleaseId> releases = {HaproxyMachine::release()};
  EXPECT_EQ(machine.router().renew(releases, base::seconds(60), machine.call()).error().id,
            "HAP-0002");
  EXPECT_EQ(machine.router().current(machine.call()).error().id, "HAP-0002");
  EXPECT_EQ(machine.router().revoke(releases[0], machine.call()).error().id, "HAP-0002");

  machine.give_servers({"1.2.0", "1.3.0"});  // starts it again
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  EXPECT_EQ(machine.router().current(machine.call()).value().table,
            HaproxyMachine::table({"pilot-1"}));
  EXPECT_EQ(machine.renew(), std::set<base::ReleaseId>{HaproxyMachine::release()});
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  machine.grant();
  EXPECT_EQ(machine.served("pilot-1"), "1.3.0");
}

TEST(HaproxyRouter, StartsHaproxyAgainWhenATableIsApplied) {
  HaproxyMachine machine;
  machine.start_canary();
  machine.kill_haproxy();
  const auto wanted = HaproxyMachine::table({"pilot-1", "pilot-2"});
  const auto applied = machine.router().apply(wanted, machine.call());
  ASSERT_TRUE(applied) << applied.error().one_line();
  EXPECT_EQ(*applied, wanted);
  EXPECT_EQ(machine.served("acme"), "1.2.0");
}

// Goal: nor does the moment count in which its sockets are closed and the process is still there:
// its worker died, and the master has yet to follow.
TEST(HaproxyRouter, StartsHaproxyAgainWhileTheOldOneIsStillEnding) {
  HaproxyMachine machine;
  machine.start_canary();
  const pid_t master = machine.master();
  const hap::RuntimeApi api(machine.installation().folder, machine.clock());
  const pid_t worker = api.worker(machine.call()).value().pid;
  ::kill(master, SIGSTOP);
  ::kill(worker, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !api.worker(machine.call()); }));
  const auto end_at = machine.clock().mono() + base::milliseconds(200);
  std::thread ending([&] {
    EXPECT_TRUE(eventually([&] { return machine.clock().mono() >= end_at; }));
    ::kill(master, SIGKILL);
  });
  const auto wanted = HaproxyMachine::table({"pilot-1", "pilot-2"});
  const auto applied = machine.router().apply(wanted, machine.call());
  ending.join();
  ASSERT_TRUE(applied) << applied.error().one_line();
  EXPECT_EQ(*applied, wanted);
  EXPECT_NE(machine.master(), master);
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
}

TEST(HaproxyRouter, TakesOverARunningHaproxyAfterARestartOfOurs) {
  HaproxyMachine machine;
  machine.start_canary();
  const auto port = machine.port();
  const auto pid = machine.master();
  machine.reopen();
  EXPECT_EQ(machine.port(), port);
  EXPECT_EQ(machine.router().current(machine.call()).value().table,
            HaproxyMachine::table({"pilot-1"}));
  EXPECT_TRUE(machine.renew().empty());
  machine.give_servers({"1.2.0", "1.3.0"});
  EXPECT_EQ(machine.master(), pid);
  EXPECT_EQ(machine.served("pilot-1"), "1.3.0");

  // Its record lost: the process that listens in our folder is still recognised, and recorded anew.
  ::unlink(machine.path(hap::kProcessFile).c_str());
  machine.reopen();
  EXPECT_TRUE(machine.renew().empty());
  EXPECT_EQ(machine.served("pilot-1"), "1.3.0");
  machine.give_servers({"1.2.0", "1.3.0"});
  EXPECT_EQ(machine.master(), pid);
}

core::RoutingTable everyone_on_stable() {
  core::RoutingTable table = HaproxyMachine::table({});
  table.components.begin()->second.candidate.reset();
  return table;
}

/// Of a HAProxy whose sockets somebody removed.
class HaproxyOutOfReach : public ::testing::TestWithParam<std::vector<const char*>> {
 protected:
  HaproxyOutOfReach() { machine.start_canary(); }
  void remove_sockets() {
    for (const char* socket : GetParam()) std::filesystem::remove(machine.path(socket));
  }
  HaproxyMachine machine;
};

// Goal: traffic goes back at once, not with the end of the lease, also for a connection that a
// client keeps; what is in its place can be reloaded.
TEST_P(HaproxyOutOfReach, IsReplacedWhenTrafficReturns) {
  const pid_t former = machine.master();
  TestClient kept(machine.port());
  ASSERT_EQ(kept.get_as("pilot-1").body, "1.3.0");
  remove_sockets();
  const auto applied = machine.router().apply(everyone_on_stable(), machine.call());
  ASSERT_TRUE(applied) << applied.error().one_line();
  EXPECT_EQ(*applied, everyone_on_stable());
  EXPECT_NE(machine.master(), former);
  EXPECT_FALSE(hap::identify(former));
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  EXPECT_NE(kept.get_as("pilot-1").body, "1.3.0");
  EXPECT_TRUE(machine.router().revoke(HaproxyMachine::release(), machine.call()));
  const pid_t latter = machine.master();
  machine.give_servers({"1.4.0"});
  EXPECT_EQ(machine.master(), latter);
}

INSTANTIATE_TEST_SUITE_P(
    Sockets, HaproxyOutOfReach,
    ::testing::Values(std::vector{hap::kReadSocket, hap::kWriteSocket, hap::kMasterSocket},
                      std::vector{hap::kReadSocket}, std::vector{hap::kWriteSocket},
                      std::vector{hap::kMasterSocket}),
    [](const auto& each) {
      const std::string first(each.param.front(), std::strchr(each.param.front(), '.'));
      return each.param.size() > 1 ? std::string("all") : first;
    });

// Goal: one of which it is not known whether it still starts is waited for, not replaced.
TEST(HaproxyRouter, WaitsForTheSocketsOfOneThatWasJustStarted) {
  HaproxyMachine machine;
  machine.start_canary();
  const pid_t master = machine.master();
  std::filesystem::remove(machine.path(hap::kWriteSocket));
  machine.reopen();
  const auto applied = machine.router().apply(HaproxyMachine::table({}), machine.call());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().id, "HAP-0002");
  EXPECT_EQ(machine.master(), master);
}

TEST(HaproxyRouter, NeverTakesAnotherProcessForItsOwn) {
  HaproxyMachine machine;
  machine.start_canary();
  machine.kill_haproxy();
  const auto self = hap::identify(::getpid()).value();
  const base::Json record = {
      {"boot_id", self.boot_id}, {"pid", self.pid}, {"start_ticks", self.start_ticks}};
  ASSERT_TRUE(base::replace_file(machine.path(hap::kProcessFile), record.dump()));
  machine.reopen();
  EXPECT_EQ(machine.router().revoke(HaproxyMachine::release(), machine.call()).error().id,
            "HAP-0002");
  EXPECT_TRUE(machine.router().stop(machine.call()));  // and does not end it
}

TEST(HaproxyRouter, KeepsTheOldConfigurationWhenTheNewOneIsRefused) {
  HaproxyMachine machine;
  machine.start_canary();
  auto endpoints = machine.run(HaproxyMachine::documents("1.4.0"));
  endpoints.instances.front().host = "no.such.host.invalid";
  const std::vector<ports::Endpoints> wrong = {endpoints};
  const auto refused = machine.router().endpoints(wrong, machine.call());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "HAP-0001");
  EXPECT_EQ(refused.error().code, base::Code::Rejected);
  EXPECT_NE(refused.error().why.find("no.such.host"), std::string::npos) << refused.error().why;
  EXPECT_EQ(machine.served("pilot-1"), "1.3.0");
  EXPECT_EQ(machine.served("acme"), "1.2.0");
  machine.give_servers({"1.4.0"});
}

TEST(HaproxyRouter, RefusesNamesThatWouldBecomeConfiguration) {
  HaproxyMachine machine;
  auto endpoints = machine.run(HaproxyMachine::documents("1.2.0"));
  endpoints.instances.front().id = "x 127.0.0.1:1\n  stats socket /tmp/y";
  const std::vector<ports::Endpoints> wrong = {endpoints};
  EXPECT_EQ(machine.router().endpoints(wrong, machine.call()).error().id, "HAP-0001");
  const std::vector<base::ReleaseId> releases = {base::ReleaseId("x;shutdown frontend y")};
  EXPECT_EQ(machine.router().renew(releases, base::seconds(60), machine.call()).error().id,
            "HAP-0001");
}

TEST(HaproxyRouter, SaysThatAPortIsTakenAndGoesOn) {
  HaproxyMachine machine;
  machine.start_canary();
  const TestBackend stranger("not ours");
  machine.installation().services.push_back(
      {.component = base::ComponentName("order-domain"), .listen_port = stranger.port()});
  machine.reopen();
  const std::vector<ports::Endpoints> orders = {
      machine.run({base::ComponentName("order-domain"), HaproxyMachine::version("2.0.0")})};
  const auto refused = machine.router().endpoints(orders, machine.call());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "HAP-0001");
  EXPECT_NE(refused.error().why.find("in use"), std::string::npos) << refused.error().why;
  EXPECT_TRUE(eventually([&] { return machine.served("pilot-1") == "1.3.0"; }));
}

TEST(HaproxyRouter, SaysThatHaproxyIsMissing) {
  HaproxyMachine machine;
  machine.settings().program = "no-such-haproxy";
  machine.reopen();
  const std::vector<ports::Endpoints> some = {machine.run(HaproxyMachine::documents("1.2.0"))};
  const auto failed = machine.router().endpoints(some, machine.call());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "HAP-0006");
  EXPECT_FALSE(failed.error().next.empty());
}

TEST(HaproxyRouter, ReturnsWhenItIsToldToStop) {
  HaproxyMachine machine;
  machine.start_canary();
  ::kill(machine.master(), SIGSTOP);
  const hap::RuntimeApi api(machine.installation().folder, machine.clock());
  const auto worker = api.worker(machine.call()).value().pid;
  ::kill(worker, SIGSTOP);
  ports::Call call = machine.call();
  std::thread stopper([&] {
    const auto until = machine.clock().mono() + base::milliseconds(100);
    EXPECT_TRUE(eventually([&] { return machine.clock().mono() >= until; }));
    call.stop.stop();
  });
  const auto begun = machine.clock().mono();
  const auto failed = machine.router().apply(HaproxyMachine::table({"pilot-2"}), call);
  EXPECT_LT((machine.clock().mono() - begun).ms(), 2000);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "HAP-0002");  // nothing was committed
  stopper.join();
  ::kill(worker, SIGCONT);
  ::kill(machine.master(), SIGCONT);
  EXPECT_EQ(machine.router().current(machine.call()).value().table,
            HaproxyMachine::table({"pilot-1"}));
}

/// What stands in the way of a new file at that path: the one it is written to first is a folder.
class NoNewFile {
 public:
  explicit NoNewFile(std::string path) : folder_(std::move(path) + ".new") {
    EXPECT_TRUE(base::make_folders(folder_));
  }
  NoNewFile(const NoNewFile&) = delete;
  NoNewFile& operator=(const NoNewFile&) = delete;
  ~NoNewFile() { std::filesystem::remove(folder_); }

 private:
  std::string folder_;
};

core::RoutingTable unleased(core::RoutingTable table) {
  table.components.begin()->second.candidate->leased = false;
  return table;
}

// Goal: returning traffic never fails because a file could not be written; without a lease the
// table is all there is. The file is then written over in place: no reload brings routes back.
TEST(HaproxyRouter, ReturnsTrafficWhenTheDiskTakesNoFile) {
  HaproxyMachine machine;
  machine.start_canary();
  const auto out = unleased(HaproxyMachine::table({"pilot-1"}));
  ASSERT_TRUE(machine.router().apply(out, machine.call()));
  EXPECT_EQ(machine.router().unsaved(), "");
  {
    const NoNewFile full(machine.path(hap::kRoutesFile));
    const NoNewFile too(machine.path(hap::kStateFile));
    machine.reopen();
    EXPECT_FALSE(machine.router().apply(unleased(HaproxyMachine::table({"pilot-1", "pilot-2"})),
                                        machine.call()));  // further out: refused
    const auto back = machine.router().apply(everyone_on_stable(), machine.call());
    ASSERT_TRUE(back) << back.error().one_line();
    EXPECT_EQ(*back, everyone_on_stable());
    EXPECT_NE(machine.router().unsaved(), "");
    EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  }
  machine.reopen();
  machine.kill_haproxy();
  machine.give_servers({"1.2.0", "1.3.0"});  // starts it from the file
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
}

// Goal: not even the old file can be written over: the routes are remembered, written as soon as a
// file can be, and before any reload.
TEST(HaproxyRouter, WritesRoutesThatNoFileTookBeforeAnyReload) {
  HaproxyMachine machine;
  machine.start_canary();
  ASSERT_TRUE(machine.router().apply(unleased(HaproxyMachine::table({"pilot-1"})), machine.call()));
  const std::string file = machine.path(hap::kRoutesFile);
  std::filesystem::remove(file);
  ASSERT_TRUE(base::make_folders(file));
  const auto back = machine.router().apply(everyone_on_stable(), machine.call());
  ASSERT_TRUE(back) << back.error().one_line();
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  EXPECT_NE(machine.router().unsaved(), "");

  machine.kill_haproxy();
  EXPECT_FALSE(machine.router().apply(everyone_on_stable(), machine.call()));  // would start it
  std::filesystem::remove(file);
  const auto again = machine.router().apply(everyone_on_stable(), machine.call());
  ASSERT_TRUE(again) << again.error().one_line();
  EXPECT_EQ(machine.served("pilot-1"), "1.2.0");
  EXPECT_EQ(machine.router().unsaved(), "");
}

TEST(HaproxyRouter, RefusesTwoTenantHeaders) {
  HaproxyMachine machine;
  machine.start_canary();
  TestClient client(machine.port());
  EXPECT_EQ(client.get("/", "X-Tenant-Id: acme\r\nX-Tenant-Id: pilot-1\r\n").status, 400);
  EXPECT_EQ(client.get("/", "X-Tenant-Id:\r\n").body, "1.2.0");  // empty is none
}

TEST(HaproxyRouter, CountsTheSameBucketsAsWeDo) {
  HaproxyMachine machine;
  machine.start_canary();
  auto table = HaproxyMachine::table({});
  auto& route = *table.components.begin()->second.candidate;
  for (std::uint32_t bucket = 0; bucket < core::kBuckets; bucket += 2) route.buckets.insert(bucket);
  ASSERT_TRUE(machine.router().apply(table, machine.call()));
  TestClient client(machine.port());
  for (int i = 0; i < 300; ++i) {
    const std::string tenant = fmt::format("tenant{}-{}", i * 7919, i);
    const bool moves = core::bucket_of(tenant) % 2 == 0;
    EXPECT_EQ(client.get_as(tenant).body, moves ? "1.3.0" : "1.2.0") << tenant;
  }
}

TEST(HaproxyRouter, WritesTwentyThousandRoutesInOneStep) {
  HaproxyMachine machine;
  machine.start_canary();
  std::vector<std::string> tenants;
  for (int i = 0; i < 20000; ++i) tenants.push_back(fmt::format("tenant-{}", i));
  const auto begun = machine.clock().mono();
  const auto applied = machine.router().apply(HaproxyMachine::table(tenants), machine.call());
  RecordProperty("milliseconds", static_cast<int>((machine.clock().mono() - begun).ms()));
  ASSERT_TRUE(applied) << applied.error().one_line();
  EXPECT_EQ(*applied, HaproxyMachine::table(tenants));
  EXPECT_EQ(machine.served("tenant-19999"), "1.3.0");
  EXPECT_EQ(machine.served("tenant-20000"), "1.2.0");
}

TEST(HaproxyRouter, ShowsReadersTheOldTableOrTheNewOne) {
  HaproxyMachine machine;
  machine.start_canary();
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) many.push_back(fmt::format("tenant-{}", i));
  const auto one = HaproxyMachine::table({"pilot-1"});
  const auto other = HaproxyMachine::table(many);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!stop) {
      const auto state = machine.router().current(machine.call());
      ++reads;
      if (!state || (state->table != one && state->table != other)) ++wrong;
    }
  });
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(machine.router().apply(i % 2 == 0 ? other : one, machine.call()));
  EXPECT_TRUE(eventually([&] { return reads > 3; }));
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace stellwerk::testing
