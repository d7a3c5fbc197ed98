#include "adapters/haproxy/haproxy_metrics.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/session_list.h"
#include "adapters/haproxy/unix_socket.h"
#include "base/files.h"
#include "core/routing.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::chrono::seconds kAskInterval{1};
constexpr base::Duration kAnswerTime = base::milliseconds(900);
/// Groups kept for an engine that does not come; far beyond any pause of its.
constexpr std::size_t kPendingGroupsMax = 200000;

std::uint64_t requests_of(const std::vector<kpi::RequestGroup>& groups) {
  std::uint64_t sum = 0;
  for (const kpi::RequestGroup& group : groups) sum += group.requests + group.client_aborts;
  return sum;
}

/// Requests that wait too long, by backend and age, of all workers.
struct Waiting {
  std::vector<std::string> texts;  ///< the views point into these
  std::vector<WaitingRequest> requests;

  [[nodiscard]] std::uint64_t too_long(const ports::MetricTarget& target) const {
    const std::string backend =
        core::backend_name(target.version.component, target.version.version).str();
    const auto hangs = [&](const WaitingRequest& request) {
      return request.backend == backend && request.age_min >= target.slow_limit;
    };
    return static_cast<std::uint64_t>(std::count_if(requests.begin(), requests.end(), hangs));
  }
};

}  // namespace

base::Result<std::unique_ptr<HaproxyMetrics>> HaproxyMetrics::open(
    const HaproxyInstallation& installation, const ports::Clock& clock) {
  base::UniqueFd waker(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!waker.valid())
    return base::fail(
        base::error(base::Code::Unavailable, "GAU-0001", "the request log cannot be read")
            .because(base::errno_text(errno))
            .now("no requests are measured"));
  return std::unique_ptr<HaproxyMetrics>(new HaproxyMetrics(installation, clock, std::move(waker)));
}

HaproxyMetrics::HaproxyMetrics(const HaproxyInstallation& installation, const ports::Clock& clock,
                               base::UniqueFd waker)
    : clock_(clock),
      folder_(installation.folder),
      api_(installation.folder, clock),
      running_before_(api_.worker(call()).value_or(WorkerInfo{}).pid),
      reader_(clock, std::move(waker), installation.tenants,
              [this](kpi::MetricBatch&& batch) { deliver(std::move(batch)); }) {
  asker_ = std::thread([this] { ask_loop(); });
}

HaproxyMetrics::~HaproxyMetrics() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.stop();
  woken_.notify_all();
  asker_.join();
}

ports::Call HaproxyMetrics::call() const {
  return {.deadline = clock_.mono() + kAnswerTime, .stop = stop_};
}

base::Result<void> HaproxyMetrics::watch(std::vector<ports::MetricTarget> targets) {
  reader_.watch(targets);
  const std::lock_guard lock(mutex_);
  targets_ = std::move(targets);
  return {};
}

void HaproxyMetrics::look_now() {
  {
    const std::lock_guard lock(mutex_);
    look_now_ = true;
  }
  woken_.notify_all();
}

kpi::MetricBatch HaproxyMetrics::poll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void HaproxyMetrics::on_data(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void HaproxyMetrics::deliver(kpi::MetricBatch&& batch) {
  if (batch.empty() && batch.unreadable_lines == 0) return;
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    pending_.lost_lines += batch.lost_lines;
    pending_.unreadable_lines += batch.unreadable_lines;
    if (batch.alive_at) pending_.alive_at = batch.alive_at;
    if (!pending_.received_at) pending_.received_at = batch.received_at;
    if (!batch.in_flight.empty()) pending_.in_flight = std::move(batch.in_flight);  // a level
    if (pending_.groups.size() < kPendingGroupsMax)
      std::move(batch.groups.begin(), batch.groups.end(), std::back_inserter(pending_.groups));
    else
      pending_.lost_lines += requests_of(batch.groups);
    wake = wake_;
  }
  if (wake) wake();
}

void HaproxyMetrics::ask_loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    ask_once();
    lock.lock();
    woken_.wait_for(lock, kAskInterval, [this] { return stopping_ || look_now_; });
    look_now_ = false;
  }
}

void HaproxyMetrics::ask_once() {
  const auto serving = api_.worker(call());
  if (!serving) return;
  if (reader_.workers().contains(serving->pid)) {
    kpi::MetricBatch sign_of_life;
    sign_of_life.alive_at = clock_.mono();
    deliver(std::move(sign_of_life));
    if (auto ended = api_.ended_requests(call())) reader_.expect(serving->pid, *std::move(ended));
  } else if (!reader_.connecting()) {
    read_worker(serving->pid);
  }
  leave_idle_workers(serving->pid);
  ask_in_flight(serving->pid);
}

void HaproxyMetrics::read_worker(pid_t worker) {
  auto socket = connect_unix(folder_, kReadSocket);
  if (!socket) return;
  // Of a worker that ran before us, only what is new; of all others, everything. A connection that
  // is made anew gets lines again; their numbers tell.
  const bool from_start = worker != running_before_;
  const std::string command =
      fmt::format("show info;show events {} -w{}\n", kRequestRing, from_start ? "" : " -n");
  const auto sent = ::send(socket->get(), command.data(), command.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(command.size())) reader_.add(*std::move(socket), from_start);
}

/// Our connection would keep an old worker alive until its drain time is over. Once it has no users
/// left it has no more lines for us; it is asked twice, so that the last ones have been read.
void HaproxyMetrics::leave_idle_workers(pid_t serving) {
  std::set<pid_t> idle;
  for (const pid_t worker : reader_.workers()) {
    if (worker == serving) continue;
    const auto old = api_.old_worker(worker, call());
    if (!old || !old->stopping || old->connections > 0) continue;
    if (idle_.contains(worker)) reader_.leave(worker);
    idle.insert(worker);
  }
  idle_ = std::move(idle);
}

void HaproxyMetrics::ask_in_flight(pid_t serving) {
  std::vector<ports::MetricTarget> targets;
  {
    const std::lock_guard lock(mutex_);
    targets = targets_;
  }
  if (targets.empty()) return;
  std::set<pid_t> workers = reader_.workers();
  workers.insert(serving);
  Waiting waiting;
  for (const pid_t worker : workers) {
    auto sessions = api_.show_sessions(worker == serving ? 0 : worker, call());
    if (!sessions && worker == serving) return;
    if (sessions) waiting.texts.push_back(*std::move(sessions));
  }
  for (const std::string& text : waiting.texts)
    for (const WaitingRequest& request : waiting_requests(text))
      waiting.requests.push_back(request);

  kpi::MetricBatch batch;
  for (const ports::MetricTarget& target : targets)
    batch.in_flight.push_back({.component = target.version.component,
                               .version = target.version.version,
                               .too_long = waiting.too_long(target),
                               .at = clock_.mono()});
  deliver(std::move(batch));
}

}  // namespace stellwerk::adapters::haproxy
