// export_journal.h — the stores as an export has them: entries of its log's tiles, contents as
// files.
//
// Role: lets `audit verify` make an export again from what is in it. Start here:
// ExportJournal::read(), ExportContent. Thread-safety: one call at a time per object.
// Invariants: nothing is written; in memory are the entries of one release and the changes of the
// log's key. Spec: ports/journal_store.h
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/log_files.h"
#include "ports/journal_store.h"

namespace stellwerk::cli {

class ExportJournal final : public ports::JournalStore {
 public:
  /// Of a log that was verified: the first `size` entries.
  /// @errors those of audit::read_tile, audit::decode_bundle, audit::decode_entry
  static base::Result<std::unique_ptr<ExportJournal>> read(const LogFiles& log, std::uint64_t size,
                                                           const base::ReleaseId& release);

  base::Result<std::vector<ports::Appended>> append(const std::vector<ports::AppendRequest>&,
                                                    const ports::Call&) override;
  base::Result<ports::Head> head() override;
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override;
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override;
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override;
  base::Result<ports::Head> verify_some(const std::optional<ports::Head>&, std::uint64_t) override;
  base::Result<std::optional<std::string>> get_note(const std::string& key) override;
  base::Result<void> put_note(const std::string& key, const std::string& value) override;

 private:
  ExportJournal() = default;
  base::Result<void> take(std::uint64_t index, std::string_view bytes,
                          const base::ReleaseId& release);

  std::map<base::ReleaseId, std::vector<ports::StoredEntry>> streams_;
};

class ExportContent final : public ports::ContentStore {
 public:
  explicit ExportContent(std::string folder) : folder_(std::move(folder)) {}
  base::Result<base::Digest> put(std::string_view bytes) override;
  /// @errors NotFound CAS-0002; Corruption CAS-0003: its bytes have another digest
  base::Result<std::string> get(const base::Digest& digest) override;
  base::Result<bool> has(const base::Digest& digest) override;
  base::Result<void> erase(const base::Digest& digest) override;

 private:
  std::string folder_;
};

}  // namespace stellwerk::cli
