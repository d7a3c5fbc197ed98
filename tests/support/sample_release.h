// sample_release.h — the runbook's example in memory: document-domain 1.2.0 → 1.3.0 as a canary of
// three waves, among ten tenants of equal weight.
//
// Role: where tests of any folder start from; they change what they test.
// Thread-safety: values.
#pragma once

#include <string>

#include "core/compile.h"
#include "core/plan.h"
#include "core/release.h"

namespace stellwerk::testing {

/// People: release-manager-123 (release manager, product owner), devops-1 (DevOps), qa-1 (QA),
/// auditor-1 (audit officer); operating-system users of the same names. Services: document-domain
/// (run by Stellwerk), notifications-domain, audit-domain (watched). English.
core::Environment sample_environment();
/// rel-2025-10-001; waves at T+0 (pilot-1), T+15m (pilot-2 to pilot-5), T+30m (all); post-check
/// from T+60m to T+90m.
core::Release sample_release();
/// Both, compiled.
core::Plan sample_plan();

/// A release of any type with nothing written but what must be: its type's defaults apply.
core::Release bare_release(core::ReleaseType type);

/// Of the problems, one after the other: `PLN-0004 PLN-0005`.
std::string ids_of(const core::CompileResult& result);

}  // namespace stellwerk::testing
