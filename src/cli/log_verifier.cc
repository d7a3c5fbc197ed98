#include "cli/log_verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "audit/tile_reader.h"
#include "cli/export_check.h"
#include "cli/kept_files.h"
#include "cli/log_pieces.h"
#include "cli/ordered_work.h"

namespace stellwerk::cli {
namespace {

using audit::VerifierKey;

base::Error checkpoint_error(std::string what, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0050", std::move(what))
      .because(std::move(why))
      .now("nothing of the log is believed without its checkpoint")
      .then("get checkpoint and key again from who keeps the log", "and keep these as evidence");
}

class LogVerification {
 public:
  explicit LogVerification(const VerifyInputs& inputs)
      : inputs_(inputs), files_(inputs.place.log) {}

  VerifyReport run() {
    report_.tree_only = inputs_.tree_only;
    const bool believed = read_keys() && read_checkpoint() && read_head_of_journal();
    if (believed) {
      read_remembered();
      want_roots();
      check_entries();
      if (tree_good_) check_what_was_kept();
      if (tree_good_ && !inputs_.place.archive.empty()) check_what_was_exported();
    }
    return finish();
  }

 private:
  [[nodiscard]] bool published() const { return !inputs_.place.log.empty(); }

  void problem(std::optional<std::uint64_t> index, base::Error error) {
    report_.problems.push_back({index, std::move(error)});
  }

  // ---- before the entries

  bool read_keys() {
    report_.key_given = !inputs_.keys.empty() || (inputs_.policy && !inputs_.policy->logs.empty());
    keys_ = inputs_.keys;
    if (keys_.empty() && inputs_.policy)
      for (const audit::PolicyLog& log : inputs_.policy->logs) keys_.push_back(log.key);
    if (!published()) {
      if (!keys_.empty() || inputs_.policy)
        problem(std::nullopt, checkpoint_error("there is no checkpoint of the log to be judged",
                                               "keys or witnesses were named, and nothing is "
                                               "published there (log/checkpoint is missing)"));
      return true;
    }
    auto beside = files_.keys();
    if (!beside) {
      problem(std::nullopt, std::move(beside.error()));
      return false;
    }
    // Retired keys are believed where signed changes lead from them to the latest (RecordCheck).
    beside_ = std::move(*beside);
    if (keys_.empty()) keys_ = beside_;
    return true;
  }

  bool read_checkpoint() {
    if (!published()) return true;
    beside_log_.emplace(files_);
    auto note = files_.checkpoint();
    if (!note) {
      problem(std::nullopt, std::move(note.error()));
      return false;
    }
    // A key that was named may be an earlier one: signed changes lead from it to this one, or fail.
    auto latest = read_signed(*note, keys_with_retired());
    if (!latest) {
      problem(std::nullopt, checkpoint_error("the log's checkpoint is not signed by its key",
                                             latest.error().one_line()));
      return false;
    }
    report_.origin = latest->checkpoint.origin;
    report_.head = {latest->checkpoint.size, latest->checkpoint.root};
    if (latest->key) report_.key = latest->key->to_string();
    latest_key_ = latest->key;
    return check_witnesses(*note, latest->key) && size_is_bounded();
  }

  /// Bundles are addressed by 63-bit indexes; a larger number is a lie.
  bool size_is_bounded() {
    if (report_.head.size <= audit::kTreeSizeMax) return true;
    problem(std::nullopt, checkpoint_error("the log's checkpoint is not usable",
                                           "it says that there are more than 2^63 entries"));
    return false;
  }

  bool check_witnesses(const std::string& note, const std::optional<VerifierKey>& key) {
    if (!inputs_.policy) return true;
    if (!key) {
      problem(std::nullopt, checkpoint_error("the log's witnesses cannot be judged",
                                             "no key of the log is known: name it with --key"));
      return false;
    }
    auto policy = *inputs_.policy;
    if (policy.logs.empty()) policy.logs.push_back({*key, {}});
    auto cosigned = audit::verify_checkpoint(note, policy);
    if (!cosigned) {
      problem(std::nullopt, std::move(cosigned.error()));
      return false;
    }
    report_.cosigners = std::move(cosigned->cosigners);
    return true;
  }

  bool read_head_of_journal() {
    all_ = report_.head.size;
    if (inputs_.reader == nullptr) return true;
    auto head = inputs_.reader->journal->head();
    if (!head) {
      problem(std::nullopt, std::move(head.error()));
      return false;
    }
    report_.database = true;
    head_of_journal_ = *head;
    if (head->size < report_.head.size) {
      problem(head->size,
              base::error(base::Code::Corruption, "AUD-0063",
                          fmt::format("the database ends before entry {}", head->size))
                  .because(fmt::format("its log's checkpoint covers {} entries", report_.head.size))
                  .then("compare both with a copy of the log", "entries are never removed"));
      return false;
    }
    all_ = head->size;
    return true;
  }

  void read_remembered() {
    if (!inputs_.remembered) return;
    auto kept = read_signed(*inputs_.remembered, keys_with_retired());
    if (!kept) {
      problem(std::nullopt, std::move(kept.error()).during("reading the kept checkpoint"));
      return;
    }
    if (kept->checkpoint.size > all_) {
      problem(all_, not_continued(fmt::format("it has {} entries; the kept checkpoint covers {}: "
                                              "entries {} to {} are gone",
                                              all_, kept->checkpoint.size, all_,
                                              kept->checkpoint.size - 1)));
      return;
    }
    kept_ = kept->checkpoint;
  }

  [[nodiscard]] std::vector<VerifierKey> keys_with_retired() const {
    std::vector<VerifierKey> keys = keys_;
    for (const VerifierKey& key : beside_)
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    return keys;
  }

  void want_roots() {
    if (kept_) history_.want(kept_->size);
    if (beside_log_) beside_log_->want(history_, clock_);
    clock_.want(report_.head.size);
  }

  // ---- the entries

  audit::RecordSources sources() {
    audit::RecordSources sources;
    if (inputs_.reader != nullptr) {
      sources.content = [content = inputs_.reader->content.get()](const base::Digest& digest) {
        return content->get(digest);
      };
    } else if (!inputs_.place.content.empty()) {
      sources.content = [folder = inputs_.place.content](const base::Digest& digest) {
        return content_in(folder, digest);
      };
    }
    sources.approvers = approvers_of;
    if (!inputs_.place.release.empty())
      sources.complete_for = [release = inputs_.place.release](const base::ReleaseId& id) {
        return id.str() == release;
      };
    if (published())
      sources.older_root = [this](std::uint64_t size) -> base::Result<base::Digest> {
        audit::TileReader tiles(report_.head.size, files_.reader());
        return audit::root_at(size, tiles);
      };
    return sources;
  }

  void check_entries() {
    record_.emplace(sources(), keys_with_retired());
    const audit::FileReader read = files_.reader();
    audit::TreeCheck tree(report_.head, read);
    PieceReader pieces(report_.head.size, all_,
                       inputs_.reader == nullptr ? nullptr : inputs_.reader->journal.get());
    const std::size_t threads = std::max<std::size_t>(inputs_.threads, 1);
    ordered_work<Piece, LookedAt>(
        {threads, threads * 2 + 2}, [&] { return pieces.next(); },
        [&](const Piece& piece) { return look_at(piece, read, inputs_.tree_only); },
        [&](LookedAt looked) { return take(std::move(looked), tree); });
    if (tree_good_ && published()) end_of_tree(tree);
    if (tree_good_) end_of_journal();
    // What is missing may be said to be erased by an entry that was not reached.
    if (history_.size() == all_) record_->finish(latest_key_);
    clock_.finish();
    check_was_published();
    if (!tree_good_) return;
    check_key_was_named();
    check_latest_key();
  }

  /// The key that signed the latest checkpoint must not have been replaced within it.
  void check_latest_key() {
    if (!latest_key_) return;
    const auto retired = record_->retired_at(*latest_key_);
    if (!retired || *retired >= report_.head.size) return;
    problem(std::nullopt,
            checkpoint_error("the log's checkpoint is signed by a key that was replaced",
                             fmt::format("entry {}, which it covers, replaced {}", *retired,
                                         latest_key_->to_string())));
  }

  /// Whatever signs checkpoints publishes them: a log that is gone was taken away.
  void check_was_published() {
    const auto first = record_->first_checkpoint();
    if (published() || !first || published_meanwhile()) return;
    problem(*first,
            checkpoint_error("the log that was published is missing",
                             fmt::format("entry {} names a signed checkpoint, and there is no "
                                         "log/checkpoint",
                                         *first)));
  }

  /// The first one ever, since this began.
  [[nodiscard]] bool published_meanwhile() const {
    return !inputs_.place.awaited.empty() && LogFiles(inputs_.place.awaited).checkpoint();
  }

  void check_key_was_named() {
    if (inputs_.keys.empty() || !latest_key_ || record_->leads_to(*latest_key_, inputs_.keys))
      return;
    problem(std::nullopt,
            checkpoint_error("the log's checkpoint is not signed by the key that was named",
                             fmt::format("it is signed by {}, and no change that both keys signed "
                                         "leads to it",
                                         latest_key_->to_string())));
  }

  bool take(LookedAt looked, audit::TreeCheck& tree) {
    if (looked.published) {
      if (auto fits = tree.add(looked.bundle); !fits) {
        tree_good_ = false;
        problem(looked.bundle ? looked.first : looked.problem_at, std::move(fits.error()));
        return false;
      }
      ++report_.bundles;
    } else if (!looked.bundle) {
      tree_good_ = false;
      problem(looked.problem_at, std::move(looked.bundle.error()));
      return false;
    }
    if (looked.published)
      history_.append(looked.leaves, looked.bundle->root);
    else
      history_.append(looked.leaves);
    for (const audit::EntryFacts& facts : looked.facts) record_->add(facts, history_);
    for (std::uint64_t i = 0; i < looked.times.size(); ++i)
      clock_.add(looked.first + i, looked.times[i].time, looked.times[i].tells_step);
    report_.entries = history_.size();
    if (inputs_.progress) inputs_.progress(report_.entries, all_);
    return true;
  }

  void end_of_tree(const audit::TreeCheck& tree) {
    auto whole = tree.finish();
    if (whole) return;
    tree_good_ = false;
    const std::uint64_t proven = record_->proven_size();
    if (proven == 0) return problem(std::nullopt, std::move(whole.error()));
    problem(proven, std::move(whole.error())
                        .during(fmt::format("behind the last checkpoint that entries name and "
                                            "that fits: entries 0 to {} are proven by it",
                                            proven - 1)));
  }

  void end_of_journal() {
    if (!head_of_journal_ || history_.root() == head_of_journal_->root) return;
    tree_good_ = false;
    problem(std::nullopt, base::error(base::Code::Corruption, "AUD-0063",
                                      "the database's entries are not those of its tree")
                              .because(fmt::format("over {} entries the root is {}, it keeps {}",
                                                   all_, history_.root().to_string(),
                                                   head_of_journal_->root.to_string()))
                              .then("compare with a copy of the log", "one of them was changed"));
  }

  // ---- what others have

  void check_what_was_kept() {
    if (kept_) {
      const auto root = history_.root_at(kept_->size);
      if (root && *root == kept_->root)
        report_.remembered = kept_->size;
      else
        problem(std::nullopt,
                not_continued(fmt::format("its first {} entries have another root: at least one of "
                                          "the entries 0 to {} was changed",
                                          kept_->size, kept_->size - 1)));
    }
    if (!beside_log_) return;
    KeptFiles& kept = *beside_log_;
    kept.check(history_, {report_.origin, report_.head, keys_with_retired(),
                          inputs_.policy ? inputs_.policy->verifiers() : std::vector<VerifierKey>(),
                          inputs_.authorities, &clock_, &*record_});
    report_.cosigned = kept.cosigned;
    report_.timestamps = kept.timestamps;
    report_.timestamps_unchecked = kept.timestamps_unchecked;
    report_.kept_cosigners = std::move(kept.cosigners);
    report_.stamps = std::move(kept.stamps);
    for (base::Error& error : kept.problems) problem(std::nullopt, std::move(error));
    check_times_of_cosigners();
  }

  void check_times_of_cosigners() {
    const std::uint64_t size = report_.head.size;
    for (const audit::Cosigner& each : report_.cosigners) {
      const base::WallTime at = wall_time(each.unix_seconds);
      if (clock_.is_before(at, size))
        problem(std::nullopt, too_early(fmt::format("the cosignature of {} over {} entries",
                                                    each.witness.name, size),
                                        at, clock_.covered_until(size).value_or(at)));
    }
  }

  void check_what_was_exported() {
    ExportCheck check(inputs_.place);
    check.run();
    report_.export_files = check.same();
    report_.export_unlike = check.unlike();
    for (const ExportCheck::Problem& each : check.problems()) problem(each.index, each.error);
  }

  VerifyReport finish() {
    report_.root = history_.root();
    report_.time_steps = clock_.steps();
    report_.time_steps_count = clock_.steps_count();
    if (record_) {
      report_.record = record_->counts();
      for (const audit::Finding& each : record_->findings()) problem(each.index, each.error);
    }
    const std::uint64_t kept = record_ ? record_->findings().size() : 0;
    report_.problems_count = report_.problems.size() - kept + report_.record.findings;
    // What is about the log as a whole, and then by entries.
    std::stable_sort(report_.problems.begin(), report_.problems.end(),
                     [](const VerifyReport::Problem& a, const VerifyReport::Problem& b) {
                       return a.index < b.index;
                     });
    return std::move(report_);
  }

  const VerifyInputs& inputs_;
  LogFiles files_;
  VerifyReport report_;
  std::vector<VerifierKey> keys_;
  std::vector<VerifierKey> beside_;
  std::optional<VerifierKey> latest_key_;
  std::optional<ports::Head> head_of_journal_;
  std::optional<audit::Checkpoint> kept_;
  std::uint64_t all_ = 0;
  std::optional<KeptFiles> beside_log_;
  audit::RootHistory history_;
  audit::ClockCheck clock_;
  std::optional<audit::RecordCheck> record_;
  bool tree_good_ = true;
};

}  // namespace

VerifyReport verify_log(const VerifyInputs& inputs) { return LogVerification(inputs).run(); }

}  // namespace stellwerk::cli
