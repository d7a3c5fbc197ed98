// Capacity in place: the old version gives way by as many instances as it does not need any more,
// and the new one gets what its next wave needs. No request is cut: the router forgets an instance
// first, then its requests end, then it is stopped.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "core/capacity.h"
#include "engine/effects.h"

namespace stellwerk::engine {
namespace {

struct Resizing {
  const core::PlannedComponent& component;
  core::InstanceCounts counts;
  ports::VersionRef old_version;
  ports::VersionRef new_version;
};

Resizing resizing_of(const EffectContext& context) {
  const core::Arrangement arrangement = core::arrangement_in(context.intent.subject);
  const core::PlannedComponent& component = *context.plan->find_component(arrangement.component);
  return {component,
          core::instances_in_wave(*context.plan, component, arrangement.wave),
          {component.name, component.from},
          {component.name, component.to}};
}

core::WorkloadSpec with_instances(core::WorkloadSpec spec, std::uint32_t instances) {
  spec.instances = instances;
  return spec;
}

}  // namespace

void Effects::arrange_capacity(const Context& context) {
  const Resizing resizing = resizing_of(*context);
  const std::string name = resizing.component.name.str();
  run(
      context, {"router", base::seconds(20)},
      [this, resizing](const ports::Call& call) -> EffectResult {
        auto status = ports_.workload.status(resizing.old_version);
        if (!status) return failure(status.error());
        if (status->instances.size() <= resizing.counts.old_version) return {};
        status->instances.resize(resizing.counts.old_version);
        const ports::Endpoints left{resizing.old_version, status->instances,
                                    resizing.component.health};
        const auto served = ports_.router.endpoints({&left, 1}, call);
        return served ? EffectResult{} : failure(served.error());
      },
      [this, context, resizing, name](EffectResult narrowed) {
        if (narrowed.outcome != core::Outcome::Done) return answer(context, std::move(narrowed));
        const base::Duration patience = resizing.component.old_workload.drain;
        run(
            context, {"drain:" + name, patience},
            [this, resizing, patience](const ports::Call& call) -> EffectResult {
              // A router that does not answer passes on no request that could be waited for.
              const auto open =
                  ports_.router.drain(resizing.old_version, ports::Drained::RemovedInstances, call);
              if (!open || *open == 0) return {};
              EffectResult cut;
              cut.summary = fmt::format("; {} requests had not ended after {}", *open,
                                        base::to_string(patience));
              return cut;
            },
            [this, context](EffectResult drained) { resize(context, std::move(drained.summary)); });
      });
}

void Effects::resize(const Context& context, std::string cut) {
  const Resizing resizing = resizing_of(*context);
  const core::WorkloadSpec less =
      with_instances(workload_of(resizing.component, false), resizing.counts.old_version);
  const core::WorkloadSpec more =
      with_instances(workload_of(resizing.component, true), resizing.counts.new_version);
  const base::Duration patience =
      less.stop_timeout + less.start_timeout + more.start_timeout * std::int64_t{more.instances};
  run(
      context, {"workload:" + resizing.component.name.str(), patience + base::seconds(15)},
      [this, resizing, less, more, cut](const ports::Call& call) -> EffectResult {
        const core::HealthCheck& health = resizing.component.health;
        auto old_ones = ports_.workload.ensure(resizing.old_version, less, health, call);
        if (!old_ones) return failure(old_ones.error());
        auto new_ones = ports_.workload.ensure(resizing.new_version, more, health, call);
        if (!new_ones) return failure(new_ones.error());
        EffectResult result;
        result.summary = fmt::format("{} of {}, {} of {}{}", old_ones->ready(),
                                     resizing.old_version.version.to_string(), new_ones->ready(),
                                     resizing.new_version.version.to_string(), cut);
        return result;
      },
      [this, context](EffectResult resized) { serve_both(context, std::move(resized)); });
}

void Effects::serve_both(const Context& context, EffectResult result) {
  if (result.outcome != core::Outcome::Done) return answer(context, std::move(result));
  const Resizing resizing = resizing_of(*context);
  run(context, {"router", base::seconds(20)},
      [this, resizing, result](const ports::Call& call) -> EffectResult {
        const core::HealthCheck& health = resizing.component.health;
        std::vector<ports::Endpoints> both;
        for (const ports::VersionRef& version : {resizing.old_version, resizing.new_version}) {
          auto status = ports_.workload.status(version);
          if (!status) return failure(status.error());
          both.push_back({version, std::move(status->instances), health});
        }
        const auto served = ports_.router.endpoints(both, call);
        return served ? result : failure(served.error());
      });
}

}  // namespace stellwerk::engine
