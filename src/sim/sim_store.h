// sim_store.h — journal, content, emergency file, reserve, signer and dice of an installation, that
// refuse, lose answers, or are where the process dies.
//
// Role: the ports over adapters/memory. What is stored outlives the process; what a dying process
// was writing is there or not, as one transaction.                       Start here: SimStore
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_emergency.h"
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_reserve.h"
#include "adapters/memory/memory_signer.h"
#include "sim/interference.h"

namespace stellwerk::sim {

/// One view of the journal: the engine's writer, or a reader of a subscriber.
class SimJournal final : public ports::JournalStore {
 public:
  SimJournal(adapters::MemoryJournal& stored, Interference& interference)
      : stored_(stored), interference_(interference) {}

  /// Told of every append: whether its writer has to take it for failed.
  std::function<void(const std::vector<ports::AppendRequest>& batches, bool failed)> on_append;

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

 private:
  template <class Read>
  auto reading(const Read& read) -> decltype(read());

  adapters::MemoryJournal& stored_;
  Interference& interference_;
};

class SimContent final : public ports::ContentStore {
 public:
  explicit SimContent(Interference& interference) : interference_(interference) {}
  base::Result<base::Digest> put(std::string_view bytes) override;
  base::Result<std::string> get(const base::Digest& digest) override;
  base::Result<bool> has(const base::Digest& digest) override;
  base::Result<void> erase(const base::Digest& digest) override { return stored.erase(digest); }

  adapters::MemoryContent stored;

 private:
  Interference& interference_;
};

class SimEmergency final : public ports::EmergencyLog {
 public:
  explicit SimEmergency(Interference& interference) : interference_(interference) {}
  base::Result<void> append(std::string_view line) override;
  base::Result<std::vector<std::string>> read() override { return stored.read(); }
  base::Result<void> clear() override;

  adapters::MemoryEmergency stored;

 private:
  Interference& interference_;
};

class SimReserve final : public ports::SpaceReserve {
 public:
  explicit SimReserve(Interference& interference) : interference_(interference) {}
  base::Result<void> hold() override;
  base::Result<bool> release() override;

  adapters::MemoryReserve stored;

 private:
  Interference& interference_;
};

class SimSigner final : public ports::Signer {
 public:
  explicit SimSigner(Interference& interference) : interference_(interference) {}
  base::Result<std::string> sign_note(std::string_view text) override;
  [[nodiscard]] std::string verifier_key() const override { return stored_.verifier_key(); }
  [[nodiscard]] std::string name() const override { return stored_.name(); }

 private:
  adapters::MemorySigner stored_;
  Interference& interference_;
};

/// The published log's files. What a checkpoint says is compared with the journal as it is on disk
/// and with every checkpoint before it.
class SimLog final : public ports::LogStore {
 public:
  SimLog(ports::JournalStore& journal, Interference& interference)
      : journal_(journal), interference_(interference) {}
  base::Result<std::string> read(const std::string& path) override { return stored.read(path); }
  base::Result<void> write(std::string_view path, std::string_view bytes) override;
  base::Result<void> sync() override;
  base::Result<void> remove_folder(std::string_view path) override {
    return stored.remove_folder(path);
  }

  adapters::MemoryLog stored;
  std::vector<std::string> contradictions;  ///< between checkpoints, or with the journal

 private:
  void compare(std::string_view note);

  ports::JournalStore& journal_;
  Interference& interference_;
  ports::Head last_;
};

class SimEntropy final : public ports::Entropy {
 public:
  SimEntropy(Interference& interference, std::uint64_t seed)
      : drawn_(seed), interference_(interference) {}
  base::Result<void> fill(std::span<std::uint8_t> out) override;

 private:
  adapters::MemoryEntropy drawn_;
  Interference& interference_;
};

/// All of it, with one disk behind it.
struct SimStore {
  SimStore(Interference& interference, std::uint64_t seed)
      : writer(journal, interference),
        content(interference),
        emergency(interference),
        reserve(interference),
        signer(interference),
        log(journal, interference),
        entropy(interference, seed) {}

  adapters::MemoryJournal journal;  ///< as it is on disk
  SimJournal writer;
  SimContent content;
  SimEmergency emergency;
  SimReserve reserve;
  SimSigner signer;
  SimLog log;
  SimEntropy entropy;
};

}  // namespace stellwerk::sim
