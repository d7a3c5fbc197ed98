#include "adapters/sqlite/journal_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>

#include "adapters/sqlite/journal_rows.h"
#include "audit/entry.h"

namespace stellwerk::adapters::sqlite {
namespace {

constexpr const char* kEntriesFrom =
    "SELECT e.idx, s.release, e.stream_version, e.type, e.leaf, e.bytes FROM entries e "
    "LEFT JOIN streams s ON s.id = e.stream WHERE e.idx >= ?1 ORDER BY e.idx";

base::Failure damaged_at(Database& database, std::string why) {
  return damaged(std::move(why), good_prefix(database));
}

/// What is wrong with one stored entry by itself; empty if nothing is.
std::string problem_of(const ports::StoredEntry& stored, std::uint64_t expected_index) {
  if (stored.index != expected_index) return "it is missing";
  if (audit::leaf_hash(stored.bytes) != stored.leaf) {
    return "its bytes are not those that were hashed";
  }
  const auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return entry.error().one_line();
  if (entry->index != stored.index) return "its bytes carry another index";
  if (entry->release != stored.release) return "it is filed under another release";
  if (entry->type != stored.type) return "it is filed under another type";
  return {};
}

/// Follows the versions of the streams that a verification meets.
class StreamVersions {
 public:
  explicit StreamVersions(Database& database) : database_(database) {}

  /// @return whether the entry carries the version that its stream has reached.
  base::Result<bool> follow(const ports::StoredEntry& entry) {
    const auto known = reached_.find(entry.release);
    if (known == reached_.end()) {
      const auto before = version_before(entry);
      if (!before) return base::fail(before.error());
      reached_[entry.release].version = *before;
      reached_[entry.release].first_index = entry.index;
    }
    auto& stream = reached_[entry.release];
    stream.last_index = entry.index;
    stream.last_type = entry.type;
    return entry.stream_version == ++stream.version;
  }
  /// The name of a stream whose row says otherwise than its entries; nothing if all agree.
  base::Result<std::optional<std::string>> find_wrong_row() {
    for (const auto& [release, stream] : reached_) {
      const auto row = find_stream(database_, release);
      if (!row) return base::fail(row.error());
      // It may go on behind what was verified.
      const bool is_end = row->info.last_index == stream.last_index;
      const auto last = is_end ? base::Result<ports::StreamInfo>(stream) : last_of(release);
      if (!last) return base::fail(last.error());
      const bool agrees =
          row->info.version == last->version && row->info.first_index <= stream.first_index &&
          row->info.last_index == last->last_index && row->info.last_type == last->last_type;
      if (!agrees) return release.str();
    }
    return std::nullopt;
  }

 private:
  base::Result<std::uint64_t> version_before(const ports::StoredEntry& entry) {
    auto row = database_.statement(
        "SELECT max(e.stream_version) FROM entries e JOIN streams s ON s.id = e.stream "
        "WHERE s.release = ?1 AND e.stream_version < ?2 AND e.idx < ?3");
    if (!row) return base::fail(row.error());
    (*row)->bind_text(1, entry.release.str());
    (*row)->bind(2, entry.stream_version).bind(3, entry.index);
    if (const auto found = (*row)->step(); !found) return base::fail(found.error());
    return (*row)->number(0);
  }

  /// What the stream's last entry says.
  base::Result<ports::StreamInfo> last_of(const base::ReleaseId& release) {
    auto row = database_.statement(
        "SELECT e.stream_version, e.idx, e.type FROM entries e JOIN streams s ON s.id = e.stream "
        "WHERE s.release = ?1 ORDER BY e.stream_version DESC LIMIT 1");
    if (!row) return base::fail(row.error());
    (*row)->bind_text(1, release.str());
    const auto found = (*row)->step();
    if (!found) return base::fail(found.error());
    ports::StreamInfo info;
    if (!*found) return info;
    info.version = (*row)->number(0);
    info.last_index = (*row)->number(1);
    info.last_type = std::string((*row)->bytes(2));
    return info;
  }

  Database& database_;
  std::map<base::ReleaseId, ports::StreamInfo> reached_;
};

/// Nothing if the tree is not of the recorded size, or of the same root.
std::optional<std::string> contradiction(const audit::TreeFrontier& tree,
                                         const std::optional<ports::Head>& recorded) {
  if (!recorded || recorded->size != tree.size() || recorded->root == tree.root()) return {};
  return fmt::format("the tree of {} entries has another root than the head file recorded",
                     tree.size());
}

base::Result<void> count_entries(Database& database, std::uint64_t expected) {
  auto row = database.statement("SELECT count(*), coalesce(max(idx) + 1, 0) FROM entries");
  if (!row) return base::fail(row.error());
  if (const auto found = (*row)->step(); !found) return base::fail(found.error());
  const auto count = (*row)->number(0);
  const auto end = (*row)->number(1);
  if (count == expected && end == expected) return {};
  return damaged_at(database,
                    fmt::format("{} entries up to index {} are stored, but the tree has {}", count,
                                end == 0 ? 0 : end - 1, expected));
}

base::Result<void> compare_streams(Database& database, StreamVersions& versions) {
  const auto wrong = versions.find_wrong_row();
  if (!wrong) return base::fail(wrong.error());
  if (!*wrong) return {};
  return damaged_at(database, fmt::format("stream \"{}\" is not what its entries say", **wrong));
}

base::Result<void> compare_end(Database& database, const audit::TreeFrontier& tree,
                               StreamVersions& versions) {
  const auto head = read_frontier(database);
  if (!head) return base::fail(head.error());
  if (head->size() != tree.size()) {
    return damaged_at(database, fmt::format("entry {}: it is missing", tree.size()));
  }
  if (*head != tree) {
    return damaged_at(database,
                      fmt::format("the tree of {} entries has another root", tree.size()));
  }
  return compare_streams(database, versions);
}

}  // namespace

std::string good_prefix(Database& database) {
  auto row =
      database.statement("SELECT idx, leaf, bytes FROM entries WHERE idx >= ?1 ORDER BY idx");
  if (!row) return "no entry can be read; nothing was changed";
  (*row)->bind(1, 0);
  std::uint64_t good = 0;
  for (auto found = (*row)->step(); found && *found; found = (*row)->step()) {
    const auto leaf = digest_from((*row)->bytes(1));
    if ((*row)->number(0) != good || !leaf || audit::leaf_hash((*row)->bytes(2)) != *leaf) break;
    ++good;
  }
  if (good == 0) return "no entry is good; nothing was changed";
  return fmt::format("entries 0 to {} are present and fit their hashes; nothing was changed",
                     good - 1);
}

base::Failure with_good_prefix(Database& database, base::Error error) {
  if (error.code == base::Code::Corruption && error.state.empty()) {
    error.state = good_prefix(database);
  }
  return base::fail(std::move(error));
}

base::Result<void> check_database(Database& database) {
  auto row = database.statement("PRAGMA integrity_check(1)");
  if (!row) return base::fail(row.error());
  const auto found = (*row)->step();
  const bool is_unreadable = errno == EIO;  // one row among others for SQLite; no damage for us
  if (!found) return base::fail(found.error());
  std::string said((*row)->bytes(0));
  std::ranges::replace(said, '\n', ' ');
  if (said != "ok" && is_unreadable) {
    return base::fail(
        base::error(base::Code::Unavailable, "JRN-0002", "the journal cannot be written or read")
            .because(said));
  }
  if (said != "ok") return damaged_at(database, said);
  auto streams = database.statement(
      "SELECT release, version, first_idx, last_idx, last_type, ended FROM streams");
  if (!streams) return base::fail(streams.error());
  for (auto more = (*streams)->step(); !more || *more; more = (*streams)->step()) {
    if (!more) return base::fail(more.error());
    if (auto info = stream_info(*streams, 0); !info) return base::fail(info.error());
  }
  auto notes = database.statement("SELECT key, value FROM notes");
  if (!notes) return base::fail(notes.error());
  for (auto more = (*notes)->step(); !more || *more; more = (*notes)->step()) {
    if (!more) return base::fail(more.error());
    auto value = note_value((*notes)->bytes(0), (*notes)->bytes(1));
    if (!value) return base::fail(value.error());
  }
  return {};
}

base::Result<audit::TreeFrontier> frontier_at(Database& database, std::uint64_t size) {
  audit::TreeFrontier tree;
  auto row = database.statement("SELECT idx, leaf FROM entries WHERE idx < ?1 ORDER BY idx");
  if (!row) return base::fail(row.error());
  (*row)->bind(1, size);
  while (tree.size() < size) {
    const auto found = (*row)->step();
    if (!found) return base::fail(found.error());
    const auto leaf = *found ? digest_from((*row)->bytes(1)) : std::nullopt;
    if (!leaf || (*row)->number(0) != tree.size()) {
      return damaged_at(database, fmt::format("entry {}: it is missing", tree.size()));
    }
    tree.append(*leaf);
  }
  return tree;
}

base::Result<audit::TreeFrontier> check_head(Database& database,
                                             const std::optional<ports::Head>& recorded) {
  auto tree = read_frontier(database);
  if (!tree) return tree;
  if (!recorded && tree->size() > 0) {
    return damaged_at(database,
                      fmt::format("the head file is missing beside {} entries", tree->size()));
  }
  if (recorded && recorded->size > tree->size()) {
    return damaged_at(database,
                      fmt::format("{} entries were acknowledged, but the journal holds {}",
                                  recorded->size, tree->size()));
  }
  if (auto counted = count_entries(database, tree->size()); !counted) {
    return base::fail(counted.error());
  }
  if (auto problem = contradiction(*tree, recorded)) return damaged_at(database, *problem);
  if (!recorded || recorded->size == tree->size()) return tree;
  const auto known = frontier_at(database, recorded->size);
  if (!known) return base::fail(known.error());
  return verify_from(database, *known, recorded);
}

base::Result<audit::TreeFrontier> verify_from(Database& database, const audit::TreeFrontier& start,
                                              const std::optional<ports::Head>& recorded,
                                              std::uint64_t entries_max) {
  audit::TreeFrontier tree = start;
  StreamVersions versions(database);
  if (auto problem = contradiction(tree, recorded)) return damaged_at(database, *problem);
  auto row = database.statement(kEntriesFrom);
  if (!row) return base::fail(row.error());
  (*row)->bind(1, start.size());
  for (auto found = (*row)->step();; found = (*row)->step()) {
    if (!found) return base::fail(found.error());
    if (!*found) break;
    if (tree.size() - start.size() == entries_max) {
      if (auto same = compare_streams(database, versions); !same) return base::fail(same.error());
      return tree;
    }
    const auto stored = stored_entry(*row);
    if (auto problem = problem_of(stored, tree.size()); !problem.empty()) {
      return damaged_at(database, fmt::format("entry {}: {}", tree.size(), problem));
    }
    const auto follows = versions.follow(stored);
    if (!follows) return base::fail(follows.error());
    if (!*follows) {
      return damaged_at(database, fmt::format("entry {}: its stream version is {}, out of order",
                                              stored.index, stored.stream_version));
    }
    tree.append(stored.leaf);
    if (auto problem = contradiction(tree, recorded)) return damaged_at(database, *problem);
  }
  if (recorded && recorded->size > tree.size()) {
    return damaged_at(database,
                      fmt::format("{} entries were acknowledged, but the journal holds {}",
                                  recorded->size, tree.size()));
  }
  if (auto compared = compare_end(database, tree, versions); !compared) {
    return base::fail(compared.error());
  }
  return tree;
}

}  // namespace stellwerk::adapters::sqlite
