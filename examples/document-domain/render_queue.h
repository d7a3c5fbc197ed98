// render_queue.h — rendering jobs and the threads that work them off; the jobs waiting are the
// consumer lag.
//
// Thread-safety: any thread.                                             Start here: RenderQueue
// Invariants: at most kRenderJobsMax jobs wait; a key waits at most once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "document-domain/document.h"

namespace document_domain {

inline constexpr std::size_t kRenderJobsMax = 100'000;

struct RenderSettings {
  std::size_t workers = 2;            ///< 0: nobody works, the queue only grows
  std::chrono::milliseconds cost{5};  ///< how long one rendering takes at least
};

class RenderQueue {
 public:
  /// @param render  called on a worker's thread for one key at a time per worker
  RenderQueue(RenderSettings settings, std::function<void(const DocumentKey&)> render);
  RenderQueue(const RenderQueue&) = delete;
  RenderQueue& operator=(const RenderQueue&) = delete;
  ~RenderQueue();

  /// false: the queue is full and the job was not taken. A key that already waits counts as taken.
  bool submit(const DocumentKey& key);
  [[nodiscard]] bool has_room(std::size_t jobs) const;
  /// Jobs waiting, without those being worked on.
  [[nodiscard]] std::size_t length() const;
  /// Lets the workers finish what waits, until `deadline`; then they stop after their current job.
  void finish(std::chrono::steady_clock::time_point deadline);

 private:
  void work();
  void stop();

  const RenderSettings settings_;
  const std::function<void(const DocumentKey&)> render_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<DocumentKey> waiting_;
  std::set<DocumentKey> waiting_keys_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;  // last: the threads use everything above
};

}  // namespace document_domain
