// record_check.h — what entries say beside the tree, judged: checkpoints, keys, approvals,
// contents.
//
// Role: the verifier hands in the facts of entries in order, with the tree as it grew so far; where
// contents are and who may approve are callbacks. Start here: RecordCheck.
// Thread-safety: one call at a time. Invariants: nothing an entry names passes unseen: it is
// counted as good, as erased by an entry, as not at hand, or it is a finding. The first
// kFindingsKept findings are kept, all are counted. Spec: docs/audit.md "Verifying"
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/approval_judge.h"
#include "audit/entry_facts.h"
#include "audit/note_key.h"
#include "audit/root_history.h"
#include "base/result.h"

namespace stellwerk::audit {

/// Something wrong, and the entry it was found at.
struct Finding {
  std::uint64_t index = 0;
  base::Error error;
};

struct RecordSources {
  /// Empty: contents are not at hand, and counted so.
  /// @errors NotFound: there is none; else it is damaged or cannot be read.
  std::function<base::Result<std::string>(const base::Digest&)> content;
  /// Of the bytes of a plan. @errors Corruption: they are no plan
  std::function<base::Result<PlanApprovers>(std::string_view plan, const base::Digest& digest)>
      approvers;
  /// The root of a tree that was so long ago that the history has it no more; may be empty.
  std::function<base::Result<base::Digest>(std::uint64_t size)> older_root;
  /// Whether contents of this release must be at hand; empty: of every one.
  std::function<bool(const base::ReleaseId&)> complete_for;
};

struct RecordCounts {
  std::uint64_t checkpoints = 0;         ///< whose root fits and whose signature was checked
  std::uint64_t unsigned_checked = 0;    ///< whose root fits; no key was known
  std::uint64_t checkpoints_absent = 0;  ///< whose note is not at hand; the root fits
  std::uint64_t key_changes = 0;
  std::uint64_t approvals = 0;  ///< with a signature that fits
  std::uint64_t approvals_unsigned = 0;
  std::uint64_t approvals_erased = 0;
  std::uint64_t approvals_absent = 0;
  std::uint64_t commands = 0;           ///< of people, with a signature that fits
  std::uint64_t commands_unsigned = 0;  ///< by the operating system's word
  std::uint64_t commands_unread = 0;    ///< signed; the document is erased or not at hand
  std::uint64_t contents = 0;           ///< present, with the right digest
  std::uint64_t contents_erased = 0;    ///< gone, and an entry says so
  std::uint64_t contents_absent = 0;    ///< not at hand, nor demanded
  std::uint64_t findings = 0;
};

class RecordCheck {
 public:
  static constexpr std::size_t kFindingsKept = 20;
  /// So many missing contents may be said to be erased by later entries; more are findings at once.
  static constexpr std::size_t kMissingKept = 200'000;

  /// @param keys  of the log, those that are trusted; without any, signatures are not judged
  RecordCheck(RecordSources sources, std::vector<VerifierKey> keys);

  /// @param tree  with all leaves before the entry, at least
  void add(const EntryFacts& facts, const RootHistory& tree);
  /// When all entries were handed in.
  /// @param latest  the key that signed the log's latest checkpoint: the others must lead to it
  void finish(const std::optional<VerifierKey>& latest);

  /// Whether changes that both keys signed lead from one of these keys to the latest, or it is one.
  [[nodiscard]] bool leads_to(const VerifierKey& latest, std::span<const VerifierKey> from) const;

  /// The entry by which this key was replaced; nothing: it was not.
  [[nodiscard]] std::optional<std::uint64_t> retired_at(const VerifierKey& key) const;
  /// The first entry that names a signed checkpoint; nothing: none does.
  [[nodiscard]] std::optional<std::uint64_t> first_checkpoint() const { return first_checkpoint_; }

  /// The size of the largest tree that a checkpoint which entries name proves.
  [[nodiscard]] std::uint64_t proven_size() const { return proven_size_; }

  [[nodiscard]] const RecordCounts& counts() const { return counts_; }
  /// In the order of their entries.
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  void found(std::uint64_t index, base::Error error);

 private:
  enum class State : std::uint8_t { Good, Missing, Absent, Bad };
  struct Looked {
    base::Digest digest;
    State state = State::Good;
    std::string bytes;  ///< of small ones
  };
  struct Missing {
    std::uint64_t index = 0;
    std::string key;
  };

  const Looked& look(const base::Digest& digest, const EntryFacts& facts, std::string_view key);
  Looked look_anew(const base::Digest& digest, const EntryFacts& facts, std::string_view key);
  void check_checkpoint(const EntryFacts& facts, const RootHistory& tree);
  void check_note(const EntryFacts& facts, const std::string& bytes);
  void check_key_change(const EntryFacts& facts);
  void check_approval_of(const EntryFacts& facts, const RootHistory& tree);
  void check_command_of(const EntryFacts& facts);
  base::Result<void> judge_command(const EntryFacts& facts);
  base::Result<void> judge_approval(const EntryFacts& facts, const RootHistory& tree);
  void check_beginning(const EntryFacts& facts);
  base::Result<const PlanApprovers*> approvers_of(const base::Digest& digest,
                                                  const std::string& plan);
  [[nodiscard]] std::optional<base::Digest> root_at(std::uint64_t size,
                                                    const RootHistory& tree) const;
  void count_missing();
  void check_keys_used(const VerifierKey& latest);
  [[nodiscard]] std::set<std::string> keys_before(const VerifierKey& latest) const;

  RecordSources sources_;
  std::vector<VerifierKey> keys_;
  RecordCounts counts_;
  std::vector<Finding> findings_;
  std::list<Looked> looked_;  ///< the latest first
  std::map<base::Digest, Missing> missing_;
  std::set<base::Digest> erased_;
  std::vector<std::pair<VerifierKey, VerifierKey>> changes_;
  std::map<std::string, std::uint64_t> keys_used_;  ///< with the first entry that names its note
  std::map<std::string, std::uint64_t> retired_;    ///< keys, with the entry that replaced them
  std::optional<std::uint64_t> first_checkpoint_;
  std::uint64_t proven_size_ = 0;
  ApprovalJudge approvals_;
  std::optional<std::pair<base::Digest, PlanApprovers>> plan_;  ///< the one asked for last
};

}  // namespace stellwerk::audit
