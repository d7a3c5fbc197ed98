#include "document-domain/parking.h"

#include <poll.h>

#include <algorithm>

namespace document_domain {
namespace {

constexpr std::chrono::milliseconds kAbandonedCheckInterval{200};

/// The server does not look at suspended connections, so a client that gave up would stay connected
/// for ever.
bool client_hung_up(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info == nullptr) return false;
  pollfd watched{info->connect_fd, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

Parking::Parking() : watcher_([this] { watch(); }) {}

Parking::~Parking() { release_all(); }

bool Parking::park(MHD_Connection* connection, Clock::time_point due) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    MHD_suspend_connection(connection);  // before anybody can resume it
    parked_.emplace(due, connection);
  }
  changed_.notify_one();
  return true;
}

void Parking::release_all() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
  if (watcher_.joinable()) watcher_.join();
  for (const auto& [due, connection] : parked_) MHD_resume_connection(connection);
  parked_.clear();
}

void Parking::watch() {
  std::unique_lock lock(mutex_);
  auto next_check = Clock::now() + kAbandonedCheckInterval;
  while (!closed_) {
    if (parked_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, std::min(parked_.begin()->first, next_check));
    }
    if (closed_) return;
    const auto now = Clock::now();
    resume_due(now);
    if (now < next_check) continue;
    resume_abandoned();
    next_check = now + kAbandonedCheckInterval;
  }
}

void Parking::resume_due(Clock::time_point now) {
  const auto end = parked_.upper_bound(now);
  for (auto at = parked_.begin(); at != end; ++at) MHD_resume_connection(at->second);
  parked_.erase(parked_.begin(), end);
}

void Parking::resume_abandoned() {
  for (auto at = parked_.begin(); at != parked_.end();) {
    if (!client_hung_up(at->second)) {
      ++at;
      continue;
    }
    MHD_resume_connection(at->second);
    at = parked_.erase(at);
  }
}

}  // namespace document_domain
