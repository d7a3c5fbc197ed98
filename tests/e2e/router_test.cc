// Trouble with HAProxy: it dies in a wave, is not there, is given a port that is taken, refuses
// what it is given.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <filesystem>

#include "common/unique_fd.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

/// kill -9 of master and worker.
void kill_haproxy(const Site& site) {
  const auto killed = site.haproxies();
  ASSERT_GE(killed.size(), 2U);
  for (const RunningProcess& process : killed) ::kill(process.pid, SIGKILL);
}

/// HAProxy is brought up without anybody's doing, and serves this tenant so.
void expect_back(Site& site, const std::string& tenant, const std::string& version) {
  ASSERT_TRUE(site.wait_event("scheduler.routes.reasserted"));
  EXPECT_EQ(site.data_of("scheduler.routes.reasserted").at("router_was_gone"), true);
  EXPECT_EQ(site.served(tenant), version);
  EXPECT_EQ(site.served("ahrens"), "1.2.0");
  EXPECT_TRUE(contains(site.running().out(), "the load balancer was gone"));
}

// Goal: the service is back at once, for everyone by the old version, since leases are gone; a
// person decides how the release goes on.
TEST(Haproxy, KilledInAWaveServesTheOldVersionAgainAndThePersonResumes) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  kill_haproxy(site);
  expect_back(site, "pilot-1", "1.2.0");
  ASSERT_TRUE(site.wait_event("scheduler.release.paused"));
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("cause"), "lease-expired");
  EXPECT_TRUE(site.was_told("scheduler.lease.expired"));

  EXPECT_EQ(site.stellwerk({"release", "resume", "rel-1"}).exit_code, 0);
  ASSERT_TRUE(
      site.wait_for("the wave to start anew", [&] { return site.served("pilot-1") == "1.3.0"; }));
  kill_haproxy(site);
  ASSERT_TRUE(site.wait_for("the release to be paused again",
                            [&] { return site.show().contains("paused"); }));
  const Finished back =
      site.stellwerk({"release", "rollback", "rel-1", "--reason", "HAProxy keeps dying"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.all_served_by("1.2.0"));
}

TEST(Haproxy, KilledInAWaveServesAsBeforeWhereNoLeaseIsWanted) {
  Site site;
  site.plan(in_a_long_wave({{"guard_lost", "hold"}}));
  ASSERT_TRUE(site.reach_first_wave());
  kill_haproxy(site);
  expect_back(site, "pilot-1", "1.3.0");
  EXPECT_FALSE(site.was_told("scheduler.release.paused"));
}

TEST(Haproxy, KilledBeforeTheFirstWaveIsBroughtUp) {
  Site site;
  site.plan({});
  site.run();
  ASSERT_TRUE(site.wait_for("the old version to be served",
                            [&] { return site.served("ahrens") == "1.2.0"; }));
  ASSERT_TRUE(site.wait_for("the release to wait for people",
                            [&] { return !site.show().at("waiting_for").empty(); }));
  kill_haproxy(site);
  expect_back(site, "pilot-1", "1.2.0");
}

// Goal: an HAProxy that cannot be started is said so and tried again, until it can.
TEST(Haproxy, KilledAndNotToBeStartedIsTriedAgain) {
  Site site;
  const auto broken = site.folder() / "broken";
  const auto script = site.folder() / "haproxy.sh";
  site.write("haproxy.sh",
             "#!/bin/sh\n[ ! -e \"" + broken.string() + "\" ] || exit 1\nexec haproxy \"$@\"\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  site.rewrite([&](SiteFile& file) { file.router = {{"program", script.string()}}; });
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  site.write("broken", "");
  kill_haproxy(site);
  ASSERT_TRUE(site.wait_for("an error that says it",
                            [&] { return contains(site.running().err(), "HAP-000"); }));
  EXPECT_FALSE(site.was_told("scheduler.routes.reasserted"));
  std::filesystem::remove(broken);
  expect_back(site, "pilot-1", "1.2.0");
}

/// What a person reads when the router cannot be brought up: in the terminal of `run`.
void expect_told(Site& site, const std::vector<std::string>& parts) {
  site.plan({});
  site.run();
  site.wait_for("an error that says it", [&] {
    const std::string said = site.running().err();
    return std::all_of(parts.begin(), parts.end(),
                       [&](const std::string& part) { return contains(said, part); });
  });
  EXPECT_FALSE(site.was_told("scheduler.release.started"));
}

TEST(Haproxy, MissingIsSaidWithTheProgramsName) {
  Site site([](SiteFile& file) { file.router = {{"program", "/nonexistent/haproxy"}}; });
  expect_told(site, {"HAP-0006", "/nonexistent/haproxy"});
}

TEST(Haproxy, ThatRefusesItsConfigurationIsQuoted) {
  Site site;
  site.write("broken.cfg", "frontend broken\n  bind nonsense\n");
  site.write("haproxy.sh", "#!/bin/sh\nexec haproxy \"$@\" -f \"" +
                               (site.folder() / "broken.cfg").string() + "\"\n");
  const auto script = site.folder() / "haproxy.sh";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  site.rewrite([&](SiteFile& file) { file.router = {{"program", script.string()}}; });
  expect_told(site, {"HAP-0001", "nonsense"});
}

TEST(Haproxy, WhosePortIsTakenSaysWhichPort) {
  Site site;
  site.release_port();
  const examples::UniqueFd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(site.file().port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(taken.get(), 1), 0);
  expect_told(site, {"HAP-000", std::to_string(site.file().port)});
}

}  // namespace
}  // namespace stellwerk::e2e
