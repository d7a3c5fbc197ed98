// disk.h — one disk for journal, content and emergency file that can be full, or can only be read.
// For tests only.
//
// Role: the stores of an installation in memory, which refuse together as they do on a real disk;
// the reserve's space is what they can still use.
// Thread-safety: one thread.                                               Start here: Disk
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "ports/emergency_log.h"
#include "ports/space_reserve.h"

namespace stellwerk::engine::testing {

struct DiskState {
  bool full = false;
  bool read_only = false;
  bool reserved = false;
  bool unreadable = false;  ///< what is stored cannot be read now
  [[nodiscard]] bool takes() const { return !read_only && (!full || !reserved); }
};

inline base::Failure no_space(const char* id) {
  return base::fail(base::error(base::Code::Unavailable, id, "it cannot be written")
                        .because("No space left on device"));
}
inline base::Failure only_read(const char* id) {
  return base::fail(base::error(base::Code::Unavailable, id, "it cannot be written")
                        .because("Read-only file system"));
}

class DiskContent final : public ports::ContentStore {
 public:
  explicit DiskContent(const DiskState& disk) : disk_(disk) {}
  base::Result<base::Digest> put(std::string_view bytes) override {
    if (!disk_.takes()) return no_space("CAS-0001");
    ++puts;
    bytes_put += bytes.size();
    return stored.put(bytes);
  }
  base::Result<std::string> get(const base::Digest& digest) override { return stored.get(digest); }
  base::Result<bool> has(const base::Digest& digest) override { return stored.has(digest); }
  base::Result<void> erase(const base::Digest& digest) override { return stored.erase(digest); }

  adapters::MemoryContent stored;
  std::size_t puts = 0;
  std::size_t bytes_put = 0;

 private:
  const DiskState& disk_;
};

class DiskJournal final : public ports::JournalStore {
 public:
  explicit DiskJournal(const DiskState& disk) : disk_(disk) {}
  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override {
    if (!disk_.takes()) return no_space("JRN-0002");
    return stored.append(batches, call);
  }
  base::Result<ports::Head> head() override { return stored.head(); }
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override {
    return stored.read_stream(stream, after, limit);
  }
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override {
    return stored.read(from, limit);
  }
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override {
    return stored.streams(only_live);
  }
  base::Result<ports::Head> verify_some(const std::optional<ports::Head>& trusted,
                                        std::uint64_t entries_max) override {
    ++checks;
    if (disk_.unreadable) return no_space("JRN-0002");
    auto reached = stored.verify_some(trusted, entries_max);
    const std::uint64_t read = reached ? reached->size - (trusted ? trusted->size : 0) : 0;
    verified += read;
    verified_at_once = std::max(verified_at_once, read);
    return reached;
  }
  base::Result<std::optional<std::string>> get_note(const std::string& key) override {
    return stored.get_note(key);
  }
  base::Result<void> put_note(const std::string& key, const std::string& value) override {
    if (!disk_.takes()) return no_space("JRN-0002");
    return stored.put_note(key, value);
  }

  adapters::MemoryJournal stored;
  int checks = 0;
  std::uint64_t verified = 0;  ///< entries
  std::uint64_t verified_at_once = 0;

 private:
  const DiskState& disk_;
};

/// Its blocks are there: it needs no space, but it must be writable.
class DiskEmergency final : public ports::EmergencyLog {
 public:
  explicit DiskEmergency(const DiskState& disk) : disk_(disk) {}
  base::Result<void> append(std::string_view line) override {
    if (broken || disk_.read_only) return only_read("JRN-0006");
    lines.emplace_back(line);
    return {};
  }
  base::Result<std::vector<std::string>> read() override { return lines; }
  base::Result<void> clear() override {
    if (disk_.read_only) return only_read("JRN-0006");
    lines.clear();
    return {};
  }
  std::vector<std::string> lines;
  bool broken = false;

 private:
  const DiskState& disk_;
};

class DiskReserve final : public ports::SpaceReserve {
 public:
  explicit DiskReserve(DiskState& disk) : disk_(disk) {}
  base::Result<void> hold() override {
    if (disk_.read_only) return only_read("JRN-0009");
    if (disk_.full && !disk_.reserved) return no_space("JRN-0009");
    disk_.reserved = true;
    return {};
  }
  base::Result<bool> release() override {
    if (disk_.read_only) return only_read("JRN-0009");
    return std::exchange(disk_.reserved, false);
  }

 private:
  DiskState& disk_;
};

/// Outlives the engines that use it, as a disk does.
struct Disk {
  DiskState state;
  DiskJournal journal{state};
  DiskContent content{state};
  DiskEmergency emergency{state};
  DiskReserve reserve{state};
};

}  // namespace stellwerk::engine::testing
