#include "engine/replay_verdicts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/guard_watch.h"
#include "engine/replay_sides.h"
#include "engine/reports.h"
#include "kpi/judge.h"

namespace stellwerk::engine {
namespace {

/// An evidence file that entries name.
struct File {
  std::uint64_t index = 0;  ///< of the entry that names it
  base::Digest digest;
  std::optional<GapKind> trouble;
  kpi::Replay replayed;
};

/// From one intent to move traffic to the next.
struct Wave {
  std::vector<File> files;
  std::optional<std::uint64_t> answered;  ///< entry that answers the request to keep its windows
};

struct Recorded {
  std::uint64_t index = 0;
  std::size_t wave = 0;
  const core::VerdictChanged* event = nullptr;
};

class Rederiver {
 public:
  Rederiver(const core::Plan& plan, const std::vector<ReadEntry>& entries,
            ports::ContentStore& content, ReplayReport& report)
      : plan_(plan), content_(content), report_(report), components_(guarded_components(plan)) {
    waves_.emplace_back();
    for (const ReadEntry& entry : entries) follow(entry);
  }

  void run() {
    for (Wave& wave : waves_) open_files(wave);
    for (const Recorded& verdict : verdicts_) rederive(verdict);
  }

 private:
  void follow(const ReadEntry& entry) {
    const std::size_t ending = waves_.size() - 1;
    if (std::holds_alternative<core::TrafficIntended>(entry.event)) waves_.emplace_back();
    for (const core::Intent& intent : entry.intents) {
      intents_[intent.key] = intent;
      if (intent.kind == core::EffectKind::KeepWindows) asked_to_keep(entry, intent, ending);
    }
    if (const auto* verdict = std::get_if<core::VerdictChanged>(&entry.event))
      verdicts_.push_back({entry.index, waves_.size() - 1, verdict});
    if (std::holds_alternative<core::EngineRestarted>(entry.event))
      restarts_.push_back(entry.index);
    if (const auto* completed = std::get_if<core::HoldCompleted>(&entry.event))
      if (completed->evidence) add_file(waves_.size() - 1, entry.index, *completed->evidence);
    if (const auto* finished = std::get_if<core::EffectFinished>(&entry.event))
      answered(entry, *finished);
  }

  /// Asked once more after a failure, it is still of the wave for which it was asked first.
  void asked_to_keep(const ReadEntry& entry, const core::Intent& intent, std::size_t ending) {
    const auto* finished = std::get_if<core::EffectFinished>(&entry.event);
    const auto before = finished == nullptr ? kept_for_.end() : kept_for_.find(finished->key);
    const std::size_t wave = before == kept_for_.end() ? ending : before->second;
    kept_for_[intent.key] = wave;
  }

  void answered(const ReadEntry& entry, const core::EffectFinished& finished) {
    const auto intent = intents_.find(finished.key);
    if (intent == intents_.end()) return;
    if (intent->second.kind == core::EffectKind::CompareKpis) conclude(entry.index, finished);
    const auto wave = kept_for_.find(finished.key);
    if (wave == kept_for_.end()) return;
    waves_[wave->second].answered = entry.index;
    if (finished.evidence) add_file(wave->second, entry.index, *finished.evidence);
  }

  void add_file(std::size_t wave, std::uint64_t index, const base::Digest& digest) {
    waves_[wave].files.push_back({index, digest, std::nullopt, {}});
  }

  /// The file of a hold that is complete is the beginning of the one kept when its wave ends.
  void open_files(Wave& wave) {
    std::string longer;
    for (auto file = wave.files.rbegin(); file != wave.files.rend(); ++file) {
      auto text = content_.get(file->digest);
      if (!text) {
        const bool gone = text.error().code == base::Code::NotFound;
        file->trouble = gone ? GapKind::WindowsMissing : GapKind::WindowsDamaged;
      } else if (!longer.starts_with(*text)) {
        open(*file, *text);
        longer = std::move(*text);
      }
    }
  }

  void open(File& file, const std::string& text) const {
    auto replayed = kpi::replay_evidence(plan_.guard, components_, text);
    if (replayed)
      file.replayed = std::move(*replayed);
    else
      file.trouble = GapKind::WindowsDamaged;
  }

  void differs(DifferenceKind kind, std::uint64_t index, base::Json recorded, base::Json derived) {
    Difference difference;
    difference.kind = kind;
    difference.index = difference.decided = index;
    difference.where = first_difference(recorded, derived);
    difference.recorded = std::move(recorded);
    difference.derived = std::move(derived);
    report_.differences.push_back(std::move(difference));
  }

  void rederive(const Recorded& recorded) {
    ++report_.verdicts;
    const core::VerdictChanged& event = *recorded.event;
    const auto evidence = kpi::evidence_from_json(event.evidence);
    if (!evidence)
      return differs(DifferenceKind::Verdict, recorded.index, event.evidence, evidence.error().why);
    const core::Verdict judged = kpi::judge(plan_.guard, *evidence);
    if (judged != event.verdict)
      return differs(
          DifferenceKind::Verdict, recorded.index, core::encode_event(event),
          core::encode_event(core::VerdictChanged{judged, event.evidence, event.received}));
    ++report_.verdicts_judged;
    const std::vector<const kpi::ReplayedVerdict*> marks =
        marks_of(waves_[recorded.wave], *evidence);
    // What came while a wave's intent was being written was measured before it.
    const bool derived = has(marks, *evidence, event) ||
                         (recorded.wave > 0 &&
                          has(marks_of(waves_[recorded.wave - 1], *evidence), *evidence, event));
    if (derived) {
      ++report_.verdicts_derived;
      return;
    }
    if (marks.empty()) return not_found(recorded);
    const kpi::ReplayedVerdict& found = *marks.front();
    differs(DifferenceKind::Windows, recorded.index, core::encode_event(event),
            core::encode_event(
                core::VerdictChanged{found.verdict, kpi::to_json(found.evidence), event.received}));
  }

  static bool has(const std::vector<const kpi::ReplayedVerdict*>& marks,
                  const kpi::GuardEvidence& evidence, const core::VerdictChanged& event) {
    return std::any_of(marks.begin(), marks.end(), [&](const auto* mark) {
      return mark->evidence == evidence && mark->verdict == event.verdict;
    });
  }

  /// Usually one: two verdicts have one time only where a wave began in that moment.
  static std::vector<const kpi::ReplayedVerdict*> marks_of(const Wave& wave,
                                                           const kpi::GuardEvidence& evidence) {
    std::vector<const kpi::ReplayedVerdict*> marks;
    for (const File& file : wave.files)
      for (const kpi::ReplayedVerdict& each : file.replayed.verdicts)
        if (each.at == evidence.window_to) marks.push_back(&each);
    return marks;
  }

  void not_found(const Recorded& recorded) {
    const Wave& wave = waves_[recorded.wave];
    for (const File& file : wave.files)
      if (file.trouble) return gap(*file.trouble, recorded.index, file.digest.to_string());
    for (const File& file : wave.files)
      if (file.replayed.truncated)
        return gap(GapKind::WindowsCut, recorded.index, file.digest.to_string());
    const bool restarted = std::any_of(restarts_.begin(), restarts_.end(), [&](auto restart) {
      return restart > recorded.index && (!wave.answered || restart < *wave.answered);
    });
    if (restarted || (wave.answered && wave.files.empty()))
      return gap(GapKind::WindowsLost, recorded.index, {});
    if (!wave.answered) return gap(GapKind::WindowsOpen, recorded.index, {});
    differs(DifferenceKind::Windows, recorded.index, core::encode_event(*recorded.event), nullptr);
  }

  void gap(GapKind kind, std::uint64_t index, std::string detail) {
    auto known = std::find_if(report_.gaps.begin(), report_.gaps.end(), [&](const Gap& each) {
      return each.kind == kind && each.detail == detail;
    });
    if (known == report_.gaps.end())
      known = report_.gaps.insert(known, {kind, index, 0, std::move(detail)});
    ++known->count;
  }

  /// From the figures that the answer brought; the measurements behind those are not kept.
  void conclude(std::uint64_t index, const core::EffectFinished& finished) {
    const auto components = finished.data.find("components");
    if (components == finished.data.end()) return;  // it could not be made: nothing to conclude
    auto comparison = kpi::comparison_from_json(*components);
    if (!comparison)
      return differs(DifferenceKind::Comparison, index, *components, comparison.error().why);
    for (kpi::ComponentComparison& each : *comparison) {
      each.error_rate = kpi::judge_error_rate({}, each.before, each.after);
      each.p95 = kpi::judge_p95({}, each.before, each.after);
    }
    core::EffectFinished derived = finished;
    const bool stored = finished.evidence.has_value();  // else the store's failure is the answer
    derived.data["components"] = kpi::to_json(*comparison);
    if (stored) {
      derived.outcome = all_met(*comparison) ? core::Outcome::Done : core::Outcome::Failed;
      derived.detail = comparison_line(*comparison);
      derived.evidence = base::sha256(derived.data.dump());
    }
    ++report_.comparisons;
    base::Json recorded = core::encode_event(finished);
    base::Json again = core::encode_event(derived);
    if (recorded != again)
      differs(DifferenceKind::Comparison, index, std::move(recorded), std::move(again));
  }

  const core::Plan& plan_;
  ports::ContentStore& content_;
  ReplayReport& report_;
  std::vector<kpi::GuardedComponent> components_;
  std::vector<Wave> waves_;  ///< the first one: before any traffic
  std::vector<Recorded> verdicts_;
  std::vector<std::uint64_t> restarts_;
  std::map<base::EffectKey, core::Intent> intents_;
  std::map<base::EffectKey, std::size_t> kept_for_;
};

}  // namespace

void rederive_verdicts(const core::Plan& plan, const std::vector<ReadEntry>& entries,
                       ports::ContentStore& content, ReplayReport& report) {
  Rederiver(plan, entries, content, report).run();
}

}  // namespace stellwerk::engine
