// audit_reading.h — the part of audit_bench that reads logs: verification, proofs, checks of what
// is new.
//
// Start here: measure_verification. Thread-safety: one thread. Invariants: what fails is thrown.
#pragma once

#include <cstdint>

#include "bench/disk_folder.h"

namespace stellwerk::bench {

/// A log of releases with its contents, beside what hashing alone costs; and its size on the disk.
void measure_verification(std::uint64_t entries, std::uint64_t times, const DiskFolder& folder);

/// A log too large to be in memory: after a start, while it grows, and read as a whole.
void measure_large_log(std::uint64_t entries, const DiskFolder& folder);

}  // namespace stellwerk::bench
