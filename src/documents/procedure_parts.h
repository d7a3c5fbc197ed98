// procedure_parts.h — the parts of procedure.h's document; for its own files only.
//
// Role: ProcedureWriter has one function a section; procedure.cc calls them in order, and says who
// works here and what happened; procedure_rules.cc what the tables demand, procedure_record.cc how
// the record is kept.                                  Thread-safety: one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy.h"
#include "core/runbook_steps.h"
#include "documents/markdown.h"
#include "documents/procedure.h"

namespace stellwerk::documents {

class ProcedureWriter {
 public:
  ProcedureWriter(const ProcedureFacts& facts, base::Locale locale)
      : facts_(facts), locale_(locale) {}

  // procedure.cc
  void title();
  void scope();
  void organisation();
  void history();
  // procedure_rules.cc
  void types();
  void phases();
  void thresholds();
  void permissions();
  void runbook_lines();
  // procedure_record.cc
  void record();
  void retention();

  [[nodiscard]] std::string text() && { return std::move(page_).text(); }

 private:
  // ---- words
  [[nodiscard]] std::string say(std::string_view key,
                                const base::MessageArguments& arguments = {}) const;
  void heading(int level, std::string_view key) { page_.heading(level, say(key)); }
  void paragraph(std::string_view key) { page_.paragraph(say(key)); }
  [[nodiscard]] std::string yes_or_no(bool value) const { return say(value ? "yes" : "no"); }
  [[nodiscard]] std::string or_none(std::string text) const {
    return text.empty() ? say("none") : std::move(text);
  }
  [[nodiscard]] std::string role(core::Role role) const;
  [[nodiscard]] std::string roles(const core::RoleSet& set) const;
  [[nodiscard]] std::string types_text(const core::TypeSet& set) const;
  /// Types whose policy says so, or none.
  [[nodiscard]] std::string types_with(bool core::TypePolicy::* demand) const;

  // ---- parts of sections
  void people();
  void holders();
  void duties();
  void releases();
  void recorded_versions();
  void type(core::ReleaseType type);
  [[nodiscard]] std::string waves(const core::StrategyTemplate& strategy) const;
  [[nodiscard]] std::string downtime(core::Downtime downtime) const;
  [[nodiscard]] std::string lines(std::span<const std::string_view> ids) const;
  [[nodiscard]] std::string approvals(core::ReleaseType type) const;
  [[nodiscard]] std::string signatures(const core::TypePolicy& policy) const;
  [[nodiscard]] bool two_persons(const core::TypePolicy& policy) const;
  void phase(core::Phase phase);
  [[nodiscard]] std::string step_title(const core::StepTemplate& step) const;
  [[nodiscard]] std::string step_roles(const core::StepTemplate& step) const;
  [[nodiscard]] std::string step_kind(const core::StepTemplate& step) const;
  [[nodiscard]] std::string requested_of(const ProcedureRelease& release) const;
  [[nodiscard]] std::string decisions_of(const ProcedureRelease& release) const;

  const ProcedureFacts& facts_;
  base::Locale locale_;
  MarkdownPage page_;
};

}  // namespace stellwerk::documents
