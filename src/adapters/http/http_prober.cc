#include "adapters/http/http_prober.h"

#include <algorithm>
#include <condition_variable>
#include <deque>

#include "core/http_judgement.h"

namespace stellwerk::adapters::http {
namespace {

using ports::HealthResult;
using ports::HealthTarget;

constexpr std::size_t kResultsMax = 4096;
constexpr base::Duration kIntervalMin = base::milliseconds(10);

HealthResult judged(const HealthTarget& target, const TransferResult& transfer, base::MonoTime at) {
  HealthResult result{.target = target, .good = false, .detail = transfer.problem, .at = at};
  if (!transfer.answered) return result;
  const auto& response = transfer.response;
  auto judgement = core::judge(target.check.expect, {.status = response.status,
                                                     .body = response.body,
                                                     .body_cut = response.body_cut,
                                                     .took = response.took});
  result.good = judgement.good;
  result.detail = std::move(judgement.detail);
  return result;
}

ports::HttpRequest request_for(const HealthTarget& target) {
  return {.method = "GET", .url = target.check.url, .headers = {}, .body = {}};
}

/// One call of probe(): filled by the loop's thread, awaited by the caller's.
struct Batch {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<HealthResult> results;
  std::size_t missing = 0;
};

/// True once all have answered; false at the deadline or a stop.
bool wait_for(Batch& batch, const ports::Call& call, const ports::Clock& clock) {
  // A stop token cannot wake a waiter, so it is looked at this often.
  constexpr auto kLook = std::chrono::milliseconds(10);
  std::unique_lock lock(batch.mutex);
  while (batch.missing > 0) {
    if (call.stop.stopped() || clock.mono() >= call.deadline) return false;
    batch.changed.wait_for(lock, kLook);
  }
  return true;
}

}  // namespace

/// The set that is probed again and again; shared with the callbacks that are under way.
struct HttpProber::Watch : std::enable_shared_from_this<Watch> {
  explicit Watch(CurlLoop& its_loop) : loop(its_loop) {}

  void replace(std::vector<HealthTarget> new_targets, base::Duration new_interval) {
    const auto now = loop.clock().mono();
    std::size_t count = 0;
    std::uint64_t current = 0;
    {
      const std::lock_guard lock(mutex);
      targets = std::move(new_targets);
      interval = std::max(new_interval, kIntervalMin);
      results.clear();
      count = targets.size();
      current = ++generation;
    }
    for (std::size_t index = 0; index < count; ++index) schedule(current, index, now);
  }

  void schedule(std::uint64_t of, std::size_t index, base::MonoTime at) {
    loop.after(at, [weak = weak_from_this(), of, index, at] {
      if (const auto self = weak.lock()) self->begin(of, index, at);
    });
  }

  void begin(std::uint64_t of, std::size_t index, base::MonoTime at) {
    HealthTarget target;
    {
      const std::lock_guard lock(mutex);
      if (of != generation) return;
      target = targets[index];
    }
    loop.submit(request_for(target), target.check.timeout,
                [weak = weak_from_this(), of, index, at, target](const TransferResult& result) {
                  if (const auto self = weak.lock()) self->finish(of, index, at, target, result);
                });
  }

  void finish(std::uint64_t of, std::size_t index, base::MonoTime began, const HealthTarget& target,
              const TransferResult& transfer) {
    const auto now = loop.clock().mono();
    std::function<void()> tell;
    base::MonoTime next = now;
    {
      const std::lock_guard lock(mutex);
      if (of != generation) return;
      results.push_back(judged(target, transfer, now));
      if (results.size() > kResultsMax) results.pop_front();
      next = std::max(began + interval, now);
      tell = wake;
    }
    schedule(of, index, next);
    if (tell) tell();
  }

  CurlLoop& loop;
  std::mutex mutex;
  std::uint64_t generation = 0;
  std::vector<HealthTarget> targets;
  base::Duration interval;
  std::deque<HealthResult> results;
  std::function<void()> wake;
};

HttpProber::HttpProber(CurlLoop& loop) : loop_(loop), watch_(std::make_shared<Watch>(loop)) {}

HttpProber::~HttpProber() {
  const std::lock_guard lock(watch_->mutex);
  ++watch_->generation;
  watch_->wake = nullptr;
}

std::vector<HealthResult> HttpProber::probe(const std::vector<HealthTarget>& targets,
                                            const ports::Call& call) {
  const auto& clock = loop_.clock();
  auto batch = std::make_shared<Batch>();
  batch->missing = targets.size();
  for (const auto& target : targets)
    batch->results.push_back({.target = target,
                              .good = false,
                              .detail = "no answer by the deadline",
                              .at = clock.mono()});
  std::vector<TransferId> ids;
  for (std::size_t index = 0; index < targets.size(); ++index) {
    const auto timeout = std::min(targets[index].check.timeout, call.deadline - clock.mono());
    ids.push_back(loop_.submit(
        request_for(targets[index]), timeout,
        [batch, index, target = targets[index], &clock](const TransferResult& transfer) {
          const std::lock_guard lock(batch->mutex);
          batch->results[index] = judged(target, transfer, clock.mono());
          --batch->missing;
          batch->changed.notify_all();
        }));
  }
  if (!wait_for(*batch, call, clock))
    for (const auto id : ids) loop_.cancel(id);
  const std::lock_guard lock(batch->mutex);
  return batch->results;
}

void HttpProber::watch(std::vector<HealthTarget> targets, base::Duration interval) {
  watch_->replace(std::move(targets), interval);
}

std::vector<HealthResult> HttpProber::poll() {
  const std::lock_guard lock(watch_->mutex);
  std::vector<HealthResult> results(watch_->results.begin(), watch_->results.end());
  watch_->results.clear();
  return results;
}

void HttpProber::on_data(std::function<void()> wake) {
  const std::lock_guard lock(watch_->mutex);
  watch_->wake = std::move(wake);
}

}  // namespace stellwerk::adapters::http
