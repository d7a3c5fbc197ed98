// What is kept of the guard and the comparison over a restart, and the evidence of a verdict: read
// from the content store, whoever wrote it.
#include "fuzz/fuzz.h"
#include "kpi/comparison.h"
#include "kpi/guard.h"
#include "kpi/judge.h"

namespace stellwerk::fuzz {
namespace {

using base::Json;

const std::vector<kpi::GuardedComponent>& components() {
  static const std::vector<kpi::GuardedComponent> kComponents{
      {base::ComponentName("document-domain"),
       {1, 2, 0, {}, {}},
       {1, 3, 0, {}, {}},
       {"consumer_lag"}}};
  return kComponents;
}

/// Goes on as a guard does: measurements, a wave, verdicts.
void run_on(kpi::Guard guard) {
  constexpr base::MonoTime kNow{200'000'000};
  kpi::MetricBatch batch;
  batch.alive_at = kNow;
  guard.observe(batch);
  guard.observe(kpi::HealthObservation{
      .service = base::ServiceName("audit-domain"), .target = "audit-domain", .at = kNow});
  const auto evidence = guard.evidence(kNow);
  FUZZ_REQUIRE(guard.evaluate(kNow) == kpi::judge({}, evidence));
  FUZZ_REQUIRE(base::canonical(kpi::to_json(evidence)).has_value());
  static_cast<void>(guard.progress(kNow));
  guard.begin_wave(kNow);
  static_cast<void>(guard.evaluate(kNow + base::seconds(30)));
}

void check_guard(const Json& json) {
  auto guard = kpi::Guard::replayed({}, components(), json);
  if (!guard) {
    FUZZ_REQUIRE(guard.error().id == "KPI-0001" && !guard.error().why.empty());
    return;
  }
  const Json saved = guard->save();
  FUZZ_REQUIRE(base::canonical(saved).has_value());  // it goes into the content store so
  const auto again = kpi::Guard::replayed({}, components(), saved);
  FUZZ_REQUIRE(again.has_value() && again->save() == saved);
  run_on(*std::move(guard));
  for (const std::int64_t now : {0, 150'000'000})
    run_on(kpi::Guard::restore({}, components(), json, base::MonoTime{now}).value());
}

void check_comparison(const Json& json) {
  auto recorder = kpi::ComparisonRecorder::restore(components(), json);
  if (!recorder) {
    FUZZ_REQUIRE(recorder.error().id == "KPI-0001");
    return;
  }
  const Json saved = recorder->save();
  const auto again = kpi::ComparisonRecorder::restore(components(), saved);
  FUZZ_REQUIRE(again.has_value() && again->save() == saved);
  const auto compared = recorder->compare();
  FUZZ_REQUIRE(compared.size() == components().size());
  const auto read = kpi::comparison_from_json(kpi::to_json(compared));
  FUZZ_REQUIRE(read.has_value() && *read == compared);
}

void check_evidence(const Json& json) {
  const auto evidence = kpi::evidence_from_json(json);
  if (!evidence) return;
  const auto again = kpi::evidence_from_json(kpi::to_json(*evidence));
  FUZZ_REQUIRE(again.has_value() && *again == *evidence);
  FUZZ_REQUIRE(kpi::judge({}, *evidence) == kpi::judge({}, *again));
}

}  // namespace

void take(std::string_view bytes) {
  const auto json = base::parse_json(bytes, {.size_bytes_max = std::size_t{1} << 20});
  if (!json) return;
  check_guard(*json);
  check_comparison(*json);
  check_evidence(*json);
}

}  // namespace stellwerk::fuzz
