// checks.h — what must hold after a crash and at the end, seen from outside: the journal's files,
// HAProxy's answers, processes, what subscribers and people were told.
//
// Role: never asks Stellwerk. Failures are GoogleTest's.            Thread-safety: one thread.
// Start here: expect_end()                                         Spec: README.md, "What must
// hold"
#pragma once

#include <string>
#include <vector>

#include "chaos/moments.h"
#include "e2e/site.h"
#include "ports/journal_store.h"

namespace stellwerk::chaos {

using Entries = std::vector<ports::StoredEntry>;

/// What was there is there, byte for byte.
void expect_continues(const Entries& before, const Entries& now);

/// Subscribers know nothing that is not in the journal, and it as it is there.
void expect_told_is_written(const e2e::Site& site, const Entries& entries);

/// Every tenant is served by the version that the journal's last word about traffic names, or,
/// where it says that traffic is being moved, by either.
void expect_routes(const e2e::Site& site, const Entries& entries);

/// The release has ended as an undisturbed one does, everything is told, and nothing is left over.
void expect_end(e2e::Site& site, const Entries& entries, Story story);

/// No request was lost, and no tenant went back and forth.
void expect_clients_served(const e2e::json& load, Story story);

[[nodiscard]] bool has_ended(const Entries& entries);
/// A wave has been granted its lease, and nothing has taken it away.
[[nodiscard]] bool holds_lease(const Entries& entries);

}  // namespace stellwerk::chaos
