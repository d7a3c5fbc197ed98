#include "adapters/sqlite/file_content_store.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "adapters/sqlite/posix_file.h"

namespace stellwerk::adapters {
namespace {

base::Failure unavailable(const base::Digest& digest, std::string why) {
  return fail(base::error(base::Code::Unavailable, "CAS-0001",
                          fmt::format("content {} cannot be read or written", digest.short_text()))
                  .because(std::move(why)));
}

/// Syncs a file that an earlier put() wrote: that one may have ended before it could.
sqlite::Io<void> sync_existing(const std::filesystem::path& path) {
  const auto file = sqlite::open_file(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  if (auto synced = sqlite::sync_file(*file); !synced) return synced;
  return sqlite::sync_folder(path.parent_path());
}

}  // namespace

std::filesystem::path FileContentStore::path_of(const base::Digest& digest) const {
  const std::string hex = digest.hex();
  return folder_ / hex.substr(0, 2) / hex;
}

base::Result<base::Digest> FileContentStore::put(std::string_view bytes) {
  const auto digest = base::sha256(bytes);
  const auto path = path_of(digest);
  const auto present = get(digest);
  const bool is_good = present.has_value();  // a damaged file is replaced by the good bytes
  auto done = is_good ? sync_existing(path) : sqlite::make_folder(folder_);
  if (!is_good && done) done = sqlite::make_folder(path.parent_path());
  if (!is_good && done) done = sqlite::replace_file(path, bytes);
  if (!done) return unavailable(digest, done.error());
  return digest;
}

base::Result<std::string> FileContentStore::get(const base::Digest& digest) {
  const auto path = path_of(digest);
  const auto present = has(digest);
  if (!present) return fail(present.error());
  if (!*present) {
    return fail(base::error(base::Code::NotFound, "CAS-0002",
                            fmt::format("no content {}", digest.to_string()))
                    .because(fmt::format("{} does not exist", path.native())));
  }
  auto bytes = sqlite::read_whole(path);
  if (!bytes) return unavailable(digest, bytes.error());
  if (base::sha256(*bytes) != digest) {
    return fail(base::error(base::Code::Corruption, "CAS-0003",
                            fmt::format("content {} is damaged", digest.to_string()))
                    .because(fmt::format("{} has other bytes than were stored", path.native())));
  }
  return std::move(*bytes);
}

base::Result<bool> FileContentStore::has(const base::Digest& digest) {
  std::error_code problem;
  const bool present = std::filesystem::exists(path_of(digest), problem);
  if (problem) return unavailable(digest, problem.message());
  return present;
}

/// The name goes; whether the disk keeps old blocks is the file system's.
base::Result<void> FileContentStore::erase(const base::Digest& digest) {
  const auto path = path_of(digest);
  std::error_code problem;
  const bool was_there = std::filesystem::remove(path, problem);
  if (problem) return unavailable(digest, problem.message());
  if (!was_there) return {};
  if (auto synced = sqlite::sync_folder(path.parent_path()); !synced)
    return unavailable(digest, synced.error());
  return {};
}

}  // namespace stellwerk::adapters
