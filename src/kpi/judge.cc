#include "kpi/judge.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace stellwerk::kpi {
namespace {

using core::Action;
using core::Cause;
using core::Finding;

/// A share of requests held against a limit.
struct Share {
  std::string_view subject;
  Cause cause;
  std::uint64_t requests;
  std::uint64_t bad;
};

class Judge {
 public:
  Judge(const core::GuardPolicy& policy, const GuardEvidence& evidence)
      : policy_(policy), evidence_(evidence) {}

  core::Verdict verdict() {
    judge_integrity();
    judge_source();
    for (const RequestEvidence& r : evidence_.requests) judge_requests(r);
    for (const GaugeEvidence& g : evidence_.gauges) judge_gauge(g);
    for (const HealthEvidence& h : evidence_.health) judge_health(h);
    return ranked();
  }

 private:
  Finding finding(Cause cause, Action action) const {
    Finding f;
    f.cause = cause;
    f.action = action;
    f.window_from_us = evidence_.window_from.us;
    f.window_to_us = evidence_.window_to.us;
    return f;
  }

  void judge_integrity() {
    if (evidence_.integrity_failed)
      findings_.push_back(finding(Cause::Integrity, Action::StopAndRollback));
  }

  /// Silence is never good: after the first deadline it pauses, after the second it rolls back.
  bool silent_too_long(Cause cause, base::Duration silent, Finding& f) const {
    if (silent < policy_.no_data_pause) return false;
    const bool rolls_back = silent >= policy_.no_data_rollback;
    f = finding(cause, rolls_back ? Action::Rollback : Action::Pause);
    f.value = silent.us;
    f.limit = rolls_back ? policy_.no_data_rollback.us : policy_.no_data_pause.us;
    return true;
  }

  void judge_source() {
    Finding f;
    if (silent_too_long(Cause::NoData, evidence_.source_silent, f)) findings_.push_back(f);
  }

  void judge_requests(const RequestEvidence& r) {
    if (r.requests + r.in_flight_too_long == 0) {
      if (evidence_.source_silent >= policy_.no_data_pause) return;  // unknown, not "nobody asks"
      Finding f = finding(Cause::NoRequests, Action::Continue);
      f.component = r.component;
      findings_.push_back(f);
      return;
    }
    const Share errors{kErrorRate, Cause::ErrorRate, r.requests, r.errors};
    const Share slow{kP95Latency, Cause::Latency, r.requests + r.in_flight_too_long,
                     r.slow + r.in_flight_too_long};
    add_share(r, errors, judge_errors(errors));
    add_share(r, slow, judge_slow(slow));
  }

  void add_share(const RequestEvidence& r, const Share& share, Finding f) {
    const bool few_in_wave = r.requests_wave < policy_.hold_requests_min;
    if (f.cause == Cause::AllGood && share.requests < policy_.requests_min && few_in_wave)
      f.cause = Cause::TooFewToJudge;
    f.component = r.component;
    f.subject = share.subject;
    f.requests = share.requests;
    f.bad = share.bad;
    f.value = base::ratio_of(share.bad, share.requests).value;
    findings_.push_back(std::move(f));
  }

  Finding judge_errors(const Share& s) const {
    const core::Thresholds& limits = policy_.limits;
    if (base::exceeds(s.bad, s.requests, limits.error_rate_rollback)) {
      const bool enough = s.requests >= policy_.requests_min && s.bad >= policy_.bad_min_rollback;
      return with_limit(enough ? finding(s.cause, Action::Rollback) : weak_crossing(s),
                        limits.error_rate_rollback);
    }
    return judge_pause(s, limits.error_rate_pause);
  }

  Finding judge_slow(const Share& s) const { return judge_pause(s, kSlowShareMax); }

  Finding judge_pause(const Share& s, base::Ppm limit) const {
    if (!base::exceeds(s.bad, s.requests, limit))
      return with_limit(finding(Cause::AllGood, Action::Continue), limit);
    const bool enough = s.requests >= policy_.requests_min && s.bad >= policy_.bad_min_pause;
    return with_limit(enough ? finding(s.cause, Action::Pause) : weak_crossing(s), limit);
  }

  /// A limit is crossed, but on too little to act on in full: labelled, pauses at most.
  Finding weak_crossing(const Share& s) const {
    if (s.bad >= policy_.bad_min_pause) return finding(Cause::TooFewBad, Action::Pause);
    return finding(s.requests < policy_.requests_min ? Cause::TooFewToJudge : Cause::TooFewBad,
                   Action::Continue);
  }

  static Finding with_limit(Finding f, base::Ppm limit) {
    f.limit = limit.value;
    return f;
  }

  void judge_gauge(const GaugeEvidence& g) {
    Finding f;
    if (!silent_too_long(Cause::GaugeMissing, g.silent, f)) {
      if (!g.value) return;
      const bool over = *g.value > policy_.limits.consumer_lag_pause;
      f = over ? finding(Cause::ConsumerLag, Action::Pause)
               : finding(Cause::AllGood, Action::Continue);
      f.value = *g.value;
      f.limit = policy_.limits.consumer_lag_pause;
    }
    f.component = g.component;
    f.subject = g.name;
    findings_.push_back(std::move(f));
  }

  void judge_health(const HealthEvidence& h) {
    const bool failed = health_failed(policy_, h);
    Finding f;
    if (failed) {
      const bool only_pauses =
          !h.is_component && policy_.other_services == core::OtherServices::Pause;
      f = finding(Cause::Health, only_pauses ? Action::Pause : Action::StopAndRollback);
      f.bad = h.failed_in_row;
      f.value = static_cast<std::int64_t>(h.failed_in_row);
      f.limit = policy_.health_fall;
    } else if (!silent_too_long(Cause::NoData, h.silent, f)) {
      return;
    }
    if (h.is_component) f.component = base::ComponentName(h.service.str());
    f.subject = h.target;
    findings_.push_back(std::move(f));
  }

  /// Among findings of one action the one that says most about the release comes first.
  static int rank(Cause cause) {
    switch (cause) {
      case Cause::Integrity:
        return 0;
      case Cause::Health:
        return 1;
      case Cause::ErrorRate:
        return 2;
      case Cause::Latency:
        return 3;
      case Cause::ConsumerLag:
        return 4;
      case Cause::NoData:
        return 5;
      case Cause::GaugeMissing:
        return 6;
      case Cause::TooFewBad:
        return 7;
      case Cause::TooFewToJudge:
        return 8;
      case Cause::NoRequests:
        return 9;
      case Cause::AllGood:
        return 10;
    }
    return 11;
  }

  core::Verdict ranked() {
    std::sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      const auto order = [](const Finding& f) {
        return std::tuple(-static_cast<int>(f.action), rank(f.cause),
                          std::string_view(f.component.str()), std::string_view(f.subject), f.value,
                          f.requests);
      };
      return order(a) < order(b);
    });
    if (findings_.size() > kFindingsMax) findings_.resize(kFindingsMax);
    core::Verdict verdict;
    if (!findings_.empty()) {
      verdict.action = findings_.front().action;
      verdict.cause = findings_.front().cause;
    }
    verdict.findings = std::move(findings_);
    verdict.lost_lines = evidence_.lost_lines + evidence_.unreadable_lines;
    return verdict;
  }

  const core::GuardPolicy& policy_;
  const GuardEvidence& evidence_;
  std::vector<Finding> findings_;
};

}  // namespace

core::Verdict judge(const core::GuardPolicy& policy, const GuardEvidence& evidence) {
  return Judge(policy, evidence).verdict();
}

bool health_failed(const core::GuardPolicy& policy, const HealthEvidence& target) {
  if (target.failed_in_row < policy.health_fall || target.failed_in_row == 0) return false;
  const bool in_time = target.tightest && *target.tightest <= policy.health_span;
  return in_time || target.failed_in_row > policy.health_fall;
}

}  // namespace stellwerk::kpi
