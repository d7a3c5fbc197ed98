#include "faults/expected.h"

#include <algorithm>
#include <map>

#include "audit/entry.h"
#include "audit/merkle.h"

namespace stellwerk::faults {
namespace {

constexpr std::size_t kLargeEntryBytes = 4500;  // more than a page of the database

struct Commit {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<ports::AppendRequest> requests;
};

struct Whole {
  std::vector<Commit> commits;
  std::vector<ports::StoredEntry> entries;
  std::vector<ports::StreamInfo> streams;  ///< as of each entry, in order
};

ports::NewEntry new_entry(const std::string& release, std::uint64_t number, std::size_t text) {
  audit::Entry made;
  made.release = base::ReleaseId(release);
  made.type = number % 2 == 0 ? "stellwerk.entry.made" : "stellwerk.entry.noted";
  made.actor = "stellwerk";
  made.data["number"] = number;
  made.data["text"] = std::string(text, static_cast<char>('a' + number % 26));
  auto encoded = audit::encode_entry(made).value();
  return {encoded.type, encoded.before_index, encoded.after_index};
}

/// Which streams a commit appends to, and how many entries to each.
std::vector<std::pair<std::string, int>> shape_of(std::size_t number) {
  switch (number % 5) {
    case 0:
      return {{"rel-1", 1}};
    case 1:
      return {{"rel-1", 1}, {"rel-2", 2}};
    case 2:
      return {{"", 1}};
    case 3:
      return {{"rel-3-" + std::to_string(number), 3}};  // begins and ends with this commit
    default:
      return {{"rel-2", 1}, {"", 1}, {"rel-1", 4}};
  }
}

void add_batch(Whole& whole, Commit& commit, std::map<std::string, ports::StreamInfo>& streams,
               const std::pair<std::string, int>& part, bool ends) {
  const auto& [release, count] = part;
  auto& stream = streams[release];
  stream.release = base::ReleaseId(release);
  if (stream.version == 0) stream.first_index = whole.entries.size();
  ports::AppendRequest request{stream.release, stream.version, {}, ends};
  for (int i = 0; i < count; ++i) {
    const std::uint64_t index = whole.entries.size();
    request.entries.push_back(new_entry(release, index, index % 11 == 3 ? kLargeEntryBytes : 40));
    const auto& made = request.entries.back();
    const std::string bytes = made.bytes_at(index);
    stream.last_index = index;
    stream.last_type = made.type;
    whole.entries.push_back(
        {index, stream.release, ++stream.version, made.type, bytes, audit::leaf_hash(bytes)});
    stream.ended = ends && i + 1 == count;
    whole.streams.push_back(stream);
  }
  commit.requests.push_back(std::move(request));
}

const Whole& whole_life() {
  static const Whole made = [] {
    Whole whole;
    std::map<std::string, ports::StreamInfo> streams;
    for (std::size_t number = 0; number < kCommitsMost; ++number) {
      Commit commit;
      commit.begin = whole.entries.size();
      for (const auto& part : shape_of(number)) {
        add_batch(whole, commit, streams, part, number % 5 == 3);
      }
      commit.end = whole.entries.size();
      whole.commits.push_back(std::move(commit));
    }
    return whole;
  }();
  return made;
}

const Commit* commit_at(std::uint64_t index) {
  const auto& commits = whole_life().commits;
  const auto found = std::ranges::find(commits, index, &Commit::begin);
  return found == commits.end() ? nullptr : &*found;
}

}  // namespace

std::vector<ports::AppendRequest> requests_of(std::uint64_t index) {
  const auto* commit = commit_at(index);
  return commit == nullptr ? std::vector<ports::AppendRequest>{} : commit->requests;
}

std::uint64_t end_of(std::uint64_t index) {
  const auto* commit = commit_at(index);
  return commit == nullptr ? 0 : commit->end;
}

std::span<const ports::StoredEntry> entries_until(std::uint64_t size) {
  return std::span(whole_life().entries).first(size);
}

base::Digest root_at(std::uint64_t size) {
  audit::TreeFrontier tree;
  for (const auto& entry : entries_until(size)) tree.append(entry.leaf);
  return tree.root();
}

std::vector<ports::StreamInfo> streams_at(std::uint64_t size) {
  std::map<base::ReleaseId, ports::StreamInfo> latest;
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto& stream = whole_life().streams[i];
    latest[stream.release] = stream;
  }
  std::vector<ports::StreamInfo> streams;
  for (const auto& [release, stream] : latest) streams.push_back(stream);
  std::ranges::sort(streams, std::ranges::greater{}, &ports::StreamInfo::first_index);
  return streams;
}

const std::vector<std::string>& all_contents() {
  static const std::vector<std::string> contents = {"a plan", std::string(3000, 'r') + " a report",
                                                    "evidence", std::string(700, 'e'), ""};
  return contents;
}

}  // namespace stellwerk::faults
