// The tables of `slo` and `guard` in release.yaml.
#include <array>

#include "config/release_rules.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

using base::hours;
using base::milliseconds;
using base::minutes;
using base::seconds;
using core::GuardPolicy;
using core::Thresholds;

constexpr std::array kThresholdFields = {
    field<&Thresholds::error_rate_pause>(
        {.key = "error_rate_pause", .text = "More errors than this share pause the release."}),
    field<&Thresholds::error_rate_rollback>(
        {.key = "error_rate_rollback", .text = "More errors than this share roll it back."}),
    field<&Thresholds::p95_pause>(
        {.key = "p95_pause",
         .text = "More than 5 % of the requests slower than this pause the release.",
         .min = milliseconds(1).us,
         .max = minutes(10).us}),
    field<&Thresholds::consumer_lag_pause>({.key = "consumer_lag_pause",
                                            .text = "A longer queue pauses the release.",
                                            .unit = "events",
                                            .min = 0,
                                            .max = 1'000'000'000})};
constexpr Table<Thresholds> kThresholds{
    .name = "slo",
    .text = "The limits of the runbook's SLO table. A limit is broken when the value is greater.",
    .fields = kThresholdFields,
    .finish = finish_thresholds};

constexpr std::array kGuardFields = {
    field<&GuardPolicy::window>({.key = "window",
                                 .text = "The sliding window that limits are judged in; it begins "
                                         "anew with each wave.",
                                 .min = seconds(1).us,
                                 .max = hours(1).us}),
    field<&GuardPolicy::requests_min>(
        {.key = "requests_min",
         .text = "With fewer requests in the window there are too few to judge.",
         .unit = "requests",
         .min = 1,
         .max = 1'000'000'000}),
    field<&GuardPolicy::bad_min_pause>({.key = "bad_min_pause",
                                        .text = "Fewer bad requests cannot pause the release.",
                                        .unit = "requests",
                                        .min = 1,
                                        .max = 1'000'000'000}),
    field<&GuardPolicy::bad_min_rollback>({.key = "bad_min_rollback",
                                           .text = "Fewer bad requests cannot roll it back.",
                                           .unit = "requests",
                                           .min = 1,
                                           .max = 1'000'000'000}),
    field<&GuardPolicy::hold_real_min>(
        {.key = "hold_real_min",
         .text = "A hold lasts at least this long in real time, whatever the speed.",
         .max = hours(24).us}),
    field<&GuardPolicy::hold_requests_min>(
        {.key = "hold_requests_min",
         .text = "A hold has seen at least this many requests of the new version.",
         .unit = "requests",
         .min = 0,
         .max = 1'000'000'000}),
    field<&GuardPolicy::no_data_pause>(
        {.key = "no_data_pause",
         .text = "Nothing from the source of measurements for this long pauses the release.",
         .min = seconds(1).us,
         .max = hours(24).us}),
    field<&GuardPolicy::no_data_rollback>({.key = "no_data_rollback",
                                           .text = "Nothing for this long rolls it back.",
                                           .min = seconds(1).us,
                                           .max = hours(24).us}),
    field<&GuardPolicy::health_fall>(
        {.key = "health_fall",
         .text = "So many failed probes in a row are a failed health check.",
         .unit = "probes",
         .min = 1,
         .max = 100}),
    field<&GuardPolicy::health_span>({.key = "health_span",
                                      .text = "They must fail within this time.",
                                      .min = milliseconds(100).us,
                                      .max = hours(1).us}),
    field<&GuardPolicy::health_interval>({.key = "health_interval",
                                          .text = "How often each service is probed.",
                                          .min = milliseconds(100).us,
                                          .max = minutes(1).us}),
    field<&GuardPolicy::lease>(
        {.key = "lease",
         .text = "How long the load balancer keeps serving the new version without hearing from "
                 "Stellwerk.",
         .min = seconds(5).us,
         .max = hours(1).us}),
    field<&GuardPolicy::guard_lost>(
        {.key = "guard_lost",
         .text =
             "Where the traffic goes when Stellwerk is gone: old (the lease runs out) or hold."}),
    field<&GuardPolicy::ask_deadline>(
        {.key = "ask_deadline",
         .text = "With rollback: ask, how long a decision may take before it becomes automatic.",
         .min = minutes(1).us,
         .max = hours(24).us}),
    field<&GuardPolicy::other_services>(
        {.key = "other_services",
         .text = "What the failed health of a service that is no component does."}),
    field<&GuardPolicy::on_stop>(
        {.key = "on_stop", .text = "What SIGTERM does while the new version has less than 100 %."}),
    field<&GuardPolicy::resume_on_recovery>(
        {.key = "resume_on_recovery",
         .text =
             "A pause that the guard caused ends by itself when all is good again, unless a person "
             "paused too or a step failed meanwhile."})};
constexpr Table<GuardPolicy> kGuard{.name = "guard",
                                    .text = "How the limits are judged.",
                                    .fields = kGuardFields,
                                    .finish = finish_guard};

}  // namespace

template <>
const Table<Thresholds>& table_of<Thresholds>() {
  return kThresholds;
}
template <>
const Table<GuardPolicy>& table_of<GuardPolicy>() {
  return kGuard;
}

}  // namespace stellwerk::config
