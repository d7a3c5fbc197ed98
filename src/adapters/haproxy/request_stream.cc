#include "adapters/haproxy/request_stream.h"

#include <utility>

#include "core/routing.h"

namespace stellwerk::adapters::haproxy {

RequestStream::RequestStream(std::vector<base::TenantId> known_tenants)
    : fold_(kpi::RequestFold::Options{.known = std::move(known_tenants)}) {}

void RequestStream::watch(const std::vector<ports::MetricTarget>& targets) {
  watched_.clear();
  for (const ports::MetricTarget& target : targets) {
    const auto& [component, version] = target.version;
    watched_.emplace(core::backend_name(component, version).str(),
                     fold_.open(component, version, target.slow_limit));
  }
}

void RequestStream::received(base::WallTime wall, base::MonoTime mono) {
  clock_.observe(wall, mono);
  receipt_ = mono;
}

void RequestStream::begin(pid_t worker, bool from_start) {
  workers_.try_emplace(worker, from_start);
}

void RequestStream::expect(pid_t worker, EndedRequests ended) {
  if (const auto found = workers_.find(worker); found != workers_.end())
    found->second.unlogged.expect(std::move(ended));
}

RequestStream::Worker& RequestStream::worker_of(pid_t pid) {
  if (last_worker_ == nullptr || pid != last_pid_) {
    last_pid_ = pid;
    last_worker_ = &workers_.try_emplace(pid, false).first->second;
  }
  return *last_worker_;
}

void RequestStream::feed(std::string_view line, pid_t worker) {
  const ParsedLine parsed = parse_line(line);
  switch (parsed.kind) {
    case LineKind::Request:
      take(parsed.request, worker_of(worker));
      break;
    case LineKind::Dropped:
      worker_of(worker).counter.dropped(parsed.dropped);
      break;
    case LineKind::Damaged:
      ++unreadable_;
      break;
    case LineKind::Notice:
      break;
  }
}

void RequestStream::take(const RequestLine& line, Worker& worker) {
  if (!worker.counter.line(line.frontend, line.sequence)) return;
  count(line);
  if (!worker.unlogged.line(line.backend, line.ended)) return;
  for (const auto& [backend, requests] : worker.unlogged.compare(worker.counter.missing()))
    count_unlogged(backend, requests);
}

/// Whose they were is not known, nor how long they took.
void RequestStream::count_unlogged(std::string_view backend, std::uint64_t requests) {
  const auto target = watched_.find(backend);
  if (target == watched_.end()) return;
  if (!received_at_) received_at_ = receipt_;
  fold_.add({.stream = target->second,
             .tenant = kpi::kOtherTenant,
             .end = clock_.now(),
             .latency = {},
             .outcome = kpi::Outcome::Error,
             .times = requests});
}

void RequestStream::count(const RequestLine& line) {
  const auto target = watched_.find(line.backend);
  if (target == watched_.end()) return;
  if (!received_at_) received_at_ = receipt_;
  fold_.add({.stream = target->second,
             .tenant = line.tenant,
             .end = clock_.end_of(line.ended),
             .latency = latency_of(line),
             .outcome = outcome_of(line)});
}

void RequestStream::forget(pid_t worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  lost_ += found->second.counter.take_lost();
  workers_.erase(found);
  last_worker_ = nullptr;
}

kpi::MetricBatch RequestStream::drain() {
  kpi::MetricBatch batch;
  auto drained = fold_.drain();
  batch.groups = std::move(drained.groups);
  batch.received_at = std::exchange(received_at_, std::nullopt);
  batch.lost_lines = lost_ + drained.lost;
  for (auto& [pid, worker] : workers_) batch.lost_lines += worker.counter.take_lost();
  batch.unreadable_lines = unreadable_;
  lost_ = 0;
  unreadable_ = 0;
  return batch;
}

}  // namespace stellwerk::adapters::haproxy
