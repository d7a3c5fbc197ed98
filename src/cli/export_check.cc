#include "cli/export_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "audit/encoding.h"
#include "audit/note.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/export_journal.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSpareBytes = std::size_t{64} << 10;
constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kAboutBytesMax = std::size_t{64} << 10;
constexpr std::size_t kProgramBytesMax = 100;

base::Error not_its_record(std::string what, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0064", std::move(what))
      .because(std::move(why))
      .now("the log itself fits")
      .then("get the archive again", "from who exported it");
}

std::string line_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return base::printable(text.substr(begin, std::min(text.find('\n', at), text.size()) - begin),
                         kShownBytes);
}

/// What the export says of its program; other text than a version's is not shown.
std::string program_of(const std::string& folder) {
  const auto text = base::read_file(folder + "/export.json", kAboutBytesMax);
  const auto json = text ? base::parse_json(*text) : base::parse_json("");
  const bool is_said =
      json && json->is_object() && json->contains("program") && (*json)["program"].is_string();
  std::string program = is_said ? (*json)["program"].get<std::string>() : std::string();
  return program.size() <= kProgramBytesMax ? program : std::string();
}

/// What explains the record, and is none of it.
bool explains(std::string_view path) {
  return path == "README.md" || path == "fields.md" || path == "verify.py";
}

/// The entry whose row, or whose file, differs.
std::optional<std::uint64_t> entry_of(const ReleaseExport& whole, const std::string& path,
                                      std::string_view expected, std::size_t at) {
  if (path.starts_with("approvals/")) return audit::decimal(fs::path(path).stem().string());
  const bool is_table = path.ends_with(".ndjson") || path.ends_with(".csv");
  if (!is_table) return std::nullopt;
  const std::string_view before = expected.substr(0, at);
  auto row = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  if (path.ends_with(".csv")) {
    if (row == 0) return std::nullopt;
    --row;
  }
  return row < whole.indexes().size() ? std::optional(whole.indexes()[row]) : std::nullopt;
}

}  // namespace

void ExportCheck::problem(std::optional<std::uint64_t> index, base::Error error) {
  problems_.push_back({index, std::move(error)});
}

void ExportCheck::run() {
  program_ = program_of(place_.archive);
  if (auto made = make_again(); !made)
    problem(std::nullopt, not_its_record(fmt::format("the record of {} cannot be made from the log",
                                                     base::printable(place_.release, 80)),
                                         made.error().one_line()));
}

base::Result<void> ExportCheck::make_again() {
  const LogFiles log(place_.log);
  const auto note = log.checkpoint();
  if (!note) return base::fail(note.error());
  const auto text = audit::parse_note(*note);
  if (!text) return base::fail(text.error());
  const auto checkpoint = audit::Checkpoint::parse(text->text);
  if (!checkpoint) return base::fail(checkpoint.error());
  const base::ReleaseId release(place_.release);
  auto journal = ExportJournal::read(log, checkpoint->size, release);
  if (!journal) return base::fail(std::move(journal.error()));
  Reader reader{std::move(*journal), std::make_unique<ExportContent>(place_.content)};
  ReleaseExport whole(reader, log, release, program_);
  if (auto collected = whole.collect(); !collected) return collected;
  compare(whole);
  find_more(whole);
  return {};
}

void ExportCheck::compare(const ReleaseExport& whole) {
  for (const auto& [path, bytes_of] : whole.files()) {
    // These are judged by themselves: by the tree, and by their digests.
    if (path.starts_with("log/") || path.starts_with("content/")) continue;
    const auto expected = bytes_of();
    if (expected)
      compare_one(whole, path, *expected);
    else
      problem(std::nullopt, expected.error());
  }
}

void ExportCheck::compare_one(const ReleaseExport& whole, const std::string& path,
                              const std::string& expected) {
  const auto bytes = base::read_file(place_.archive + "/" + path, expected.size() + kSpareBytes);
  if (bytes && *bytes == expected) {
    ++same_;
    return;
  }
  if (explains(path)) {
    unlike_.push_back(path);
    return;
  }
  if (!bytes)
    return problem(
        entry_of(whole, path, expected, 0),
        not_its_record(fmt::format("{} is not what the log says", path), bytes.error().one_line()));
  const auto differ = std::mismatch(expected.begin(), expected.end(), bytes->begin(), bytes->end());
  const auto at = static_cast<std::size_t>(differ.first - expected.begin());
  const auto lines = std::count(expected.begin(), differ.first, '\n') + 1;
  std::string why = fmt::format("line {} must be {}, and is {}", lines, line_at(expected, at),
                                line_at(*bytes, at));
  if (program_ != base::program_version())
    why += fmt::format("; Stellwerk {} is said to have written it, this is {}",
                       base::printable(program_, kProgramBytesMax), base::program_version());
  problem(entry_of(whole, path, expected, at),
          not_its_record(fmt::format("{} is not what the log says", path), std::move(why)));
}

/// Approvals that no entry names would be taken for some.
void ExportCheck::find_more(const ReleaseExport& whole) {
  std::error_code failed;
  std::vector<std::string> more;
  for (fs::directory_iterator each(place_.archive + "/approvals", failed), end;
       !failed && each != end; each.increment(failed)) {
    std::string path = "approvals/" + each->path().filename().string();
    if (!whole.files().contains(path)) more.push_back(std::move(path));
  }
  if (more.empty()) return;
  const auto first = std::min_element(more.begin(), more.end());
  problem(entry_of(whole, *first, {}, 0),
          not_its_record(fmt::format("{} is none of this record", base::printable(*first, 80)),
                         "no entry of the release names it"));
}

}  // namespace stellwerk::cli
