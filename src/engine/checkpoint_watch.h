// checkpoint_watch.h — when checkpoints are signed: whenever somebody asks, and every minute while
// releases run and the journal grows.
//
// Role: the engine's; signing and writing run in lane `log`, beside everything else.
// Start here: publish(), pump()          Thread-safety: the engine's thread.
// Invariants: nothing waits for a checkpoint but what asked for it; one that would contradict an
// earlier one is told as a failure of the journal.       Spec: docs/journal.md "The published log"
#pragma once

#include <functional>
#include <memory>

#include "engine/engine_ports.h"
#include "engine/log_publisher.h"

namespace stellwerk::engine {

class CheckpointWatch {
 public:
  struct Host {
    /// The journal contradicts what was signed of it; told each time.
    std::function<void(const base::Error&)> contradicted;
    std::function<void(const base::Error&)> trouble;
    /// A new checkpoint is in the log.
    std::function<void(const Published&, bool was_asked_for)> published;
  };
  using Then = std::function<void(base::Result<Published>)>;

  CheckpointWatch(EnginePorts& ports, Host host);

  /// A checkpoint of at least `head`, which the journal has acknowledged. `then` is called on the
  /// engine's thread.
  void publish(const ports::Head& head, Then then);
  /// The same for a journal that is damaged on the disk: signed, and not published.
  void sign_unpublished(const ports::Head& head, Then then);
  /// The journal has `size` entries.
  void grown(std::uint64_t size) { size_ = size; }
  /// Asks for one when the journal has grown: while releases run once a minute, else at once.
  void pump(base::MonoTime now, bool running);
  [[nodiscard]] bool quiet() const { return !asking_ && publishing_ == 0; }
  /// For jobs in lane `log` only.
  [[nodiscard]] const std::shared_ptr<LogPublisher>& publisher() const { return publisher_; }

 private:
  bool is_due(base::MonoTime now, bool running);
  using Work = base::Result<Published> (LogPublisher::*)(const ports::Head&);
  void submit(Work work, const ports::Head& head, Then then);
  void finished(const base::Result<Published>& result, bool was_asked_for);

  EnginePorts& ports_;
  Host host_;
  std::shared_ptr<LogPublisher> publisher_;
  std::uint64_t size_ = 0;            ///< of the journal
  std::uint64_t published_size_ = 0;  ///< of the latest checkpoint
  base::MonoTime published_at_;
  bool asking_ = false;
  int publishing_ = 0;
  bool begun_ = false;   ///< the first turn is over
  bool failed_ = false;  ///< the last one could not be signed
};

}  // namespace stellwerk::engine
