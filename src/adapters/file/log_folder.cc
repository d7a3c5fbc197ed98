#include "adapters/file/log_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/files.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters {
namespace {

// The largest file is a full bundle: 256 entries of 65,535 bytes with their lengths.
constexpr std::size_t kLogFileBytesMax = std::size_t{256} * (65535 + 2);

base::Failure log_trouble(std::string_view what, const std::string& path, std::string why) {
  return base::fail(base::error(base::Code::Unavailable, "AUD-0041",
                                fmt::format("the log's file {} cannot be {}", path, what))
                        .because(std::move(why))
                        .now("no checkpoint was signed; the journal itself is untouched"));
}

std::string written_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::errno_text(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Words of a-z 0-9 . _ - joined by single slashes; none begins with a dot.
bool valid_path(std::string_view path) {
  if (path.empty() || path.size() > 200) return false;
  bool at_start = true;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (c == '/' ? at_start : !plain && (c != '.' || at_start)) return false;
    at_start = c == '/';
  }
  return !at_start;
}

}  // namespace

base::Result<std::filesystem::path> LogFolder::place_of(std::string_view path) const {
  if (valid_path(path)) return folder_ / path;
  return base::fail(
      base::error(base::Code::InvalidArgument, "AUD-0041",
                  fmt::format("{} is no path of a log", base::in_quotes(base::printable(path, 80))))
          .now("nothing was read or written"));
}

base::Result<std::string> LogFolder::read(const std::string& path) {
  auto place = place_of(path);
  if (!place) return base::fail(std::move(place.error()));
  auto bytes = base::read_file(place->native(), kLogFileBytesMax);
  if (bytes) return bytes;
  if (bytes.error().code == base::Code::NotFound)
    return base::fail(base::error(base::Code::NotFound, "AUD-0040", "the log has no " + path)
                          .because(place->native() + " is not there"));
  return log_trouble("read", place->native(), bytes.error().why);
}

base::Result<void> LogFolder::write(std::string_view path, std::string_view bytes) {
  auto place = place_of(path);
  if (!place) return base::fail(std::move(place.error()));
  if (auto made = base::make_folders(place->parent_path().native()); !made)
    return log_trouble("written", place->native(), made.error().why);
  std::string temporary = place->native() + ".tmp-XXXXXX";
  const base::UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file.valid()) return log_trouble("written", place->native(), base::errno_text(errno));
  std::string problem = written_whole(file.get(), bytes);
  // A name at the top (the checkpoint) must never point to bytes that are not on the disk.
  const bool at_top = path.find('/') == path.npos;
  if (problem.empty() && at_top && ::fdatasync(file.get()) != 0) problem = base::errno_text(errno);
  if (problem.empty() && ::rename(temporary.c_str(), place->c_str()) != 0)
    problem = base::errno_text(errno);
  if (problem.empty()) return {};
  ::unlink(temporary.c_str());
  return log_trouble("written", place->native(), std::move(problem));
}

base::Result<void> LogFolder::sync() {
  const base::UniqueFd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::syncfs(folder.get()) != 0)
    return log_trouble("synced", folder_.native(), base::errno_text(errno));
  return {};
}

base::Result<void> LogFolder::remove_folder(std::string_view path) {
  auto place = place_of(path);
  if (!place) return base::fail(std::move(place.error()));
  std::error_code error;
  std::filesystem::remove_all(*place, error);
  if (error) return log_trouble("removed", place->native(), error.message());
  return {};
}

}  // namespace stellwerk::adapters
