#include "core/misfit.h"

#include <algorithm>

#include "core/capacity.h"

namespace stellwerk::core {
namespace {

constexpr std::string_view kNoRollback = "no rollback is under way";
constexpr std::string_view kNoSuchWave = "the plan has no such wave";

bool is_wave(const Plan& plan, std::uint32_t number) {
  return number >= 1 && number <= plan.waves.size();
}

struct Fits {
  const Plan& plan;
  const State& state;

  std::string_view operator()(const ClockAnchored& e) const {
    return e.speed >= 1 ? "" : "its speed is below 1";
  }
  std::string_view operator()(const VersionDeployed&) const {
    return plan.waves.empty() ? "the plan has no wave" : "";
  }
  std::string_view operator()(const TrafficIntended& e) const {
    return is_wave(plan, e.wave) ? "" : kNoSuchWave;
  }
  std::string_view operator()(const WaveStarted& e) const {
    if (state.wave == 0) return "no wave was intended";
    return is_wave(plan, e.wave) ? "" : kNoSuchWave;
  }
  std::string_view operator()(const DowntimeStarted&) const {
    if (!plan.downtime_window) return "the plan has no downtime";
    return state.t0 ? "" : "it comes before the release is announced";
  }
  std::string_view operator()(const TrafficReturned&) const {
    return state.rollback ? "" : kNoRollback;
  }
  std::string_view operator()(const RollbackRecorded&) const {
    return state.rollback ? "" : kNoRollback;
  }
  std::string_view operator()(const EffectFinished& e) const {
    if (!e.data.is_object()) return "its data is no object";
    const auto given = e.data.find(kLeaseGiven);
    return given == e.data.end() || given->is_boolean() ? "" : "its lease_given is no boolean";
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return {};
  }
};

bool runs_by_itself(const StepAction& action) {
  return std::holds_alternative<CommandCheck>(action) ||
         std::holds_alternative<HttpCheck>(action) || std::holds_alternative<HealthAction>(action);
}

/// What the engine looks up in the plan when it carries the effect out.
std::string_view misfit_of(const Plan& plan, const Intent& intent) {
  switch (intent.kind) {
    case EffectKind::RunStep: {
      const Step* step = plan.find_step(base::StepId(intent.subject));
      return step != nullptr && runs_by_itself(step->action) ? "" : "the plan has no such step";
    }
    case EffectKind::DeployVersion:
    case EffectKind::RestoreCapacity:
    case EffectKind::RetireNew:
    case EffectKind::RetireOld: {
      const auto* component = plan.find_component(base::ComponentName(intent.subject));
      return component != nullptr ? "" : "the plan has no such component";
    }
    case EffectKind::ArrangeCapacity: {
      const Arrangement arrangement = arrangement_in(intent.subject);
      if (!is_wave(plan, arrangement.wave)) return kNoSuchWave;
      return plan.find_component(arrangement.component) != nullptr
                 ? ""
                 : "the plan has no such component";
    }
    case EffectKind::BeginDowntime:
      return plan.downtime_window ? "" : "the plan has no downtime";
    case EffectKind::ReturnTraffic:
      if (intent.subject.empty()) return {};
      [[fallthrough]];
    case EffectKind::MoveTraffic: {
      const auto is_it = [&](const PlannedWave& wave) {
        return std::to_string(wave.number) == intent.subject;
      };
      return std::any_of(plan.waves.begin(), plan.waves.end(), is_it) ? "" : kNoSuchWave;
    }
    case EffectKind::EndDowntime:
    case EffectKind::SettleTraffic:
    case EffectKind::SignCheckpoint:
    case EffectKind::CompareKpis:
    case EffectKind::CheckIntegrity:
    case EffectKind::WriteSummary:
    case EffectKind::KeepWindows:
      return {};
  }
  return {};
}

}  // namespace

std::string_view misfit(const Plan& plan, const State& state, const Event& event,
                        const std::vector<Intent>& intents) {
  if (const auto why = std::visit(Fits{plan, state}, event); !why.empty()) return why;
  for (const Intent& intent : intents)
    if (const auto why = misfit_of(plan, intent); !why.empty()) return why;
  return {};
}

std::string_view contradiction(const Plan& plan) {
  for (std::size_t i = 0; i < plan.waves.size(); ++i)
    if (plan.waves[i].number != i + 1) return "its waves are not numbered in their order";
  for (const Step& step : plan.steps) {
    const auto* deploy = std::get_if<DeployAction>(&step.action);
    if (deploy != nullptr && plan.find_component(deploy->component) == nullptr)
      return "it deploys a component that it does not have";
  }
  return {};
}

}  // namespace stellwerk::core
