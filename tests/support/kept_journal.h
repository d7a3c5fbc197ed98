// kept_journal.h — a journal with its contents as two files under tests/data/journal: written once
// by the program of its day, read by every later one.
//
// `NAME.ndjson` has the entries as they were stored, `NAME.content.ndjson` what they name by
// digest, one JSON text a line.           Thread-safety: one thread.
#pragma once

#include <string>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"

namespace stellwerk::testing {

/// Where the journal of that name is kept; the two below take such a path, without its ending.
std::string kept(const std::string& name);

/// Appends what the files hold, so that every entry has its bytes and its index again.
void load_kept(const std::string& path, adapters::MemoryJournal& journal,
               adapters::MemoryContent& content);
void keep(const std::string& path, adapters::MemoryJournal& journal,
          adapters::MemoryContent& content);

/// The two halves of an entry's bytes around its index.
ports::NewEntry split_at_index(const ports::StoredEntry& entry);

}  // namespace stellwerk::testing
