// files.h — whole files that must survive a crash: read with a bound, replaced as a whole.
//
// Role: state, routes and notices that adapters keep on disk, and files written for people. Never
// for logs (those are appended).
// Thread-safety: any thread, one writer per path.                     Start here: replace_file()
// Invariants: a reader of a replaced file sees the old bytes or the new ones, also after a power
// cut.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::base {

/// Permission bits, as chmod takes them.
enum class FileMode : mode_t { OwnerOnly = 0600, OwnerExecutable = 0700, WorldReadable = 0644 };

/// Writes `bytes` beside `path`, syncs, renames over `path`, syncs the folder.
/// @errors Unavailable BAS-0012: the old file, if any, is untouched; may be repeated.
Result<void> replace_file(const std::string& path, std::string_view bytes,
                          FileMode mode = FileMode::OwnerOnly);
/// The same for a file that must not be there yet; whoever reads it sees all of it.
/// @errors Conflict BAS-0013: something of that name is there, and is untouched; Unavailable
/// BAS-0012: nothing was made.
Result<void> create_file(const std::string& path, std::string_view bytes,
                         FileMode mode = FileMode::OwnerOnly);
/// Writes `bytes` over an existing file of at least that size, and cuts off the rest: needs no disk
/// space. One write, which a power cut may leave half done; what is longer is newlines meanwhile.
/// @errors Unavailable BAS-0012: no such file, or it is shorter; then it is untouched.
Result<void> overwrite_file(const std::string& path, std::string_view bytes);
/// @errors NotFound BAS-0012: no such file; InvalidArgument BAS-0012: larger than `size_bytes_max`;
/// Unavailable BAS-0012: cannot be read.
Result<std::string> read_file(const std::string& path, std::size_t size_bytes_max);
/// Of an open file, in bytes; 0 when it cannot be told.
std::uint64_t file_size(int fd);
/// Makes the folder and its parents where missing, new ones with mode 0700.
/// @errors Unavailable BAS-0012
Result<void> make_folders(const std::string& path);
/// The absolute path with symbolic links followed, as far as it exists; the rest as it is written.
std::string canonical_path(const std::string& path);
/// `No such file or directory` for ENOENT: the system's own words, thread-safe.
std::string errno_text(int number);

}  // namespace stellwerk::base
