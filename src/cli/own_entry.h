// own_entry.h — entries of the installation's own, which belong to no release: who may write one,
// and writing it.
//
// Role: `audit erase`, `rotate-key`, `procedure --record`. Thread-safety: one thread.
// Start here: record_own_entry()                             Spec: docs/audit.md
#pragma once

#include "cli/world.h"
#include "core/permissions.h"

namespace stellwerk::cli {

/// The person that the operating system's user is, if they have the permission.
/// @errors Forbidden ENG-0010: nobody is that user; Forbidden ENG-0011: none of their roles may
base::Result<base::PersonId> person_with(World& world, const core::Environment& environment,
                                         core::Permission permission);

/// Turns the engine until it has answered. What the event names must be kept already.
/// @errors OutcomeUnknown CLI-0009: no answer in time; those of the journal
base::Result<void> record_own_entry(World& world, EngineHost& host, const core::Event& event,
                                    const base::PersonId& by);

}  // namespace stellwerk::cli
