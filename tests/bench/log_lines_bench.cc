// log_lines_bench.cc — how fast services' log lines are counted by level.
//
// Aim: a service that writes a gigabyte while Stellwerk is away is caught up with in seconds.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "adapters/process/line_tally.h"

namespace stellwerk::adapters::process {
namespace {

constexpr std::size_t kBytes = std::size_t{1} << 20;

constexpr std::array<std::string_view, 3> kText{
    "2026-11-29 10:44:32,123 [http-1] INFO  c.v.documents.Renderer - rendered document 4711 in 12 "
    "ms for tenant pilot-1\n",
    "2026-11-29 10:44:32,124 [http-2] WARN  c.v.documents.Renderer - slow: 812 ms\n",
    "2026-11-29 10:44:32,125 [http-3] ERROR c.v.documents.Renderer - cannot render\n"};
constexpr std::array<std::string_view, 3> kJson{
    R"({"level":30,"time":1764413072123,"pid":42,"hostname":"h","reqId":"req-1","req":{"method":)"
    R"("GET","url":"/documents/4711"},"msg":"incoming request"})"
    "\n",
    R"({"time":1764413072123,"pid":42,"msg":"slow \"query\"","level":40})"
    "\n",
    R"({"level":50,"time":1764413072123,"err":{"type":"Error","stack":"at x\nat y"},"msg":"no"})"
    "\n"};
constexpr std::array<std::string_view, 2> kNest{
    "\x1b[32m[Nest] 42  - \x1b[39m11/29/2026, 10:44:32 AM \x1b[32m    LOG\x1b[39m "
    "\x1b[38;5;3m[RoutesResolver] \x1b[39m\x1b[32mDocumentsController {/documents}\x1b[39m\n",
    "\x1b[31m[Nest] 42  - \x1b[39m11/29/2026, 10:44:32 AM \x1b[31m  ERROR\x1b[39m "
    "\x1b[38;5;3m[ExceptionsHandler] \x1b[39m\x1b[31mcannot render\x1b[39m\n"};

template <std::size_t N>
void count_lines(benchmark::State& state, const std::array<std::string_view, N>& lines) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < kBytes; ++i) bytes += lines[i % N];
  LineTally tally;
  for (auto _ : state) tally.take(bytes);
  state.SetItemsProcessed(static_cast<std::int64_t>(tally.counts().lines));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(count_lines, text, kText)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(count_lines, json, kJson)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(count_lines, coloured, kNest)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stellwerk::adapters::process

BENCHMARK_MAIN();
