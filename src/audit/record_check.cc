#include "audit/record_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/checkpoint.h"
#include "audit/note.h"

namespace stellwerk::audit {
namespace {

constexpr std::size_t kLookedKept = 64;
constexpr std::size_t kBytesKept = std::size_t{256} << 10;

base::Error bad_checkpoint(std::uint64_t index, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0051",
                     fmt::format("the checkpoint that entry {} names does not fit the log", index))
      .because(std::move(why))
      .then("compare the log with a copy that somebody else keeps", "one of both was changed");
}

base::Error bad_content(std::uint64_t index, std::string_view key, const base::Digest& digest,
                        std::string why) {
  return base::error(base::Code::Corruption, "AUD-0052",
                     fmt::format("the {} that entry {} names is not what was kept", key, index))
      .because(fmt::format("{}: {}", digest.to_string(), why))
      .then("get the content from a backup", "it is the right one when its SHA-256 is this");
}

base::Error bad_key_change(std::uint64_t index, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0053",
                     fmt::format("the change of the log's key in entry {} is not proven", index))
      .because(std::move(why))
      .then("ask who administers the log for both keys", "both must have signed the change");
}

base::Error unreadable_plan(std::uint64_t index, const base::Error& error) {
  return base::error(base::Code::Corruption, "AUD-0054",
                     fmt::format("entry {} cannot be judged by its plan", index))
      .because(error.one_line());
}

bool has_signature_of(const Note& note, const VerifierKey& key) {
  return std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& signature) {
    return signature.name == key.name && signature.key_id == key.id();
  });
}

}  // namespace

RecordCheck::RecordCheck(RecordSources sources, std::vector<VerifierKey> keys)
    : sources_(std::move(sources)), keys_(std::move(keys)) {}

void RecordCheck::found(std::uint64_t index, base::Error error) {
  ++counts_.findings;
  const auto behind = std::upper_bound(
      findings_.begin(), findings_.end(), index,
      [](std::uint64_t wanted, const Finding& each) { return wanted < each.index; });
  findings_.insert(behind, {index, std::move(error)});
  if (findings_.size() > kFindingsKept) findings_.pop_back();
}

void RecordCheck::add(const EntryFacts& facts, const RootHistory& tree) {
  if (!facts.problem.empty()) {
    found(facts.index, base::error(base::Code::Corruption, "AUD-0051",
                                   fmt::format("entry {} cannot be judged", facts.index))
                           .because(facts.problem));
    return;
  }
  if (facts.erased) erased_.insert(*facts.erased);
  approvals_.see(facts);
  for (const NamedContent& each : facts.contents) look(each.digest, facts, each.key);
  if (facts.checkpoint) check_checkpoint(facts, tree);
  if (facts.key_change) check_key_change(facts);
  if (facts.command) check_command_of(facts);
  if (facts.approval) check_approval_of(facts, tree);
  if (facts.mark == ReleaseMark::Began) check_beginning(facts);
}

/// Contents are named again and again within a release: plans, evidence of an effect and its step.
const RecordCheck::Looked& RecordCheck::look(const base::Digest& digest, const EntryFacts& facts,
                                             std::string_view key) {
  const auto kept = std::find_if(looked_.begin(), looked_.end(),
                                 [&](const Looked& each) { return each.digest == digest; });
  if (kept != looked_.end()) {
    looked_.splice(looked_.begin(), looked_, kept);
  } else {
    looked_.push_front(look_anew(digest, facts, key));
    if (looked_.size() > kLookedKept) looked_.pop_back();
  }
  return looked_.front();
}

RecordCheck::Looked RecordCheck::look_anew(const base::Digest& digest, const EntryFacts& facts,
                                           std::string_view key) {
  const bool demanded = !sources_.complete_for || sources_.complete_for(facts.release);
  if (!sources_.content) {
    ++counts_.contents_absent;
    return {digest, State::Absent, {}};
  }
  auto bytes = sources_.content(digest);
  if (bytes && base::sha256(*bytes) == digest) {
    ++counts_.contents;
    if (bytes->size() > kBytesKept && key != "plan" && key != "listed_in") bytes->clear();
    return {digest, State::Good, std::move(*bytes)};
  }
  if (!bytes && bytes.error().code == base::Code::NotFound) {
    if (!demanded) {
      ++counts_.contents_absent;
      return {digest, State::Absent, {}};
    }
    if (missing_.size() < kMissingKept)
      missing_.try_emplace(digest, Missing{facts.index, std::string(key)});
    else if (!missing_.contains(digest) && !erased_.contains(digest))
      found(facts.index, bad_content(facts.index, key, digest, "it is gone, as very many are"));
    return {digest, State::Missing, {}};
  }
  found(facts.index,
        bad_content(facts.index, key, digest,
                    bytes ? "its bytes have another digest" : bytes.error().one_line()));
  return {digest, State::Bad, {}};
}

// ---- checkpoints

std::optional<base::Digest> RecordCheck::root_at(std::uint64_t size,
                                                 const RootHistory& tree) const {
  if (auto root = tree.root_at(size)) return root;
  if (!sources_.older_root) return std::nullopt;
  const auto root = sources_.older_root(size);
  return root ? std::optional(*root) : std::nullopt;
}

void RecordCheck::check_checkpoint(const EntryFacts& facts, const RootHistory& tree) {
  const NamedCheckpoint& named = *facts.checkpoint;
  if (!first_checkpoint_) first_checkpoint_ = facts.index;
  if (named.size > facts.index) {
    return found(facts.index, bad_checkpoint(facts.index, fmt::format("it covers {} entries, more "
                                                                      "than there were",
                                                                      named.size)));
  }
  const auto root = root_at(named.size, tree);
  if (!root || *root != named.root) {
    return found(facts.index,
                 bad_checkpoint(facts.index,
                                fmt::format("the first {} entries have the root {}, it says {}",
                                            named.size, root ? root->to_string() : "(not known)",
                                            named.root.to_string())));
  }
  const Looked& note = look(named.note, facts, "note");
  if (note.state == State::Good) return check_note(facts, note.bytes);
  if (note.state == State::Absent) ++counts_.checkpoints_absent;
}

void RecordCheck::check_note(const EntryFacts& facts, const std::string& bytes) {
  const auto note = parse_note(bytes);
  if (!note) return found(facts.index, bad_checkpoint(facts.index, note.error().one_line()));
  const auto checkpoint = Checkpoint::parse(note->text);
  if (!checkpoint)
    return found(facts.index, bad_checkpoint(facts.index, checkpoint.error().one_line()));
  if (checkpoint->size != facts.checkpoint->size || checkpoint->root != facts.checkpoint->root) {
    return found(
        facts.index,
        bad_checkpoint(facts.index, fmt::format("its note is about {} entries with the "
                                                "root {}",
                                                checkpoint->size, checkpoint->root.to_string())));
  }
  if (keys_.empty()) {
    ++counts_.unsigned_checked;
    return;
  }
  const auto verified = verify_note(bytes, keys_);
  if (!verified)
    return found(facts.index, bad_checkpoint(facts.index, verified.error().one_line()));
  std::optional<std::uint64_t> replaced;
  bool by_present_key = false;
  for (const VerifierKey& key : keys_) {
    if (!has_signature_of(*verified, key)) continue;
    keys_used_.try_emplace(key.to_string(), facts.index);
    const auto retired = retired_at(key);
    by_present_key = by_present_key || !retired;
    if (retired) replaced = retired;
  }
  if (replaced && !by_present_key)
    return found(facts.index,
                 bad_checkpoint(facts.index, fmt::format("it is signed by a key that entry {} had "
                                                         "replaced by another one",
                                                         *replaced)));
  proven_size_ = std::max(proven_size_, checkpoint->size);
  ++counts_.checkpoints;
}

// ---- keys

void RecordCheck::check_key_change(const EntryFacts& facts) {
  const NamedKeyChange& change = *facts.key_change;
  const auto old_key = VerifierKey::parse(change.old_key);
  const auto new_key = VerifierKey::parse(change.new_key);
  if (!old_key || !new_key) {
    return found(facts.index,
                 bad_key_change(facts.index, (old_key ? new_key : old_key).error().one_line()));
  }
  const Looked& note = look(change.note, facts, "note");
  if (note.state != State::Good) return;
  const std::vector<VerifierKey> both{*old_key, *new_key};
  const auto verified = verify_note(note.bytes, both);
  if (!verified)
    return found(facts.index, bad_key_change(facts.index, verified.error().one_line()));
  for (const VerifierKey& key : both) {
    if (!has_signature_of(*verified, key))
      return found(facts.index, bad_key_change(facts.index, key.to_string() + " did not sign it"));
    if (verified->text.find(key.to_string()) == std::string::npos)
      return found(facts.index,
                   bad_key_change(facts.index, "its note does not name " + key.to_string()));
  }
  changes_.emplace_back(*old_key, *new_key);
  retired_[old_key->to_string()] = facts.index;
  retired_.erase(new_key->to_string());
  ++counts_.key_changes;
}

/// The key itself, and those from which signed changes lead to it.
std::set<std::string> RecordCheck::keys_before(const VerifierKey& latest) const {
  std::set<std::string> known{latest.to_string()};
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
    if (known.contains(change->second.to_string())) known.insert(change->first.to_string());
  return known;
}

bool RecordCheck::leads_to(const VerifierKey& latest, std::span<const VerifierKey> from) const {
  const auto known = keys_before(latest);
  return std::any_of(from.begin(), from.end(),
                     [&](const VerifierKey& key) { return known.contains(key.to_string()); });
}

std::optional<std::uint64_t> RecordCheck::retired_at(const VerifierKey& key) const {
  const auto found = retired_.find(key.to_string());
  return found == retired_.end() ? std::nullopt : std::optional(found->second);
}

/// A key without a signed change that leads from it to the latest one could be anybody's.
void RecordCheck::check_keys_used(const VerifierKey& latest) {
  const auto known = keys_before(latest);
  for (const auto& [key, index] : keys_used_)
    if (!known.contains(key))
      found(index,
            bad_key_change(index, fmt::format("its checkpoint is signed by {}, and no change "
                                              "leads from this key to {}",
                                              key, latest.to_string())));
}

// ---- approvals

void RecordCheck::check_approval_of(const EntryFacts& facts, const RootHistory& tree) {
  auto good = approvals_.judge_entry(facts);
  if (good) good = judge_approval(facts, tree);
  if (!good) found(facts.index, std::move(good.error()));
}

/// By the plan, and by what was signed, as far as they are at hand.
base::Result<void> RecordCheck::judge_approval(const EntryFacts& facts, const RootHistory& tree) {
  const NamedApproval& named = *facts.approval;
  // A copy: looking at the plan may push it out.
  const Looked document = named.document ? look(*named.document, facts, "document") : Looked{};
  const Looked& plan = look(named.plan, facts, "plan");
  const bool at_hand = plan.state == State::Good && sources_.approvers;
  if (at_hand) {
    const auto approvers = approvers_of(named.plan, plan.bytes);
    if (!approvers) return base::fail(unreadable_plan(facts.index, approvers.error()));
    if (auto good = approvals_.judge_by_plan(facts, **approvers); !good) return good;
    const bool is_read = named.document && document.state == State::Good;
    const auto root = [&](std::uint64_t size) { return root_at(size, tree); };
    if (is_read) {
      auto good = approvals_.judge_document(facts, document.bytes, **approvers, root);
      if (!good) return good;
    }
  }
  approvals_.count(facts, at_hand);
  if (!named.document) {
    ++counts_.approvals_unsigned;
  } else if (at_hand && document.state == State::Good) {
    ++counts_.approvals;
  } else {
    // What is missing is said where it is counted; an erased document is no approval less.
    const bool is_absent = document.state == State::Absent || plan.state == State::Absent;
    ++(is_absent ? counts_.approvals_absent : counts_.approvals_erased);
  }
  return {};
}

void RecordCheck::check_command_of(const EntryFacts& facts) {
  auto good = approvals_.judge_command_entry(facts);
  if (good) good = judge_command(facts);
  if (!good) found(facts.index, std::move(good.error()));
}

/// Whether the plan takes it so, and what was signed. Of an approval that is judged as one.
base::Result<void> RecordCheck::judge_command(const EntryFacts& facts) {
  const NamedCommand& named = *facts.command;
  const bool is_signed = named.signature.has_value() && !facts.approval;
  if (!facts.approval && !is_signed) ++counts_.commands_unsigned;
  const auto digest = approvals_.plan_of(facts.release);
  if (!digest || !sources_.approvers) {
    counts_.commands_unread += is_signed ? 1 : 0;
    return {};
  }
  // A copy: looking at the plan may push it out.
  const Looked document = is_signed ? look(named.signature->document, facts, "document") : Looked{};
  const Looked& plan = look(*digest, facts, "plan");
  if (plan.state != State::Good) {
    counts_.commands_unread += is_signed ? 1 : 0;
    return {};
  }
  const auto approvers = approvers_of(*digest, plan.bytes);
  if (!approvers) return base::fail(unreadable_plan(facts.index, approvers.error()));
  if (auto good = approvals_.judge_command_by_plan(facts, **approvers); !good) return good;
  if (!is_signed) return {};
  if (document.state != State::Good) {
    ++counts_.commands_unread;
    return {};
  }
  auto good = approvals_.judge_command_document(facts, document.bytes, **approvers);
  if (good) ++counts_.commands;
  return good;
}

void RecordCheck::check_beginning(const EntryFacts& facts) {
  const auto digest = approvals_.plan_of(facts.release);
  if (!digest) return;
  const Looked& plan = look(*digest, facts, "plan");
  if (plan.state != State::Good || !sources_.approvers) return;
  const auto approvers = approvers_of(*digest, plan.bytes);
  if (!approvers) return found(facts.index, unreadable_plan(facts.index, approvers.error()));
  if (auto good = approvals_.judge_beginning(facts, **approvers); !good)
    found(facts.index, std::move(good.error()));
}

base::Result<const PlanApprovers*> RecordCheck::approvers_of(const base::Digest& digest,
                                                             const std::string& plan) {
  if (!plan_ || plan_->first != digest) {
    auto approvers = sources_.approvers(plan, digest);
    if (!approvers) return base::fail(std::move(approvers.error()));
    plan_.emplace(digest, std::move(*approvers));
  }
  return &plan_->second;
}

// ---- the end

void RecordCheck::count_missing() {
  for (auto& [digest, missing] : missing_) {
    if (erased_.contains(digest)) {
      ++counts_.contents_erased;
      continue;
    }
    found(missing.index, bad_content(missing.index, missing.key, digest,
                                     "it is gone, and no entry says that it was erased"));
  }
  missing_.clear();
}

void RecordCheck::finish(const std::optional<VerifierKey>& latest) {
  count_missing();
  if (latest) check_keys_used(*latest);
}

}  // namespace stellwerk::audit
