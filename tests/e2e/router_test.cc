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

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Goal: without HAProxy there is no data and no traffic: paused, then rolled back, and HAProxy runs
// again, with everyone on the old version.
TEST(Haproxy, KilledInAWaveIsNoDataAndThenARollback) {
  Site site;
  ReleaseFile release;
  release.waves = kLongWaves;
  release.guard = {{"no_data_pause", "2s"}, {"no_data_rollback", "4s"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  const auto killed = site.haproxies();
  ASSERT_GE(killed.size(), 2U);  // master and worker
  for (const RunningProcess& process : killed) ::kill(process.pid, SIGKILL);
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("scheduler.release.paused").at("detail"), "no-data");
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("detail"), "no-data");
  EXPECT_TRUE(site.all_served_by("1.2.0"));
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
