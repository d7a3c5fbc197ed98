// approval_judge.h — whether what entries call an approval, or a person's signed command, is one:
// signed text, plan and entry say the same, each text is used once, and nobody approves alone what
// they asked for.
//
// Role: RecordCheck hands in facts in the order of the log, with plans and documents as it finds
// them. Start here: ApprovalJudge. Thread-safety: one call at a time.
// Invariants: what is judged is told by the log and the plan alone; nothing the engine keeps is
// asked. Errors are findings (AUD-0054) that name the entry.
// Spec: docs/audit.md "Approvals", docs/spec/approvals.md
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/approval.h"
#include "audit/entry_facts.h"
#include "base/result.h"

namespace stellwerk::audit {

/// A step of a plan on which people decide.
struct ApprovalStep {
  std::string name;
  std::string decision;         ///< `approve`, `accept-features`, …
  std::set<std::string> roles;  ///< one of them
  std::uint32_t count = 1;      ///< so many different people
  bool signature_required = false;
  bool follow_up = false;  ///< decided on after the end
};

/// Who may approve a plan, for what an approval of it must be, and what the plan demands of them.
struct PlanApprovers {
  ExpectedApproval expected;  ///< its time is set by the check
  std::vector<Signer> signers;
  std::map<std::string, std::set<std::string>> roles_of;  ///< a person's roles
  std::vector<ApprovalStep> steps;
  std::set<std::string> emergency_roles;  ///< of an emergency approval; empty: it cannot be given
  std::set<std::string> reject_roles;
  std::string requested_by;
  bool separation_of_duties = false;
  bool two_persons = false;  ///< no fewer than two different people approve
  /// Whose role may ask for what: `pause`, `resume`, …
  std::map<std::string, std::set<std::string>> command_roles = {};
  std::map<std::string, std::set<std::string>> step_roles = {};  ///< whose role attests a step
  bool signed_commands = false;  ///< all but pause, rollback and the start must be signed
};

class ApprovalJudge {
 public:
  /// The root of the log's first entries; nothing: it is not known.
  using RootAt = std::function<std::optional<base::Digest>(std::uint64_t size)>;

  /// Of every entry with a ReleaseMark, before anything else of it is judged.
  void see(const EntryFacts& facts);
  /// The plan with which the release began, as far as an entry said it.
  [[nodiscard]] std::optional<base::Digest> plan_of(const base::ReleaseId& release) const;

  /// What an approval says without plan and document. @errors Corruption AUD-0054, as all below
  [[nodiscard]] base::Result<void> judge_entry(const EntryFacts& facts) const;
  /// Against what the plan demands.
  [[nodiscard]] base::Result<void> judge_by_plan(const EntryFacts& facts,
                                                 const PlanApprovers& plan) const;
  /// Against what was signed; afterwards the text's nonce is used up.
  base::Result<void> judge_document(const EntryFacts& facts, const std::string& document,
                                    const PlanApprovers& plan, const RootAt& root_at);
  /// How an entry's person is known, by the entry alone; of approvals too.
  [[nodiscard]] base::Result<void> judge_command_entry(const EntryFacts& facts) const;
  /// Whether the plan lets that person ask for it so.
  [[nodiscard]] base::Result<void> judge_command_by_plan(const EntryFacts& facts,
                                                         const PlanApprovers& plan) const;
  /// Against what was signed; afterwards the text's nonce is used up.
  base::Result<void> judge_command_document(const EntryFacts& facts, const std::string& document,
                                            const PlanApprovers& plan);
  /// The approval counts for its release.
  /// @param judged  plan and, if it is signed, document were at hand
  void count(const EntryFacts& facts, bool judged);
  /// When the release began: whether the approvals before it were enough.
  [[nodiscard]] base::Result<void> judge_beginning(const EntryFacts& facts,
                                                   const PlanApprovers& plan) const;

 private:
  struct Given {
    std::string person;
    std::string role;
    std::string decision;
    bool is_signed = false;
  };
  struct Release {
    std::optional<base::Digest> plan;
    std::string requester;
    std::optional<std::uint64_t> ended;
    std::vector<Given> given;
    bool all_judged = true;
  };

  [[nodiscard]] const Release* find(const base::ReleaseId& release) const;
  [[nodiscard]] bool requested_it(const EntryFacts& facts, const PlanApprovers& plan,
                                  const std::string& person) const;
  [[nodiscard]] std::string granted_problem(const EntryFacts& facts,
                                            const PlanApprovers& plan) const;
  [[nodiscard]] std::string follow_up_problem(const EntryFacts& facts,
                                              const PlanApprovers& plan) const;
  [[nodiscard]] std::string head_problem(const EntryFacts& facts, const Approval& approval,
                                         const RootAt& root_at) const;
  [[nodiscard]] std::string beginning_problem(const EntryFacts& facts,
                                              const PlanApprovers& plan) const;

  std::map<base::ReleaseId, Release> releases_;
  std::map<ApprovalNonce, std::uint64_t> nonces_;  ///< with the entry that used it
};

}  // namespace stellwerk::audit
