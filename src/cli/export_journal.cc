#include "cli/export_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/entry.h"
#include "audit/merkle.h"
#include "audit/tile.h"

namespace stellwerk::cli {
namespace {

base::Failure only_read(std::string_view what) {
  return base::fail(
      base::error(base::Code::Rejected, "AUD-0058", fmt::format("an export has no {}", what))
          .because("it is read only, one release of a log"));
}

}  // namespace

base::Result<std::unique_ptr<ExportJournal>> ExportJournal::read(const LogFiles& log,
                                                                 std::uint64_t size,
                                                                 const base::ReleaseId& release) {
  std::unique_ptr<ExportJournal> journal(new ExportJournal);
  const audit::FileReader reader = log.reader();
  for (std::uint64_t first = 0; first < size; first += audit::kTileWidth) {
    const auto bundle =
        audit::tile_of({.level = audit::kEntriesLevel, .index = first / audit::kTileWidth}, size);
    const auto bytes = audit::read_tile(reader, *bundle);
    if (!bytes) return base::fail(bytes.error());
    const auto entries = audit::decode_bundle(*bundle, *bytes);
    if (!entries) return base::fail(entries.error());
    for (std::uint64_t i = 0; i < entries->size(); ++i) {
      auto taken = journal->take(first + i, (*entries)[i], release);
      if (!taken) return base::fail(std::move(taken.error()));
    }
  }
  return journal;
}

base::Result<void> ExportJournal::take(std::uint64_t index, std::string_view bytes,
                                       const base::ReleaseId& release) {
  const auto entry = audit::decode_entry(bytes);
  if (!entry) return base::fail(entry.error());
  const bool is_wanted =
      entry->release == release || (entry->release.empty() && entry->type == "audit.key.rotated");
  if (!is_wanted) return {};
  std::vector<ports::StoredEntry>& stream = streams_[entry->release];
  stream.push_back({index, entry->release, stream.size() + 1, entry->type, std::string(bytes),
                    audit::leaf_hash(bytes)});
  return {};
}

base::Result<std::vector<ports::StoredEntry>> ExportJournal::read_stream(
    const base::ReleaseId& stream, std::uint64_t after, std::size_t limit) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() || after >= found->second.size())
    return std::vector<ports::StoredEntry>();
  const auto begin = found->second.begin() + static_cast<std::ptrdiff_t>(after);
  const auto count = std::min<std::uint64_t>(limit, found->second.size() - after);
  return std::vector<ports::StoredEntry>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

base::Result<std::vector<ports::Appended>> ExportJournal::append(
    const std::vector<ports::AppendRequest>&, const ports::Call&) {
  return only_read("place for more entries");
}
base::Result<ports::Head> ExportJournal::head() { return only_read("head of a journal"); }
base::Result<std::vector<ports::StoredEntry>> ExportJournal::read(std::uint64_t, std::size_t) {
  return only_read("entries of other releases");
}
base::Result<std::vector<ports::StreamInfo>> ExportJournal::streams(bool) {
  return only_read("list of releases");
}
base::Result<ports::Head> ExportJournal::verify_some(const std::optional<ports::Head>&,
                                                     std::uint64_t) {
  return only_read("database");
}
base::Result<std::optional<std::string>> ExportJournal::get_note(const std::string&) {
  return only_read("notes");
}
base::Result<void> ExportJournal::put_note(const std::string&, const std::string&) {
  return only_read("place for notes");
}

base::Result<base::Digest> ExportContent::put(std::string_view) {
  return only_read("place for more contents");
}

base::Result<std::string> ExportContent::get(const base::Digest& digest) {
  auto bytes = content_in(folder_, digest);
  if (!bytes || base::sha256(*bytes) == digest) return bytes;
  return base::fail(base::Code::Corruption, "CAS-0003",
                    fmt::format("the content {} has other bytes", digest.to_string()));
}

base::Result<bool> ExportContent::has(const base::Digest& digest) {
  const auto bytes = content_in(folder_, digest);
  if (bytes) return true;
  if (bytes.error().code == base::Code::NotFound) return false;
  return base::fail(bytes.error());
}

base::Result<void> ExportContent::erase(const base::Digest&) {
  return only_read("way to erase contents");
}

}  // namespace stellwerk::cli
