#include "adapters/haproxy/log_reader.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr base::Duration kHandOverInterval = base::milliseconds(10);

/// `Pid: 4711` in the answer to `show info`.
pid_t pid_in(std::string_view line) {
  constexpr std::string_view kName = "Pid: ";
  pid_t pid = 0;
  if (line.starts_with(kName))
    std::from_chars(line.data() + kName.size(), line.data() + line.size(), pid);
  return pid;
}

bool gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

}  // namespace

LogReader::LogReader(const ports::Clock& clock, base::UniqueFd waker,
                     std::vector<base::TenantId> tenants, Deliver deliver)
    : clock_(clock),
      waker_(std::move(waker)),
      deliver_(std::move(deliver)),
      stream_(std::move(tenants)),
      buffer_(kReadBytes, '\0'),
      handed_over_(clock.mono()),
      thread_([this] { run(); }) {}

LogReader::~LogReader() {
  stopping_ = true;
  wake();
  thread_.join();
}

void LogReader::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(waker_.get(), &one, sizeof one);
}

void LogReader::watch(std::vector<ports::MetricTarget> targets) {
  {
    const std::lock_guard lock(mutex_);
    orders_.targets = std::move(targets);
    orders_.targets_changed = true;
  }
  wake();
}

void LogReader::add(base::UniqueFd socket, bool from_start) {
  {
    const std::lock_guard lock(mutex_);
    orders_.added.push_back(
        {.socket = std::move(socket), .from_start = from_start, .worker = 0, .cutter = {}});
    ++unknown_;
  }
  wake();
}

bool LogReader::connecting() const {
  const std::lock_guard lock(mutex_);
  return unknown_ > 0;
}

std::set<pid_t> LogReader::workers() const {
  const std::lock_guard lock(mutex_);
  return workers_;
}

void LogReader::expect(pid_t worker, EndedRequests ended) {
  {
    const std::lock_guard lock(mutex_);
    orders_.ended.emplace_back(worker, std::move(ended));
  }
  wake();
}

void LogReader::leave(pid_t worker) {
  {
    const std::lock_guard lock(mutex_);
    orders_.left.push_back(worker);
  }
  wake();
}

void LogReader::pause(bool paused) {
  paused_ = paused;
  wake();
}

void LogReader::run() {
  while (!stopping_) {
    wait_and_read();
    if (!fresh_ || clock_.mono() - handed_over_ < kHandOverInterval) continue;
    fresh_ = false;
    handed_over_ = clock_.mono();
    deliver_(stream_.drain());
  }
}

void LogReader::wait_and_read() {
  std::vector<pollfd> waiting = {{.fd = waker_.get(), .events = POLLIN, .revents = 0}};
  if (!paused_)
    for (const Connection& connection : connections_)
      waiting.push_back({.fd = connection.socket.get(), .events = POLLIN, .revents = 0});
  const int timeout_ms = fresh_ ? static_cast<int>(kHandOverInterval.ms()) : -1;
  if (::poll(waiting.data(), waiting.size(), timeout_ms) <= 0) return;

  stream_.received(clock_.wall(), clock_.mono());
  for (std::size_t i = 1; i < waiting.size(); ++i)
    if (waiting[i].revents != 0 && !read_some(connections_[i - 1]))
      connections_[i - 1].socket.reset();
  if (waiting[0].revents != 0) take_orders();
  drop_closed();
}

void LogReader::take_orders() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(waker_.get(), &count, sizeof count);
  Orders orders;
  {
    const std::lock_guard lock(mutex_);
    orders = std::exchange(orders_, {});
  }
  if (orders.targets_changed) stream_.watch(orders.targets);
  for (auto& [worker, ended] : orders.ended) stream_.expect(worker, std::move(ended));
  std::move(orders.added.begin(), orders.added.end(), std::back_inserter(connections_));
  for (Connection& connection : connections_)
    if (connection.worker != 0 &&
        std::find(orders.left.begin(), orders.left.end(), connection.worker) != orders.left.end())
      connection.socket.reset();
}

bool LogReader::read_some(Connection& connection) {
  const auto received = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
  if (received < 0) return errno == EAGAIN || errno == EINTR;
  if (received == 0) return false;
  bool goes_on = true;
  const auto too_long = connection.cutter.cut(
      std::string_view(buffer_.data(), static_cast<std::size_t>(received)),
      [&](std::string_view line) { goes_on = goes_on && take_line(connection, line); });
  for (std::uint64_t i = 0; i < too_long; ++i) stream_.count_unreadable();
  fresh_ = true;
  return goes_on;
}

bool LogReader::take_line(Connection& connection, std::string_view line) {
  if (connection.worker != 0) {
    stream_.feed(line, connection.worker);
    return true;
  }
  const pid_t worker = pid_in(line);
  return worker == 0 || introduce(connection, worker);
}

bool LogReader::introduce(Connection& connection, pid_t worker) {
  const std::lock_guard lock(mutex_);
  // During a reload a new connection may reach the old worker once more.
  if (!workers_.insert(worker).second) return false;
  --unknown_;
  connection.worker = worker;
  stream_.begin(worker, connection.from_start);
  return true;
}

void LogReader::drop_closed() {
  const auto closed = [](const Connection& connection) { return !connection.socket.valid(); };
  if (std::none_of(connections_.begin(), connections_.end(), closed)) return;
  const std::lock_guard lock(mutex_);
  for (const Connection& connection : connections_) {
    if (!closed(connection)) continue;
    connection.worker == 0 ? --unknown_ : workers_.erase(connection.worker);
    // A worker that lives is read again, and goes on numbering its lines.
    if (connection.worker != 0 && gone(connection.worker)) stream_.forget(connection.worker);
  }
  std::erase_if(connections_, closed);
  fresh_ = true;  // losses are told with the next batch
}

}  // namespace stellwerk::adapters::haproxy
