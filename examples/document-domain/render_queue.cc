#include "document-domain/render_queue.h"

#include <utility>

namespace document_domain {

RenderQueue::RenderQueue(RenderSettings settings, std::function<void(const DocumentKey&)> render)
    : settings_(settings), render_(std::move(render)) {
  for (std::size_t i = 0; i < settings_.workers; ++i) workers_.emplace_back([this] { work(); });
}

RenderQueue::~RenderQueue() { stop(); }

bool RenderQueue::submit(const DocumentKey& key) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_keys_.contains(key)) return true;
    if (waiting_.size() >= kRenderJobsMax) return false;
    waiting_.push_back(key);
    waiting_keys_.insert(key);
  }
  changed_.notify_one();
  return true;
}

bool RenderQueue::has_room(std::size_t jobs) const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + jobs <= kRenderJobsMax;
}

std::size_t RenderQueue::length() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void RenderQueue::finish(std::chrono::steady_clock::time_point deadline) {
  if (!workers_.empty()) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return waiting_.empty() && running_ == 0; });
  }
  stop();
}

void RenderQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_)
    if (worker.joinable()) worker.join();
}

void RenderQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const DocumentKey key = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_keys_.erase(key);
    ++running_;
    // The cost stands for a real renderer's work; a stop need not wait for it.
    const auto done = std::chrono::steady_clock::now() + settings_.cost;
    changed_.wait_until(lock, done, [this] { return stopping_; });
    lock.unlock();
    render_(key);
    lock.lock();
    --running_;
    if (waiting_.empty() && running_ == 0) changed_.notify_all();
  }
}

}  // namespace document_domain
