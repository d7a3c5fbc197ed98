#include "adapters/sqlite/space_reserve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "adapters/sqlite/posix_file.h"

namespace stellwerk::adapters {
namespace {

/// stat(2) counts in units of 512 bytes whatever the file system's blocks are.
constexpr std::size_t kStatBlockBytes = 512;

base::Failure unusable(std::string what, std::string why) {
  return fail(base::error(base::Code::Unavailable, "JRN-0009", std::move(what))
                  .because(std::move(why))
                  .then("stellwerk explain JRN-0009", "what it is for, and how to get it back"));
}

std::string reason(int number) { return std::generic_category().message(number); }

/// Bytes that are really allocated to the file.
sqlite::Io<std::size_t> allocated(const sqlite::UniqueFd& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return tl::unexpected("stat: " + reason(errno));
  return static_cast<std::size_t>(status.st_blocks) * kStatBlockBytes;
}

}  // namespace

base::Result<void> SpaceReserve::hold() {
  const std::string what =
      fmt::format("{} bytes for a rollback could not be set aside", size_bytes_);
  const auto file = sqlite::open_file(path_, O_RDWR | O_CREAT);
  if (!file) return unusable(what, file.error());
  const auto held = allocated(*file);
  if (!held) return unusable(what, held.error());
  const bool is_there = *held >= size_bytes_;  // and perhaps not synced, if that failed before
  const int problem =
      is_there ? 0 : ::posix_fallocate(file->get(), 0, static_cast<off_t>(size_bytes_));
  if (problem != 0) {
    // A part of it is no promise, and others may need it.
    [[maybe_unused]] const int emptied = ::ftruncate(file->get(), 0);
    return unusable(what, fmt::format("allocate {}: {}", path_.native(), reason(problem)));
  }
  auto synced = sqlite::sync_file(*file);
  if (synced) synced = sqlite::sync_folder(path_.has_parent_path() ? path_.parent_path() : ".");
  if (!synced) return unusable(what, synced.error());
  return {};
}

base::Result<bool> SpaceReserve::release() {
  const std::string what = "the space set aside for a rollback could not be freed";
  const auto present = sqlite::size_of(path_);
  if (!present) return unusable(what, present.error());
  if (!*present) return false;  // never made, or taken away by hand: nothing to free
  const auto file = sqlite::open_file(path_, O_RDWR);
  if (!file) return unusable(what, file.error());
  // What cannot be told must not keep the space from a rollback.
  const auto held = allocated(*file);
  if (held && *held == 0) return false;
  if (::ftruncate(file->get(), 0) != 0)
    return unusable(what, fmt::format("truncate {}: {}", path_.native(), reason(errno)));
  static_cast<void>(sqlite::sync_file(*file));  // some file systems free blocks only then
  return true;
}

}  // namespace stellwerk::adapters
