// space_reserve.h — a few MiB beside the journal that belong to the next rollback.
//
// Role: ports::SpaceReserve as a file whose blocks are allocated; giving them up is a truncation,
// which needs no space.            Start here: SpaceReserve::hold, release
// Thread-safety: one call at a time.                                   Spec: docs/journal.md
#pragma once

#include <cstddef>
#include <filesystem>

#include "ports/space_reserve.h"

namespace stellwerk::adapters {

class SpaceReserve final : public ports::SpaceReserve {
 public:
  /// Journal, content, routes and records of a rollback with a dozen components stay below this.
  static constexpr std::size_t kSizeBytes = std::size_t{4} << 20;

  /// Touches nothing; hold() makes the file (mode 0600).
  explicit SpaceReserve(std::filesystem::path path, std::size_t size_bytes = kSizeBytes)
      : path_(std::move(path)), size_bytes_(size_bytes) {}

  base::Result<void> hold() override;
  base::Result<bool> release() override;

 private:
  std::filesystem::path path_;
  std::size_t size_bytes_;
};

}  // namespace stellwerk::adapters
