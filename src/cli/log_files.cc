#include "cli/log_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "audit/encoding.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kContentBytesMax = std::size_t{64} << 20;
constexpr std::size_t kKeyBytesMax = std::size_t{8} << 10;
constexpr std::size_t kTimestampBytesMax = std::size_t{64} << 10;
constexpr std::size_t kExportFileBytesMax = std::size_t{64} << 10;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

base::Failure nothing_published(const std::string& folder) {
  return base::fail(base::error(base::Code::NotFound, "AUD-0057", "there is no published log")
                        .because(fmt::format("{}/checkpoint does not exist", folder))
                        .now("nothing was checked")
                        .then("stellwerk audit verify FOLDER",
                              "name a data folder, a log's own folder, or an export"));
}

/// Without its export.json an export would pass for a folder with a log and nothing else.
bool has_parts_of_export(const fs::path& root) {
  for (const char* name : {"entries.ndjson", "events.csv", "events.ndjson", "audit-trail.json"})
    if (is_file(root / name)) return true;
  return is_file(root / "approvals" / "allowed_signers");
}

base::Result<std::string> release_of_export(const fs::path& root) {
  const fs::path file = root / "export.json";
  if (!is_file(file) && !has_parts_of_export(root)) return std::string();
  if (!is_file(file))
    return base::fail(base::error(base::Code::InvalidArgument, "AUD-0058", "not a whole export")
                          .because(file.string() + " is missing")
                          .now("nothing was checked")
                          .then("get the archive again", "from who exported it"));
  const auto text = base::read_file(file.string(), kExportFileBytesMax);
  if (!text) return base::fail(text.error());
  const auto json = base::parse_json(*text);
  const bool is_right = json && json->is_object() && json->contains("release") &&
                        (*json)["release"].is_string() &&
                        base::parse_name((*json)["release"].get<std::string>()).has_value();
  if (is_right) return (*json)["release"].get<std::string>();
  return base::fail(base::error(base::Code::InvalidArgument, "AUD-0058", "not an export")
                        .because(file.string() + " does not name a release")
                        .now("nothing was checked"));
}

}  // namespace

audit::FileReader LogFiles::reader() const {
  return [folder = folder_](const std::string& path) {
    return base::read_file(folder + "/" + path, kTileBytesMax);
  };
}

base::Result<std::string> LogFiles::checkpoint() const {
  auto note = base::read_file(folder_ + "/checkpoint", kNoteBytesMax);
  if (!note && note.error().code == base::Code::NotFound) return nothing_published(folder_);
  return note;
}

std::vector<std::string> LogFiles::key_files() const {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator each(folder_ + "/keys", problem), end; !problem && each != end;
       each.increment(problem)) {
    if (each->path().extension() != ".vkey") continue;
    names.push_back("keys/" + each->path().filename().string());
    if (names.size() == kKeysMax) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<std::vector<audit::VerifierKey>> LogFiles::keys() const {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& name : key_files()) {
    const auto text = base::read_file(folder_ + "/" + name, kKeyBytesMax);
    if (!text) return base::fail(text.error());
    auto key = audit::VerifierKey::parse(base::trim(*text));
    if (!key) return base::fail(std::move(key.error()).during("reading " + name));
    const std::string spelled = key->to_string();
    const bool is_exact = *text == spelled || *text == spelled + "\n";
    if (!is_exact || name != fmt::format("keys/{:08x}.vkey", key->id()))
      return base::fail(base::error(base::Code::InvalidArgument, "AUD-0005",
                                    fmt::format("{} is not the file of a key", name))
                            .because("it should hold one key and be named after its id"));
    keys.push_back(std::move(*key));
  }
  // The same keys, in the order in which they were used.
  const auto all = base::read_file(folder_ + "/keys/all", kKeysMax * kKeyBytesMax);
  for (const std::string_view line : base::split(all ? std::string_view(*all) : "", '\n')) {
    const bool is_known =
        line.empty() || std::any_of(keys.begin(), keys.end(), [&](const audit::VerifierKey& key) {
          return key.to_string() == line;
        });
    if (!is_known)
      return base::fail(base::error(base::Code::InvalidArgument, "AUD-0005",
                                    "keys/all is not the list of the log's keys")
                            .because(base::in_quotes(line) + " has no file of its own"));
  }
  return keys;
}

std::vector<std::uint64_t> LogFiles::sizes_in(const char* folder, const char* ending) const {
  std::vector<std::uint64_t> sizes;
  std::error_code problem;
  for (fs::directory_iterator each(folder_ + "/" + folder, problem), end; !problem && each != end;
       each.increment(problem)) {
    if (each->path().extension() != ending) continue;
    if (const auto size = audit::decimal(each->path().stem().string())) sizes.push_back(*size);
  }
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

std::vector<std::uint32_t> LogFiles::partial_widths(const audit::TileId& tile) const {
  std::vector<std::uint32_t> widths;
  std::error_code problem;
  for (fs::directory_iterator each(folder_ + "/" + tile.partial_folder(), problem), end;
       !problem && each != end; each.increment(problem)) {
    const auto width = audit::decimal(each->path().filename().string());
    if (width && *width >= 1 && *width < audit::kTileWidth)
      widths.push_back(static_cast<std::uint32_t>(*width));
  }
  std::sort(widths.begin(), widths.end());
  return widths;
}

std::vector<std::uint64_t> LogFiles::cosigned_sizes() const {
  return sizes_in("cosigned", ".note");
}

std::vector<std::uint64_t> LogFiles::timestamp_sizes() const {
  return sizes_in("timestamps", ".tsr");
}

base::Result<std::string> LogFiles::cosigned(std::uint64_t size) const {
  return base::read_file(fmt::format("{}/cosigned/{}.note", folder_, size), kNoteBytesMax);
}

base::Result<std::string> LogFiles::stamped_text(std::uint64_t size) const {
  return base::read_file(fmt::format("{}/timestamps/{}.txt", folder_, size), kNoteBytesMax);
}

base::Result<std::string> LogFiles::timestamp(std::uint64_t size) const {
  return base::read_file(fmt::format("{}/timestamps/{}.tsr", folder_, size), kTimestampBytesMax);
}

base::Result<LogPlace> place_of(const std::string& folder) {
  const fs::path root(folder);
  if (is_file(root / "log" / "checkpoint")) {
    auto release = release_of_export(root);
    if (!release) return base::fail(release.error());
    const fs::path content = root / "content";
    LogPlace place{(root / "log").string(),
                   is_folder(content) ? content.string() : std::string(),
                   std::move(*release),
                   {}};
    if (place.release.empty()) return place;
    // What an export does not have is missing, the whole folder too.
    place.content = content.string();
    place.archive = folder;
    return place;
  }
  if (is_file(root / "checkpoint")) return LogPlace{folder, {}, {}, {}};
  return nothing_published(folder);
}

base::Result<std::string> content_in(const std::string& folder, const base::Digest& digest) {
  const std::string hex = digest.hex();
  auto bytes =
      base::read_file(fmt::format("{}/{}/{}", folder, hex.substr(0, 2), hex), kContentBytesMax);
  if (bytes || bytes.error().code != base::Code::NotFound) return bytes;
  return base::fail(base::Code::NotFound, "CAS-0002", "no content " + digest.to_string());
}

}  // namespace stellwerk::cli
