// kpi_bench.cc — how fast measurements are folded and judged.
//
// Aims: RequestFold at least 3 million requests a second on one core; a guard round (observe and
// evaluate) well under the 50 ms between two of them, even with a window of an hour.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "kpi/guard.h"
#include "kpi/request_fold.h"
#include "kpi/sketch.h"

namespace stellwerk::kpi {
namespace {

const base::ComponentName kDocuments("document-domain");
const base::SemVer kOld{1, 2, 0, {}, {}};
const base::SemVer kNew{1, 3, 0, {}, {}};

base::MonoTime at_us(std::int64_t us) { return base::MonoTime{us}; }

/// Latencies from 1 to about 400 ms without a random source: a multiplicative walk.
std::vector<base::Duration> latencies() {
  std::vector<base::Duration> values(4096);
  std::uint64_t x = 88172645463325252U;
  for (base::Duration& value : values) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    value = base::microseconds(static_cast<std::int64_t>(1000 + (x >> 33) % 400000));
  }
  return values;
}

/// One request after the other at 100,000 a second, drained each 50 ms; `tenants` in turn.
void fold_requests(benchmark::State& state) {
  const auto tenant_count = static_cast<std::size_t>(state.range(0));
  std::vector<std::string> tenants;
  for (std::size_t i = 0; i < tenant_count; ++i) tenants.push_back("tenant-" + std::to_string(i));
  const std::vector<base::Duration> values = latencies();
  RequestFold fold;
  const auto stream = fold.open(kDocuments, kNew, base::milliseconds(500));
  std::int64_t now_us = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    fold.add({stream, tenants[i % tenant_count], at_us(now_us), values[i % values.size()],
              i % 100 == 0 ? Outcome::Error : Outcome::Ok});
    now_us += 10;
    if (++i % 5000 == 0) benchmark::DoNotOptimize(fold.drain());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(fold_requests)->Arg(1)->Arg(10)->Arg(200)->Arg(2000);

void find_bucket(benchmark::State& state) {
  const std::vector<base::Duration> values = latencies();
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bucket_of(values[i++ % values.size()]));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(find_bucket);

MetricBatch batch_of_tenants(std::int64_t second, int tenants) {
  MetricBatch batch;
  batch.alive_at = at_us(second * 1000000);
  for (int i = 0; i < tenants; ++i) {
    RequestGroup group;
    group.component = kDocuments;
    group.version = i % 2 == 0 ? kNew : kOld;
    group.tenant = base::TenantId("tenant-" + std::to_string(i));
    group.second = at_us(second * 1000000);
    group.requests = 5;
    batch.groups.push_back(std::move(group));
  }
  return batch;
}

/// One guard round: a batch of 200 tenants observed, and the verdict; range: window in seconds.
void guard_round(benchmark::State& state) {
  core::GuardPolicy policy;
  policy.window = base::seconds(state.range(0));
  Guard guard(policy, {{kDocuments, kOld, kNew, {"consumer_lag"}}});
  guard.begin_wave(at_us(0));
  std::int64_t second = 0;
  for (; second < state.range(0); ++second) guard.observe(batch_of_tenants(second, 2));
  const MetricBatch batch = batch_of_tenants(second, 200);
  for (auto _ : state) {
    guard.observe(batch);
    benchmark::DoNotOptimize(guard.evaluate(at_us(second * 1000000)));
  }
}
BENCHMARK(guard_round)->Arg(60)->Arg(3600)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stellwerk::kpi

BENCHMARK_MAIN();
