// loader.h — a release as its journal tells it: plan from the content store, state by folding its
// entries.
//
// Role: recovery, and every command that reads while no engine runs.          Start here:
// load_release Thread-safety: one call at a time per store object.
#pragma once

#include <set>
#include <string>

#include "core/decide.h"
#include "engine/entries.h"
#include "ports/journal_store.h"

namespace stellwerk::engine {

struct LoadedRelease {
  core::Plan plan;
  core::State state;
  base::WallTime last_entry;          ///< when the last entry was written
  std::set<std::string> nonces = {};  ///< of the signed texts that its entries name
};

/// @errors NotFound ENG-0020: no such release; Corruption ENG-0002, CAS-0003, PLN-0002, PLN-0013:
/// what was written cannot be read (nothing is continued on it); and those of the stores.
base::Result<LoadedRelease> load_release(ports::JournalStore& journal, ports::ContentStore& content,
                                         const base::ReleaseId& release);

/// Entries that are read from a journal at once.
inline constexpr std::size_t kEntriesAtOnce = 1000;

/// Whoever has plan bytes from a store asks before it looks anything up in the plan.
/// @errors Corruption PLN-0013
base::Result<void> refuse_contradiction(const core::Plan& plan);

/// Folds one entry that was read. @errors Corruption ENG-0002: it cannot follow in this release;
/// `state` is unchanged.
base::Result<void> fold(const core::Plan& plan, core::State& state, const ReadEntry& entry);

/// Only the plan, from the release's first entry. Same errors.
base::Result<core::Plan> load_plan(ports::JournalStore& journal, ports::ContentStore& content,
                                   const base::ReleaseId& release);

}  // namespace stellwerk::engine
