#include "engine/replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/semver.h"
#include "base/text.h"
#include "base/version.h"
#include "core/misfit.h"
#include "engine/entries.h"
#include "engine/loader.h"
#include "engine/replay_inputs.h"
#include "engine/replay_sides.h"
#include "engine/replay_verdicts.h"

namespace stellwerk::engine {
namespace {

/// Decisions of one stream, made again one after the other.
class Replayer {
 public:
  Replayer(const core::Plan& plan, std::span<const ports::StoredEntry> stored,
           const std::vector<ReadEntry>& entries, ReplayReport& report)
      : plan_(plan), stored_(stored), entries_(entries), report_(report) {}

  void run() {
    while (at_ < entries_.size()) {
      note_program();
      decided_ = entries_[at_].index;
      const std::size_t end = group_end();
      if (entries_[at_].input.is_null())
        replay_inferred(end);
      else
        replay_recorded(end);
    }
    report_.ended = core::is_terminal(state_.stage);
  }

 private:
  /// All entries of one decision have its times, and only the first says what it was made on.
  [[nodiscard]] std::size_t group_end() const {
    const ReadEntry& first = entries_[at_];
    std::size_t end = at_ + 1;
    const auto belongs = [&](const ReadEntry& entry) {
      return entry.input.is_null() && entry.at == first.at &&
             !std::holds_alternative<core::EngineRestarted>(entry.event);
    };
    while (end < entries_.size() && belongs(entries_[end])) ++end;
    return end;
  }

  void note_program() {
    const ReadEntry& entry = entries_[at_];
    const bool is_said = entry.input.is_object() && entry.input.contains(kProgramKey);
    if (is_said && entry.input.at(kProgramKey).is_string())
      program_ = entry.input.at(kProgramKey).get<std::string>();
    if (report_.writers.empty() || report_.writers.back().version != program_)
      report_.writers.push_back({entry.index, program_});
  }

  /// Nothing that the program which wrote here may have decided on is unknown to this one. What is
  /// no version is none of a newer program's.
  [[nodiscard]] bool is_ours_or_older() const {
    const auto wrote = base::SemVer::parse(program_);
    const auto ours = base::SemVer::parse(base::program_version());
    return !wrote || !ours || precedence(*wrote, *ours) <= 0;
  }

  /// `trouble`: the answer of an effect holds values of kinds that no effect gives.
  core::Decision decide(core::DecidedOn on, std::string& trouble) const {
    try {
      return core::decide(plan_, state_, {entries_[at_].at, std::move(on.by), std::move(on.body)});
    } catch (const base::Json::exception& wrong) {
      trouble = base::printable(wrong.what(), 200);
      return {};
    }
  }

  void replay_recorded(std::size_t end) {
    const ReadEntry& first = entries_[at_];
    auto on = core::decode_input(first.input, first.event);
    if (!on) return skip_unknown(end, on.error().why);
    input_ = core::name_of_input(on->body);
    std::string trouble;
    core::Decision decision = decide(std::move(*on), trouble);
    if (!trouble.empty()) return skip_unknown(end, std::move(trouble));
    for (const char* key : {kProgramKey, kKnownByKey, kSignedKey})  // what decide() does not know
      if (!decision.entries.empty() && first.input.contains(key))
        decision.entries.front().input[key] = first.input.at(key);
    ++report_.decisions;
    compare(decision, end);
  }

  void skip_unknown(std::size_t end, std::string why) {
    if (is_ours_or_older()) return skip_unfounded(end, std::move(why));
    gap(GapKind::InputUnknown, entries_[at_].index, end - at_, std::move(why));
    fold(end);
  }

  /// No program of that version decides on this.
  void skip_unfounded(std::size_t end, std::string why) {
    input_.clear();
    differs(DifferenceKind::Input, at_, recorded_side(at_), nullptr);
    report_.differences.back().where = std::move(why);
    fold(end);
  }

  /// Several decisions of an older program may have been made in one moment.
  void replay_inferred(std::size_t end) {
    if (!program_.empty()) return skip_unfounded(end, "it is not said");
    InferredInputs inferred =
        infer_inputs(plan_, state_, std::span(entries_).subspan(at_, end - at_));
    std::optional<core::Decision> only;
    for (core::DecidedOn& on : inferred.candidates) {
      input_ = core::name_of_input(on.body);
      std::string trouble;
      core::Decision decision = decide(std::move(on), trouble);
      if (!trouble.empty()) continue;
      if (!decision.entries.empty()) decision.entries.front().input = nullptr;
      const std::size_t count = decision.entries.size();
      if (count > 0 && count <= end - at_ && all_same(decision)) {
        ++report_.decisions;
        ++report_.decisions_inferred;
        return compare(decision, at_ + count);
      }
      only = std::move(decision);
    }
    if (inferred.certain && only) {
      ++report_.decisions;
      ++report_.decisions_inferred;
      // What else is of this moment may be another decision's: it is looked at by itself.
      const std::size_t count = std::max<std::size_t>(only->entries.size(), 1);
      return compare(*only, std::min(at_ + count, end));
    }
    gap(GapKind::InputNotSaid, entries_[at_].index, end - at_, core::type_of(entries_[at_].event));
    fold(end);
  }

  [[nodiscard]] bool all_same(const core::Decision& decision) const {
    for (std::size_t n = 0; n < decision.entries.size(); ++n)
      if (!same_bytes(decision, n)) return false;
    return true;
  }

  [[nodiscard]] bool same_bytes(const core::Decision& decision, std::size_t n) const {
    const std::size_t place = at_ + n;
    const auto encoded =
        encode(plan_.release, decision.entries[n], entries_[at_].at, decision.next.t0);
    return encoded && encoded->entry.bytes_at(entries_[place].index) == stored_[place].bytes;
  }

  /// Holds the decision against the entries from here to `end`, and goes on after them.
  void compare(const core::Decision& decision, std::size_t end) {
    const std::size_t differences_before = report_.differences.size();
    const std::size_t count = std::max(decision.entries.size(), end - at_);
    for (std::size_t n = 0; n < count; ++n) {
      if (n >= decision.entries.size())
        differs(DifferenceKind::Surplus, at_ + n, recorded_side(at_ + n), nullptr);
      else if (at_ + n >= end)
        differs(DifferenceKind::Missing, at_ + n, nullptr, derived_side(decision.entries[n]));
      else if (!same_bytes(decision, n))
        compare_one(decision, n);
    }
    const std::size_t last = end - 1;
    fold(end);
    if (report_.differences.size() != differences_before) return;
    const auto names = core::state_differences(state_, decision.next);
    if (!names.empty())
      differs(DifferenceKind::State, last, fmt::format("{}", fmt::join(names, ", ")), nullptr);
  }

  void compare_one(const core::Decision& decision, std::size_t n) {
    const std::size_t place = at_ + n;
    base::Json recorded = recorded_side(place);
    base::Json derived = derived_side(decision.entries[n]);
    if (recorded == derived) return compare_bytes(decision, n);
    const bool other_program = program_ != base::program_version();
    const std::string added = only_in(derived["data"], recorded["data"]);
    if (other_program && !added.empty()) {
      base::Json with_added = recorded;
      with_added["data"] = derived["data"];
      if (with_added == derived)
        return gap(GapKind::FieldsNotSaid, entries_[place].index, 1, added);
    }
    differs(DifferenceKind::Entry, place, std::move(recorded), std::move(derived));
  }

  /// What it says is the same; its times, its release or how it is written is not.
  void compare_bytes(const core::Decision& decision, std::size_t n) {
    const std::size_t place = at_ + n;
    const auto encoded =
        encode(plan_.release, decision.entries[n], entries_[at_].at, decision.next.t0);
    auto recorded = base::parse_json(stored_[place].bytes);
    auto derived = encoded ? base::parse_json(encoded->entry.bytes_at(entries_[place].index))
                           : base::Result<base::Json>(base::fail(encoded.error()));
    differs(DifferenceKind::Entry, place,
            recorded ? std::move(*recorded) : base::Json(recorded.error().one_line()),
            derived ? std::move(*derived) : base::Json(derived.error().one_line()));
  }

  [[nodiscard]] base::Json recorded_side(std::size_t place) const {
    const ReadEntry& entry = entries_[place];
    return side_of(entry.event, entry.by, entry.intents, entry.input);
  }
  static base::Json derived_side(const core::NewEvent& entry) {
    return side_of(entry.event, entry.by, entry.intents, entry.input);
  }

  void differs(DifferenceKind kind, std::size_t place, base::Json recorded, base::Json derived) {
    Difference difference;
    difference.kind = kind;
    difference.decided = decided_;
    const bool is_there = place < entries_.size();
    difference.index = is_there ? entries_[place].index : entries_.back().index + 1;
    difference.input = input_;
    difference.where = first_difference(recorded, derived);
    difference.recorded = std::move(recorded);
    difference.derived = std::move(derived);
    difference.program = program_;
    report_.differences.push_back(std::move(difference));
  }

  void gap(GapKind kind, std::uint64_t index, std::uint64_t count, std::string detail) {
    for (Gap& known : report_.gaps)
      if (known.kind == kind && known.detail == detail) {
        known.count += count;
        return;
      }
    report_.gaps.push_back({kind, index, count, std::move(detail)});
  }

  /// Nothing can be derived from a state that cannot be.
  void stop(std::string_view why) {
    base::Json recorded = recorded_side(at_);
    differs(DifferenceKind::Impossible, at_, std::move(recorded), nullptr);
    report_.differences.back().where = why;
    if (const std::size_t left = entries_.size() - at_ - 1; left > 0)
      gap(GapKind::NotReached, entries_[at_ + 1].index, left, {});
    at_ = entries_.size();
  }

  void fold(std::size_t end) {
    for (; at_ < end; ++at_) {
      const ReadEntry& entry = entries_[at_];
      const auto why = core::misfit(plan_, state_, entry.event, entry.intents);
      if (!why.empty()) return stop(why);
      state_ = core::evolve_intents(
          core::evolve(plan_, std::move(state_), entry.event, entry.at, entry.by), entry.intents);
    }
  }

  const core::Plan& plan_;
  std::span<const ports::StoredEntry> stored_;
  const std::vector<ReadEntry>& entries_;
  ReplayReport& report_;
  core::State state_;
  std::size_t at_ = 0;
  std::uint64_t decided_ = 0;  ///< index of the decision's first entry
  std::string program_;        ///< the last one that said its version
  std::string input_;
};

/// As a decision's first entry would have it: verdicts say whose they are, too.
void name_writers(ReplayReport& report) {
  std::sort(report.differences.begin(), report.differences.end(),
            [](const Difference& a, const Difference& b) {
              return std::pair(a.index, a.kind) < std::pair(b.index, b.kind);
            });
  for (Difference& difference : report.differences)
    for (const Writer& writer : report.writers)
      if (writer.from_index <= difference.index) difference.program = writer.version;
}

}  // namespace

base::Result<ReplayReport> replay(const core::Plan& plan,
                                  std::span<const ports::StoredEntry> stored,
                                  ports::ContentStore& content) {
  if (auto sound = refuse_contradiction(plan); !sound) return base::fail(std::move(sound.error()));
  std::vector<ReadEntry> entries;
  entries.reserve(stored.size());
  for (const ports::StoredEntry& each : stored) {
    auto entry = decode(each, content);
    if (!entry) return base::fail(std::move(entry.error()));
    entries.push_back(std::move(*entry));
  }
  ReplayReport report;
  report.release = plan.release;
  report.entries = entries.size();
  Replayer(plan, stored, entries, report).run();
  rederive_verdicts(plan, entries, content, report);
  name_writers(report);
  return report;
}

base::Result<ReplayReport> replay_release(ports::JournalStore& journal,
                                          ports::ContentStore& content,
                                          const base::ReleaseId& release) {
  auto plan = load_plan(journal, content, release);
  if (!plan) return base::fail(std::move(plan.error()));
  std::vector<ports::StoredEntry> entries;
  while (true) {
    auto chunk = journal.read_stream(release, entries.size(), kEntriesAtOnce);
    if (!chunk) return base::fail(std::move(chunk.error()));
    const bool is_last = chunk->size() < kEntriesAtOnce;
    std::move(chunk->begin(), chunk->end(), std::back_inserter(entries));
    if (is_last) return replay(*plan, entries, content);
  }
}

}  // namespace stellwerk::engine
