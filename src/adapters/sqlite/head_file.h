// head_file.h — the size and root of the journal's tree, kept beside the database.
//
// Role: SqliteJournal writes it after every group commit and before it acknowledges. SQLite drops
// what follows a damaged place in its WAL without a word; only a second record can tell.
// Start here: HeadFile. Thread-safety: one call at a time.
// Invariants: two slots, written in turn, each with sequence and checksum: a write that is cut off
// damages one slot and leaves the record before it.                    Spec: docs/journal.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/sqlite/posix_file.h"
#include "base/result.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters::sqlite {

class HeadFile {
 public:
  /// Reads the newest good slot without keeping the file open.
  /// @return nothing when there is no such file.
  /// @errors Corruption JRN-0003: no slot is good; Unavailable JRN-0002: it cannot be read.
  static base::Result<std::optional<ports::Head>> read(const std::filesystem::path& path);
  /// Opens the file for writing; makes it, recording an empty tree, when there is none. Its record
  /// is durable then. Same errors.
  static base::Result<HeadFile> open(const std::filesystem::path& path);

  [[nodiscard]] const ports::Head& head() const { return head_; }
  /// Records `head`; durable when it returns. @errors Unavailable JRN-0002: not known to be
  /// durable.
  base::Result<void> write(const ports::Head& head);

 private:
  HeadFile(UniqueFd file, ports::Head head, std::uint64_t sequence)
      : file_(std::move(file)), head_(head), sequence_(sequence) {}

  UniqueFd file_;
  ports::Head head_;
  std::uint64_t sequence_;
};

}  // namespace stellwerk::adapters::sqlite
