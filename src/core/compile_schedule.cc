// When things happen: what the release says, else what the strategy and the runbook's event
// sequence say. All offsets are from T+0.
#include <fmt/format.h>

#include <algorithm>

#include "core/compilation.h"

namespace stellwerk::core {
namespace {

using base::Duration;

std::string wave_key(std::size_t index, std::string_view field) {
  return fmt::format("waves[{}].{}", index, field);
}

void refuse(Compilation& c, std::string key, std::string what, std::string why) {
  c.problem({"PLN-0006", std::move(key), std::move(what), std::move(why)});
}

const WaveRequest* request_of(const Compilation& c, std::size_t index) {
  return index < c.release.waves.size() ? &c.release.waves[index] : nullptr;
}

std::optional<Duration> asked_at(const Compilation& c, std::size_t index) {
  const WaveRequest* request = request_of(c, index);
  return request == nullptr ? std::nullopt : request->at;
}

/// How long waves of this strategy hold when nobody says: the last one as the last of the table,
/// the others as their place in it.
Duration usual_hold(const Compilation& c, std::size_t index) {
  const StrategyTemplate& row = strategy_of(c.release.type, c.plan.strategy);
  if (row.waves.empty()) return row.hold;
  const bool is_last = index + 1 == c.plan.waves.size();
  if (is_last || row.waves.size() == 1) return row.waves.back().hold;
  return row.waves[std::min(index, row.waves.size() - 2)].hold;
}

Duration hold_of(const Compilation& c, std::size_t index) {
  const WaveRequest* request = request_of(c, index);
  if (request == nullptr) return c.plan.waves[index].hold;
  if (request->hold) return *request->hold;
  const Duration at = c.plan.waves[index].at;
  const bool is_last = index + 1 == c.plan.waves.size();
  const auto end = is_last ? c.release.schedule.completed : asked_at(c, index + 1);
  return end ? *end - at : usual_hold(c, index);
}

void schedule_before(Compilation& c) {
  const ScheduleRequest& asked = c.release.schedule;
  PlannedSchedule& schedule = c.plan.schedule;
  schedule.start = asked.start;
  schedule.announce_lead = asked.announce_lead.value_or(c.policy.announce_lead);
  schedule.pre_check = asked.pre_check.value_or(-std::min(kPreCheckLead, schedule.announce_lead));
  const auto first = asked_at(c, 0);
  schedule.deploy =
      asked.deploy.value_or(first ? std::max(*first - kWarmUp, schedule.pre_check) : Duration{});
  if (schedule.pre_check < -schedule.announce_lead)
    refuse(c, "schedule.pre_check",
           fmt::format("the pre-checks begin at {}, before the release is announced",
                       base::offset_text(schedule.pre_check)),
           fmt::format("it is announced at {}", base::offset_text(-schedule.announce_lead)));
  if (schedule.deploy < schedule.pre_check)
    refuse(c, "schedule.deploy",
           fmt::format("the new version starts at {}, before the pre-checks",
                       base::offset_text(schedule.deploy)),
           fmt::format("they begin at {}", base::offset_text(schedule.pre_check)));
}

void schedule_waves(Compilation& c) {
  Duration earliest = c.plan.schedule.deploy;
  Duration usual = c.plan.schedule.deploy + kWarmUp;
  for (std::size_t i = 0; i < c.plan.waves.size(); ++i) {
    PlannedWave& wave = c.plan.waves[i];
    wave.at = asked_at(c, i).value_or(usual);
    if (wave.at < earliest)
      refuse(c, wave_key(i, "at"),
             fmt::format("wave {} begins at {}, too early", i + 1, base::offset_text(wave.at)),
             i == 0 ? fmt::format("the new version starts at {}", base::offset_text(earliest))
                    : fmt::format("wave {} holds until {}", i, base::offset_text(earliest)));
    wave.hold = std::max(hold_of(c, i), Duration{});
    earliest = usual = wave.at + wave.hold;
    c.origin(wave_key(i, "at"), base::offset_text(wave.at), c.runbook());
    c.origin(wave_key(i, "hold"), base::to_string(wave.hold), c.runbook());
  }
  PlannedSchedule& schedule = c.plan.schedule;
  schedule.completed = c.release.schedule.completed.value_or(usual);
  if (schedule.completed == usual) return;
  refuse(c, "schedule.completed",
         fmt::format("the rollout cannot be complete at {}", base::offset_text(schedule.completed)),
         fmt::format("the last wave begins at {} and holds until {}",
                     base::offset_text(c.plan.waves.back().at), base::offset_text(usual)));
}

/// The old version stays ready until the post-check has ended, whatever the release says.
void schedule_after(Compilation& c) {
  PlannedSchedule& schedule = c.plan.schedule;
  schedule.post_check = c.release.schedule.post_check.value_or(kPostCheck);
  const Duration usual = strategy_of(c.release.type, c.plan.strategy).standby;
  const Duration own = c.release.standby.value_or(usual);
  schedule.standby = std::max(own, schedule.post_check);
  if (c.release.standby && own < schedule.post_check)
    c.note(
        "plan.note.standby",
        {{"post_check", base::to_string(schedule.post_check)}, {"standby", base::to_string(own)}},
        c.written_at("standby"));
}

/// A downtime that is over before the wave that ends it would call every release off.
void limit_downtime(Compilation& c) {
  if (!c.plan.downtime_window) return;
  const std::uint32_t last = c.plan.last_wave_of_downtime();
  const Duration ends = c.plan.wave(last).at;
  const Duration planned = ends - c.plan.schedule.deploy;
  const auto& at_most = c.plan.downtime_window->at_most;
  if (!at_most) {
    c.note("plan.note.downtime-without-limit", {{"planned", base::to_string(planned)}},
           c.written_at("downtime"));
    return;
  }
  c.origin("downtime.at_most", base::to_string(*at_most), "");
  if (*at_most > planned) return;
  refuse(c, "downtime.at_most",
         fmt::format("the downtime takes longer than {}", base::to_string(*at_most)),
         fmt::format("it begins at {} and ends with wave {}, which begins at {}",
                     base::offset_text(c.plan.schedule.deploy), last, base::offset_text(ends)));
}

void note_origins(Compilation& c) {
  const PlannedSchedule& schedule = c.plan.schedule;
  if (schedule.start) c.origin("schedule.start", base::rfc3339(*schedule.start), "");
  c.origin("schedule.announce_lead", base::to_string(schedule.announce_lead), c.runbook());
  c.origin("schedule.pre_check", base::offset_text(schedule.pre_check), c.runbook());
  c.origin("schedule.deploy", base::offset_text(schedule.deploy), c.runbook());
  c.origin("schedule.completed", base::offset_text(schedule.completed), c.runbook());
  c.origin("schedule.post_check", base::to_string(schedule.post_check), c.runbook());
  c.origin("standby", base::to_string(schedule.standby), c.runbook());
}

}  // namespace

void compile_schedule(Compilation& c) {
  if (c.plan.waves.empty()) return;
  schedule_before(c);
  schedule_waves(c);
  schedule_after(c);
  limit_downtime(c);
  note_origins(c);
}

}  // namespace stellwerk::core
