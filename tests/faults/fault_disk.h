// fault_disk.h — watches every file system call below one folder: records it, and makes it fail.
//
// Role: the calls of this test program, and of the libraries in it (SQLite), arrive here, because
// system_calls.cc defines them in the program itself.             Start here: FaultDisk
// Thread-safety: one thread, one disk at a time.
// Invariants: what a call changed is in the recording in the order in which it happened; syncing
// takes no time, since nothing but the recording says what is durable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "faults/image.h"
#include "faults/operation.h"

namespace stellwerk::faults {

enum class CallKind : std::uint8_t {
  Open,
  Close,
  Read,
  Write,
  Resize,
  Sync,
  Name,  ///< mkdir, rename, unlink, remove
  Look,  ///< stat, access
  Lock,
  Map,
};

/// Which call fails, and how.
struct Fault {
  std::size_t call = 0;  ///< counted from 0
  int error = 0;         ///< errno
  bool lasting = false;  ///< all calls after it fail, too, except locks
  bool partly = false;   ///< half of a write is done, and the next call of that kind fails
};

class FaultDisk {
 public:
  /// Makes `folder`, which exists, hold this image, all of it durable, and watches it.
  explicit FaultDisk(std::string folder, const Image& image = {});
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;
  ~FaultDisk();

  void plan(const Fault& fault) { fault_ = fault; }
  /// From now on no call succeeds, and nothing is changed: the process has ended.
  void freeze() { frozen_ = true; }
  /// A new process: calls succeed again.
  void thaw() {
    frozen_ = false;
    fault_.reset();
    untold_.clear();
  }
  void mark(std::size_t promise) {
    operations_.push_back({.kind = Operation::Kind::Mark, .offset = promise});
  }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const std::vector<Operation>& recording() const { return operations_; }
  /// Where the recording begins to say more than what was there.
  [[nodiscard]] std::size_t first() const { return first_; }
  /// Every call so far: "pwrite journal.db-wal".
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  [[nodiscard]] const std::vector<CallKind>& kinds() const { return kinds_; }

  // For system_calls.cc.
  static FaultDisk* active();
  [[nodiscard]] bool watches(std::string_view path) const;
  [[nodiscard]] bool watches(int fd) const { return files_.contains(fd); }
  /// Counts the call. @return errno that it must fail with; 0: it is done.
  int begin(CallKind kind, std::string_view name, std::string_view path);
  int begin(CallKind kind, std::string_view name, int fd);
  /// How many of `size` bytes a write that begin() let pass may write.
  std::size_t allowed(std::size_t size);
  [[nodiscard]] bool is_folder(int fd) const;
  void opened(int fd, const std::string& path, int flags);
  void closed(int fd) { files_.erase(fd); }
  void made_folder(const std::string& path);
  void renamed(const std::string& path, const std::string& target);
  void removed(const std::string& path);
  void wrote(int fd, std::size_t offset, std::string_view bytes);
  void resized(int fd, std::size_t size);
  void synced(int fd, bool failed);
  /// syncfs(2). Of a failure nobody can tell which of the unsynced files it befell: it is all.
  void synced_all(bool failed);
  /// Whether a failed synced_all() befell the file and its own sync has not said so yet: it does
  /// now.
  bool tells_late(int fd) { return untold_.erase(files_.at(fd).file) != 0; }
  /// Of a watched open folder or file.
  [[nodiscard]] std::string path_of(int fd) const;

 private:
  struct OpenFile {
    std::string path;
    FileId file = 0;  ///< 0: a folder
  };
  [[nodiscard]] std::string inside(std::string_view path) const;
  int count(CallKind kind, std::string text);

  std::string folder_;
  std::map<std::string, FileId> names_;  ///< 0: a folder
  std::map<int, OpenFile> files_;
  FileId last_file_ = 0;
  std::set<FileId> unsynced_;  ///< written to since their last sync
  std::set<FileId> untold_;
  std::vector<Operation> operations_;
  std::size_t first_ = 0;
  std::vector<std::string> calls_;
  std::vector<CallKind> kinds_;
  std::optional<Fault> fault_;
  bool halve_ = false;             ///< the write under way is done by half
  int next_write_fails_with_ = 0;  ///< after a write that was done by half
  bool frozen_ = false;
};

}  // namespace stellwerk::faults
