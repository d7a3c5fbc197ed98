// said.h — who asks, and what the guard says, in situations and inputs alike.
//
// Thread-safety: values.
#pragma once

#include "core/input.h"

namespace stellwerk::transitions {

inline const base::PersonId kManager{"release-manager-123"};

inline core::VerdictReached verdict(core::Action action, core::Cause cause) {
  core::Verdict v;
  v.action = action;
  v.cause = cause;
  return {v, base::Json::object(), {}};
}

}  // namespace stellwerk::transitions
