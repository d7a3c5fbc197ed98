// How many request lines a second are read: parsing alone, with folding, and through the socket.
//
// The aim is 1.5 million lines a second on one core for parsing alone. Through the socket a writer
// plays HAProxy's part as fast as it can; `lost` and `unreadable` must stay 0.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "adapters/haproxy/log_reader.h"
#include "adapters/haproxy/request_line.h"
#include "adapters/haproxy/request_stream.h"
#include "ports/testing/real_clock.h"

namespace {

using namespace stellwerk;
namespace hap = adapters::haproxy;

ports::MetricTarget target(const char* version) {
  return {.version = {base::ComponentName("document-domain"), *base::SemVer::parse(version)},
          .instances = {},
          .gauges = {},
          .slow_limit = base::milliseconds(500)};
}

/// Lines of ten tenants and two versions, a few of them errors.
std::vector<std::string> lines(std::size_t count, base::WallTime now, std::size_t first = 0) {
  std::vector<std::string> text;
  text.reserve(count);
  for (std::size_t i = first; i < first + count; ++i)
    text.push_back(fmt::format(
        "R {} {} 0 1 {} 0 {} {} -- document-domain document-domain-v1.{}.0 =tenant-{}", i, now.us,
        i % 97, i % 97 + 2, i % 50 == 0 ? 500 : 200, i % 4 == 0 ? 3 : 2, i % 10));
  return text;
}

void parse_alone(benchmark::State& state) {
  const auto text = lines(10000, {1795400355450400});
  std::size_t at = 0;
  for (auto _ : state) {
    auto parsed = hap::parse_line(text[at]);
    benchmark::DoNotOptimize(parsed);
    at = at + 1 == text.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_alone);

void parse_and_fold(benchmark::State& state) {
  const ports::testing::RealClock clock;
  const auto text = lines(10000, clock.wall());
  hap::RequestStream stream({});
  stream.watch({target("1.2.0"), target("1.3.0")});
  stream.received(clock.wall(), clock.mono());
  std::size_t at = 0;
  std::uint64_t counted = 0;
  for (auto _ : state) {
    stream.feed(text[at], 1);
    if (++at < text.size()) continue;
    at = 0;
    for (const auto& group : stream.drain().groups) counted += group.requests;
    stream.forget(1);  // the same numbers again are those of another worker
  }
  for (const auto& group : stream.drain().groups) counted += group.requests;
  if (counted != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("not every line was counted");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_and_fold);

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
    ::poll(&waiting, 1, 1000);
  }
}

void through_the_socket(benchmark::State& state) {
  constexpr std::size_t kLines = 1000000;
  const ports::testing::RealClock clock;
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> lost{0};
  std::atomic<std::uint64_t> unreadable{0};
  hap::LogReader reader(clock, base::UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), {},
                        [&](const kpi::MetricBatch& batch) {
                          for (const auto& group : batch.groups) received += group.requests;
                          lost += batch.lost_lines;
                          unreadable += batch.unreadable_lines;
                        });
  reader.watch({target("1.2.0"), target("1.3.0")});
  int pair[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
    return state.SkipWithError("no sockets");
  const base::UniqueFd socket(pair[0]);
  reader.add(base::UniqueFd(pair[1]), true);
  write_all(socket.get(), "Pid: 1\n\n");
  std::size_t written = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::string bytes;
    for (const auto& line : lines(kLines, clock.wall(), written)) bytes += line + "\n";
    written += kLines;
    state.ResumeTiming();
    std::thread writer([&] { write_all(socket.get(), bytes); });
    while (received + lost < written) ::poll(nullptr, 0, 1);
    writer.join();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLines));
  state.counters["lost"] = static_cast<double>(lost);
  state.counters["unreadable"] = static_cast<double>(unreadable);
}
BENCHMARK(through_the_socket)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
