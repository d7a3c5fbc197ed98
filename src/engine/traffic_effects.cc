// Effects that write to the router. All in its one lane; success is what the router reports, not
// what was sent.
#include <fmt/format.h>

#include "base/mutation.h"
#include "core/capacity.h"
#include "core/words.h"
#include "engine/effects.h"
#include "engine/private_text.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kTrafficTimeout = base::seconds(10);

EffectResult done(std::string summary) {
  return {core::Outcome::Done, std::move(summary), {}, base::Json::object()};
}

/// Reactions are measured from the guard's evidence to here.
EffectResult with_time(EffectResult result, base::MonoTime read_back) {
  if (result.outcome == core::Outcome::Done) result.data["read_back_us"] = read_back.us;
  return result;
}

EffectResult compare(const base::Result<core::RoutingTable>& read_back,
                     const core::RoutingTable& wanted, std::string summary) {
  if (base::mutated(base::Mutation::SkipReadBack)) return done(std::move(summary));
  if (!read_back) return failure(read_back.error());
  if (*read_back == wanted) return done(std::move(summary));
  return {core::Outcome::Failed,
          "the router shows other routes than were written",
          {},
          base::Json::object()};
}

/// A wave's own change, with no lease held: the first one, or one that a person resumed. Not an
/// attempt after one that may have granted it: what ran out since does not come back by itself.
bool begins_lease(const core::State& state) {
  return state.stage == core::Stage::Moving && state.lease_since == 0 && !state.lease_given &&
         !state.lease_expired;
}

std::optional<base::Digest> reason_of(const core::State& state) {
  return state.rollback ? state.rollback->reason : state.cancel_reason;
}

/// What was done before the journal had it, complete in itself: whoever finds it has nothing else.
std::string emergency_line(const EffectContext& context, const core::EffectReturned& returned,
                           base::WallTime time, const std::string* reason) {
  base::Json line = {{"release", context.plan->release.str()},
                     {"time", base::rfc3339(time)},
                     {"effect", context.intent.key.str()},
                     {"kind", std::string(core::to_string(context.intent.kind))},
                     {"outcome", std::string(core::to_string(returned.outcome))},
                     {"detail", returned.summary}};
  const core::State& state = context.state;
  const base::PersonId& by = state.rollback ? state.rollback->by : state.cancel_by;
  line["cause"] = state.rollback ? std::string(core::to_string(state.rollback->cause)) : "cancel";
  line["because"] = state.rollback ? state.rollback->detail : state.cancel_detail;
  line["by"] = core::actor_text(by);
  if (!state.rollback && state.cancel_is_failure) line["failed"] = true;
  if (const auto digest = reason_of(state)) line["reason"] = digest->to_string();
  if (reason != nullptr) line["reason_text"] = std::string(opened(*reason));
  return line.dump(-1, ' ', false, base::Json::error_handler_t::replace);
}

base::Error serves_another(const ports::VersionRef& version, const base::SemVer& stable) {
  return base::error(
             base::Code::Conflict, "ENG-0022",
             fmt::format("{} goes from {}, but the router serves {}", version.component.str(),
                         version.version.to_string(), stable.to_string()))
      .now("traffic is unchanged")
      .then("mend `from` in release.yaml", "a release starts from what is installed");
}

/// The routes of the old version for a component that the router does not know yet; a router that
/// serves another version than the release goes from is a mistake of the release, not to be mended
/// silently.
base::Result<void> ensure_stable(ports::TrafficRouter& router, const ports::VersionRef& version,
                                 const ports::Call& call) {
  auto current = router.current(call);
  if (!current) return base::fail(std::move(current.error()));
  const auto routes = current->table.components.find(version.component);
  if (routes == current->table.components.end()) {
    core::RoutingTable table;
    table.components[version.component].stable = version.version;
    auto applied = router.apply(table, call);
    if (!applied) return base::fail(std::move(applied.error()));
    return {};
  }
  if (routes->second.stable == version.version) return {};
  return base::fail(serves_another(version, routes->second.stable));
}

}  // namespace

std::optional<base::Error> Effects::wrong_version(const ports::VersionRef& old,
                                                  const ports::Call& call) const {
  const auto current = ports_.router.current(call);
  if (!current) return std::nullopt;  // serving it will tell
  const auto routes = current->table.components.find(old.component);
  if (routes == current->table.components.end() || routes->second.stable == old.version)
    return std::nullopt;
  return serves_another(old, routes->second.stable);
}

/// The instances that run become the version's servers.
void Effects::serve(const Context& context, const ports::VersionRef& version, EffectResult result) {
  if (result.outcome != core::Outcome::Done) return answer(context, std::move(result));
  const core::PlannedComponent* component = context->plan->find_component(version.component);
  const bool is_old = version.version == component->from;
  run(context, {"router", base::seconds(20), context->state.rollback.has_value()},
      [this, version, is_old, rolls_back = context->state.rollback.has_value(),
       health = component->health,
       summary = std::move(result.summary)](const ports::Call& call) -> EffectResult {
        auto status = ports_.workload.status(version);
        if (!status) return failure(status.error());
        const ports::Endpoints endpoints{version, status->instances, health};
        if (auto served = ports_.router.endpoints({&endpoints, 1}, call); !served)
          return failure(served.error());
        if (is_old && !rolls_back)
          if (auto stable = ensure_stable(ports_.router, version, call); !stable)
            return failure(stable.error());
        return done(summary);
      });
}

/// Rolling back in place, not all of the old version came up: what did is served, and the answer
/// stays what it is. With the last attempt the others are served too, as soon as the router finds
/// them healthy. While none is up the router keeps what it has.
void Effects::serve_part(const Context& context, const ports::VersionRef& old,
                         EffectResult result) {
  const core::PlannedComponent* component = context->plan->find_component(old.component);
  const bool last = context->intent.attempt >= core::kAttemptsMax;
  run(context, {"router", base::seconds(20), true},
      [this, old, last, health = component->health,
       result = std::move(result)](const ports::Call& call) -> EffectResult {
        EffectResult partial = result;
        auto status = ports_.workload.status(old);
        if (!status || status->ready() == 0) return partial;
        partial.summary += fmt::format("; {} of {} serve", status->ready(), status->wanted);
        std::erase_if(status->instances, [last](const ports::Instance& instance) {
          const bool may_come = last && instance.port != 0;
          return instance.state != ports::InstanceState::Ready && !may_come;
        });
        const ports::Endpoints endpoints{old, std::move(status->instances), health};
        if (auto served = ports_.router.endpoints({&endpoints, 1}, call); !served)
          partial.summary += "; " + served.error().one_line();
        return partial;
      });
}

void Effects::move_traffic(const Context& context) {
  run(context, {"router", kTrafficTimeout},
      [this, context](const ports::Call& call) -> EffectResult {
        const core::Plan& plan = *context->plan;
        const std::uint32_t number = core::wave_in(context->intent.subject);
        const core::RoutingTable wanted =
            core::routes_of_wave(plan, number, context->state.downtime);
        // No wave against a router that is gone: the watchdog brings it up, and tells.
        if (auto there = ports_.router.current(call);
            !there && there.error().code == base::Code::Unavailable)
          return failure(there.error());
        // The lease first: the tenants of earlier waves must not fall back while the table is
        // written.
        if (auto hindered = hold_lease(*context, call)) return *hindered;
        // What is not read back is tried again, and given up in a rollback. The lease stays
        // meanwhile: revoked and granted anew it would move tenants to and fro; nobody renews it.
        EffectResult result = compare(ports_.router.apply(wanted, call), wanted,
                                      fmt::format("wave {} read back", number));
        if (result.outcome != core::Outcome::Done && begins_lease(context->state))
          result.data[core::kLeaseGiven] = true;
        return result;
      });
}

/// The lease that a change of traffic needs: given with the change that a decision asked for, only
/// renewed with all others, for one that ran out meanwhile must not come back without a person's
/// word. Where none is held, routes are put right without one.
std::optional<EffectResult> Effects::hold_lease(const EffectContext& context,
                                                const ports::Call& call) {
  const core::Plan& plan = *context.plan;
  if (plan.guard.guard_lost == core::GuardLost::Hold) return std::nullopt;
  if (begins_lease(context.state) || base::mutated(base::Mutation::ReviveLease)) {
    auto granted = ports_.router.grant(plan.release, plan.guard.lease, call);
    if (granted) return std::nullopt;
    EffectResult result = failure(granted.error());
    if (result.outcome == core::Outcome::Unknown) result.data[core::kLeaseGiven] = true;
    return result;
  }
  if (context.state.lease_since == 0 && !context.state.lease_given) return std::nullopt;
  auto expired = ports_.router.renew({&plan.release, 1}, plan.guard.lease, call);
  if (!expired) return failure(expired.error());
  if (expired->empty()) return std::nullopt;
  return EffectResult{core::Outcome::Failed,
                      "the lease had run out; nothing was changed",
                      {},
                      {{core::kLeaseExpired, true}}};
}

void Effects::return_traffic(const Context& context) {
  if (!context->intent.subject.empty()) return return_some_traffic(context);
  run(context, {"router", kTrafficTimeout, true},
      [this, context](const ports::Call& call) -> EffectResult {
        const core::Plan& plan = *context->plan;
        const core::RoutingTable wanted = core::routes_of_wave(plan, 0);
        if (base::mutated(base::Mutation::DelayReturn) && context->intent.attempt < 8)
          return failure(base::error(base::Code::Unavailable, "HAP-0002", "planted"));
        auto revoked = ports_.router.revoke(plan.release, call);
        EffectResult result =
            compare(ports_.router.apply(wanted, call), wanted, "0 % on the new version, read back");
        // A router that was gone is brought up by the table; only then can it be asked for leases.
        if (!revoked) revoked = ports_.router.revoke(plan.release, call);
        if (!revoked) return failure(revoked.error());
        if (const std::string unsaved = ports_.router.unsaved(); !unsaved.empty())
          result.summary += "; " + unsaved;
        result = with_time(std::move(result), ports_.clock.mono());
        return result;
      });
}

/// The lease stays: the tenants of the waves before are served by the new version until the old one
/// has the instances for them, or the lease ends, which nobody renews any more.
void Effects::return_some_traffic(const Context& context) {
  run(context, {"router", kTrafficTimeout, true},
      [this, context](const ports::Call& call) -> EffectResult {
        const std::uint32_t number = core::wave_in(context->intent.subject);
        const core::RoutingTable wanted =
            core::routes_of_wave(*context->plan, number, context->state.downtime);
        return compare(ports_.router.apply(wanted, call), wanted,
                       fmt::format("back to wave {}, read back", number));
      });
}

/// It was done; now it is recorded on a path of its own, which may hang too: what follows does not
/// wait for it. The journal gets the line with the answer.
void Effects::answer_emergency(const Context& context, core::EffectReturned returned) {
  const auto digest = reason_of(context->state);
  const std::string* reason = digest ? host_.kept(*digest) : nullptr;
  auto line = std::make_shared<const std::string>(
      emergency_line(*context, returned, ports_.clock.wall(), reason));
  if (base::mutated(base::Mutation::ForgetEmergencyLine))
    return host_.returned(context->plan->release, std::move(returned));
  ports_.lanes.submit({"emergency", {}, base::seconds(10), {}, false},
                      [this, context, line](const ports::Call&) -> ports::Completion {
                        auto logged = ports_.emergency.append(*line);
                        return [this, context, logged] {
                          if (!logged) host_.trouble(*context, logged.error());
                        };
                      });
  returned.emergency_line = host_.keep(*line + "\n");
  host_.returned(context->plan->release, std::move(returned));
}

void Effects::begin_downtime(const Context& context) {
  run(context, {"router", kTrafficTimeout},
      [this, context](const ports::Call& call) -> EffectResult {
        const core::RoutingTable wanted = core::routes_of_wave(*context->plan, 0, true);
        return compare(ports_.router.apply(wanted, call), wanted,
                       "the page of maintenance is shown, read back");
      });
}

void Effects::end_downtime(const Context& context) {
  run(context, {"router", kTrafficTimeout, true},
      [this, context](const ports::Call& call) -> EffectResult {
        const core::RoutingTable wanted = core::routes_of_wave(*context->plan, 0);
        return compare(ports_.router.apply(wanted, call), wanted,
                       "nobody is shown the page of maintenance, read back");
      });
}

void Effects::settle_traffic(const Context& context) {
  run(context, {"router", kTrafficTimeout},
      [this, context](const ports::Call& call) -> EffectResult {
        const core::Plan& plan = *context->plan;
        const auto settled = static_cast<std::uint32_t>(plan.waves.size()) + 1;
        const core::RoutingTable wanted = core::routes_of_wave(plan, settled);
        EffectResult result =
            compare(ports_.router.apply(wanted, call), wanted, "the new version is the stable one");
        if (result.outcome != core::Outcome::Done) return result;
        if (auto revoked = ports_.router.revoke(plan.release, call); !revoked)
          return failure(revoked.error());
        return result;
      });
}

}  // namespace stellwerk::engine
