// A flipped byte or a cut in the files of the journal, as the person meets it who goes on with the
// release: refused, said, nothing changed, and traffic goes back by itself. (Which damage is seen
// where is for tests/faults and the tests of adapters/sqlite.)
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "e2e/journal_check.h"
#include "e2e/site.h"

namespace stellwerk::trouble {
namespace {

namespace fs = std::filesystem;
using e2e::Site;
using namespace std::chrono_literals;

using Files = std::map<std::string, std::string>;

/// The files of the journal, by name.
Files files_of(const fs::path& data) {
  Files files;
  for (const char* name : {"journal.db", "journal.db-wal", "journal.head", "emergency.log"})
    files[name] = e2e::text_of(data / name);
  return files;
}

void put(const fs::path& data, const Files& files) {
  fs::remove(data / "journal.db-shm");
  for (const auto& [name, bytes] : files)
    std::ofstream(data / name, std::ios::binary | std::ios::trunc) << bytes;
}

void flip(std::string& bytes, std::size_t at) {
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
}

struct Damage {
  const char* name;
  void (*how)(Files&);
};

constexpr Damage kDamages[] = {
    {"a byte in the middle of the WAL",
     [](Files& files) {
       std::string& wal = files.at("journal.db-wal");
       flip(wal, wal.size() / 2);
     }},
    {"the WAL is cut off",
     [](Files& files) {
       std::string& wal = files.at("journal.db-wal");
       wal.resize(wal.size() / 2);
     }},
    {"the WAL is gone", [](Files& files) { files.at("journal.db-wal").clear(); }},
    {"bytes in both slots of the head file",
     [](Files& files) {
       for (char& each : files.at("journal.head")) each = static_cast<char>(each ^ 0x20);
     }},
    {"the head file is cut off", [](Files& files) { files.at("journal.head").resize(10); }},
};

TEST(DamagedJournal, IsRefusedAndNothingIsChangedAndTrafficGoesBackByItself) {
  Site site;
  e2e::ReleaseFile release;
  release.waves = e2e::kLongWaves;
  release.guard = {{"lease", "5s"}};
  site.plan(release);
  ASSERT_TRUE(site.reach_first_wave());
  site.leave();
  site.kill_stellwerk();
  const Files good = files_of(site.data());
  ASSERT_GT(good.at("journal.db-wal").size(), 100000U);

  for (const Damage& damage : kDamages) {
    SCOPED_TRACE(damage.name);
    Files bad = good;
    damage.how(bad);
    put(site.data(), bad);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"run", site.release_file("rel-1"), "--resume"},
          std::vector<std::string>{"release", "rollback", "rel-1", "--reason", "it must go"},
          std::vector<std::string>{"release", "show", "rel-1"},
          std::vector<std::string>{"audit", "replay", "rel-1"}}) {
      const e2e::Finished said = site.stellwerk(words);
      EXPECT_GT(said.exit_code, 0) << words.front() << said.err;
      EXPECT_NE((said.err + said.out).find("JRN-0003"), std::string::npos)
          << words.front() << said.out << said.err;
    }
    for (const auto& [name, bytes] : files_of(site.data()))
      EXPECT_TRUE(bytes == bad.at(name)) << name << " was changed";
  }

  ASSERT_TRUE(
      site.wait_for("the lease to run out", [&] { return site.served("pilot-1") == "1.2.0"; }));
  put(site.data(), good);
  site.run({"--resume"});
  site.attend();
  ASSERT_TRUE(site.wait_event("scheduler.lease.expired"));
  ASSERT_TRUE(site.wait_for("the pause", [&] { return site.show().contains("paused"); }));
  EXPECT_EQ(site.stellwerk({"release", "rollback", "rel-1", "--reason", "it must go"}).exit_code,
            0);
  EXPECT_EQ(site.exit_code(), 10);
  e2e::expect_journal_verifies(site);
  e2e::expect_replays(site);
}

}  // namespace
}  // namespace stellwerk::trouble
