// other_hand.h — somebody else at the journal's database: holds it, or alters what is in it.
//
// Role: the second program that a disk, a backup or an attacker may be.   Start here: OtherHand
// Thread-safety: one thread.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

namespace stellwerk::e2e {

class OtherHand {
 public:
  explicit OtherHand(const std::filesystem::path& data_folder) {
    sqlite3* database = nullptr;
    const std::string file = (data_folder / "journal.db").string();
    const int opened = sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    database_.reset(database);
    EXPECT_EQ(opened, SQLITE_OK) << file;
    sqlite3_busy_timeout(database, 10000);
  }
  void run(const char* sql) const {
    EXPECT_EQ(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_.get());
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace stellwerk::e2e
