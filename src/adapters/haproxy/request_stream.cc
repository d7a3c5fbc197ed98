#include "adapters/haproxy/request_stream.h"

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

void RequestStream::begin(pid_t worker, bool from_start) {
  counters_.try_emplace(worker, from_start);
}

LineCounter& RequestStream::counter_of(pid_t worker) {
  if (last_counter_ == nullptr || worker != last_worker_) {
    last_worker_ = worker;
    last_counter_ = &counters_.try_emplace(worker, false).first->second;
  }
  return *last_counter_;
}

void RequestStream::feed(std::string_view line, pid_t worker) {
  const ParsedLine parsed = parse_line(line);
  switch (parsed.kind) {
    case LineKind::Request:
      if (counter_of(worker).line(parsed.request.frontend, parsed.request.sequence))
        count(parsed.request);
      break;
    case LineKind::Dropped:
      counter_of(worker).dropped(parsed.dropped);
      break;
    case LineKind::Damaged:
      ++unreadable_;
      break;
    case LineKind::Notice:
      break;
  }
}

void RequestStream::count(const RequestLine& line) {
  const auto target = watched_.find(line.backend);
  if (target == watched_.end()) return;
  fold_.add({.stream = target->second,
             .tenant = line.tenant,
             .end = clock_.end_of(line.ended),
             .latency = latency_of(line),
             .outcome = outcome_of(line)});
}

void RequestStream::forget(pid_t worker) {
  const auto found = counters_.find(worker);
  if (found == counters_.end()) return;
  lost_ += found->second.take_lost();
  counters_.erase(found);
  last_counter_ = nullptr;
}

kpi::MetricBatch RequestStream::drain() {
  kpi::MetricBatch batch;
  auto drained = fold_.drain();
  batch.groups = std::move(drained.groups);
  batch.lost_lines = lost_ + drained.lost;
  for (auto& [worker, counter] : counters_) batch.lost_lines += counter.take_lost();
  batch.unreadable_lines = unreadable_;
  lost_ = 0;
  unreadable_ = 0;
  return batch;
}

}  // namespace stellwerk::adapters::haproxy
