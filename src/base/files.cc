#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/unique_fd.h"

namespace stellwerk::base {
namespace {

Failure file_failure(Code code, std::string what, std::string why) {
  return fail(error(code, "BAS-0012", std::move(what)).because(std::move(why)));
}

Failure not_written(const std::string& path, int number) {
  return file_failure(Code::Unavailable, fmt::format("{} cannot be written", path),
                      errno_text(number));
}

/// 0, or the errno of the first write that failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const UniqueFd folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return errno;
  return ::fsync(folder.get()) == 0 ? 0 : errno;
}

/// 0, or the errno of what failed; then `temporary` may be left and is removed by the caller.
int write_synced(const std::string& temporary, std::string_view bytes, FileMode mode,
                 int when_there = O_TRUNC) {
  const UniqueFd file(::open(temporary.c_str(),
                             O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | when_there,
                             static_cast<mode_t>(mode)));
  if (!file.valid()) return errno;
  // The umask must not decide who may read it.
  if (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0) return errno;
  if (const int problem = write_all(file.get(), bytes); problem != 0) return problem;
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

std::uint64_t file_size(int fd) {
  struct stat found{};
  return ::fstat(fd, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

std::string errno_text(int number) { return std::generic_category().message(number); }

Result<void> replace_file(const std::string& path, std::string_view bytes, FileMode mode) {
  const std::string temporary = path + ".new";
  if (const int problem = write_synced(temporary, bytes, mode); problem != 0) {
    ::unlink(temporary.c_str());
    return not_written(path, problem);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int problem = errno;
    ::unlink(temporary.c_str());
    return not_written(path, problem);
  }
  if (const int problem = sync_folder_of(path); problem != 0) return not_written(path, problem);
  return {};
}

Result<void> create_file(const std::string& path, std::string_view bytes, FileMode mode) {
  const std::string temporary = fmt::format("{}.{}.new", path, ::getpid());
  int problem = write_synced(temporary, bytes, mode, O_EXCL);
  if (problem == EEXIST) return not_written(temporary, problem);  // not ours to remove
  // A link is refused where a rename would replace.
  if (problem == 0 && ::link(temporary.c_str(), path.c_str()) != 0) problem = errno;
  ::unlink(temporary.c_str());
  if (problem == EEXIST)
    return fail(error(Code::Conflict, "BAS-0013", fmt::format("{} is there already", path))
                    .because("it is written only where nothing of that name is"));
  if (problem == 0) problem = sync_folder_of(path);
  if (problem != 0) return not_written(path, problem);
  return {};
}

Result<void> overwrite_file(const std::string& path, std::string_view bytes) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return not_written(path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return not_written(path, errno);
  const auto present = static_cast<std::size_t>(status.st_size);
  if (bytes.size() > present) return not_written(path, ENOSPC);
  std::string whole(bytes);
  whole.resize(present, '\n');
  if (const int problem = write_all(file.get(), whole); problem != 0)
    return not_written(path, problem);
  if (::fsync(file.get()) != 0) return not_written(path, errno);
  if (::ftruncate(file.get(), static_cast<off_t>(bytes.size())) != 0 || ::fsync(file.get()) != 0)
    return not_written(path, errno);
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t size_bytes_max) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    const int problem = errno;
    return file_failure(problem == ENOENT ? Code::NotFound : Code::Unavailable,
                        fmt::format("{} cannot be read", path), errno_text(problem));
  }
  std::string bytes;
  char part[16384];
  for (;;) {
    const auto count = ::read(file.get(), part, sizeof part);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return file_failure(Code::Unavailable, fmt::format("{} cannot be read", path),
                          errno_text(errno));
    if (count == 0) return bytes;
    bytes.append(part, static_cast<std::size_t>(count));
    if (bytes.size() > size_bytes_max)
      return file_failure(Code::InvalidArgument, fmt::format("{} is too large", path),
                          fmt::format("more than {} bytes", size_bytes_max));
  }
}

std::string canonical_path(const std::string& path) {
  std::error_code problem;
  auto found = std::filesystem::weakly_canonical(path, problem);
  if (problem) found = std::filesystem::path(path).lexically_normal();
  return found.string();
}

Result<void> make_folders(const std::string& path) {
  std::filesystem::path made;
  for (const auto& part : std::filesystem::path(path)) {
    made /= part;
    if (::mkdir(made.c_str(), 0700) == 0 || errno == EEXIST) continue;
    // A parent on a read-only mount that exists answers EROFS instead of EEXIST.
    const int problem = errno;
    if (std::error_code ignored; std::filesystem::is_directory(made, ignored)) continue;
    return file_failure(Code::Unavailable, fmt::format("folder {} cannot be made", made.string()),
                        errno_text(problem));
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {};
  return file_failure(Code::Unavailable, fmt::format("folder {} cannot be made", path),
                      "there is something of that name that is no folder");
}

}  // namespace stellwerk::base
