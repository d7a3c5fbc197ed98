// spoiler.cc — preloaded into stellwerk by tests/trouble: the disk below a folder is full, or can
// only be read, for as long as a file says so.
//
// Role: a small or read-only file system without mounting one, which a container may not allow. The
// program is the one users run. Environment: STELLWERK_DISK_BELOW is the folder, STELLWERK_DISK_IS
// a file with `full` or `read-only`; anything else: the disk is well. Invariants: on a full disk
// what a file has already can be written over; what is truncated or removed gives room.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <string>
#include <string_view>

namespace {

enum class Disk { Well, Full, ReadOnly };

constexpr off_t kBlock = 4096;
constexpr off_t kStatBlock = 512;

std::string& folder() {
  static std::string* const kFolder = new std::string;
  return *kFolder;
}
std::string& state_file() {
  static std::string* const kFile = new std::string;
  return *kFile;
}
std::atomic<off_t> room{0};  ///< bytes that were given back since it became full

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

Disk disk() {
  if (state_file().empty()) return Disk::Well;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, state_file().c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return Disk::Well;
  std::array<char, 16> text{};
  const long got = ::syscall(SYS_read, fd, text.data(), text.size());
  ::syscall(SYS_close, fd);
  const std::string_view word(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  if (word.starts_with("full")) return Disk::Full;
  if (word.starts_with("read-only")) return Disk::ReadOnly;
  room = 0;
  return Disk::Well;
}

/// Files that tests read (standard output) are on another disk.
bool is_below(std::string_view path) {
  return !folder().empty() && path.starts_with(folder()) && !path.ends_with(".out") &&
         !path.ends_with(".err");
}

bool is_below(int fd) {
  std::array<char, 32> link{};
  ::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  std::array<char, 512> name{};
  const ssize_t length = ::readlink(link.data(), name.data(), name.size());
  return length > 0 && is_below({name.data(), static_cast<std::size_t>(length)});
}

bool take_room(off_t bytes) {
  if (bytes <= 0) return true;
  if (room.fetch_sub(bytes) >= bytes) return true;
  room += bytes;
  return false;
}

off_t allocated(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? status.st_blocks * kStatBlock : 0;
}

/// 0, or why so many bytes cannot be written there.
int problem_of_write(int fd, off_t end) {
  const Disk now = disk();
  if (now == Disk::Well || !is_below(fd)) return 0;
  if (now == Disk::ReadOnly) return EROFS;
  const off_t wanted = (end + kBlock - 1) / kBlock * kBlock;
  return take_room(wanted - allocated(fd)) ? 0 : ENOSPC;
}

/// 0, or why that name cannot come to be, or go.
int problem_of_name(const char* path, bool makes) {
  const Disk now = disk();
  if (now == Disk::Well || path == nullptr || !is_below(path)) return 0;
  if (now == Disk::ReadOnly) return EROFS;
  return !makes || take_room(kBlock) ? 0 : ENOSPC;
}

template <class Result>
Result refuse(int problem) {
  errno = problem;
  return static_cast<Result>(-1);
}

int problem_of_open(const char* path, int flags) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (!writes) return 0;
  struct stat status{};
  const bool makes = (flags & O_CREAT) != 0 && ::stat(path, &status) != 0;
  if (disk() == Disk::ReadOnly && makes) return problem_of_name(path, true);
  return disk() == Disk::ReadOnly || makes ? problem_of_name(path, makes) : 0;
}

off_t position(int fd) {
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  struct stat status{};
  const bool appends = (::fcntl(fd, F_GETFL) & O_APPEND) != 0;
  return appends && ::fstat(fd, &status) == 0 ? status.st_size : std::max<off_t>(at, 0);
}

int truncated(int fd, off_t size, int (*real)(int, off_t)) {
  const Disk now = disk();
  if (now == Disk::Well || !is_below(fd)) return real(fd, size);
  if (now == Disk::ReadOnly) return refuse<int>(EROFS);
  const off_t before = allocated(fd);
  const int done = real(fd, size);
  if (done == 0) room += before - allocated(fd);
  return done;
}

int opened(int (*real)(const char*, int, ...), const char* path, int flags, mode_t mode) {
  if (const int problem = problem_of_open(path, flags)) return refuse<int>(problem);
  return real(path, flags, mode);
}

[[gnu::constructor]] void begin() {
  ::unsetenv("LD_PRELOAD");  // who this program starts has a disk of its own
  if (std::string_view(program_invocation_short_name) != "stellwerk") return;
  if (const char* text = ::getenv("STELLWERK_DISK_BELOW")) folder() = std::string(text) + "/";
  if (const char* text = ::getenv("STELLWERK_DISK_IS")) state_file() = text;
}

}  // namespace

// ---- in the C library's place

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return opened(next<int(const char*, int, ...)>("open"), path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return opened(next<int(const char*, int, ...)>("open64"), path, flags, mode);
}

int mkostemp(char* name, int flags) {
  static auto* const real = next<decltype(mkostemp)>("mkostemp");
  if (const int problem = problem_of_name(name, true)) return refuse<int>(problem);
  return real(name, flags);
}

int mkostemp64(char* name, int flags) {
  static auto* const real = next<decltype(mkostemp64)>("mkostemp64");
  if (const int problem = problem_of_name(name, true)) return refuse<int>(problem);
  return real(name, flags);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  static auto* const real = next<decltype(write)>("write");
  const off_t end = position(fd) + static_cast<off_t>(count);
  if (const int problem = problem_of_write(fd, end)) return refuse<ssize_t>(problem);
  return real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  static auto* const real = next<decltype(pwrite)>("pwrite");
  if (const int problem = problem_of_write(fd, offset + static_cast<off_t>(count)))
    return refuse<ssize_t>(problem);
  return real(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t offset) {
  static auto* const real = next<decltype(pwrite64)>("pwrite64");
  if (const int problem = problem_of_write(fd, offset + static_cast<off_t>(count)))
    return refuse<ssize_t>(problem);
  return real(fd, bytes, count, offset);
}

int ftruncate(int fd, off_t size) {
  static auto* const real = next<decltype(ftruncate)>("ftruncate");
  return truncated(fd, size, real);
}

int ftruncate64(int fd, off64_t size) {
  static auto* const real = next<decltype(ftruncate64)>("ftruncate64");
  return truncated(fd, size, real);
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  static auto* const real = next<decltype(posix_fallocate)>("posix_fallocate");
  if (const int problem = problem_of_write(fd, offset + length)) return problem;
  return real(fd, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  static auto* const real = next<decltype(posix_fallocate64)>("posix_fallocate64");
  if (const int problem = problem_of_write(fd, offset + length)) return problem;
  return real(fd, offset, length);
}

int mkdir(const char* path, mode_t mode) {
  static auto* const real = next<decltype(mkdir)>("mkdir");
  struct stat status{};
  if (::stat(path, &status) != 0)
    if (const int problem = problem_of_name(path, true)) return refuse<int>(problem);
  return real(path, mode);
}

int rename(const char* from, const char* to) {
  static auto* const real = next<decltype(rename)>("rename");
  if (const int problem = problem_of_name(to, false)) return refuse<int>(problem);
  return real(from, to);
}

int unlink(const char* path) {
  static auto* const real = next<decltype(unlink)>("unlink");
  if (const int problem = problem_of_name(path, false)) return refuse<int>(problem);
  struct stat status{};
  const bool gives = disk() == Disk::Full && is_below(path) && ::stat(path, &status) == 0;
  const int done = real(path);
  if (done == 0 && gives) room += status.st_blocks * kStatBlock;
  return done;
}

}  // extern "C"
