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

/// Nobody relies on a tile before the next sync, unless another of that name was there. All else is
/// relied on by its name alone.
bool is_new_tile(std::string_view path, const std::filesystem::path& place) {
  return path.starts_with("tile/") && ::access(place.c_str(), F_OK) != 0 && errno == ENOENT;
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
  if (auto opened = open_folder(); !opened) return opened;
  std::string temporary = place->native() + ".tmp-XXXXXX";
  const base::UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file.valid()) return log_trouble("written", place->native(), base::errno_text(errno));
  std::string problem = written_whole(file.get(), bytes);
  if (problem.empty() && !is_new_tile(path, *place) && ::fdatasync(file.get()) != 0)
    problem = base::errno_text(errno);
  if (problem.empty() && ::rename(temporary.c_str(), place->c_str()) != 0)
    problem = base::errno_text(errno);
  if (problem.empty()) return {};
  ::unlink(temporary.c_str());
  return log_trouble("written", place->native(), std::move(problem));
}

/// Left closed when it is not there.
base::Result<void> LogFolder::open_folder() {
  if (!opened_.valid()) opened_.reset(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened_.valid() || errno == ENOENT) return {};
  return log_trouble("opened", folder_.native(), base::errno_text(errno));
}

base::Result<void> LogFolder::sync() {
  if (auto opened = open_folder(); !opened) return opened;
  if (!opened_.valid() || ::syncfs(opened_.get()) == 0) return {};  // nothing was written
  return log_trouble("synced", folder_.native(), base::errno_text(errno));
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
