// rearm_bench.cc — how quickly a release is guarded again when Stellwerk was killed.
//
//   rearm_bench RUNS
//
// One site: real stellwerk, HAProxy, services and load. In its first wave Stellwerk is killed
// (kill -9) and started again with --resume, RUNS times. A line of JSON for each on stdout:
//
//   rearmed_us   from the kill to the first renewal of the lease that HAProxy shows; only a guard
//                that judges renews it. HAProxy is asked every two milliseconds, beside Stellwerk
#include <fmt/format.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <thread>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/unix_socket.h"
#include "e2e/site.h"

namespace stellwerk::e2e {
namespace {

namespace hap = adapters::haproxy;
using Clock = std::chrono::steady_clock;

std::string answer_to(const std::string& folder, const std::string& command) {
  auto socket = hap::connect_unix(folder, hap::kReadSocket);
  if (!socket) return {};
  const std::string line = command + "\n";
  if (::send(socket->get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
  ::shutdown(socket->get(), SHUT_WR);
  std::string all;
  std::string buffer(4096, '\0');
  // The socket does not block: an answer comes within microseconds, or the next look gets it.
  const auto deadline = Clock::now() + std::chrono::milliseconds(200);
  while (Clock::now() < deadline) {
    const auto count = ::recv(socket->get(), buffer.data(), buffer.size(), 0);
    if (count == 0) break;
    if (count > 0) all.append(buffer, 0, static_cast<std::size_t>(count));
  }
  return all;
}

/// What is left of the lease, in milliseconds.
std::optional<long> lease_left(const std::string& folder) {
  const std::string text = answer_to(folder, "show table leases-60000");
  constexpr std::string_view kLeft = " exp=";
  const auto found = text.find(kLeft);
  if (found == std::string::npos) return std::nullopt;
  long left = 0;
  std::from_chars(text.data() + found + kLeft.size(), text.data() + text.size(), left);
  return left;
}

/// When the lease was renewed next: what is left of it has grown.
Clock::time_point next_renewal(const std::string& folder) {
  auto before = lease_left(folder);
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (Clock::now() < deadline) {
    const auto now = lease_left(folder);
    if (before && now && *now > *before) return Clock::now();
    if (now) before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error("the lease was not renewed within a minute");
}

void measure(int runs) {
  Site site;
  ReleaseFile release;
  release.waves = kLongWaves;
  release.guard = {{"lease", "60s"}};
  site.plan(release);
  if (!site.reach_first_wave())
    throw std::runtime_error("the release did not reach its first wave");
  site.start_load(100);
  const std::string folder = (site.data() / "haproxy").string();
  // Always just after a renewal, so that none of the old process is taken for one of the new one's.
  next_renewal(folder);
  for (int run = 0; run < runs; ++run) {
    const auto killed = Clock::now();
    site.kill_stellwerk();
    site.run({"--resume"});
    const auto took = next_renewal(folder) - killed;
    fmt::print("{{\"rearmed_us\": {}}}\n",
               std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace stellwerk::e2e

int main(int count, char** arguments) try {
  if (count != 2) {
    fmt::print(stderr, "usage: rearm_bench RUNS\n");
    return 2;
  }
  stellwerk::e2e::measure(std::stoi(arguments[1]));
  return 0;
} catch (const std::exception& problem) {
  fmt::print(stderr, "error: {}\n", problem.what());
  return 1;
}
