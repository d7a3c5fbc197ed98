// audit_trail.h — the "Audit-Trail" of the runbook: one release in one small document.
//
// Role: `audit export`; its field names are the runbook's, to the letter. Start here: AuditTrail
// Thread-safety: one thread. Spec: runbook "Audit-Trail"; src/cli/export/fields.md
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/schema.h"
#include "core/plan.h"
#include "engine/entries.h"

namespace stellwerk::cli {

/// Takes a release's entries in their order; what it needs of them is kept.
class AuditTrail {
 public:
  explicit AuditTrail(const core::Plan& plan) : plan_(plan) {}
  void add(const engine::ReadEntry& entry);
  [[nodiscard]] config::OrderedJson json() const;

 private:
  struct Wave {
    std::uint32_t number = 0;
    std::vector<std::string> tenants;
    base::Ppm share;
    bool complete = false;
  };
  void add_approval(const core::ApprovalGranted& approval);
  void add_wave(const core::WaveStarted& wave);
  void write_people(config::OrderedJson& json) const;
  [[nodiscard]] config::OrderedJson waves_json() const;
  [[nodiscard]] const char* outcome() const;

  const core::Plan& plan_;
  std::string approved_by_;  ///< the release manager who approved the plan; empty: none did
  std::string emergency_approved_by_;
  std::string signed_off_by_;
  std::string completeness_accepted_by_;
  std::optional<base::WallTime> deployed_at_;
  std::optional<base::WallTime> completed_at_;
  std::vector<Wave> waves_;
  base::Json comparison_;  ///< of analytics.release.metrics
  bool rolled_back_ = false;
  bool cancelled_ = false;
  bool failed_ = false;
};

}  // namespace stellwerk::cli
