// artifact_book.h — the files that versions are started from, and their digests.
//
// Role: asked before an instance is started, right after, and when it is healthy for the first
// time. Thread-safety: any thread.                          Start here: ArtifactBook::expect
// Invariants: a file is read once for each state it is found in (device, inode, size, times of
// change), in pieces; what is remembered is bounded.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "adapters/process/spawn.h"
#include "base/digest.h"
#include "base/result.h"
#include "core/environment.h"
#include "ports/workload.h"

namespace stellwerk::adapters::process {

/// The file whose digest counts for a version: the one that its specification names, else the
/// program that its command starts, as it is found for execution.
std::string artifact_path(const ports::VersionRef& version, const core::WorkloadSpec& spec,
                          const Program& program);
/// … looked up before there is an instance: in the program's name only `{version}` and
/// `{component}` are filled. @errors Rejected PRC-0001
base::Result<std::string> artifact_path(const ports::VersionRef& version,
                                        const core::WorkloadSpec& spec);

class ArtifactBook {
 public:
  /// Of the file as it is now; symbolic links are followed.
  /// @errors Rejected PRC-0006: it is no file, cannot be read, or was written to meanwhile;
  /// OutcomeUnknown PRC-0004: stopped.
  base::Result<base::Digest> digest_of(const std::string& path, const ports::StopToken& stop = {});
  /// @errors Rejected PRC-0006: the file is not the one that was planned, or as digest_of().
  base::Result<void> expect(const std::string& path, const base::Digest& planned);

 private:
  /// Two files in one state are the same file: whoever writes to it changes `changed_ns`.
  struct FileState {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t written_ns = 0;
    std::int64_t changed_ns = 0;
    friend auto operator<=>(const FileState&, const FileState&) = default;
  };
  static base::Result<FileState> state_of(int fd, const std::string& path);

  std::mutex mutex_;
  std::map<FileState, base::Digest> known_;
};

}  // namespace stellwerk::adapters::process
