// bare_sqlite.h — the least that keeps rows on the disk: what the journal is measured beside.
//
// One table without index, tree or head file, in the journal's mode (WAL, every commit synced).
// Start here: BareSqlite. Thread-safety: one thread. Invariants: what fails is thrown.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace stellwerk::bench {

class BareSqlite {
 public:
  explicit BareSqlite(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &connection_) != SQLITE_OK) throw std::runtime_error("open");
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    run("CREATE TABLE t(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT");
    if (sqlite3_prepare_v2(connection_, "INSERT INTO t(bytes) VALUES (?1)", -1, &insert_,
                           nullptr) != SQLITE_OK) {
      throw std::runtime_error("prepare");
    }
  }
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;
  ~BareSqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(connection_);
  }
  void run(const char* sql) {
    if (sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql);
    }
  }
  void insert(const std::string& bytes) {
    sqlite3_bind_blob64(insert_, 1, bytes.data(), bytes.size(), SQLITE_STATIC);
    if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error("insert");
    sqlite3_reset(insert_);
  }

 private:
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace stellwerk::bench
