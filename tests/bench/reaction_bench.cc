// reaction_bench.cc — how quickly a bad release loses its traffic, and what memory `stellwerk run`
// takes.
//
//   reaction_bench bad RATE RUNS     1.3.1 answers every fifth request with an error
//   reaction_bench good RATE RUNS    a good release, to its end
//
// Each run is a site of its own: real stellwerk, HAProxy, services and load, the guard with its
// default policy. A line of JSON for each run on stdout:
//
//   reaction_us  from the receipt of the oldest request line that was new to the guard when it
//                reached its verdict, to the routes read back at 0 %; both from the journal
//   whole_us     from the first bad answer to a client (HAProxy's own time of its end) to the same
//   requests, errors  what the new version answered in that time, as HAProxy logged it
//   later        what it still answered after routes were read back: requests under way
//   lost_lines, memory_kib (the peak of resident memory)
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <thread>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/request_line.h"
#include "adapters/haproxy/unix_socket.h"
#include "e2e/site.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::e2e {
namespace {

namespace hap = adapters::haproxy;

constexpr std::string_view kNewVersion = "document-domain-v1.3.1";
const Keys kDefaultGuard = {{"window", "60s"},         {"requests_min", "50"},
                            {"hold_real_min", "30s"},  {"hold_requests_min", "50"},
                            {"no_data_pause", "30s"},  {"no_data_rollback", "5m"},
                            {"health_interval", "1s"}, {"lease", "60s"}};

/// Everything that a worker of HAProxy has logged and logs, beside Stellwerk's own reader.
class RequestLog {
 public:
  explicit RequestLog(const std::string& folder)
      : socket_(hap::connect_unix(folder, hap::kReadSocket).value()) {
    const std::string command = fmt::format("show events {} -w\n", hap::kRequestRing);
    if (::send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("HAProxy's log cannot be read");
    reader_ = std::thread([this] { read(); });
  }
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;
  ~RequestLog() { end(); }

  /// Ends the reading. @return what came
  const std::string& end() {
    ended_ = true;
    if (reader_.joinable()) reader_.join();
    return text_;
  }

 private:
  void read() {
    std::string buffer(64 * 1024, '\0');
    while (!ended_) {
      pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count == 0) return;
      if (count > 0) text_.append(buffer, 0, static_cast<std::size_t>(count));
    }
  }

  base::UniqueFd socket_;
  std::atomic<bool> ended_{false};
  std::string text_;  // the reader's until it has ended
  std::thread reader_;
};

/// What clients got from the new version.
struct Answers {
  std::optional<base::MonoTime> first_bad;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t later = 0;
};

Answers answers_in(std::string_view log, base::MonoTime read_back, base::Duration wall_ahead) {
  Answers seen;
  while (!log.empty()) {
    const auto end = std::min(log.find('\n'), log.size());
    const auto parsed = hap::parse_line(log.substr(0, end));
    log.remove_prefix(std::min(end + 1, log.size()));
    if (parsed.kind != hap::LineKind::Request || parsed.request.backend != kNewVersion) continue;
    const base::MonoTime ended = base::MonoTime{parsed.request.ended.us} - wall_ahead;
    if (ended > read_back) {
      ++seen.later;
      continue;
    }
    ++seen.requests;
    if (hap::outcome_of(parsed.request) != kpi::Outcome::Error) continue;
    ++seen.errors;
    if (!seen.first_bad || ended < *seen.first_bad) seen.first_bad = ended;
  }
  return seen;
}

base::Duration wall_ahead() {
  const ports::testing::RealClock clock;
  return {clock.wall().us - clock.mono().us};
}

std::uint64_t peak_memory_kib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
  return 0;
}

/// The verdict that asked for the rollback.
json rollback_verdict(const Site& site) {
  for (const Told& told : site.told())
    if (told.name == "analytics.verdict.changed" &&
        told.entry.at("data").at("verdict").at("action") == "rollback")
      return told.entry.at("data");
  throw std::runtime_error("there is no verdict that asks for a rollback");
}

/// Waits for an event; the peak of memory is looked at meanwhile, for a process that has ended has
/// none.
std::uint64_t memory_until(Site& site, const std::string& event) {
  std::uint64_t peak = 0;
  const bool came = site.wait_for(event, [&] {
    peak = std::max(peak, peak_memory_kib(site.running().pid()));
    return site.was_told(event);
  });
  if (!came) throw std::runtime_error(event + " did not come");
  return peak;
}

void expect_end(Site& site, int code) {
  if (const int ended = site.exit_code(); ended != code)
    throw std::runtime_error(fmt::format("stellwerk ended with {}, not {}; {}", ended, code,
                                         site.data_of("notification.rollback.initiated").dump()));
}

json bad_release(int rate) {
  Site site;
  ReleaseFile release;
  release.type = "patch";
  release.from = "1.3.0";
  release.to = "1.3.1";
  release.faults = {"errors:20%"};
  release.waves = kLongWaves;
  release.guard = kDefaultGuard;
  release.slo = {{"p95_pause", "500ms"}};
  site.plan(release);
  site.attend();
  site.run();
  site.start_load(rate);
  if (!site.wait_event("scheduler.release.wave1"))
    throw std::runtime_error("wave 1 was not reached");
  site.leave();
  RequestLog log((site.data() / "haproxy").string());
  const auto memory = memory_until(site, "notification.rollback.executed");
  const auto ahead = wall_ahead();
  expect_end(site, 10);

  const json executed = site.data_of("notification.rollback.executed");
  const base::MonoTime read_back{executed.at("read_back_us")};
  const json verdict = rollback_verdict(site);
  const base::MonoTime received{verdict.at("received_us")};
  const Answers answers = answers_in(log.end(), read_back, ahead);
  if (!answers.first_bad) throw std::runtime_error("nobody got a bad answer");
  return {{"reaction_us", (read_back - received).us},
          {"whole_us", (read_back - *answers.first_bad).us},
          {"requests", answers.requests},
          {"errors", answers.errors},
          {"later", answers.later},
          {"lost_lines", verdict.at("verdict").at("lost_lines")},
          {"memory_kib", memory}};
}

json good_release(int rate) {
  Site site;
  ReleaseFile release;
  release.guard = kDefaultGuard;
  release.guard["hold_real_min"] = "5s";
  site.plan(release);
  site.attend();
  site.run();
  site.start_load(rate);
  const auto memory = memory_until(site, "scheduler.version.retired");
  site.leave();
  expect_end(site, 0);
  return {{"memory_kib", memory}};
}

int measure(const std::string& kind, int rate, int runs) {
  for (int i = 0; i < runs; ++i) {
    const json result = kind == "bad" ? bad_release(rate) : good_release(rate);
    fmt::print("{}\n", result.dump());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace stellwerk::e2e

int main(int count, char** words) {
  try {
    if (count == 4)
      return stellwerk::e2e::measure(words[1], std::stoi(words[2]), std::stoi(words[3]));
    fmt::print(stderr, "usage: reaction_bench bad|good RATE RUNS\n");
    return 2;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "error: {}\n", problem.what());
    return 1;
  }
}
