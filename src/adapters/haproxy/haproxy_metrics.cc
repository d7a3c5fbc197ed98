#include "adapters/haproxy/haproxy_metrics.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/session_list.h"
#include "adapters/haproxy/unix_socket.h"
#include "base/files.h"
#include "core/routing.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr base::Duration kHandOverInterval = base::milliseconds(10);
constexpr std::chrono::seconds kAskInterval{1};
constexpr base::Duration kAnswerTime = base::milliseconds(900);
/// Groups kept for an engine that does not come; far beyond any pause of its.
constexpr std::size_t kPendingGroupsMax = 200000;

bool gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

std::uint64_t requests_of(const std::vector<kpi::RequestGroup>& groups) {
  std::uint64_t sum = 0;
  for (const kpi::RequestGroup& group : groups) sum += group.requests + group.client_aborts;
  return sum;
}

}  // namespace

base::Result<std::unique_ptr<HaproxyMetrics>> HaproxyMetrics::open(
    const HaproxyInstallation& installation, const ports::Clock& clock) {
  if (auto made = base::make_folders(installation.folder); !made)
    return base::fail(std::move(made).error());
  auto listener = listen_unix(installation.folder, kRequestSocket);
  base::UniqueFd waker(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!listener || !waker.valid())
    return base::fail(
        base::error(base::Code::Unavailable, "GAU-0001", "the request log cannot be received")
            .because(fmt::format("{}/{}: {}", installation.folder, kRequestSocket,
                                 base::errno_text(listener ? errno : listener.error())))
            .now("no requests are measured"));
  return std::unique_ptr<HaproxyMetrics>(
      new HaproxyMetrics(installation, clock, *std::move(listener), std::move(waker)));
}

HaproxyMetrics::HaproxyMetrics(const HaproxyInstallation& installation, const ports::Clock& clock,
                               base::UniqueFd listener, base::UniqueFd waker)
    : clock_(clock),
      api_(installation.folder, clock),
      listener_(std::move(listener)),
      waker_(std::move(waker)),
      stream_(installation.tenants),
      buffer_(kReadBytes, '\0'),
      handed_over_(clock.mono()) {
  reader_ = std::thread([this] { read_loop(); });
  asker_ = std::thread([this] { ask_loop(); });
}

HaproxyMetrics::~HaproxyMetrics() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_to_stop_.notify_all();
  wake_reader();
  reader_.join();
  asker_.join();
}

void HaproxyMetrics::wake_reader() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(waker_.get(), &one, sizeof one);
}

base::Result<void> HaproxyMetrics::watch(std::vector<ports::MetricTarget> targets) {
  {
    const std::lock_guard lock(mutex_);
    targets_ = std::move(targets);
    targets_changed_ = true;
  }
  wake_reader();
  return {};
}

kpi::MetricBatch HaproxyMetrics::poll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void HaproxyMetrics::on_data(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void HaproxyMetrics::pause_reading(bool paused) {
  paused_ = paused;
  wake_reader();
}

// The reader.

void HaproxyMetrics::read_loop() {
  while (!stopping_) {
    wait_for_bytes();
    if (fresh_ && clock_.mono() - handed_over_ >= kHandOverInterval) hand_over();
  }
}

void HaproxyMetrics::wait_for_bytes() {
  std::vector<pollfd> waiting = {{.fd = waker_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = listener_.get(), .events = POLLIN, .revents = 0}};
  if (!paused_)
    for (const auto& connection : connections_)
      waiting.push_back({.fd = connection->socket.get(), .events = POLLIN, .revents = 0});
  const int timeout_ms = fresh_ ? static_cast<int>(kHandOverInterval.ms()) : -1;
  if (::poll(waiting.data(), waiting.size(), timeout_ms) <= 0) return;

  stream_.received(clock_.wall(), clock_.mono());
  for (std::size_t i = 2; i < waiting.size(); ++i)
    if (waiting[i].revents != 0 && !read_some(*connections_[i - 2]))
      connections_[i - 2]->socket.reset();
  close_ended();
  if (waiting[1].revents != 0) accept_connection();
  if (waiting[0].revents != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(waker_.get(), &count, sizeof count);
    take_targets();
  }
}

void HaproxyMetrics::accept_connection() {
  base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) return;
  const PeerIdentity peer = peer_of(socket.get());
  // The socket's mode keeps others out; should somebody widen it, their lines are still not taken.
  if (peer.uid != ::geteuid() && peer.uid != 0) return;
  auto connection = std::make_unique<Connection>();
  connection->socket = std::move(socket);
  connection->worker = peer.pid;
  connections_.push_back(std::move(connection));
  connected_ = true;
}

bool HaproxyMetrics::read_some(Connection& connection) {
  const auto received = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
  if (received < 0) return errno == EAGAIN || errno == EINTR;
  if (received == 0) return false;
  const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(received));
  const auto too_long = connection.cutter.cut(
      bytes, [&](std::string_view line) { stream_.feed(line, connection.worker); });
  for (std::uint64_t i = 0; i < too_long; ++i) stream_.count_unreadable();
  fresh_ = true;
  return true;
}

void HaproxyMetrics::close_ended() {
  std::erase_if(connections_, [&](const auto& connection) {
    if (connection->socket.valid()) return false;
    // A worker that lives reconnects and goes on numbering its lines.
    if (gone(connection->worker)) stream_.forget(connection->worker);
    fresh_ = true;
    return true;
  });
  connected_ = !connections_.empty();
}

void HaproxyMetrics::take_targets() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(targets_changed_, false)) stream_.watch(targets_);
}

void HaproxyMetrics::hand_over() {
  fresh_ = false;
  handed_over_ = clock_.mono();
  deliver(stream_.drain());
}

void HaproxyMetrics::deliver(kpi::MetricBatch&& batch) {
  if (batch.empty() && batch.unreadable_lines == 0) return;
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    pending_.lost_lines += batch.lost_lines;
    pending_.unreadable_lines += batch.unreadable_lines;
    if (batch.alive_at) pending_.alive_at = batch.alive_at;
    if (!batch.in_flight.empty()) pending_.in_flight = std::move(batch.in_flight);  // a level
    if (pending_.groups.size() < kPendingGroupsMax)
      std::move(batch.groups.begin(), batch.groups.end(), std::back_inserter(pending_.groups));
    else
      pending_.lost_lines += requests_of(batch.groups);
    wake = wake_;
  }
  if (wake) wake();
}

// The asker.

void HaproxyMetrics::ask_loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    ask_once();
    lock.lock();
    asked_to_stop_.wait_for(lock, kAskInterval, [this] { return stopping_.load(); });
  }
}

void HaproxyMetrics::ask_once() {
  std::vector<ports::MetricTarget> targets;
  {
    const std::lock_guard lock(mutex_);
    targets = targets_;
  }
  const ports::Call call{.deadline = clock_.mono() + kAnswerTime, .stop = {}};
  if (!connected_ || !api_.worker(call)) return;
  kpi::MetricBatch sign_of_life;
  sign_of_life.alive_at = clock_.mono();
  deliver(std::move(sign_of_life));
  ask_in_flight(targets);
}

void HaproxyMetrics::ask_in_flight(const std::vector<ports::MetricTarget>& targets) {
  if (targets.empty()) return;
  const ports::Call call{.deadline = clock_.mono() + kAnswerTime, .stop = {}};
  const auto sessions = api_.show_sessions(call);
  if (!sessions) return;
  const auto waiting = waiting_requests(*sessions);
  kpi::MetricBatch batch;
  for (const ports::MetricTarget& target : targets) {
    const auto& [component, version] = target.version;
    const std::string backend = core::backend_name(component, version).str();
    const auto hangs = [&](const WaitingRequest& request) {
      return request.backend == backend && request.age_min >= target.slow_limit;
    };
    batch.in_flight.push_back({.component = component,
                               .version = version,
                               .too_long = static_cast<std::uint64_t>(
                                   std::count_if(waiting.begin(), waiting.end(), hangs)),
                               .at = clock_.mono()});
  }
  deliver(std::move(batch));
}

}  // namespace stellwerk::adapters::haproxy
