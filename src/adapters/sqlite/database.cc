#include "adapters/sqlite/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "adapters/sqlite/posix_file.h"

namespace stellwerk::adapters::sqlite {
namespace {

using base::Code;
constexpr int kWaitAttemptsMax = 500;  // of 10 ms each

bool means_damage(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:  // a table or column that is not there: not the schema we made
    case SQLITE_MISMATCH:
      return true;
    default:
      return false;
  }
}

base::Error error_for(int result, std::string_view action, std::string reason) {
  if (means_damage(result)) {
    return base::error(Code::Corruption, "JRN-0003", "the journal is damaged")
        .because(fmt::format("{}: {}", action, reason))
        .then("stellwerk explain JRN-0003", "what to keep and what to restore");
  }
  return base::error(Code::Unavailable, "JRN-0002", "the journal cannot be written or read")
      .because(fmt::format("{}: {}", action, reason))
      .now("nothing was acknowledged")
      .then("stellwerk doctor", "checks the data folder and its disk");
}

/// Damage that keeps the database from being opened at all.
base::Error unread(base::Error error) {
  if (error.code != Code::Corruption) return error;
  return std::move(error).now("no entry can be read; nothing was changed");
}

/// SQLite gives the -wal and -shm files the mode of the database, so that file comes from us.
base::Result<void> make_private_file(const std::filesystem::path& path) {
  const auto size = size_of(path);
  if (!size) return base::fail(error_for(SQLITE_CANTOPEN, "making the database", size.error()));
  if (*size) return {};
  auto done = open_file(path, O_RDWR | O_CREAT | O_EXCL).and_then([&](const UniqueFd&) {
    return sync_folder(path.parent_path());
  });
  if (!done) return base::fail(error_for(SQLITE_CANTOPEN, "making the database", done.error()));
  return {};
}

}  // namespace

base::Error error_of(sqlite3* connection, std::string_view action) {
  // SQLite takes a page that cannot be read for a damaged one; the disk may give it later.
  if (errno == EIO && sqlite3_errcode(connection) == SQLITE_CORRUPT) {
    return error_for(SQLITE_IOERR_READ, action, std::generic_category().message(EIO));
  }
  return error_for(sqlite3_extended_errcode(connection), action, sqlite3_errmsg(connection));
}

base::MonoTime boot_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return {std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000};
}

Statement& Statement::bind(int position, std::uint64_t number) {
  sqlite3_bind_int64(statement_.get(), position, static_cast<std::int64_t>(number));
  return *this;
}

Statement& Statement::bind_text(int position, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), position, text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(int position, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), position, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

base::Result<bool> Statement::step() {
  errno = 0;
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  state_->failure = result;
  return base::fail(error_of(connection_, "statement"));
}

base::Result<void> Statement::run() {
  auto row = step();
  while (row && *row) row = step();
  // The error's text is gone after the reset, so it was taken before.
  reset();
  if (!row) return base::fail(row.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Database::Database(sqlite3* connection)
    : connection_(connection, &sqlite3_close_v2), state_(std::make_unique<ConnectionState>()) {
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_handler(connection, &Database::on_busy, state_.get());
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

base::Result<Database> Database::open(const std::filesystem::path& path, Access access) {
  const bool writes = access == Access::ReadWrite;
  if (writes) {
    if (auto made = make_private_file(path); !made) return base::fail(made.error());
  }
  sqlite3* connection = nullptr;
  const int flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  if (result != SQLITE_OK) {
    const auto error = error_for(result, "opening the database",
                                 fmt::format("{}: {}", path.native(), sqlite3_errstr(result)));
    sqlite3_close_v2(connection);
    return base::fail(unread(error));
  }
  Database database(connection);
  // SQLite falls back to reading when it cannot open a file for writing.
  if (writes && sqlite3_db_readonly(connection, "main") != 0) {
    return base::fail(error_for(SQLITE_CANTOPEN, "opening the database",
                                fmt::format("{} cannot be opened for writing", path.native())));
  }
  const char* settings = writes ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                  "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"
                                : "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;"
                                  "PRAGMA cell_size_check=ON";
  if (auto set = database.run(settings); !set) return base::fail(unread(set.error()));
  return database;
}

base::Result<void> Database::run(const char* sql) {
  errno = 0;
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failed(sql);
}

base::Result<StatementUse> Database::statement(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return StatementUse(*known->second);
  sqlite3_stmt* prepared = nullptr;
  errno = 0;
  const int result =
      sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (result != SQLITE_OK) return failed(sql);
  auto& kept = statements_[sql];
  kept = std::make_unique<Statement>(connection_.get(), *state_, prepared);
  return StatementUse(*kept);
}

void Database::wait_until(std::optional<ports::Call> call) {
  state_->waiting_for = std::move(call);
}

int Database::on_busy(void* state, int attempts) {
  const auto& call = static_cast<const ConnectionState*>(state)->waiting_for;
  const bool give_up =
      call ? call->stop.stopped() || boot_time() >= call->deadline : attempts >= kWaitAttemptsMax;
  if (give_up) return 0;
  const timespec pause{.tv_sec = 0, .tv_nsec = attempts < 10 ? 1000000 : 10000000};
  ::nanosleep(&pause, nullptr);
  return 1;
}

bool Database::nothing_was_committed() const {
  const int result = sqlite3_extended_errcode(connection_.get());
  return (result & 0xff) == SQLITE_FULL || (result & 0xff) == SQLITE_BUSY ||
         result == SQLITE_IOERR_WRITE;
}

bool Database::disk_was_full() const { return (state_->failure & 0xff) == SQLITE_FULL; }

base::Failure Database::failed(std::string_view action) {
  state_->failure = sqlite3_extended_errcode(connection_.get());
  return base::fail(error_of(connection_.get(), action));
}

void Database::close() {
  statements_.clear();
  connection_.reset();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

void Database::allow_checkpoints() {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

}  // namespace stellwerk::adapters::sqlite
