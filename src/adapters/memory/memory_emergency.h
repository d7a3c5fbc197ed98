// memory_emergency.h — the emergency log in memory: outlives the engine that wrote it.
//
// Role: ports::EmergencyLog in tests and simulations.    Start here: MemoryEmergency
// Thread-safety: one call at a time.
#pragma once

#include "ports/emergency_log.h"

namespace stellwerk::adapters {

class MemoryEmergency final : public ports::EmergencyLog {
 public:
  base::Result<void> append(std::string_view line) override {
    lines_.emplace_back(line);
    return {};
  }
  base::Result<std::vector<std::string>> read() override { return lines_; }
  base::Result<void> clear() override {
    lines_.clear();
    return {};
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace stellwerk::adapters
