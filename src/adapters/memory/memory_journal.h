// memory_journal.h — the journal in memory: for tests and the simulator, with failures to order.
//
// Role: keeps the contract of ports/journal_store.h (tests/contract/journal_store.h) without a
// disk. It outlives the engine that uses it, so that a test can "restart" one.   Start here:
// MemoryJournal Thread-safety: one call at a time per object.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/merkle.h"
#include "ports/journal_store.h"

namespace stellwerk::adapters {

class MemoryJournal final : public ports::JournalStore {
 public:
  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override;
  base::Result<ports::Head> head() override;
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override;
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override;
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override;
  base::Result<ports::Head> verify_some(const std::optional<ports::Head>& trusted,
                                        std::uint64_t entries_max) override;
  base::Result<std::optional<std::string>> get_note(const std::string& key) override;
  base::Result<void> put_note(const std::string& key, const std::string& value) override;

  /// How an ordered failure behaves.
  enum class Fault : std::uint8_t {
    NothingWritten,  ///< Unavailable JRN-0002: the disk is full.
    AnswerLost,      ///< OutcomeUnknown JRN-0002, though everything was written.
  };
  /// The next `times` calls of append() fail so.
  void fail_appends(Fault fault, int times = 1);
  /// Overwrites the bytes of a stored entry, as a hand from outside would.
  void tamper(std::uint64_t index, std::string bytes);

 private:
  base::Result<std::vector<ports::Appended>> append_all(
      const std::vector<ports::AppendRequest>& batches);
  ports::Appended append_one(const ports::AppendRequest& batch);

  std::vector<ports::StoredEntry> entries_;
  std::map<base::ReleaseId, ports::StreamInfo> streams_;
  std::map<base::ReleaseId, std::vector<std::uint64_t>> indexes_;
  std::map<std::string, std::string> notes_;
  audit::TreeFrontier tree_;
  Fault fault_ = Fault::NothingWritten;
  int faults_left_ = 0;
};

}  // namespace stellwerk::adapters
