// The store refuses, hangs, or is altered while a new version takes traffic.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "e2e/journal_check.h"
#include "e2e/other_hand.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

std::size_t position(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

char first_byte(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return static_cast<char>(stream.get());
}

// Goal: traffic does not wait for a journal that hangs; what was done is in the
// journal afterwards, under the last checkpoint, and the emergency file is empty again.
TEST(HeldJournal, DelaysNoRollbackAndGetsItsRecordAfterwards) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  ASSERT_EQ(site.served("pilot-1"), "1.3.0");

  const OtherHand hand(site.data());
  hand.run("BEGIN IMMEDIATE");
  site.start({"release", "rollback", "rel-1", "--reason", "it must go"});
  ASSERT_TRUE(
      site.wait_for("the old version", [&] { return site.served("pilot-1") == "1.2.0"; }, 10s));
  const auto emergency = site.data() / "emergency.log";
  ASSERT_TRUE(site.wait_for("the emergency file", [&] { return first_byte(emergency) != '\0'; }));
  EXPECT_FALSE(site.was_told("notification.rollback.initiated"));
  hand.run("ROLLBACK");

  EXPECT_EQ(site.exit_code(), 10);
  const auto names = site.names();
  EXPECT_LT(position(names, "notification.rollback.initiated"),
            position(names, "audit.journal.gap"));
  EXPECT_LT(position(names, "audit.journal.gap"),
            position(names, "notification.rollback.executed"));
  EXPECT_LT(position(names, "audit.journal.gap"), position(names, "audit.rollback.logged"));
  expect_journal_verifies(site);
  expect_covered_by_checkpoint(site, "audit.rollback.logged");
  EXPECT_EQ(first_byte(emergency), '\0');
}

// Goal: the runbook's table "Integrity-Check failed": stop and roll back, in a wave, without
// anyone.
TEST(AlteredJournal, StopsAndRollsBack) {
  Site site;
  site.plan(in_a_long_wave());
  ASSERT_TRUE(site.reach_first_wave());
  const OtherHand hand(site.data());
  hand.run("UPDATE entries SET bytes = CAST(bytes || ' ' AS BLOB) WHERE idx = 3");
  EXPECT_EQ(site.exit_code(), 10);
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("detail"), "integrity");
  EXPECT_EQ(site.data_of("notification.rollback.initiated").at("cause"), "guard");
  EXPECT_TRUE(site.all_served_by("1.2.0"));
  EXPECT_NE(site.running().err().find("ENG-0035"), std::string::npos) << site.running().err();
}

}  // namespace
}  // namespace stellwerk::e2e
