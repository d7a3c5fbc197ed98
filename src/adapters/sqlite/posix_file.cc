#include "adapters/sqlite/posix_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace stellwerk::adapters::sqlite {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

tl::unexpected<std::string> io_error(std::string_view action, std::string_view name = {}) {
  const std::string reason = std::generic_category().message(errno);
  return tl::unexpected(name.empty() ? fmt::format("{}: {}", action, reason)
                                     : fmt::format("{} {}: {}", action, name, reason));
}

/// Removes a file that was not finished.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string name) : name_(std::move(name)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  void keep() { name_.clear(); }

 private:
  std::string name_;
};

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

Io<UniqueFd> open_file(const std::filesystem::path& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, kFileMode));
  if (file.get() < 0) return io_error("open", path.native());
  return file;
}

Io<void> write_at(const UniqueFd& file, std::string_view bytes, off_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return {};
}

Io<std::string> read_at(const UniqueFd& file, off_t offset, std::size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  std::size_t filled = 0;
  while (filled < size_bytes) {
    const ssize_t got = ::pread(file.get(), bytes.data() + filled, size_bytes - filled,
                                offset + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Io<std::optional<std::uint64_t>> size_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return static_cast<std::uint64_t>(status.st_size);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return io_error("stat", path.native());
}

Io<std::string> read_whole(const std::filesystem::path& path) {
  auto file = open_file(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  struct stat status{};
  if (::fstat(file->get(), &status) != 0) return io_error("stat", path.native());
  return read_at(*file, 0, static_cast<std::size_t>(status.st_size));
}

Io<void> sync_file(const UniqueFd& file) {
  if (::fdatasync(file.get()) != 0) return io_error("fdatasync");
  return {};
}

Io<void> sync_folder(const std::filesystem::path& folder) {
  auto file = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!file) return tl::unexpected(file.error());
  if (::fsync(file->get()) != 0) return io_error("fsync", folder.native());
  return {};
}

Io<void> make_folder(const std::filesystem::path& folder) {
  const auto parent = folder.has_parent_path() ? folder.parent_path() : ".";
  if (::mkdir(folder.c_str(), kFolderMode) == 0) return sync_folder(parent);
  if (errno != EEXIST) return io_error("mkdir", folder.native());
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return io_error("stat", folder.native());
  if (!S_ISDIR(status.st_mode)) {
    return tl::unexpected(fmt::format("{} is not a folder", folder.native()));
  }
  // Whoever made a folder where we may not look has made it durable, or will.
  if (::access(parent.c_str(), R_OK) != 0 && errno == EACCES) return {};
  return sync_folder(parent);
}

Io<void> write_again(const std::filesystem::path& path) {
  const auto size = size_of(path);
  if (!size) return tl::unexpected(size.error());
  if (!*size) return {};
  const auto file = open_file(path, O_RDWR);
  if (!file) return tl::unexpected(file.error());
  const auto bytes = read_at(*file, 0, static_cast<std::size_t>(**size));
  if (!bytes) return tl::unexpected(bytes.error());
  if (auto written = write_at(*file, *bytes, 0); !written) return written;
  return sync_file(*file);
}

Io<void> replace_file(const std::filesystem::path& path, std::string_view bytes) {
  std::string name = path.native() + ".tmp-XXXXXX";
  const UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return io_error("create", name);
  TemporaryFile temporary(name);
  if (auto written = write_at(file, bytes, 0); !written) return written;
  if (::fsync(file.get()) != 0) return io_error("fsync", name);
  if (::rename(name.c_str(), path.c_str()) != 0) return io_error("rename", path.native());
  temporary.keep();
  return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace stellwerk::adapters::sqlite
