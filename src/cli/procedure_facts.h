// procedure_facts.h — what documents/procedure.h describes, gathered: from stellwerk.yaml, the
// journal and the published log.
//
// Role: `audit procedure`. Start here: procedure_facts(). Thread-safety: one thread.
// Invariants: nothing is written; the same files and journal give the same facts.
// Spec: docs/procedure.md
#pragma once

#include "config/load.h"
#include "documents/procedure.h"
#include "ports/journal_store.h"

namespace stellwerk::cli {

/// Stores that outlive the call; none: nothing was ever journaled.
struct ProcedureStores {
  ports::JournalStore* journal = nullptr;
  ports::ContentStore* content = nullptr;
};

/// @errors Corruption ENG-0002, AUD-0003: an entry cannot be read; InvalidArgument AUD-0005: a key
/// of a witness, or of the published log, is none; those of the stores
base::Result<documents::ProcedureFacts> procedure_facts(const config::EnvironmentFile& file,
                                                        const ProcedureStores& stores);

}  // namespace stellwerk::cli
