#include <fmt/format.h>

#include <algorithm>

#include "audit/merkle.h"
#include "faults/expected.h"
#include "faults/store_life.h"

namespace stellwerk::faults {
namespace {

ports::Call ample_time() { return {.deadline = {INT64_MAX}, .stop = {}}; }

std::string text_of(const base::Error& error) {
  return fmt::format("{} ({})", error.one_line(), error.state);
}

/// The sizes that a journal may have: after the commits that the promise speaks of.
bool is_promised(std::uint64_t size, const Promise& promise) {
  std::uint64_t end = promise.entries;
  while (end < size && end < promise.entries_most) end = end_of(end);
  return size == end;
}

bool equal(const ports::StoredEntry& a, const ports::StoredEntry& b) {
  return a.index == b.index && a.release == b.release && a.stream_version == b.stream_version &&
         a.type == b.type && a.bytes == b.bytes && a.leaf == b.leaf;
}

bool equal(const ports::StreamInfo& a, const ports::StreamInfo& b) {
  return a.release == b.release && a.version == b.version && a.first_index == b.first_index &&
         a.last_index == b.last_index && a.last_type == b.last_type && a.ended == b.ended;
}

constexpr auto kEqual = [](const auto& a, const auto& b) { return equal(a, b); };

std::string check_streams(adapters::SqliteJournal& journal, std::uint64_t size) {
  const auto streams = journal.streams(false);
  if (!streams) return "streams: " + text_of(streams.error());
  if (!std::ranges::equal(*streams, streams_at(size), kEqual)) {
    return "other streams than were written";
  }
  for (const auto& stream : *streams) {
    const auto read = journal.read_stream(stream.release, 0, SIZE_MAX);
    if (!read) return "stream: " + text_of(read.error());
    auto next = read->begin();
    for (const auto& entry : entries_until(size)) {
      if (entry.release != stream.release) continue;
      if (next == read->end() || !equal(*next++, entry)) return "another stream than was written";
    }
    if (next != read->end()) return "a longer stream than was written";
  }
  return {};
}

std::string check_notes(adapters::SqliteJournal& journal, const Promise& promise) {
  for (const std::string key : {"cursor", "other"}) {
    const auto note = journal.get_note(key);
    if (!note) return "note: " + text_of(note.error());
    const auto value_in = [&](const auto& notes) {
      const auto found = notes.find(key);
      return found == notes.end() ? std::nullopt : std::optional(found->second);
    };
    if (*note == value_in(promise.notes)) continue;
    if (*note && *note == value_in(promise.notes_under_way)) continue;
    return fmt::format("note {} is \"{}\"", key, note->value_or("(none)"));
  }
  return {};
}

std::string check_contents(adapters::FileContentStore& store, const Promise& promise) {
  for (const auto& text : all_contents()) {
    const auto got = store.get(base::sha256(text));
    if (got ? *got == text : got.error().id == "CAS-0002" && !promise.contents.contains(text)) {
      continue;
    }
    return "content: " + (got ? "another" : text_of(got.error()));
  }
  return {};
}

std::string check_lines(const adapters::EmergencyLog& log, const Promise& promise) {
  const auto read = log.read();
  if (!read) return "emergency log: " + text_of(read.error());
  if (read->lines == promise.lines) return {};
  if (promise.lines_under_clearing && read->lines.empty()) return {};
  auto more = promise.lines;
  if (promise.line_under_way) more.push_back(*promise.line_under_way);
  if (read->lines == more) return {};
  return fmt::format("emergency log has {} lines, promised were {}", read->lines.size(),
                     promise.lines.size());
}

std::string check_all(const OpenStores& stores, const Promise& promise) {
  if (auto problem = check_journal(*stores.journal, promise); !problem.empty()) return problem;
  if (auto problem = check_contents(*stores.content, promise); !problem.empty()) return problem;
  return check_lines(*stores.emergency, promise);
}

/// Goes on from wherever the stores are. @return the promise afterwards, or what is wrong
base::Result<Promise> go_on(const OpenStores& stores) {
  Promise promise;
  const auto size = stores.journal->head().value().size;
  promise.entries = promise.entries_most = end_of(end_of(size));
  for (const auto index : {size, end_of(size)}) {
    const auto appended = stores.journal->append(requests_of(index), ample_time());
    if (!appended) return base::fail(appended.error());
  }
  promise.published = promise.published_most = promise.entries;
  const auto published = stores.log->publish(stores.journal->head().value());
  if (!published) return base::fail(published.error());
  promise.notes = {{"cursor", "later"}, {"other", "later"}};
  for (const auto& [key, value] : promise.notes) {
    if (auto put = stores.journal->put_note(key, value); !put) return base::fail(put.error());
  }
  for (const auto& text : all_contents()) {
    if (auto put = stores.content->put(text); !put) return base::fail(put.error());
    promise.contents.insert(text);
  }
  promise.lines = stores.emergency->read().value().lines;
  promise.lines.emplace_back("later");
  if (auto done = stores.emergency->append("later"); !done) return base::fail(done.error());
  if (auto held = stores.reserve->hold(); !held) return base::fail(held.error());
  return promise;
}

/// The log is brought up to the journal, whatever was under way.
std::string check_publishing(const std::string& folder, const OpenStores& stores) {
  const auto head = stores.journal->head();
  if (!head) return "head: " + text_of(head.error());
  const auto published = stores.log->publish(*head);
  if (!published) return "publishing: " + text_of(published.error());
  Promise now;
  now.published = now.published_most = head->size;
  return check_published(folder, now);
}

std::string check_reader(const std::string& folder, const Promise& promise) {
  const auto reader = adapters::SqliteJournal::open_reader(folder);
  if (!reader) return "a reader: " + text_of(reader.error());
  auto problem = check_journal(**reader, promise);
  return problem.empty() ? problem : "a reader: " + problem;
}

}  // namespace

std::string check_journal(adapters::SqliteJournal& journal, const Promise& promise) {
  const auto verified = journal.verify(std::nullopt);
  if (!verified) return "verify: " + text_of(verified.error());
  if (!is_promised(verified->size, promise)) {
    return fmt::format("the journal has {} entries; acknowledged were {}, at most {} written",
                       verified->size, promise.entries, promise.entries_most);
  }
  const auto head = journal.head();
  if (!head || *head != *verified) return "the head is not what was verified";
  const auto entries = journal.read(0, SIZE_MAX);
  if (!entries) return "read: " + text_of(entries.error());
  if (!std::ranges::equal(*entries, entries_until(verified->size), kEqual)) {
    return "other entries than were written";
  }
  if (auto problem = check_streams(journal, verified->size); !problem.empty()) return problem;
  return check_notes(journal, promise);
}

std::string check_long_log(const std::string& folder, const Promise& promise) {
  if (auto problem = check_published(folder, promise); !problem.empty()) return problem;
  const auto stores = OpenStores::open(folder);
  if (!stores) return "opening: " + text_of(stores.error());
  const auto size = stores->journal->head().value().size;
  if (!is_promised(size, promise)) return fmt::format("the journal has {} entries", size);
  if (auto problem = check_publishing(folder, *stores); !problem.empty()) return problem;
  const auto appended = stores->journal->append(requests_of(size), ample_time());
  if (!appended) return "appending: " + text_of(appended.error());
  return check_publishing(folder, *stores);
}

std::string check_stores(const std::string& folder, const Promise& promise) {
  Promise later;
  if (auto problem = check_published(folder, promise); !problem.empty()) return problem;
  {
    const auto stores = OpenStores::open(folder);
    if (!stores) return "opening: " + text_of(stores.error());
    if (auto problem = check_all(*stores, promise); !problem.empty()) return problem;
    if (auto problem = check_publishing(folder, *stores); !problem.empty()) return problem;
    const auto went_on = go_on(*stores);
    if (!went_on) return "going on: " + text_of(went_on.error());
    later = *went_on;
    if (auto problem = check_reader(folder, later); !problem.empty()) return problem;
  }
  const auto stores = OpenStores::open(folder);
  if (!stores) return "opening again: " + text_of(stores.error());
  auto problem = check_all(*stores, later);
  if (problem.empty()) problem = check_published(folder, later);
  return problem.empty() ? problem : "afterwards, " + problem;
}

}  // namespace stellwerk::faults
