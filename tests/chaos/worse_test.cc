// More goes wrong than Stellwerk: it is away for longer than a hold or than its lease, HAProxy or
// an instance is killed while it is dead or stands still, the journal hangs.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "chaos/deck.h"
#include "chaos/trial.h"
#include "e2e/journal_check.h"
#include "e2e/other_hand.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::chaos {
namespace {

using e2e::Site;
using namespace std::chrono_literals;

/// Where the new version has traffic, and the lease is what keeps it.
const Stretch kInTheWaves = {"scheduler.release.wave1", "scheduler.release.completed"};

// ---- what happens meanwhile

void nothing_for_longer_than_a_hold(Site& site) { site.send(600); }  // takes three seconds

void until_the_lease_has_run_out(Site& site) {
  EXPECT_TRUE(ports::testing::eventually([&] { return site.all_served_by("1.2.0"); }));
}

void kill_all(const std::vector<e2e::RunningProcess>& processes) {
  for (const e2e::RunningProcess& process : processes) ::kill(process.pid, SIGKILL);
}

void haproxy_is_killed(Site& site) { kill_all(site.haproxies()); }
void the_old_version_is_killed(Site& site) { kill_all(site.instances("1.2.0")); }
void the_new_version_is_killed(Site& site) { kill_all(site.instances("1.3.0")); }

struct Trouble {
  const char* name;
  void (*meanwhile)(Site&);
  const char* lease = "60s";
  bool may_go_back = false;  ///< the guard may roll back for it
  bool lease_ends = false;   ///< a person must resume
};

constexpr Trouble kTroubles[] = {
    {.name = "LongerThanAHold", .meanwhile = nothing_for_longer_than_a_hold},
    {.name = "LongerThanTheLease",
     .meanwhile = until_the_lease_has_run_out,
     .lease = "5s",
     .lease_ends = true},
    {.name = "WhileHaproxyIsKilled", .meanwhile = haproxy_is_killed, .lease_ends = true},
    {.name = "WhileTheOldVersionIsKilled",
     .meanwhile = the_old_version_is_killed,
     .may_go_back = true},
    {.name = "WhileTheNewVersionIsKilled",
     .meanwhile = the_new_version_is_killed,
     .may_go_back = true},
};

class Away : public ::testing::TestWithParam<std::tuple<std::size_t, bool>> {
 protected:
  [[nodiscard]] const Trouble& trouble() const { return kTroubles[std::get<0>(GetParam())]; }
  [[nodiscard]] bool killed() const { return std::get<1>(GetParam()); }
  [[nodiscard]] Moment moment() const {
    const std::uint64_t salt = std::get<0>(GetParam()) * 2 + (killed() ? 1 : 0);
    return deal_within(deck(), salt, kInTheWaves, 1).front();
  }
};

TEST_P(Away, ItEndsAsARunThatNobodyDisturbedOrWhenAPersonSaysSo) {
  say_what_repeats_it(fmt::format("{} {}", killed() ? "dead" : "standing still", trouble().name));
  Trial trial({.story = Story::Good,
               .lease = trouble().lease,
               .meanwhile = trouble().meanwhile,
               .may_go_back = trouble().may_go_back});
  if (killed())
    trial.killed_at(moment());
  else
    trial.stopped_at(moment());
  trial.finish();
  if (trouble().lease_ends) {
    EXPECT_TRUE(trial.lease_was_lost());
    EXPECT_GE(trial.resumed(), 1);
  }
  take_figures(trial);
}

std::string name_of_away(const ::testing::TestParamInfo<std::tuple<std::size_t, bool>>& info) {
  return fmt::format("{}{}", std::get<1>(info.param) ? "Dead" : "Still",
                     kTroubles[std::get<0>(info.param)].name);
}

INSTANTIATE_TEST_SUITE_P(Trouble, Away,
                         ::testing::Combine(::testing::Range<std::size_t>(0, std::size(kTroubles)),
                                            ::testing::Bool()),
                         name_of_away);

char first_byte(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return static_cast<char>(stream.get());
}

// Goal: traffic went back before the journal could say so, and then nobody was there to say it: the
// next start takes in what the emergency file says, and ends the rollback.
TEST(KilledInAnEmergency, TheRollbackIsTakenInAndCarriedToItsEnd) {
  Site site;
  e2e::ReleaseFile release;
  release.waves = e2e::kLongWaves;
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  ASSERT_EQ(site.served("pilot-1"), "1.3.0");
  const auto emergency = site.data() / "emergency.log";
  {
    const e2e::OtherHand hand(site.data());
    hand.run("BEGIN IMMEDIATE");
    site.leave();
    site.start({"release", "rollback", "rel-1", "--reason", "it must go"});
    ASSERT_TRUE(site.wait_for("the emergency file", [&] { return first_byte(emergency) != '\0'; }));
    site.kill_stellwerk();
    EXPECT_EQ(site.served("pilot-1"), "1.2.0");
    hand.run("ROLLBACK");
  }
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
  site.attend();
  site.run({"--resume"});
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_TRUE(site.was_told("audit.journal.gap"));
  EXPECT_TRUE(site.was_told("notification.rollback.executed"));
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_EQ(first_byte(emergency), '\0');
  EXPECT_TRUE(site.instances("1.3.0").empty());
  e2e::expect_journal_verifies(site);
  e2e::expect_covered_by_checkpoint(site, "audit.rollback.logged");
}

}  // namespace
}  // namespace stellwerk::chaos
