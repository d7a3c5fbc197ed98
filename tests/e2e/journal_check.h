// journal_check.h — the journal as an auditor reads it: from its files, beside Stellwerk.
//
// Thread-safety: one thread.                             Start here: expect_journal_verifies()
// Spec: docs/journal.md
#pragma once

#include <string>
#include <vector>

#include "e2e/site.h"
#include "ports/journal_store.h"

namespace stellwerk::e2e {

/// All entries, read beside Stellwerk, whether it runs or not; none before there is a journal.
std::vector<ports::StoredEntry> entries_of(const Site& site);

/// Every entry's hash, the tree over all of them and the store's own verification agree.
void expect_journal_verifies(const Site& site);

/// `stellwerk audit replay`: every decision and every verdict of the site's releases is derived
/// again. What it says as JSON.
json expect_replays(const Site& site);

/// The entry `type` names a signed checkpoint that covers every entry before it.
void expect_covered_by_checkpoint(const Site& site, const std::string& type);

/// The text kept under the digest that a step of the release names; empty when there is none.
std::string evidence_of(const Site& site, const std::string& step);

}  // namespace stellwerk::e2e
