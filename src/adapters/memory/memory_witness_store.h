// memory_witness_store.h — what a witness remembers, in memory.
//
// Role: ports::WitnessStore in tests.                        Start here: MemoryWitnessStore
// Thread-safety: any thread.
#pragma once

#include <map>
#include <mutex>

#include "ports/witness_store.h"

namespace stellwerk::adapters {

class MemoryWitnessStore final : public ports::WitnessStore {
 public:
  base::Result<std::optional<std::string>> load(std::string_view origin) override {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(origin);
    if (found == kept_.end()) return std::optional<std::string>();
    if (damaged_) return base::fail(base::Code::Corruption, "WIT-0005", "the memory is damaged");
    return std::optional(found->second);
  }
  base::Result<void> replace(std::string_view origin, std::string_view checkpoint) override {
    const std::lock_guard lock(mutex_);
    if (full_) return base::fail(base::Code::Unavailable, "WIT-0007", "no space is left");
    kept_.insert_or_assign(std::string(origin), std::string(checkpoint));
    return {};
  }

  /// What was kept is no longer what was written.
  void set_damaged(bool damaged) { set(damaged_, damaged); }
  /// Nothing more can be kept.
  void set_full(bool full) { set(full_, full); }

 private:
  void set(bool& place, bool value) {
    const std::lock_guard lock(mutex_);
    place = value;
  }

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> kept_;
  bool damaged_ = false;
  bool full_ = false;
};

}  // namespace stellwerk::adapters
