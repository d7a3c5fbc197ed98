// The file system calls of this program, defined in the program itself: the dynamic linker finds
// them before libc's, for our code and for every library (libsqlite3, libstdc++) alike. What does
// not concern the watched folder goes straight to the kernel.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "faults/fault_disk.h"

namespace stellwerk::faults {
namespace {

/// Counts a call on `subject` (a path or an open file) if it is watched, and refuses it if it must
/// fail. @return whether it was refused, with errno set
template <class Subject>
bool refused(CallKind kind, const char* name, Subject subject) {
  auto* disk = FaultDisk::active();
  if (disk == nullptr || !disk->watches(subject)) return false;
  const int error = disk->begin(kind, name, subject);
  if (error != 0) errno = error;
  return error != 0;
}

template <class Subject>
FaultDisk* watcher(Subject subject) {
  auto* disk = FaultDisk::active();
  return disk != nullptr && disk->watches(subject) ? disk : nullptr;
}

int open_call(const char* path, int flags, mode_t mode) {
  if (refused(CallKind::Open, "open", path)) return -1;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (auto* disk = watcher(path); disk != nullptr && fd >= 0) disk->opened(fd, path, flags);
  return fd;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

ssize_t write_call(const char* name, int fd, const void* bytes, size_t size, off_t offset) {
  auto* disk = watcher(fd);
  if (disk == nullptr) return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
  if (refused(CallKind::Write, name, fd)) return -1;
  const auto done = ::syscall(SYS_pwrite64, fd, bytes, disk->allowed(size), offset);
  if (done > 0) {
    disk->wrote(fd, static_cast<size_t>(offset),
                {static_cast<const char*>(bytes), static_cast<size_t>(done)});
  }
  return done;
}

/// Where write(2) would put its bytes.
off_t position(int fd) {
  const auto flags = ::syscall(SYS_fcntl, fd, F_GETFL);
  return ::lseek(fd, 0, (flags & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
}

ssize_t read_call(const char* name, int fd, void* bytes, size_t size, off_t offset) {
  if (refused(CallKind::Read, name, fd)) return -1;
  return ::syscall(SYS_pread64, fd, bytes, size, offset);
}

int resize_call(int fd, off_t size) {
  if (refused(CallKind::Resize, "ftruncate", fd)) return -1;
  const auto result = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (auto* disk = watcher(fd); disk != nullptr && result == 0) {
    disk->resized(fd, static_cast<size_t>(size));
  }
  return result;
}

int sync_call(const char* name, int fd) {
  auto* disk = watcher(fd);
  if (disk == nullptr) return static_cast<int>(::syscall(SYS_fsync, fd));
  const bool is_refused = refused(CallKind::Sync, name, fd);
  const bool tells_late = disk->tells_late(fd);
  disk->synced(fd, is_refused || tells_late);
  if (tells_late && !is_refused) errno = EIO;
  return is_refused || tells_late ? -1 : 0;
}

int sync_all_call(int fd) {
  auto* disk = watcher(fd);
  if (disk == nullptr) return static_cast<int>(::syscall(SYS_syncfs, fd));
  const bool failed = refused(CallKind::Sync, "syncfs", fd);
  disk->synced_all(failed);
  return failed ? -1 : 0;
}

/// The path of a name that is given together with an open folder.
std::string path_in(int folder, const char* name) {
  auto* disk = watcher(folder);
  return disk == nullptr || *name == '/' ? name : disk->path_of(folder) + "/" + name;
}

int remove_call(const char* call, int folder, const char* name, int flags) {
  const std::string path = path_in(folder, name);
  if (refused(CallKind::Name, call, path.c_str())) return -1;
  const auto result = static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
  if (auto* disk = watcher(path.c_str()); disk != nullptr && result == 0) disk->removed(path);
  return result;
}

/// The function of this name that would be called if this program had none.
template <class Function>
Function* next_function(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

dirent* read_folder_call(DIR* folder) {
  static const auto next = next_function<dirent*(DIR*)>("readdir");
  return refused(CallKind::Read, "readdir", ::dirfd(folder)) ? nullptr : next(folder);
}

int stat_call(const char* name, const char* path, struct stat* status, int flags) {
  if (refused(CallKind::Look, name, path)) return -1;
  return static_cast<int>(::syscall(SYS_newfstatat, AT_FDCWD, path, status, flags));
}

int stat_open(int fd, struct stat* status) {
  if (refused(CallKind::Look, "fstat", fd)) return -1;
  return static_cast<int>(::syscall(SYS_newfstatat, fd, "", status, AT_EMPTY_PATH));
}

int control_call(int fd, int command, void* argument) {
  const bool is_lock = command == F_SETLK || command == F_SETLKW || command == F_GETLK ||
                       command == F_OFD_SETLK || command == F_OFD_GETLK;
  // Linux gives a lock back without asking a disk.
  const bool is_given_back = is_lock && static_cast<flock*>(argument)->l_type == F_UNLCK;
  if (is_lock && !is_given_back && refused(CallKind::Lock, "fcntl", fd)) return -1;
  return static_cast<int>(::syscall(SYS_fcntl, fd, command, argument));
}

void* map_call(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  if (fd >= 0 && refused(CallKind::Map, "mmap", fd)) return MAP_FAILED;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, fd, offset));
}

int allocate_call(int fd, off_t offset, off_t size) {
  if (refused(CallKind::Resize, "fallocate", fd)) return errno;
  if (::syscall(SYS_fallocate, fd, 0, offset, size) != 0) return errno;
  struct stat status{};
  ::syscall(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH);
  if (auto* disk = watcher(fd); disk != nullptr) {
    disk->resized(fd, static_cast<size_t>(status.st_size));
  }
  return 0;
}

}  // namespace
}  // namespace stellwerk::faults

// NOLINTBEGIN(cert-dcl50-cpp): libc declares them with variable arguments
namespace faults = stellwerk::faults;
using faults::CallKind;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  return faults::open_call(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  return faults::open_call(path, flags, mode);
}

int openat(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  const std::string path = faults::path_in(folder, name);
  if (faults::watcher(path.c_str()) != nullptr) return faults::open_call(path.c_str(), flags, mode);
  return static_cast<int>(::syscall(SYS_openat, folder, name, flags, mode));
}

int mkostemp(char* pattern, int flags) {
  static unsigned number = 0;
  char* end = pattern + std::strlen(pattern) - 6;
  for (;;) {
    std::snprintf(end, 7, "%06u", ++number % 1000000);
    const int fd = faults::open_call(pattern, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
}

int close(int fd) {
  const bool failed = faults::refused(CallKind::Close, "close", fd);
  const int error = errno;
  if (auto* disk = faults::watcher(fd)) disk->closed(fd);
  const auto result = static_cast<int>(::syscall(SYS_close, fd));
  if (failed) errno = error;
  return failed ? -1 : result;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return faults::write_call("pwrite", fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return faults::write_call("pwrite", fd, bytes, size, offset);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (faults::watcher(fd) == nullptr) return ::syscall(SYS_write, fd, bytes, size);
  const off_t offset = faults::position(fd);
  const ssize_t done = faults::write_call("write", fd, bytes, size, offset);
  if (done > 0) ::lseek(fd, offset + done, SEEK_SET);
  return done;
}

ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  return faults::read_call("pread", fd, bytes, size, offset);
}

ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  return faults::read_call("pread", fd, bytes, size, offset);
}

ssize_t read(int fd, void* bytes, size_t size) {
  if (faults::refused(CallKind::Read, "read", fd)) return -1;
  return ::syscall(SYS_read, fd, bytes, size);
}

int ftruncate(int fd, off_t size) noexcept { return faults::resize_call(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return faults::resize_call(fd, size); }
int fsync(int fd) { return faults::sync_call("fsync", fd); }
int fdatasync(int fd) { return faults::sync_call("fdatasync", fd); }
int syncfs(int fd) noexcept { return faults::sync_all_call(fd); }

// Nothing passes while somebody waits, so waiting takes no time. (In brackets: a definition.)
int(usleep)(useconds_t) { return 0; }
int(nanosleep)(const timespec*, timespec*) { return 0; }

int posix_fallocate(int fd, off_t offset, off_t size) {
  return faults::allocate_call(fd, offset, size);
}

int mkdir(const char* path, mode_t mode) noexcept {
  if (faults::refused(CallKind::Name, "mkdir", path)) return -1;
  const auto result = static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  if (auto* disk = faults::watcher(path); disk != nullptr && result == 0) disk->made_folder(path);
  return result;
}

int rename(const char* path, const char* target) noexcept {
  if (faults::refused(CallKind::Name, "rename", path)) return -1;
  const auto result =
      static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, target, 0));
  if (auto* disk = faults::watcher(path); disk != nullptr && result == 0) {
    disk->renamed(path, target);
  }
  return result;
}

int unlink(const char* path) noexcept { return faults::remove_call("unlink", AT_FDCWD, path, 0); }

// The next ones are what std::filesystem::remove_all() is made of.
int unlinkat(int folder, const char* name, int flags) noexcept {
  return faults::remove_call("unlinkat", folder, name, flags);
}

int remove(const char* path) noexcept {
  struct stat status{};
  ::syscall(SYS_newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW);
  return faults::remove_call("remove", AT_FDCWD, path, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

dirent* readdir(DIR* folder) { return faults::read_folder_call(folder); }

int closedir(DIR* folder) {
  static const auto next = faults::next_function<int(DIR*)>("closedir");
  if (auto* disk = faults::watcher(::dirfd(folder))) disk->closed(::dirfd(folder));
  return next(folder);
}

int access(const char* path, int mode) noexcept {
  if (faults::refused(CallKind::Look, "access", path)) return -1;
  return static_cast<int>(::syscall(SYS_faccessat, AT_FDCWD, path, mode));
}

int stat(const char* path, struct stat* status) noexcept {
  return faults::stat_call("stat", path, status, 0);
}

int stat64(const char* path, struct stat64* status) noexcept {
  return faults::stat_call("stat", path, reinterpret_cast<struct stat*>(status), 0);
}

int lstat(const char* path, struct stat* status) noexcept {
  return faults::stat_call("lstat", path, status, AT_SYMLINK_NOFOLLOW);
}

int lstat64(const char* path, struct stat64* status) noexcept {
  return faults::stat_call("lstat", path, reinterpret_cast<struct stat*>(status),
                           AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat* status) noexcept { return faults::stat_open(fd, status); }
int fstat64(int fd, struct stat64* status) noexcept {
  return faults::stat_open(fd, reinterpret_cast<struct stat*>(status));
}

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return faults::control_call(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return faults::control_call(fd, command, argument);
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  return faults::map_call(address, size, protection, flags, fd, offset);
}

void* mmap64(void* address, size_t size, int protection, int flags, int fd,
             off64_t offset) noexcept {
  return faults::map_call(address, size, protection, flags, fd, offset);
}

}  // extern "C"
// NOLINTEND(cert-dcl50-cpp)
