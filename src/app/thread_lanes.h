// thread_lanes.h — lanes on a bounded pool of threads.
//
// Thread-safety: as ports::Lanes.  Invariants: jobs of one lane never overlap; urgent ones go
// first; one that is to wait lets others pass; a job that does not come back occupies one thread
// and its lane, never the engine.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ports/clock.h"
#include "ports/lanes.h"

namespace stellwerk::app {

class ThreadLanes final : public ports::Lanes {
 public:
  ThreadLanes(const ports::Clock& clock, std::size_t threads);
  ~ThreadLanes() override;
  /// Stops running jobs, drops waiting ones, joins. Their completions are not run. wake() may still
  /// be called afterwards.
  void stop();
  ThreadLanes(const ThreadLanes&) = delete;
  ThreadLanes& operator=(const ThreadLanes&) = delete;

  void submit(ports::JobOptions options, ports::Job job) override;
  void cancel(const base::EffectKey& key) override;
  std::vector<ports::Completion> finished() override;
  void wait(base::MonoTime until) override;
  void wake() override;
  [[nodiscard]] bool busy() const override;

 private:
  struct Waiting {
    ports::JobOptions options;
    ports::Job job;
    base::MonoTime not_before;
  };
  struct Lane {
    std::deque<Waiting> waiting;
    bool running = false;
    base::EffectKey running_key;
    ports::StopToken stop;
  };

  void work();
  void run_one(Waiting waiting, std::unique_lock<std::mutex>& lock);
  /// A job that may start now, the first of its lane; else sets `earliest` to when one may.
  std::optional<Waiting> take_due(std::optional<base::MonoTime>& earliest);

  const ports::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable engine_woken_;
  std::map<std::string, Lane> lanes_;
  std::vector<ports::Completion> finished_;
  bool woken_ = false;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace stellwerk::app
