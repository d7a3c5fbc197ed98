// capacity.h — how many instances of either version a wave needs: capacity in place, where the new
// version's instances replace the old one's.
//
// Thread-safety: pure functions.                                 Start here: instances_in_wave()
// Invariants: neither version ever has less than it serves: before a wave moves traffic the new
// version has what the wave gives it, and until the next one the old version keeps what it served
// before, so that a rollback can return that much at once. Spec: docs/concepts.md "Capacity"
#pragma once

#include <cstdint>
#include <string>

#include "core/plan.h"

namespace stellwerk::core {

struct InstanceCounts {
  std::uint32_t old_version = 0;
  std::uint32_t new_version = 0;
  friend bool operator==(const InstanceCounts&, const InstanceCounts&) = default;
};

/// From when wave `number` (1 to waves.size()) is about to move traffic until the next one is. In
/// parallel: always all of both.
InstanceCounts instances_in_wave(const Plan& plan, const PlannedComponent& component,
                                 std::uint32_t number);

/// What an ArrangeCapacity is about: its intent's subject.
struct Arrangement {
  std::uint32_t wave = 0;
  base::ComponentName component;
};
std::string subject_of(const Arrangement& arrangement);  ///< `2 document-domain`
/// The wave that a ReturnTraffic goes back to, or an Arrangement is for; 0: none is named.
std::uint32_t wave_in(const std::string& subject);
Arrangement arrangement_in(const std::string& subject);  ///< of a subject that subject_of() made

}  // namespace stellwerk::core
