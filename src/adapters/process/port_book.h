// port_book.h — which loopback ports our instances have, and finding a free one.
//
// Thread-safety: none (the supervisor's lock).            Start here: PortBook::choose
// Invariants: no port is given to two instances at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "base/result.h"

namespace stellwerk::adapters::process {

using PortRange =
    std::optional<std::pair<std::uint16_t, std::uint16_t>>;  ///< inclusive; empty: any

/// True when a program could listen on 127.0.0.1:port now.
bool port_is_free(std::uint16_t port);

class PortBook {
 public:
  /// Takes `preferred` (0: none) if it is free, else another of the range.
  /// @errors Conflict PRC-0003: none is free.
  base::Result<std::uint16_t> choose(const PortRange& range, std::uint16_t preferred);
  void take(std::uint16_t port) { taken_.insert(port); }
  void give_back(std::uint16_t port) { taken_.erase(port); }

 private:
  [[nodiscard]] bool usable(std::uint16_t port) const;
  std::set<std::uint16_t> taken_;
};

}  // namespace stellwerk::adapters::process
