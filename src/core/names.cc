#include "core/names.h"

namespace stellwerk::core {
namespace {

template <class E, std::size_t N>
using Table = std::array<std::pair<E, std::string_view>, N>;

/// Words that users write have their texts in words.cc; this makes a table of them.
template <class E, std::size_t N>
Table<E, N> table_of(const std::array<E, N>& all) {
  Table<E, N> table;
  for (std::size_t i = 0; i < N; ++i) table[i] = {all[i], to_string(all[i])};
  return table;
}

constexpr Table<Action, 4> kActions{{{Action::Continue, "continue"},
                                     {Action::Pause, "pause"},
                                     {Action::Rollback, "rollback"},
                                     {Action::StopAndRollback, "stop-and-rollback"}}};
constexpr Table<Cause, 11> kCauses{{{Cause::AllGood, "all-good"},
                                    {Cause::TooFewToJudge, "too-few-to-judge"},
                                    {Cause::NoRequests, "no-requests"},
                                    {Cause::TooFewBad, "too-few-bad"},
                                    {Cause::ErrorRate, "error-rate"},
                                    {Cause::Latency, "latency"},
                                    {Cause::ConsumerLag, "consumer-lag"},
                                    {Cause::NoData, "no-data"},
                                    {Cause::GaugeMissing, "gauge-missing"},
                                    {Cause::Health, "health"},
                                    {Cause::Integrity, "integrity"}}};
constexpr Table<EffectKind, kEffectKinds> kEffects{
    {{EffectKind::RunStep, "run-step"},
     {EffectKind::DeployVersion, "deploy-version"},
     {EffectKind::MoveTraffic, "move-traffic"},
     {EffectKind::ReturnTraffic, "return-traffic"},
     {EffectKind::RestoreCapacity, "restore-capacity"},
     {EffectKind::SettleTraffic, "settle-traffic"},
     {EffectKind::RetireNew, "retire-new"},
     {EffectKind::RetireOld, "retire-old"},
     {EffectKind::SignCheckpoint, "sign-checkpoint"},
     {EffectKind::CompareKpis, "compare-kpis"},
     {EffectKind::CheckIntegrity, "check-integrity"},
     {EffectKind::WriteSummary, "write-summary"},
     {EffectKind::KeepWindows, "keep-windows"},
     {EffectKind::ArrangeCapacity, "arrange-capacity"},
     {EffectKind::BeginDowntime, "begin-downtime"},
     {EffectKind::EndDowntime, "end-downtime"}}};
constexpr Table<EffectClass, 3> kClasses{{{EffectClass::Repeatable, "repeatable"},
                                          {EffectClass::Readable, "readable"},
                                          {EffectClass::Once, "once"}}};
constexpr Table<Outcome, 3> kOutcomes{
    {{Outcome::Done, "done"}, {Outcome::Failed, "failed"}, {Outcome::Unknown, "unknown"}}};
constexpr Table<PauseCause, 6> kPauses{{{PauseCause::Guard, "guard"},
                                        {PauseCause::Person, "person"},
                                        {PauseCause::StepFailed, "step-failed"},
                                        {PauseCause::LeaseExpired, "lease-expired"},
                                        {PauseCause::AskRollback, "ask-rollback"},
                                        {PauseCause::Rollback, "rollback"}}};
constexpr Table<RollbackCause, 7> kRollbacks{{{RollbackCause::Guard, "guard"},
                                              {RollbackCause::Person, "person"},
                                              {RollbackCause::CriticalStep, "critical-step"},
                                              {RollbackCause::AskExpired, "ask-expired"},
                                              {RollbackCause::Router, "router"},
                                              {RollbackCause::Stopped, "stopped"},
                                              {RollbackCause::DowntimeOver, "downtime-over"}}};
constexpr Table<GuardLost, 2> kGuardLost{{{GuardLost::Old, "old"}, {GuardLost::Hold, "hold"}}};
constexpr Table<RollbackMode, 2> kRollbackModes{
    {{RollbackMode::Automatic, "automatic"}, {RollbackMode::Ask, "ask"}}};
constexpr Table<OtherServices, 2> kOthers{
    {{OtherServices::Rollback, "rollback"}, {OtherServices::Pause, "pause"}}};
constexpr Table<OnStop, 2> kOnStop{{{OnStop::RollBack, "roll-back"}, {OnStop::Detach, "detach"}}};
constexpr Table<GaugeFormat, 2> kGaugeFormats{
    {{GaugeFormat::Json, "json"}, {GaugeFormat::Prometheus, "prometheus"}}};

const auto kTypes = table_of(kReleaseTypes);
const auto kStrategyNames = table_of(kStrategies);
const auto kCapacityNames = table_of(kCapacities);
const auto kPhaseNames = table_of(kPhases);
const auto kRoleNames = table_of(kRoles);
const auto kApprovalKindNames = table_of(kApprovalKinds);

}  // namespace

NameTable<ReleaseType> names_of(ReleaseType) { return kTypes; }
NameTable<Strategy> names_of(Strategy) { return kStrategyNames; }
NameTable<Capacity> names_of(Capacity) { return kCapacityNames; }
NameTable<Phase> names_of(Phase) { return kPhaseNames; }
NameTable<Role> names_of(Role) { return kRoleNames; }
NameTable<ApprovalKind> names_of(ApprovalKind) { return kApprovalKindNames; }
NameTable<Action> names_of(Action) { return kActions; }
NameTable<Cause> names_of(Cause) { return kCauses; }
NameTable<EffectKind> names_of(EffectKind) { return kEffects; }
NameTable<EffectClass> names_of(EffectClass) { return kClasses; }
NameTable<Outcome> names_of(Outcome) { return kOutcomes; }
NameTable<PauseCause> names_of(PauseCause) { return kPauses; }
NameTable<RollbackCause> names_of(RollbackCause) { return kRollbacks; }
NameTable<GuardLost> names_of(GuardLost) { return kGuardLost; }
NameTable<RollbackMode> names_of(RollbackMode) { return kRollbackModes; }
NameTable<OtherServices> names_of(OtherServices) { return kOthers; }
NameTable<OnStop> names_of(OnStop) { return kOnStop; }
NameTable<GaugeFormat> names_of(GaugeFormat) { return kGaugeFormats; }

std::string_view to_string(Action action) { return name_of(action); }
std::string_view to_string(Cause cause) { return name_of(cause); }
std::string_view to_string(EffectKind kind) { return name_of(kind); }
std::string_view to_string(EffectClass effect_class) { return name_of(effect_class); }
std::string_view to_string(Outcome outcome) { return name_of(outcome); }
std::string_view to_string(PauseCause cause) { return name_of(cause); }
std::string_view to_string(RollbackCause cause) { return name_of(cause); }

}  // namespace stellwerk::core
