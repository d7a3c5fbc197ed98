// release_export.h — everything about one release and the log, as the files of an archive.
//
// Role: `audit export` writes them, `audit verify` makes them again from an export's log and
// contents and compares. Start here: ReleaseExport. Thread-safety: one thread.
// Invariants: the same log, contents and program give the same bytes; files of log and contents
// are read when it is their turn. Spec: docs/audit.md "Without Stellwerk", export/export_readme.md
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/entry_facts.h"
#include "audit/tile.h"
#include "cli/event_table.h"
#include "cli/log_files.h"
#include "cli/world.h"

namespace stellwerk::cli {

class ReleaseExport {
 public:
  using Bytes = std::function<base::Result<std::string>()>;

  /// @param program  version of the program that writes, or wrote, the texts
  ReleaseExport(Reader& reader, LogFiles log, base::ReleaseId release, std::string program);
  ReleaseExport(const ReleaseExport&) = delete;
  ReleaseExport& operator=(const ReleaseExport&) = delete;

  /// @errors NotFound AUD-0057, ENG-0020; those of stores, plan and entries
  base::Result<void> collect();

  /// By path below the archive's folder.
  [[nodiscard]] const std::map<std::string, Bytes>& files() const { return files_; }
  [[nodiscard]] const base::ReleaseId& release() const { return release_; }
  /// Of the release's entries that the checkpoint covers, in their order.
  [[nodiscard]] const std::vector<std::uint64_t>& indexes() const { return indexes_; }
  [[nodiscard]] std::uint64_t size() const { return checkpoint_.size; }
  /// Entries of the release that no checkpoint covers yet: they are not in the archive.
  [[nodiscard]] std::uint64_t behind() const { return behind_; }
  /// Contents that are named and not there.
  [[nodiscard]] std::uint64_t missing() const { return missing_.size(); }
  [[nodiscard]] base::WallTime last_time() const { return last_time_; }

 private:
  void put(const std::string& path, std::string bytes);
  base::Result<void> read_checkpoint();
  void add_tile(const audit::TileId& tile);
  void add_log();
  void add_beside_log();
  base::Result<void> read_release();
  base::Result<void> read_key_changes();
  void add_entry(const ports::StoredEntry& stored, const EventRow& row);
  base::Result<void> add_named(const audit::Entry& entry);
  base::Result<void> add_signed(std::uint64_t index, const base::Digest& signed_in,
                                const base::Digest& plan_digest);
  void add_texts();

  Reader& reader_;
  LogFiles log_;
  base::ReleaseId release_;
  std::string program_;
  audit::Checkpoint checkpoint_;
  std::string key_;
  base::WallTime last_time_;
  std::vector<std::uint64_t> indexes_;
  std::uint64_t behind_ = 0;
  std::set<base::Digest> missing_;
  std::optional<base::Digest> plan_;  ///< with which the release began
  std::string bytes_;
  std::string csv_;
  std::string ndjson_;
  std::map<std::string, Bytes> files_;
};

}  // namespace stellwerk::cli
