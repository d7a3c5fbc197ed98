// integrity.h — is the journal still what was written? Asked at every gate, and all the while a new
// version may take traffic.
//
// Role: the engine asks; a failure is every guard's.          Start here: check(), pump()
// Thread-safety: the engine's thread; checking runs in lane `store`, one check at a time.
// Invariants: a failure is never taken back; a check that could not be made is no failure and no
// success; the writer waits for a bounded number of entries at a time, however long the journal is.
// Spec: docs/journal.md "Checking"
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/effects.h"

namespace stellwerk::engine {

class IntegrityWatch {
 public:
  struct Host {
    /// The journal is not what was written; told once.
    std::function<void(const base::Error&)> failed;
    std::function<void(const base::Error&)> trouble;
  };
  using Then = std::function<void(EffectResult)>;

  IntegrityWatch(EnginePorts& ports, Host host)
      : ports_(ports), host_(std::move(host)), memory_(std::make_shared<Memory>()) {}

  /// A check that begins after this call, of what is new and of everything this release has; who
  /// asks meanwhile shares the next one. Done, Failed, or Unknown when it could not be made.
  void check(const base::ReleaseId& release, Then then);
  /// The same of every entry of the journal; other checks go on meanwhile.
  void check_all(Then then);
  /// Checks what is new, and a bounded part of what is old, every `interval` while `armed`.
  void pump(base::MonoTime now, bool armed, base::Duration interval);
  /// Something else than a check found that the journal is not what was written.
  void fail(const base::Error& found);
  [[nodiscard]] const std::optional<base::Error>& failure() const { return failure_; }

 private:
  /// How far a row of checks has come. Lane `store` only.
  struct Memory {
    std::uint64_t from = 0;               ///< where this check began
    std::optional<ports::Head> verified;  ///< this check and those before it came so far
    std::optional<ports::Head> scrubbed;  ///< how far the old entries have been checked again
  };
  /// One check and who waits for it.
  struct Asked {
    std::set<base::ReleaseId> releases;
    bool begun = false;  ///< more turns of the lane were needed
    std::vector<Then> waiters;
  };
  void start(Asked asked);
  void turn(const std::shared_ptr<Memory>& memory, Asked asked);
  void finished(const std::shared_ptr<Memory>& memory, Asked asked,
                const base::Result<std::optional<EffectResult>>& result);
  static base::Result<std::optional<EffectResult>> recompute(ports::JournalStore& journal,
                                                             Memory& memory, const Asked& asked);

  EnginePorts& ports_;
  Host host_;
  std::shared_ptr<Memory> memory_;
  Asked next_;
  bool running_ = false;
  std::optional<base::Error> failure_;
  base::MonoTime checked_at_;
};

}  // namespace stellwerk::engine
