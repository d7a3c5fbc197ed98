// Somebody else's hands: HAProxy reloaded, its map edited, its sockets removed, files of the
// release edited, instances killed, the machine started anew.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/process.h"
#include "adapters/haproxy/runtime_socket.h"
#include "base/process_stat.h"
#include "common/testing/child_process.h"
#include "e2e/journal_check.h"
#include "e2e/site.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::trouble {
namespace {

namespace fs = std::filesystem;
namespace hap = adapters::haproxy;
using e2e::contains;
using e2e::json;
using e2e::Site;
using namespace std::chrono_literals;

class InAWave : public ::testing::Test {
 protected:
  void begin(e2e::Keys guard = {}) {
    e2e::ReleaseFile release;
    release.waves = e2e::kLongWaves;
    release.guard = std::move(guard);
    site.plan(release);
    ASSERT_TRUE(site.reach_first_wave());
    ASSERT_EQ(site.served("pilot-1"), "1.3.0");
    ASSERT_EQ(site.served("ahrens"), "1.2.0");
  }
  [[nodiscard]] std::ptrdiff_t times_told(const std::string& name) const {
    const auto names = site.names();
    return std::count(names.begin(), names.end(), name);
  }
  [[nodiscard]] std::string haproxy_folder() const { return (site.data() / "haproxy").string(); }
  [[nodiscard]] ports::Call a_moment() const { return clock.call(base::seconds(5)); }
  std::string tell_haproxy(const std::string& command) {
    const hap::RuntimeSocket socket(haproxy_folder(), hap::kWriteSocket, "", clock);
    const auto answer = socket.tell(command, a_moment());
    EXPECT_TRUE(answer) << answer.error().one_line();
    return answer.value_or("");
  }
  [[nodiscard]] pid_t recorded_master() const {
    const json record = json::parse(e2e::text_of(site.data() / "haproxy" / hap::kProcessFile));
    return record.at("pid");
  }
  [[nodiscard]] std::string info_of_haproxy(const std::string& name) const {
    const hap::RuntimeSocket socket(haproxy_folder(), hap::kReadSocket, "", clock);
    const std::string info = socket.ask("show info", a_moment()).value_or("");
    const auto at = info.find("\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 3;
    return info.substr(begin, info.find('\n', begin) - begin);
  }
  /// By somebody else; until the new worker serves.
  void reload() {
    const std::string former = info_of_haproxy("Pid");
    ::kill(recorded_master(), SIGUSR2);
    ASSERT_TRUE(site.wait_for("a new worker", [&] {
      const std::string now = info_of_haproxy("Pid");
      return !now.empty() && now != former;
    }));
  }
  void remove_sockets() const {
    for (const char* socket : {hap::kReadSocket, hap::kWriteSocket, hap::kMasterSocket})
      ASSERT_TRUE(fs::remove(site.data() / "haproxy" / socket)) << socket;
  }
  void roll_back() {
    const auto back = site.stellwerk({"release", "rollback", "rel-1", "--reason", "it must go"});
    EXPECT_EQ(back.exit_code, 0) << back.err;
    expect_rolled_back();
  }
  void expect_rolled_back() {
    EXPECT_EQ(site.exit_code(), 10);
    EXPECT_TRUE(site.all_served_by("1.2.0"));
    e2e::expect_journal_verifies(site);
    e2e::expect_replays(site);
  }

  ports::testing::RealClock clock;
  Site site;
};

// Goal: HAProxy hands its leases on to the new worker, or not, as in its first seconds: then they
// are lost as with a crash, and a person resumes.
TEST_F(InAWave, HaproxyReloaded) {
  begin();
  reload();
  ASSERT_TRUE(site.wait_for("the lease or the pause", [&] {
    return contains(tell_haproxy("show table leases-30000"), "rel-1") ||
           site.was_told("scheduler.release.paused");
  }));
  if (site.was_told("scheduler.release.paused")) {
    EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
    EXPECT_EQ(site.stellwerk({"release", "resume", "rel-1"}).exit_code, 0);
  }
  ASSERT_TRUE(site.wait_for("the wave", [&] { return site.served("pilot-1") == "1.3.0"; }));
  EXPECT_EQ(site.served("ahrens"), "1.2.0");
  roll_back();
}

// Goal: a map edited in HAProxy is put right and recorded, also where a row fits no table any more,
// and so is one that was edited in its file and taken in by a reload.
TEST_F(InAWave, HaproxysMapEdited) {
  begin({{"guard_lost", "hold"}});
  tell_haproxy("clear map routes.map");
  ASSERT_TRUE(site.wait_event("scheduler.routes.reasserted"));
  ASSERT_TRUE(
      site.wait_for("the wave's routes", [&] { return site.served("pilot-1") == "1.3.0"; }));

  tell_haproxy("set map routes.map document-domain/t:pilot-1 document-domain-v1.2.0");
  ASSERT_EQ(site.served("pilot-1"), "1.2.0");
  ASSERT_TRUE(site.wait_for("the second record",
                            [&] { return times_told("scheduler.routes.reasserted") == 2; }));
  ASSERT_TRUE(
      site.wait_for("the wave's routes", [&] { return site.served("pilot-1") == "1.3.0"; }));

  const fs::path map = site.data() / "haproxy" / hap::kRoutesFile;
  std::ofstream(map, std::ios::trunc) << "";
  reload();
  ASSERT_TRUE(site.wait_for("the third record",
                            [&] { return times_told("scheduler.routes.reasserted") == 3; }));
  ASSERT_TRUE(
      site.wait_for("the wave's routes", [&] { return site.served("pilot-1") == "1.3.0"; }));
  EXPECT_FALSE(e2e::text_of(map).empty());
  EXPECT_FALSE(site.was_told("scheduler.release.paused"));
  roll_back();
}

// Goal: with the sockets gone nothing can be said to HAProxy. Another one takes its place without
// anybody's doing, everyone by the old version; the person reads it and resumes.
TEST_F(InAWave, HaproxysSocketsRemoved) {
  begin();
  const pid_t former = recorded_master();
  remove_sockets();
  ASSERT_TRUE(site.wait_event("scheduler.routes.reasserted"));
  EXPECT_EQ(site.data_of("scheduler.routes.reasserted").at("router_was_gone"), true);
  EXPECT_FALSE(hap::identify(former));
  EXPECT_EQ(site.served("pilot-1"), "1.2.0");
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
  EXPECT_EQ(site.stellwerk({"release", "resume", "rel-1"}).exit_code, 0);
  ASSERT_TRUE(site.wait_for("the wave anew", [&] { return site.served("pilot-1") == "1.3.0"; }));
  roll_back();
}

// Goal: a rollback asked for in that moment is carried out by itself, long before the lease ends.
TEST_F(InAWave, HaproxysSocketsRemovedJustBeforeARollback) {
  begin({{"lease", "10m"}});
  const auto begun = clock.mono();
  remove_sockets();
  site.start({"release", "rollback", "rel-1", "--reason", "it must go"});
  ASSERT_TRUE(site.wait_for("the old version", [&] { return site.served("pilot-1") == "1.2.0"; }));
  EXPECT_LT((clock.mono() - begun).ms(), 30000);
  expect_rolled_back();
  EXPECT_EQ(site.haproxies().size(), 2U) << "one master, one worker";
}

// Goal: what is carried out is the plan that was approved, whatever the file says meanwhile, and
// also when it is gone.
TEST_F(InAWave, ReleaseFileEditedAndRemoved) {
  begin();
  site.write("rel-1.yaml", "id: rel-1\ntype: major\n");
  EXPECT_EQ(site.show().at("type"), "minor");
  fs::remove(site.release_file("rel-1"));
  site.start_load(100);
  ASSERT_TRUE(site.wait_for(
      "promotion", [&] { return site.stellwerk({"release", "promote", "rel-1"}).exit_code == 0; }));
  EXPECT_EQ(site.exit_code(), 0);
  EXPECT_TRUE(site.all_served_by("1.3.0"));
  e2e::expect_replays(site);
}

// Goal: an instance of the old version that dies is started again, without anyone; the new
// version's death is the guard's reason to roll back.
TEST_F(InAWave, InstancesKilledOneByOneAndAllAtOnce) {
  begin();
  const auto old = site.instances("1.2.0");
  ASSERT_EQ(old.size(), 1U);
  ::kill(old.front().pid, SIGKILL);
  ASSERT_TRUE(site.wait_for("another instance", [&] {
    const auto now = site.instances("1.2.0");
    return now.size() == 1 && now.front().pid != old.front().pid;
  }));
  for (const char* version : {"1.2.0", "1.3.0"})
    for (const auto& each : site.instances(version)) ::kill(each.pid, SIGKILL);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("cause"), "guard");
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_TRUE(site.instances("1.3.0").empty());
  e2e::expect_journal_verifies(site);
  e2e::expect_replays(site);
}

/// Writes that process's pid and start, and another boot, into each record of a process below
/// `folder`.
void rewrite_records(const fs::path& folder, pid_t pid) {
  int rewritten = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || !entry.is_regular_file()) continue;
    json record = json::parse(e2e::text_of(entry.path()), nullptr, false);
    if (!record.is_object() || !record.contains("boot_id")) continue;
    record["boot_id"] = "00000000-0000-0000-0000-000000000000";
    record["pid"] = pid;
    record["start_ticks"] = base::process_stat(pid)->start_ticks;
    std::ofstream(entry.path(), std::ios::trunc) << record.dump();
    ++rewritten;
  }
  EXPECT_GT(rewritten, 0) << folder;
}

// Goal: after a start of the machine all pids are other ones, and ours may be a stranger's. Nothing
// of theirs is touched; HAProxy and the instances are started anew, leases are gone, and a person
// resumes.
TEST_F(InAWave, MachineStartedAnew) {
  begin();
  site.leave();
  site.kill_stellwerk();
  for (const char* version : {"1.2.0", "1.3.0"})
    for (const auto& each : site.instances(version)) ::kill(each.pid, SIGKILL);
  for (const auto& each : site.haproxies()) ::kill(each.pid, SIGKILL);
  ASSERT_TRUE(ports::testing::eventually(
      [&] { return site.haproxies().empty() && site.instances("1.2.0").empty(); }));
  examples::testing::ChildProcess stranger({"/bin/sleep", "600"});
  rewrite_records(site.data() / "haproxy", stranger.pid());
  rewrite_records(site.data() / "workload", stranger.pid());

  site.run({"--resume"});
  site.attend();
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
  ASSERT_TRUE(site.wait_for("the old version", [&] { return site.all_served_by("1.2.0"); }));
  EXPECT_EQ(site.stellwerk({"release", "resume", "rel-1"}).exit_code, 0);
  ASSERT_TRUE(site.wait_for("the wave anew", [&] { return site.served("pilot-1") == "1.3.0"; }));
  roll_back();
  EXPECT_EQ(::kill(stranger.pid(), 0), 0);
  EXPECT_FALSE(stranger.wait(0ms).has_value());
}

}  // namespace
}  // namespace stellwerk::trouble
