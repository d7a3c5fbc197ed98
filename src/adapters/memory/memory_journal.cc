#include "adapters/memory/memory_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/entry.h"

namespace stellwerk::adapters {
namespace {

using base::Code;

base::Failure conflict(const ports::AppendRequest& batch, std::uint64_t version) {
  return fail(base::error(Code::Conflict, "JRN-0001",
                          fmt::format("stream \"{}\" has {} entries, not {}", batch.stream.str(),
                                      version, batch.expected_version))
                  .because("another writer appended to it")
                  .now("nothing was written"));
}

base::Failure corrupt(std::uint64_t index, std::string why) {
  return fail(base::error(Code::Corruption, "JRN-0003", "the journal is damaged")
                  .because(fmt::format("entry {}: {}", index, why))
                  .now(fmt::format("the {} entries before it are good", index)));
}

/// As from a disk: what is read is compared with its leaf.
base::Result<void> take(const ports::StoredEntry& entry, std::vector<ports::StoredEntry>& found) {
  if (audit::leaf_hash(entry.bytes) != entry.leaf)
    return corrupt(entry.index, "its bytes are not those that were hashed");
  found.push_back(entry);
  return {};
}

/// What is wrong with an append as a whole; nothing if it may be written.
std::optional<base::Error> problem_of(const ports::AppendRequest& batch, std::uint64_t next_index) {
  if (batch.entries.empty() || batch.entries.size() > ports::kAppendEntriesMax) {
    return base::error(Code::InvalidArgument, "JRN-0004",
                       fmt::format("a batch of {} entries", batch.entries.size()))
        .because(fmt::format("a batch has 1 to {} entries", ports::kAppendEntriesMax))
        .now("nothing was written");
  }
  for (const auto& entry : batch.entries) {
    const auto size = entry.bytes_at(next_index++).size();
    if (size <= audit::kEntryBytesMax) continue;
    return base::error(Code::InvalidArgument, "JRN-0004",
                       fmt::format("a {} entry would have {} bytes", entry.type, size))
        .because(fmt::format("an entry has at most {} bytes", audit::kEntryBytesMax))
        .now("nothing was written");
  }
  return std::nullopt;
}

}  // namespace

base::Result<std::vector<ports::Appended>> MemoryJournal::append(
    const std::vector<ports::AppendRequest>& batches, const ports::Call&) {
  if (faults_left_ > 0) {
    --faults_left_;
    if (fault_ == Fault::NothingWritten) {
      return fail(base::error(Code::Unavailable, "JRN-0002", "the journal cannot be written")
                      .because("database or disk is full")
                      .now("nothing was written"));
    }
    if (auto written = append_all(batches); !written) return written;
    return fail(base::error(Code::OutcomeUnknown, "JRN-0002", "the journal did not answer")
                    .now("not known whether the entries were written; read the head"));
  }
  return append_all(batches);
}

base::Result<std::vector<ports::Appended>> MemoryJournal::append_all(
    const std::vector<ports::AppendRequest>& batches) {
  std::map<base::ReleaseId, std::uint64_t> versions;
  std::uint64_t next_index = tree_.size();
  for (const auto& batch : batches) {
    const auto known = streams_.find(batch.stream);
    const auto version =
        versions.try_emplace(batch.stream, known == streams_.end() ? 0 : known->second.version)
            .first;
    if (version->second != batch.expected_version) return conflict(batch, version->second);
    if (auto problem = problem_of(batch, next_index)) return fail(std::move(*problem));
    version->second += batch.entries.size();
    next_index += batch.entries.size();
  }
  std::vector<ports::Appended> appended;
  for (const auto& batch : batches) appended.push_back(append_one(batch));
  return appended;
}

ports::Appended MemoryJournal::append_one(const ports::AppendRequest& batch) {
  const std::uint64_t first = tree_.size();
  auto& stream = streams_[batch.stream];
  if (stream.version == 0) {
    stream.release = batch.stream;
    stream.first_index = first;
  }
  for (const auto& entry : batch.entries) {
    const std::uint64_t index = tree_.size();
    std::string bytes = entry.bytes_at(index);
    const auto leaf = audit::leaf_hash(bytes);
    tree_.append(leaf);
    indexes_[batch.stream].push_back(index);
    entries_.push_back({index, batch.stream, ++stream.version, entry.type, std::move(bytes), leaf});
    stream.last_index = index;
    stream.last_type = entry.type;
  }
  stream.ended = stream.ended || batch.ends_stream;
  return {first, tree_.size(), tree_.root()};
}

base::Result<ports::Head> MemoryJournal::head() { return ports::Head{tree_.size(), tree_.root()}; }

base::Result<std::vector<ports::StoredEntry>> MemoryJournal::read_stream(
    const base::ReleaseId& stream, std::uint64_t after, std::size_t limit) {
  std::vector<ports::StoredEntry> found;
  const auto indexes = indexes_.find(stream);
  if (indexes == indexes_.end()) return found;
  for (std::size_t i = after; i < indexes->second.size() && found.size() < limit; ++i) {
    if (auto good = take(entries_[indexes->second[i]], found); !good)
      return base::fail(good.error());
  }
  return found;
}

base::Result<std::vector<ports::StoredEntry>> MemoryJournal::read(std::uint64_t from,
                                                                  std::size_t limit) {
  std::vector<ports::StoredEntry> found;
  for (std::size_t i = from; i < entries_.size() && found.size() < limit; ++i) {
    if (auto good = take(entries_[i], found); !good) return base::fail(good.error());
  }
  return found;
}

base::Result<std::vector<ports::StreamInfo>> MemoryJournal::streams(bool only_live) {
  std::vector<ports::StreamInfo> found;
  for (const auto& [release, info] : streams_) {
    if (!only_live || !info.ended) found.push_back(info);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first_index > b.first_index; });
  return found;
}

base::Result<ports::Head> MemoryJournal::verify_some(const std::optional<ports::Head>& trusted,
                                                     std::uint64_t entries_max) {
  const std::uint64_t from = trusted ? trusted->size : 0;
  if (from > entries_.size())
    return corrupt(entries_.size(), fmt::format("{} entries were trusted", from));
  audit::TreeFrontier tree;
  for (std::uint64_t i = 0; i < from; ++i) tree.append(entries_[i].leaf);
  if (trusted && tree.root() != trusted->root)
    return corrupt(from, "the tree before it is not the trusted one");
  const std::uint64_t end = from + std::min<std::uint64_t>(entries_max, entries_.size() - from);
  for (std::uint64_t i = from; i < end; ++i) {
    if (audit::leaf_hash(entries_[i].bytes) != entries_[i].leaf)
      return corrupt(i, "its bytes are not those that were hashed");
    tree.append(entries_[i].leaf);
  }
  if (end == entries_.size() && tree.root() != tree_.root())
    return corrupt(end, "the root is another");
  return ports::Head{tree.size(), tree.root()};
}

base::Result<std::optional<std::string>> MemoryJournal::get_note(const std::string& key) {
  const auto found = notes_.find(key);
  if (found == notes_.end()) return std::nullopt;
  return found->second;
}

base::Result<void> MemoryJournal::put_note(const std::string& key, const std::string& value) {
  notes_[key] = value;
  return {};
}

void MemoryJournal::fail_appends(Fault fault, int times) {
  fault_ = fault;
  faults_left_ = times;
}

void MemoryJournal::tamper(std::uint64_t index, std::string bytes) {
  entries_.at(index).bytes = std::move(bytes);
}

}  // namespace stellwerk::adapters
