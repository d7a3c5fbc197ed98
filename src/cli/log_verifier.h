// log_verifier.h — the check of a whole log, from its bytes: tree, tiles, checkpoints, keys,
// approvals, contents, witnesses, time stamps, and the journal's database beside it.
//
// Role: `audit verify`. What is judged is pure (src/audit); here are files, threads and the order.
// Start here: verify_log(). Thread-safety: one call at a time; it runs threads of its own.
// Invariants: nothing is written. In memory are some bundles, never the log. Errors are findings:
// verify_log() always has a report. Spec: docs/audit.md "Verifying"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/clock_check.h"
#include "audit/log_policy.h"
#include "audit/proof.h"
#include "audit/record_check.h"
#include "cli/kept_files.h"
#include "cli/log_files.h"
#include "cli/world.h"

namespace stellwerk::cli {

struct VerifyInputs {
  LogPlace place;            ///< `log` empty: nothing was published, the journal alone is checked
  Reader* reader = nullptr;  ///< the data folder's stores; none: files alone
  /// Log keys that are trusted; empty: those beside the log, which say only that it fits itself.
  std::vector<audit::VerifierKey> keys;
  std::optional<audit::LogPolicy> policy;  ///< witnesses the latest checkpoint must have
  std::optional<std::string> remembered;   ///< a checkpoint's note that somebody kept
  std::string authorities;                 ///< certificates (PEM) that time stamps must lead to
  bool tree_only = false;  ///< entries are another program's: only that they are in the tree
  std::size_t threads = 1;
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;  ///< may be empty
};

struct VerifyReport {
  struct Problem {
    std::optional<std::uint64_t> index;  ///< none: it is not about one entry
    base::Error error;
  };
  std::string origin;                       ///< empty: nothing was published
  std::string key;                          ///< that signed the latest checkpoint; empty: unchecked
  bool key_given = false;                   ///< somebody named the key, it was not beside the log
  audit::TreeHead head;                     ///< of the latest checkpoint
  std::uint64_t entries = 0;                ///< checked, those behind the checkpoint too
  std::uint64_t bundles = 0;                ///< compared with their tiles
  base::Digest root;                        ///< over all entries that were checked
  bool tree_only = false;                   ///< what entries say was not looked at
  bool database = false;                    ///< the journal's database was compared
  std::vector<audit::Cosigner> cosigners;   ///< of the latest checkpoint, those that are known
  std::uint64_t cosigned = 0;               ///< kept cosigned checkpoints that fit
  std::uint64_t timestamps = 0;             ///< that fit
  std::uint64_t timestamps_unchecked = 0;   ///< no certificates were given
  std::vector<Confirmed> kept_cosigners;    ///< of kept checkpoints, by known witnesses
  std::vector<Confirmed> stamps;            ///< by authorities that were named
  std::vector<audit::TimeStep> time_steps;  ///< notes: the first entries whose time runs backwards
  std::uint64_t time_steps_count = 0;
  std::uint64_t export_files = 0;            ///< of an export, written again and the same
  std::vector<std::string> export_unlike{};  ///< notes: texts beside the record that differ
  std::optional<std::uint64_t> remembered;   ///< the size of the kept checkpoint that it continues
  audit::RecordCounts record;
  std::vector<Problem> problems;  ///< the first to be told first
  std::uint64_t problems_count = 0;
  [[nodiscard]] bool good() const { return problems.empty(); }
};

VerifyReport verify_log(const VerifyInputs& inputs);

/// Who may approve a plan, and what it demands of approvals. @errors those of core::decode_plan
base::Result<audit::PlanApprovers> approvers_of(std::string_view plan, const base::Digest& digest);

}  // namespace stellwerk::cli
