#include "sim/reaction.h"

#include <algorithm>

namespace stellwerk::sim {
namespace {

/// The guard counts whole seconds, and begins a wave with one.
constexpr base::Duration kEdge = base::seconds(2);

}  // namespace

void Reaction::forget(base::MonoTime now) {
  since_ = now;
  doubted_ = false;
  answered_.clear();
}

void Reaction::doubt(base::MonoTime now) {
  forget(now);
  doubted_ = true;
}

void Reaction::look(const Exposure& seen, base::MonoTime now, const core::GuardPolicy& policy) {
  if (!doubted_ && now - since_ < kEdge) return;
  for (const auto& [component, counts] : seen.by_new) {
    std::deque<Moment>& all = answered_[component];
    all.push_back({now, counts});
    while (now - all.front().at > policy.window + kEdge) all.pop_front();
  }
}

bool Reaction::beyond(base::MonoTime now, const core::GuardPolicy& policy) const {
  if (doubted_ && now - since_ < policy.window + kEdge) return false;
  return std::any_of(answered_.begin(), answered_.end(), [&](const auto& component) {
    std::uint64_t most = 0;
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    for (const Moment& each : component.second) {
      most += each.counts.requests;
      if (now - each.at > policy.window - kEdge) continue;
      requests += each.counts.requests;
      errors += each.counts.errors;
    }
    return requests >= policy.requests_min && errors >= policy.bad_min_rollback &&
           base::exceeds(errors, most, policy.limits.error_rate_rollback);
  });
}

}  // namespace stellwerk::sim
