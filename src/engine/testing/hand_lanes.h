// hand_lanes.h — lanes without threads: jobs run when the engine asks what has finished. For tests
// only.
//
// Role: ports::Lanes by the clock of the test; a lane can be held, as by a disk that hangs,
// or mute, as by an answer that is late.
// Thread-safety: one thread.                                            Start here: HandLanes
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ports/clock.h"
#include "ports/lanes.h"

namespace stellwerk::engine::testing {

class HandLanes final : public ports::Lanes {
 public:
  explicit HandLanes(const ports::Clock& clock) : clock_(clock) {}

  void submit(ports::JobOptions options, ports::Job job) override {
    const base::MonoTime due = clock_.mono() + options.delay;
    jobs_.push_back({std::move(options), std::move(job), due});
  }
  void cancel(const base::EffectKey& key) override {
    if (key.empty()) return;
    std::erase_if(jobs_, [&](const Waiting& each) { return each.options.key == key; });
  }
  std::vector<ports::Completion> finished() override {
    std::vector<ports::Completion> completions;
    for (Waiting& each : take_due()) {
      const bool kept = mute_.contains(each.options.lane);
      (kept ? unanswered_ : completions)
          .push_back(each.job({clock_.mono() + each.options.timeout, {}}));
    }
    return completions;
  }
  void wait(base::MonoTime) override {}
  void wake() override {}
  [[nodiscard]] bool busy() const override { return !jobs_.empty(); }
  /// A job would run now: real lanes wake the engine with its answer.
  [[nodiscard]] bool ready() const {
    return std::any_of(jobs_.begin(), jobs_.end(),
                       [this](const Waiting& each) { return may_run(each); });
  }

  void hold(const std::string& lane) { held_.insert(lane); }
  void let_go(const std::string& lane) { held_.erase(lane); }
  /// Its jobs act, and their answers do not come until answer_late().
  void mute(const std::string& lane) { mute_.insert(lane); }
  void answer_late() {
    mute_.clear();
    for (const ports::Completion& late : std::exchange(unanswered_, {})) late();
  }
  /// As when the process ends: nothing of it is run.
  void drop_all() {
    jobs_.clear();
    unanswered_.clear();
  }

 private:
  struct Waiting {
    ports::JobOptions options;
    ports::Job job;
    base::MonoTime due;
  };
  [[nodiscard]] bool may_run(const Waiting& each) const {
    return each.due <= clock_.mono() && !held_.contains(each.options.lane);
  }
  std::vector<Waiting> take_due() {
    std::vector<Waiting> due;
    std::vector<Waiting> later;
    for (Waiting& each : jobs_) {
      const bool runs = may_run(each);
      (runs ? due : later).push_back(std::move(each));
    }
    jobs_ = std::move(later);
    std::stable_sort(due.begin(), due.end(), [](const Waiting& a, const Waiting& b) {
      return a.options.urgent && !b.options.urgent;
    });
    return due;
  }

  const ports::Clock& clock_;
  std::vector<Waiting> jobs_;
  std::vector<ports::Completion> unanswered_;
  std::set<std::string> held_;
  std::set<std::string> mute_;
};

}  // namespace stellwerk::engine::testing
