// expected.h — the entries of a store's life: which commit writes what, and at which index.
//
// Start here: requests_of, entries_until                       Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ports/journal_store.h"

namespace stellwerk::faults {

/// No life has more commits.
constexpr std::size_t kCommitsMost = 120;

/// What is appended by the commit that begins with entry `index`; empty: none begins there.
std::vector<ports::AppendRequest> requests_of(std::uint64_t index);
/// The number of entries after that commit.
std::uint64_t end_of(std::uint64_t index);
/// The root over the first entries of a life.
base::Digest root_at(std::uint64_t size);
/// All entries of a life that has got so far.
std::span<const ports::StoredEntry> entries_until(std::uint64_t size);
/// The streams of a journal of that size, newest first.
std::vector<ports::StreamInfo> streams_at(std::uint64_t size);

/// The contents that any life stores.
const std::vector<std::string>& all_contents();

}  // namespace stellwerk::faults
