#include "adapters/sqlite/sqlite_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "adapters/sqlite/journal_check.h"
#include "adapters/sqlite/journal_opening.h"
#include "adapters/sqlite/journal_rows.h"
#include "audit/entry.h"

namespace stellwerk::adapters {
namespace {

using base::Code;
using sqlite::Database;
using sqlite::HeadFile;

base::Failure conflict(const ports::AppendRequest& batch, std::uint64_t version) {
  return base::fail(base::error(Code::Conflict, "JRN-0001",
                                fmt::format("stream \"{}\" has {} entries, not {}",
                                            batch.stream.str(), version, batch.expected_version))
                        .because("another writer appended to it")
                        .now("nothing was written"));
}

base::Failure too_large(std::string what, std::string limit) {
  return base::fail(base::error(Code::InvalidArgument, "JRN-0004", std::move(what))
                        .because(std::move(limit))
                        .now("nothing was written"));
}

base::Error not_known_if_written(base::Error error) {
  error.code = Code::OutcomeUnknown;
  error.retry = base::Retry::AfterReadBack;
  error.state = "not known whether the entries were written; read the head before repeating";
  return error;
}

/// What may not be looked at is not the same as what is not there.
base::Result<void> may_read(const std::filesystem::path& folder,
                            const std::filesystem::path& database) {
  if (::faccessat(AT_FDCWD, database.c_str(), R_OK, AT_EACCESS) == 0 || errno != EACCES) return {};
  return base::fail(
      base::error(Code::Forbidden, "JRN-0008",
                  fmt::format("the journal in {} may not be read", folder.native()))
          .because(
              fmt::format("{}: {}", database.native(), std::generic_category().message(EACCES)))
          .now("nothing was changed; whether there is a journal is not known")
          .then(fmt::format("ls -ld {}", folder.native()), "whose data folder it is")
          .then("sudo -u USER stellwerk release list", "as the user who carries releases out"));
}

base::Result<void> check_limits(const ports::Call& call) {
  const bool stopped = call.stop.stopped();
  if (!stopped && sqlite::boot_time() < call.deadline) return {};
  return base::fail(
      base::error(Code::Unavailable, "JRN-0002", "the journal was not written in time")
          .because(stopped ? "the call was stopped" : "its deadline had passed before it began")
          .now("nothing was written"));
}

/// What must be found: entries numbered from `next` on, without a gap, up to `end` or the limit.
struct Expected {
  std::uint64_t ports::StoredEntry::* number;
  std::uint64_t next = 0;
  std::uint64_t end = 0;
};

/// Reads rows of stored entries; checks each against its leaf, and that none is left out.
base::Result<std::vector<ports::StoredEntry>> take_entries(Database& database,
                                                           const sqlite::StatementUse& row,
                                                           Expected expected) {
  std::vector<ports::StoredEntry> entries;
  for (auto found = row->step();; found = row->step()) {
    if (!found) return with_good_prefix(database, found.error());
    const bool is_missing = *found ? sqlite::stored_entry(row).*expected.number != expected.next
                                   : expected.next < expected.end;
    if (is_missing) {
      return sqlite::damaged("an entry between others is missing", sqlite::good_prefix(database));
    }
    if (!*found) return entries;
    ++expected.next;
    entries.push_back(sqlite::stored_entry(row));
    if (audit::leaf_hash(entries.back().bytes) == entries.back().leaf) continue;
    return sqlite::damaged(
        fmt::format("entry {}: its bytes are not those that were hashed", entries.back().index),
        sqlite::good_prefix(database));
  }
}

/// The end of what a read of at most `limit` must find.
std::uint64_t expected_end(std::uint64_t begin, std::size_t limit, std::uint64_t end) {
  if (begin >= end) return begin;
  return begin + std::min<std::uint64_t>(limit, end - begin);
}

std::uint64_t row_limit(std::size_t limit) {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return std::min(limit, kMost);
}

base::Result<void> save_stream(Database& database, const sqlite::StreamRow& stream) {
  auto row = database.statement(
      "UPDATE streams SET version = ?2, last_idx = ?3, last_type = ?4, ended = ?5 WHERE id = ?1");
  if (!row) return base::fail(row.error());
  (*row)->bind(1, stream.row).bind(2, stream.info.version).bind(3, stream.info.last_index);
  (*row)->bind_text(4, sqlite::checked_type(stream.info)).bind(5, stream.info.ended ? 1 : 0);
  return (*row)->run();
}

/// @return the id of the new row.
base::Result<std::uint64_t> add_stream(Database& database, const ports::StreamInfo& info) {
  auto row = database.statement(
      "INSERT INTO streams(release, version, first_idx, last_idx, last_type, ended) "
      "VALUES (?1, 0, ?2, ?2, '', 0) RETURNING id");
  if (!row) return base::fail(row.error());
  (*row)->bind_text(1, info.release.str()).bind(2, info.first_index);
  if (const auto found = (*row)->step(); !found) return base::fail(found.error());
  const auto id = (*row)->number(0);
  if (auto ended = (*row)->run(); !ended) return base::fail(ended.error());
  return id;
}

}  // namespace

base::Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const DataFolderLock& lock) {
  auto opened = sqlite::open_for_writing(lock.folder(), sqlite::Opening::First);
  if (!opened) return base::fail(std::move(opened).error().during("opening the journal"));
  std::unique_ptr<SqliteJournal> journal(
      new SqliteJournal(lock.folder(), std::move(opened->database)));
  journal->head_file_ = std::move(opened->head_file);
  journal->tree_ = std::move(opened->tree);
  return journal;
}

base::Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open_reader(
    const std::filesystem::path& folder) {
  const auto path = sqlite::database_path(folder);
  if (auto allowed = may_read(folder, path); !allowed) return base::fail(allowed.error());
  // Read before the database: a head file older than the database is legal, a newer one is not.
  const auto recorded = HeadFile::read(sqlite::head_path(folder));
  if (!recorded) return base::fail(recorded.error());
  if (auto present = sqlite::refuse_lost_database(folder, *recorded); !present) {
    return base::fail(std::move(present).error().during("opening the journal for reading"));
  }
  if (const auto size = sqlite::size_of(path); size && !*size) {
    return base::fail(base::error(Code::NotFound, "JRN-0007",
                                  fmt::format("there is no journal in {}", folder.native()))
                          .because(fmt::format("{} does not exist", path.native()))
                          .now("nothing was changed"));
  }
  auto database = Database::open(path, Database::Access::ReadOnly);
  if (!database) return base::fail(database.error());
  if (auto ready = prepare_schema(*database, Database::Access::ReadOnly); !ready) {
    return with_good_prefix(*database, ready.error());
  }
  if (auto begun = database->run("BEGIN"); !begun) return base::fail(begun.error());
  auto tree = check_head(*database, *recorded);
  // After an error in between SQLite may refuse the COMMIT, too; the first one says more.
  const auto ended = database->run("COMMIT");
  if (!tree) {
    auto error = with_good_prefix(*database, std::move(tree).error()).value();
    return base::fail(std::move(error).during("opening the journal for reading"));
  }
  if (!ended) return base::fail(ended.error());
  return std::unique_ptr<SqliteJournal>(new SqliteJournal(folder, std::move(*database)));
}

base::Result<void> SqliteJournal::refuse_if_reader() const {
  if (head_file_) return {};
  return base::fail(base::error(Code::Conflict, "JRN-0005", "the journal was opened for reading")
                        .because("only the holder of the data folder's lock may write")
                        .now("nothing was written"));
}

base::Result<void> SqliteJournal::settle() {
  if (!unsettled_) return {};
  // What the old connection knows may be what the failed sync has not brought to the disk.
  database_.close();
  auto opened = sqlite::open_for_writing(folder_, sqlite::Opening::Again);
  if (!opened) return base::fail(std::move(opened).error().during("reading the journal back"));
  database_ = std::move(opened->database);
  head_file_ = std::move(opened->head_file);
  tree_ = std::move(opened->tree);
  unsettled_ = false;
  return {};
}

base::Result<std::vector<ports::Appended>> SqliteJournal::append(
    const std::vector<ports::AppendRequest>& batches, const ports::Call& call) {
  if (auto allowed = refuse_if_reader(); !allowed) return base::fail(allowed.error());
  if (auto in_time = check_limits(call); !in_time) return base::fail(in_time.error());
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  database_.wait_until(call);
  auto begun = database_.run("BEGIN IMMEDIATE");
  database_.wait_until(std::nullopt);
  if (!begun) {
    distrust_connection(begun.error());
    return base::fail(begun.error());
  }
  audit::TreeFrontier tree = tree_;
  auto appended = write_all(batches, tree);
  if (!appended) {
    distrust_connection(appended.error());
    // SQLite has already rolled back after some errors (a full disk); otherwise it is done here.
    const bool undone = !database_.in_transaction() || database_.run("ROLLBACK").has_value();
    unsettled_ = unsettled_ || !undone;
    return appended;
  }
  if (auto committed = commit(tree); !committed) return base::fail(committed.error());
  return appended;
}

void SqliteJournal::distrust_connection(const base::Error& error) {
  if (error.code == Code::Unavailable && !database_.disk_was_full()) unsettled_ = true;
}

base::Result<std::vector<ports::Appended>> SqliteJournal::write_all(
    const std::vector<ports::AppendRequest>& batches, audit::TreeFrontier& tree) {
  std::vector<ports::Appended> appended;
  for (const auto& batch : batches) {
    auto one = write_batch(batch, tree);
    if (!one) return base::fail(one.error());
    appended.push_back(*one);
  }
  if (auto saved = write_frontier(database_, tree); !saved) return base::fail(saved.error());
  return appended;
}

base::Result<ports::Appended> SqliteJournal::write_batch(const ports::AppendRequest& batch,
                                                         audit::TreeFrontier& tree) {
  if (batch.entries.empty() || batch.entries.size() > ports::kAppendEntriesMax) {
    return too_large(fmt::format("a batch of {} entries", batch.entries.size()),
                     fmt::format("a batch has 1 to {} entries", ports::kAppendEntriesMax));
  }
  auto stream = find_stream(database_, batch.stream);
  if (!stream) return base::fail(stream.error());
  if (stream->info.version != batch.expected_version) return conflict(batch, stream->info.version);
  const std::uint64_t first = tree.size();
  if (stream->row == 0) {
    stream->info.first_index = first;
    const auto id = add_stream(database_, stream->info);
    if (!id) return base::fail(id.error());
    stream->row = *id;
  }
  if (auto written = write_entries(batch, stream->info, stream->row, tree); !written) {
    return base::fail(written.error());
  }
  stream->info.ended = stream->info.ended || batch.ends_stream;
  if (auto saved = save_stream(database_, *stream); !saved) return base::fail(saved.error());
  return ports::Appended{first, tree.size(), tree.root()};
}

base::Result<void> SqliteJournal::write_entries(const ports::AppendRequest& batch,
                                                ports::StreamInfo& stream, std::uint64_t stream_row,
                                                audit::TreeFrontier& tree) {
  auto row = database_.statement(
      "INSERT INTO entries(idx, stream, stream_version, leaf, type, bytes) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  if (!row) return base::fail(row.error());
  for (const auto& entry : batch.entries) {
    const std::string bytes = entry.bytes_at(tree.size());
    if (bytes.size() > audit::kEntryBytesMax) {
      return too_large(fmt::format("a {} entry would have {} bytes", entry.type, bytes.size()),
                       fmt::format("an entry has at most {} bytes", audit::kEntryBytesMax));
    }
    const auto leaf = audit::leaf_hash(bytes);
    (*row)->bind(1, tree.size()).bind(2, stream_row).bind(3, ++stream.version);
    (*row)->bind_blob(4, sqlite::blob_of(leaf)).bind_text(5, entry.type).bind_blob(6, bytes);
    if (auto written = (*row)->run(); !written) return written;
    stream.last_index = tree.size();
    stream.last_type = entry.type;
    tree.append(leaf);
  }
  return {};
}

base::Result<void> SqliteJournal::commit(const audit::TreeFrontier& tree) {
  if (auto committed = database_.run("COMMIT"); !committed) {
    const bool nothing_committed = database_.nothing_was_committed();
    distrust_connection(committed.error());
    const bool undone = !database_.in_transaction() || database_.run("ROLLBACK").has_value();
    if (nothing_committed && undone) return committed;
    unsettled_ = true;
    return base::fail(not_known_if_written(std::move(committed).error()));
  }
  if (auto recorded = head_file_->write({tree.size(), tree.root()}); !recorded) {
    unsettled_ = true;
    return base::fail(not_known_if_written(std::move(recorded).error()));
  }
  tree_ = tree;
  return {};
}

base::Result<ports::Head> SqliteJournal::head() {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  if (head_file_) return ports::Head{tree_.size(), tree_.root()};
  const auto tree = read_frontier(database_);
  if (!tree) return base::fail(tree.error());
  return ports::Head{tree->size(), tree->root()};
}

base::Result<std::vector<ports::StoredEntry>> SqliteJournal::read_stream(
    const base::ReleaseId& stream, std::uint64_t after, std::size_t limit) {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  const auto known = find_stream(database_, stream);  // before the entries: it may grow meanwhile
  if (!known) return base::fail(known.error());
  auto row = database_.statement(
      "SELECT e.idx, s.release, e.stream_version, e.type, e.leaf, e.bytes FROM streams s "
      "JOIN entries e ON e.stream = s.id WHERE s.release = ?1 AND e.stream_version > ?2 "
      "ORDER BY e.stream_version LIMIT ?3");
  if (!row) return base::fail(row.error());
  (*row)->bind_text(1, stream.str()).bind(2, after).bind(3, row_limit(limit));
  const auto end = expected_end(after, limit, known->info.version);
  return take_entries(database_, *row, {&ports::StoredEntry::stream_version, after + 1, end + 1});
}

base::Result<std::vector<ports::StoredEntry>> SqliteJournal::read(std::uint64_t from,
                                                                  std::size_t limit) {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  const auto tree = read_frontier(database_);  // before the entries: it may grow meanwhile
  if (!tree) return base::fail(tree.error());
  auto row = database_.statement(
      "SELECT e.idx, s.release, e.stream_version, e.type, e.leaf, e.bytes FROM entries e "
      "LEFT JOIN streams s ON s.id = e.stream WHERE e.idx >= ?1 ORDER BY e.idx LIMIT ?2");
  if (!row) return base::fail(row.error());
  (*row)->bind(1, from).bind(2, row_limit(limit));
  const auto end = expected_end(from, limit, tree->size());
  return take_entries(database_, *row, {&ports::StoredEntry::index, from, end});
}

base::Result<std::vector<ports::StreamInfo>> SqliteJournal::streams(bool only_live) {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  auto row = database_.statement(
      "SELECT release, version, first_idx, last_idx, last_type, ended FROM streams "
      "ORDER BY first_idx DESC");
  if (!row) return base::fail(row.error());
  std::vector<ports::StreamInfo> found;
  for (auto more = (*row)->step();; more = (*row)->step()) {
    if (!more) return base::fail(more.error());
    if (!*more) return found;
    // Every row is checked: one that only says that its stream has ended would hide a release.
    auto stream = sqlite::stream_info(*row, 0);
    if (!stream) return base::fail(stream.error());
    if (!only_live || !stream->ended) found.push_back(std::move(*stream));
  }
}

base::Result<audit::TreeFrontier> SqliteJournal::frontier_of(
    const std::optional<ports::Head>& trusted) {
  if (!trusted) return audit::TreeFrontier{};
  const auto known = std::find_if(arrived_.begin(), arrived_.end(),
                                  [&](const auto& tree) { return tree.size() == trusted->size; });
  auto start = known != arrived_.end() ? *known : sqlite::frontier_at(database_, trusted->size);
  if (!start || start->root() == trusted->root) return start;
  return sqlite::damaged(
      fmt::format("the first {} entries are not those that were trusted", trusted->size),
      sqlite::good_prefix(database_));
}

void SqliteJournal::arrived(std::uint64_t from, const audit::TreeFrontier& at) {
  std::erase_if(arrived_, [&](const auto& tree) { return tree.size() == from; });
  if (arrived_.size() == kArrivedMax) arrived_.erase(arrived_.begin());
  arrived_.push_back(at);
}

base::Result<ports::Head> SqliteJournal::verify_some(const std::optional<ports::Head>& trusted,
                                                     std::uint64_t entries_max) {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  // The head file first, then one snapshot of the database: a writer may append meanwhile.
  const auto recorded = HeadFile::read(sqlite::head_path(folder_));
  if (!recorded) return base::fail(recorded.error());
  if (auto begun = database_.run("BEGIN"); !begun) return base::fail(begun.error());
  const auto verified = [&]() -> base::Result<audit::TreeFrontier> {
    const auto start = frontier_of(trusted);
    if (!start) return start;
    if (!trusted && entries_max == ports::kAllEntries) {
      if (auto sound = sqlite::check_database(database_); !sound) return base::fail(sound.error());
    }
    return sqlite::verify_from(database_, *start, *recorded, entries_max);
  }();
  const auto ended = database_.run("COMMIT");  // refused, perhaps, after an error in between
  if (!verified) {
    if (database_.in_transaction()) static_cast<void>(database_.run("ROLLBACK"));
    return with_good_prefix(database_, verified.error());
  }
  if (!ended) return base::fail(ended.error());
  if (head_file_ && verified->size() >= tree_.size() && *verified != tree_) {
    return sqlite::damaged("somebody else wrote to the journal while it was open",
                           sqlite::good_prefix(database_));
  }
  arrived(trusted ? trusted->size : 0, *verified);
  return ports::Head{verified->size(), verified->root()};
}

base::Result<std::optional<std::string>> SqliteJournal::get_note(const std::string& key) {
  if (auto settled = settle(); !settled) return base::fail(settled.error());
  auto row = database_.statement("SELECT value FROM notes WHERE key = ?1");
  if (!row) return base::fail(row.error());
  (*row)->bind_text(1, key);
  const auto found = (*row)->step();
  if (!found) return base::fail(found.error());
  if (!*found) return std::nullopt;
  auto value = sqlite::note_value(key, (*row)->bytes(0));
  if (!value) return base::fail(value.error());
  return std::move(*value);
}

base::Result<void> SqliteJournal::put_note(const std::string& key, const std::string& value) {
  if (auto allowed = refuse_if_reader(); !allowed) return allowed;
  if (auto settled = settle(); !settled) return settled;
  auto row = database_.statement(
      "INSERT INTO notes(key, value) VALUES (?1, ?2) "
      "ON CONFLICT(key) DO UPDATE SET value = excluded.value");
  if (!row) return base::fail(row.error());
  (*row)->bind_text(1, key).bind_text(2, sqlite::checked_note(key, value));
  auto written = (*row)->run();
  if (!written) distrust_connection(written.error());
  return written;
}

}  // namespace stellwerk::adapters
