// posix_file.h — the few file operations whose durability the stores rest on, with errors as text.
//
// Thread-safety: any thread, one call at a time per file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace stellwerk::adapters::sqlite {

/// The reason of a failure as text ("open /x/y: No space left on device"); callers add their id.
template <class T>
using Io = tl::expected<T, std::string>;

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// open(2) with O_CLOEXEC; a file that is made gets mode 0600.
Io<UniqueFd> open_file(const std::filesystem::path& path, int flags);
/// Writes all of `bytes` at `offset`.
Io<void> write_at(const UniqueFd& file, std::string_view bytes, off_t offset);
/// @return fewer bytes only at the end of the file.
Io<std::string> read_at(const UniqueFd& file, off_t offset, std::size_t size_bytes);
/// @return nothing if there is no such file; what cannot be looked at is an error.
Io<std::optional<std::uint64_t>> size_of(const std::filesystem::path& path);
Io<std::string> read_whole(const std::filesystem::path& path);
/// fdatasync(2): the bytes, and what is needed to find them, are on the disk.
Io<void> sync_file(const UniqueFd& file);
/// Makes names in the folder (new, renamed, removed files) durable.
Io<void> sync_folder(const std::filesystem::path& folder);
/// Makes the folder with mode 0700 if it is missing; durable, even if an earlier call made it and
/// could not sync its name.
Io<void> make_folder(const std::filesystem::path& folder);
/// Writes the file's bytes, which stay as they are, once more and syncs them; no file is no error.
/// After a failed sync the kernel takes pages for written that are not, also for later processes.
Io<void> write_again(const std::filesystem::path& path);
/// Replaces `path` by a file of these bytes (mode 0600): whole or not at all, and durable.
Io<void> replace_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace stellwerk::adapters::sqlite
