// shared_journal.h — a view of a journal that lives elsewhere: what a process opens, while the
// journal outlives the process.
//
// Role: the engine's writer and each subscriber's reader in tests. Thread-safety: as the journal.
#pragma once

#include "ports/journal_store.h"

namespace stellwerk::testing {

class SharedJournal final : public ports::JournalStore {
 public:
  explicit SharedJournal(ports::JournalStore& journal) : journal_(journal) {}

  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override {
    groups.push_back(batches.size());
    return journal_.append(batches, call);
  }
  base::Result<ports::Head> head() override { return journal_.head(); }
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override {
    return journal_.read_stream(stream, after, limit);
  }
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override {
    return journal_.read(from, limit);
  }
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override {
    return journal_.streams(only_live);
  }
  base::Result<ports::Head> verify_some(const std::optional<ports::Head>& trusted,
                                        std::uint64_t entries_max) override {
    return journal_.verify_some(trusted, entries_max);
  }
  base::Result<std::optional<std::string>> get_note(const std::string& key) override {
    return journal_.get_note(key);
  }
  base::Result<void> put_note(const std::string& key, const std::string& value) override {
    return journal_.put_note(key, value);
  }

  std::vector<std::size_t> groups;  ///< for each append: how many streams it wrote

 private:
  ports::JournalStore& journal_;
};

}  // namespace stellwerk::testing
