#include "kpi/evidence.h"

#include <algorithm>
#include <utility>

#include "core/archive.h"
#include "kpi/evidence_lines.h"
#include "kpi/guard_evidence.h"
#include "kpi/unreadable.h"

namespace stellwerk::kpi {
namespace {

using base::MonoTime;

/// Room kept for the line that says "truncated".
constexpr std::size_t kLastLineBytes = 32;

template <class T>
EvidenceLine line_with(std::optional<T> EvidenceLine::* member, T value) {
  EvidenceLine line;
  line.*member = std::move(value);
  return line;
}

/// Adds a normalised batch to what is pending. Counts add up; of levels the guard looks at the
/// latest only, so the latest is kept.
void merge(MetricBatch& pending, MetricBatch part) {
  pending.alive_at = part.alive_at;
  for (RequestGroup& g : part.groups) {
    const auto same =
        std::find_if(pending.groups.begin(), pending.groups.end(), [&](const RequestGroup& known) {
          return known.second == g.second && known.component == g.component;
        });
    if (same == pending.groups.end()) {
      pending.groups.push_back(std::move(g));
      continue;
    }
    same->requests += g.requests;
    same->errors += g.errors;
    same->slow += g.slow;
    same->client_aborts += g.client_aborts;
  }
  const auto keep_latest = [](auto& known, auto& fresh, auto same_thing) {
    for (auto& level : fresh) {
      const auto same = std::find_if(known.begin(), known.end(),
                                     [&](const auto& k) { return same_thing(k, level); });
      if (same == known.end())
        known.push_back(std::move(level));
      else if (level.at >= same->at)
        *same = std::move(level);
    }
  };
  keep_latest(pending.in_flight, part.in_flight,
              [](const auto& a, const auto& b) { return a.component == b.component; });
  keep_latest(pending.gauges, part.gauges, [](const auto& a, const auto& b) {
    return a.component == b.component && a.name == b.name;
  });
}

HealthLine health_line(const HealthObservation& seen) {
  return {seen.target, seen.service, seen.is_component, seen.is_new_version, seen.good, seen.at};
}

HealthObservation observation_of(const HealthLine& line) {
  return {line.service, line.target, line.is_component, line.is_new_version, line.good, line.at};
}

/// Folds lines through a guard.
class Replayer {
 public:
  Replayer(const core::GuardPolicy& policy, const std::vector<GuardedComponent>& components)
      : policy_(policy), components_(components) {}

  /// An empty text, or what is wrong with the line.
  std::string take(const EvidenceLine& line) {
    if (line.guard) return start(*line.guard);
    if (!guard_) return "the first line must hold the guard";
    if (line.wave) guard_->begin_wave(*line.wave);
    if (line.health) guard_->observe(observation_of(*line.health));
    if (line.integrity) guard_->observe_integrity(line.integrity->ok, line.integrity->at);
    if (line.rearmed) guard_->rearm(*line.rearmed);
    if (line.expect) guard_->expect_health(line.expect->targets, line.expect->at);
    if (line.logs && !fits(*line.logs, components_))
      return "logs: numbers that do not fit the components";
    if (line.mark && !mark(*line.mark))
      return "mark_us: its evidence is more than an entry can say";
    replay_.truncated = replay_.truncated || line.truncated.value_or(false);
    return line.batch ? take_batch(*line.batch) : std::string();
  }

  [[nodiscard]] bool started() const { return guard_.has_value(); }
  Replay result() { return std::move(replay_); }

 private:
  std::string start(const base::Json& saved) {
    if (guard_) return "a second guard";
    auto guard = Guard::replayed(policy_, components_, saved);
    if (!guard) return guard.error().why;
    guard_ = std::move(*guard);
    return {};
  }
  std::string take_batch(const BatchLine& line) {
    const auto batch = batch_of(line, components_);
    if (!batch) return "batch: numbers that do not fit the components";
    guard_->observe(*batch);
    return {};
  }
  /// False where sums and differences of the lines go beyond the integers of canonical JSON: no
  /// verdict was ever recorded on such evidence.
  bool mark(MonoTime at) {
    GuardEvidence evidence = guard_->evidence(at);
    if (!evidence_from_json(to_json(evidence))) return false;
    replay_.verdicts.push_back({at, std::move(evidence), guard_->evaluate(at)});
    return true;
  }

  const core::GuardPolicy& policy_;
  const std::vector<GuardedComponent>& components_;
  std::optional<Guard> guard_;
  Replay replay_;
};

std::string take_line(Replayer& replayer, std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json) return json.error().message;
  EvidenceLine line;
  core::ReadProblem problem;
  core::JsonReader::from(*json, line, problem);
  if (problem.any()) return problem.text;
  if (core::JsonWriter::to(line) != *json) return "it holds what this version does not know";
  return replayer.take(line);
}

}  // namespace

EvidenceLog::EvidenceLog(const Guard& guard, std::size_t size_bytes_max)
    : components_(guard.components()),
      alive_at_(guard.alive_at()),
      size_bytes_max_(size_bytes_max) {
  write(core::JsonWriter::to(line_with(&EvidenceLine::guard, guard.save())));
}

void EvidenceLog::begin_wave(MonoTime at) {
  flush();
  write(core::JsonWriter::to(line_with(&EvidenceLine::wave, at)));
}

void EvidenceLog::observe(const MetricBatch& batch) {
  MetricBatch part = guarded_part(batch, components_, alive_at_);
  alive_at_ = part.alive_at;
  if (part.lost_lines + part.unreadable_lines == 0) return merge(pending_, std::move(part));
  // The guard files losses under the source's time at this very batch: it keeps its own line.
  flush();
  write(core::JsonWriter::to(line_with(&EvidenceLine::batch, batch_line(part, components_))));
}

void EvidenceLog::observe(const HealthObservation& observation) {
  auto& row = pending_health_[observation.target];
  const bool still_good = !row.empty() && row.back().good && observation.good;
  if (still_good) row.pop_back();  // of good answers in a row the latest says all
  row.push_back(observation);
}

void EvidenceLog::observe_integrity(bool ok, MonoTime at) {
  if (ok) return;  // changes nothing in the guard
  flush();
  write(core::JsonWriter::to(line_with(&EvidenceLine::integrity, IntegrityLine{ok, at})));
}

void EvidenceLog::rearm(MonoTime at) {
  flush();
  write(core::JsonWriter::to(line_with(&EvidenceLine::rearmed, at)));
}

void EvidenceLog::expect_health(const std::vector<std::string>& targets, MonoTime at) {
  flush();
  write(core::JsonWriter::to(line_with(&EvidenceLine::expect, ExpectLine{targets, at})));
}

void EvidenceLog::observe(const std::vector<LogSample>& logs) {
  for (const LogSample& each : logs)
    pending_logs_.insert_or_assign({each.component, each.version.to_string()}, each);
}

void EvidenceLog::mark(MonoTime now) {
  flush();
  std::vector<LogSample> logs;
  for (auto& [key, sample] : std::exchange(pending_logs_, {})) logs.push_back(std::move(sample));
  const LogsLine line = logs_line(logs, components_);
  if (!line.counts.empty()) write(core::JsonWriter::to(line_with(&EvidenceLine::logs, line)));
  write(core::JsonWriter::to(line_with(&EvidenceLine::mark, now)));
}

void EvidenceLog::flush() {
  for (const auto& [target, row] : std::exchange(pending_health_, {}))
    for (const HealthObservation& seen : row)
      write(core::JsonWriter::to(line_with(&EvidenceLine::health, health_line(seen))));
  const MetricBatch pending = std::exchange(pending_, {});
  if (pending.empty()) return;
  write(core::JsonWriter::to(line_with(&EvidenceLine::batch, batch_line(pending, components_))));
}

void EvidenceLog::write(const base::Json& line) {
  if (truncated_) return;
  // A line that cannot be written (a name that is no UTF-8) ends the log as the bound does.
  const auto text = base::canonical(line);
  truncated_ = !text || text_.size() + text->size() + 1 + kLastLineBytes > size_bytes_max_;
  text_ += truncated_ ? R"({"truncated":true})" : *text;
  text_ += '\n';
}

base::Result<Replay> replay_evidence(const core::GuardPolicy& policy,
                                     const std::vector<GuardedComponent>& components,
                                     std::string_view text) {
  Replayer replayer(policy, components);
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string problem = take_line(replayer, text.substr(0, end));
    if (!problem.empty())
      return unreadable("evidence of a wave", "line " + std::to_string(number) + ": " + problem);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!replayer.started()) return unreadable("evidence of a wave", "it is empty");
  return replayer.result();
}

}  // namespace stellwerk::kpi
