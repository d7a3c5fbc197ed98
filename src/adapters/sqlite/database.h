// database.h — SQLite behind Result: a connection, its statements, its errors as ours.
//
// Role: used by SqliteJournal only. Start here: Database::open, Database::statement
// Thread-safety: one call at a time per connection.
// Invariants: write-ahead log, synchronous=FULL: what a COMMIT acknowledged is on the disk.
// Spec: sqlite.org/wal.html, sqlite.org/rescode.html
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "ports/call.h"

namespace stellwerk::adapters::sqlite {

/// What a connection and its statements share; SQLite keeps its address.
struct ConnectionState {
  std::optional<ports::Call> waiting_for;  ///< until when locks are waited for
  int failure = 0;                         ///< SQLite's code of what failed last
};

/// One prepared statement. Bound from 1, columns from 0, as SQLite counts.
class Statement {
 public:
  Statement(sqlite3* connection, ConnectionState& state, sqlite3_stmt* statement)
      : connection_(connection), state_(&state), statement_(statement, &sqlite3_finalize) {}

  Statement& bind(int position, std::uint64_t number);
  Statement& bind_text(int position, std::string_view text);
  Statement& bind_blob(int position, std::string_view bytes);
  /// @return whether there is a row. @errors as error_of()
  base::Result<bool> step();
  /// Steps to the end and makes the statement ready again.
  base::Result<void> run();
  /// Makes the statement ready again and ends its read of the database.
  void reset();

  [[nodiscard]] std::uint64_t number(int column) const;
  /// Text or blob; valid until the next step.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  sqlite3* connection_;
  ConnectionState* state_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

/// Resets a statement at the end of its use, so that it holds no read transaction open.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(&statement) {}
  StatementUse(StatementUse&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)) {}
  StatementUse& operator=(StatementUse&&) = delete;
  ~StatementUse() {
    if (statement_ != nullptr) statement_->reset();
  }
  Statement* operator->() const { return statement_; }

 private:
  Statement* statement_;
};

class Database {
 public:
  enum class Access : std::uint8_t { ReadWrite, ReadOnly };

  /// Opens the file; with ReadWrite makes it (mode 0600) if it is missing.
  /// Keeps the write-ahead log when it is closed until allow_checkpoints(): it may be evidence.
  static base::Result<Database> open(const std::filesystem::path& path, Access access);

  /// Runs statements without results. @errors as error_of()
  base::Result<void> run(const char* sql);
  /// The statement of this text, prepared once and kept. `sql` must live as long as the program.
  base::Result<StatementUse> statement(const char* sql);
  /// Until when the following calls wait for another connection's lock; without a call, 5 seconds.
  void wait_until(std::optional<ports::Call> call);

  [[nodiscard]] bool in_transaction() const;
  /// Whether the COMMIT that just failed certainly wrote no commit (its last frame did not fit).
  [[nodiscard]] bool nothing_was_committed() const;
  /// Whether what failed last wanted space: then nothing else is wrong with the connection.
  [[nodiscard]] bool disk_was_full() const;
  /// Ends the connection; nothing else may be called afterwards.
  void close();
  void allow_checkpoints();

 private:
  explicit Database(sqlite3* connection);
  static int on_busy(void* state, int attempts);
  base::Failure failed(std::string_view action);

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection_;
  std::unique_ptr<ConnectionState> state_;
  std::map<const char*, std::unique_ptr<Statement>> statements_;
};

/// Corruption JRN-0003 for what cannot come from us (not a database, constraint, unknown column);
/// Unavailable JRN-0002 for everything else. Asks errno, which must have been 0 before the call.
base::Error error_of(sqlite3* connection, std::string_view action);
/// CLOCK_BOOTTIME, the clock of Call::deadline.
base::MonoTime boot_time();

}  // namespace stellwerk::adapters::sqlite
