// names.h — the texts of the core's enums for the archive (archive.h): one table each, found by
// argument-dependent lookup. Include only in codecs (.cc).
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "core/effect.h"
#include "core/environment.h"
#include "core/event.h"
#include "core/guard_policy.h"
#include "core/verdict.h"
#include "core/words.h"

namespace stellwerk::core {

template <class E>
using NameTable = std::span<const std::pair<E, std::string_view>>;

NameTable<ReleaseType> names_of(ReleaseType);
NameTable<Strategy> names_of(Strategy);
NameTable<Capacity> names_of(Capacity);
NameTable<Phase> names_of(Phase);
NameTable<Role> names_of(Role);
NameTable<ApprovalKind> names_of(ApprovalKind);
NameTable<Action> names_of(Action);
NameTable<Cause> names_of(Cause);
NameTable<EffectKind> names_of(EffectKind);
NameTable<EffectClass> names_of(EffectClass);
NameTable<Outcome> names_of(Outcome);
NameTable<PauseCause> names_of(PauseCause);
NameTable<RollbackCause> names_of(RollbackCause);
NameTable<GuardLost> names_of(GuardLost);
NameTable<RollbackMode> names_of(RollbackMode);
NameTable<OtherServices> names_of(OtherServices);
NameTable<OnStop> names_of(OnStop);
NameTable<GaugeFormat> names_of(GaugeFormat);

/// The text of any enum that has a table.
template <class E>
std::string_view name_of(E value) {
  for (const auto& [each, text] : names_of(E{}))
    if (each == value) return text;
  return "?";
}

}  // namespace stellwerk::core
