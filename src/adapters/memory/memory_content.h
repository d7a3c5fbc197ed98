// memory_content.h — the content store in memory: for tests and the simulator.
//
// Role: keeps the contract of ports::ContentStore (tests/contract/content_store.h) without a disk.
// Thread-safety: any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "ports/journal_store.h"

namespace stellwerk::adapters {

class MemoryContent final : public ports::ContentStore {
 public:
  base::Result<base::Digest> put(std::string_view bytes) override;
  base::Result<std::string> get(const base::Digest& digest) override;
  base::Result<bool> has(const base::Digest& digest) override;

  /// Overwrites what is stored under a digest, as a hand from outside would.
  void tamper(const base::Digest& digest, std::string bytes);
  /// Somebody deletes it: afterwards it is not found.
  base::Result<void> erase(const base::Digest& digest) override;

 private:
  std::mutex mutex_;
  std::map<base::Digest, std::string> contents_;  // guarded by mutex_
};

}  // namespace stellwerk::adapters
