// filled_log.h — an installation's journal and published log of any size, for measurements: real
// files, with entries as releases write them.
//
// Role: what audit_bench measures. Its entries are those of tests/data/journal/with-inputs, again
// and again under names of other releases. Start here: FilledLog       Thread-safety: one thread.
// Invariants: what the engine would have written: `audit verify` finds nothing wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "adapters/file/file_signer.h"
#include "adapters/file/log_folder.h"
#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "audit/merkle.h"
#include "engine/log_publisher.h"

namespace stellwerk::bench {

/// What a measurement cannot go on without; throws the error's words.
template <class T>
T good(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().one_line());
  return std::move(*result);
}

/// Entries that name a checkpoint of the journal they are in, with the note among its contents.
enum class Checkpoints : std::uint8_t { LeftOut, Signed };

class FilledLog {
 public:
  /// In a folder that is empty; without signed checkpoints also in one that an earlier FilledLog
  /// left. Throws when that fails.
  FilledLog(std::filesystem::path folder, Checkpoints checkpoints);

  /// Appends so many entries, up to kTogether in a transaction.
  void grow_by(std::uint64_t entries);
  /// The next entries, not appended: one batch for each release that they are of.
  std::vector<ports::AppendRequest> next(std::uint64_t entries);
  /// Signs a checkpoint of what is there now, as the engine does.
  void publish();
  /// The next publish() finds what it needs in the files, as after a restart.
  void forget_published() { publisher_.reset(); }
  /// The files stay; nothing is appended any more.
  void close_journal() { journal_.reset(); }

  [[nodiscard]] adapters::SqliteJournal& journal() { return *journal_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Of all entries that this object appended, without lengths and rows.
  [[nodiscard]] std::uint64_t entry_bytes() const { return entry_bytes_; }
  [[nodiscard]] audit::VerifierKey key() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "data" / "log"; }
  [[nodiscard]] std::filesystem::path content() const { return folder_ / "data" / "content"; }

 private:
  static constexpr std::uint64_t kTogether = 10'000;
  /// An entry that is written again in every turn.
  struct Pattern {
    ports::NewEntry entry;
    std::string release;
    bool names_checkpoint = false;
  };

  void read_patterns(Checkpoints checkpoints);
  void keep_content(std::string_view bytes);
  ports::NewEntry next_entry(const Pattern& pattern, const std::string& release);
  void name_checkpoint(ports::NewEntry& entry);

  std::filesystem::path folder_;
  std::unique_ptr<adapters::DataFolderLock> lock_;
  std::unique_ptr<adapters::SqliteJournal> journal_;
  std::unique_ptr<adapters::FileSigner> signer_;
  std::unique_ptr<adapters::LogFolder> store_;
  std::optional<engine::LogPublisher> publisher_;
  std::vector<Pattern> patterns_;
  bool signs_ = false;
  std::size_t at_ = 0;                             ///< the next pattern
  std::uint64_t turn_ = 0;                         ///< how often all were written
  std::map<std::string, std::uint64_t> versions_;  ///< of this turn's releases
  audit::TreeFrontier tree_;                       ///< only when checkpoints are signed
  std::uint64_t size_ = 0;
  std::uint64_t entry_bytes_ = 0;
};

}  // namespace stellwerk::bench
