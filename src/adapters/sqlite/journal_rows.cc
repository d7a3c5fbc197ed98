#include "adapters/sqlite/journal_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stellwerk::adapters::sqlite {
namespace {

/// 2: streams and notes have checks; the tables are those of 1.
constexpr std::uint64_t kSchemaVersion = 2;
constexpr std::size_t kCheckDigits = 16;

// The leaf stands before the bytes, so that reading leaves alone never touches overflow pages.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE streams(
  id INTEGER PRIMARY KEY,
  release TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  first_idx INTEGER NOT NULL,
  last_idx INTEGER NOT NULL,
  last_type TEXT NOT NULL,
  ended INTEGER NOT NULL
) STRICT;
CREATE TABLE entries(
  idx INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  stream_version INTEGER NOT NULL,
  leaf BLOB NOT NULL,
  type TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_stream ON entries(stream, stream_version);
CREATE TABLE head(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  frontier BLOB NOT NULL
) STRICT;
CREATE TABLE notes(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO head(id, frontier) VALUES (1, x'0000000000000000');
PRAGMA application_id = 1398036299;  -- STWK
PRAGMA user_version = 2;
COMMIT;
)sql";

base::Result<std::uint64_t> one_number(Database& database, const char* sql) {
  auto row = database.statement(sql);
  if (!row) return base::fail(row.error());
  auto found = (*row)->step();
  if (!found) return base::fail(found.error());
  return (*row)->number(0);
}

base::Failure too_new(std::uint64_t version) {
  return base::fail(
      base::error(base::Code::Rejected, "AUD-0004",
                  fmt::format("the journal's database has version {}, known is {}", version,
                              kSchemaVersion))
          .because("it was written by a newer Stellwerk")
          .now("nothing was changed")
          .then("stellwerk --version", "compare with the version that wrote the journal"));
}

std::string with_check(std::string_view name, std::string_view value) {
  const auto digest = base::sha256(fmt::format("{}\n{}", name, value));
  return fmt::format("{}#{}", value, digest.hex().substr(0, kCheckDigits));
}

/// The value without its check; nothing if the check says that it is another.
std::optional<std::string> without_check(std::string_view name, std::string_view stored) {
  const auto mark = stored.rfind('#');
  if (mark == stored.npos || stored.size() - mark - 1 != kCheckDigits) return std::string(stored);
  const auto value = stored.substr(0, mark);
  if (with_check(name, value) != stored) return std::nullopt;
  return std::string(value);
}

std::string name_of(const ports::StreamInfo& stream) {
  return fmt::format("{} {} {} {} {}", stream.release.str(), stream.version, stream.first_index,
                     stream.last_index, stream.ended ? 1 : 0);
}

}  // namespace

base::Result<void> prepare_schema(Database& database, Database::Access access) {
  const auto version = one_number(database, "PRAGMA user_version");
  if (!version) return base::fail(version.error());
  if (*version == kSchemaVersion) return {};
  if (*version == 1) {
    if (access == Database::Access::ReadOnly) return {};
    return database.run("PRAGMA user_version = 2");  // an older Stellwerk would read the checks
  }
  if (*version > kSchemaVersion) return too_new(*version);
  const auto tables = one_number(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return base::fail(tables.error());
  if (*tables != 0) return damaged("the database holds tables of another program", "");
  if (access == Database::Access::ReadOnly) return damaged("the database has no tables", "");
  return database.run(kSchema);
}

base::Result<audit::TreeFrontier> read_frontier(Database& database) {
  auto row = database.statement("SELECT frontier FROM head WHERE id = 1");
  if (!row) return base::fail(row.error());
  const auto found = (*row)->step();
  if (!found) return base::fail(found.error());
  auto tree = audit::TreeFrontier::parse(*found ? (*row)->bytes(0) : "");
  if (!tree) return damaged("the head of the tree is not readable", "");
  return std::move(*tree);
}

base::Result<void> write_frontier(Database& database, const audit::TreeFrontier& tree) {
  auto row = database.statement("UPDATE head SET frontier = ?1 WHERE id = 1");
  if (!row) return base::fail(row.error());
  (*row)->bind_blob(1, tree.serialise());
  return (*row)->run();
}

base::Result<StreamRow> find_stream(Database& database, const base::ReleaseId& release) {
  auto row = database.statement(
      "SELECT id, release, version, first_idx, last_idx, last_type, ended FROM streams "
      "WHERE release = ?1");
  if (!row) return base::fail(row.error());
  (*row)->bind_text(1, release.str());
  const auto found = (*row)->step();
  if (!found) return base::fail(found.error());
  StreamRow stream;
  stream.info.release = release;
  if (!*found) return stream;
  auto info = stream_info(*row, 1);
  if (!info) return base::fail(info.error());
  return StreamRow{(*row)->number(0), std::move(*info)};
}

ports::StoredEntry stored_entry(const StatementUse& row) {
  return {row->number(0),
          base::ReleaseId(std::string(row->bytes(1))),
          row->number(2),
          std::string(row->bytes(3)),
          std::string(row->bytes(5)),
          digest_from(row->bytes(4)).value_or(base::Digest{})};
}

base::Result<ports::StreamInfo> stream_info(const StatementUse& row, int first_column) {
  ports::StreamInfo stream{base::ReleaseId(std::string(row->bytes(first_column))),
                           row->number(first_column + 1),
                           row->number(first_column + 2),
                           row->number(first_column + 3),
                           {},
                           row->number(first_column + 5) != 0};
  auto type = without_check(name_of(stream), row->bytes(first_column + 4));
  if (!type) {
    return damaged(fmt::format("stream \"{}\" is not what was written", stream.release.str()),
                   "its entries may be good; nothing was changed");
  }
  stream.last_type = std::move(*type);
  return stream;
}

std::string checked_type(const ports::StreamInfo& stream) {
  return with_check(name_of(stream), stream.last_type);
}

std::string checked_note(std::string_view key, std::string_view value) {
  return with_check(key, value);
}

base::Result<std::string> note_value(std::string_view key, std::string_view stored) {
  auto value = without_check(key, stored);
  if (value) return std::move(*value);
  return damaged(fmt::format("note \"{}\" is not what was written", key),
                 "entries may be good; nothing was changed");
}

std::optional<base::Digest> digest_from(std::string_view bytes) {
  base::Digest digest;
  if (bytes.size() != digest.bytes.size()) return std::nullopt;
  std::transform(bytes.begin(), bytes.end(), digest.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

std::string_view blob_of(const base::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

base::Failure damaged(std::string why, std::string state) {
  return base::fail(base::error(base::Code::Corruption, "JRN-0003", "the journal is damaged")
                        .because(std::move(why))
                        .now(std::move(state))
                        .then("stellwerk explain JRN-0003", "what to keep and what to restore"));
}

}  // namespace stellwerk::adapters::sqlite
