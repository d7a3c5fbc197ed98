// integrity.h — is the journal still what was written? Asked at every gate, and all the while a new
// version may take traffic.
//
// Role: the engine asks; a failure is every guard's.          Start here: check(), pump()
// Thread-safety: the engine's thread; checking runs in lane `store`, one check at a time.
// Invariants: a failure is never taken back; a check that could not be made is no failure and no
// success.                                                     Spec: docs/journal.md "Checking"
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/effects.h"

namespace stellwerk::engine {

class IntegrityWatch {
 public:
  struct Host {
    /// Releases under way: their own entries are read again with every check.
    std::function<std::vector<base::ReleaseId>()> releases;
    /// The journal is not what was written; told once.
    std::function<void(const base::Error&)> failed;
    std::function<void(const base::Error&)> trouble;
  };
  using Then = std::function<void(EffectResult)>;

  IntegrityWatch(EnginePorts& ports, Host host)
      : ports_(ports), host_(std::move(host)), memory_(std::make_shared<Memory>()) {}

  /// A check that begins after this call; whoever asks meanwhile shares the next one. The tree is
  /// rebuilt from the stored leaves too. Done, Failed, or Unknown when it could not be made.
  void check(Then then);
  /// Checks what is new every `interval` while `armed`, the whole tree every minute.
  void pump(base::MonoTime now, bool armed, base::Duration interval);
  /// Something else than a check found that the journal is not what was written.
  void fail(const base::Error& found);
  [[nodiscard]] const std::optional<base::Error>& failure() const { return failure_; }

 private:
  /// Lane `store` only.
  struct Memory {
    std::optional<ports::Head> base;  ///< older than `verified`: the tree from here is rebuilt
    std::optional<ports::Head> verified;
  };
  struct Wanted {
    std::vector<base::ReleaseId> releases;
    bool whole = false;
  };
  void start(bool whole);
  void finished(const base::Result<EffectResult>& result, const std::vector<Then>& waiters);
  static base::Result<EffectResult> recompute(ports::JournalStore& journal, Memory& memory,
                                              const Wanted& wanted);

  EnginePorts& ports_;
  Host host_;
  std::shared_ptr<Memory> memory_;
  std::vector<Then> waiting_;
  bool running_ = false;
  std::optional<base::Error> failure_;
  base::MonoTime checked_at_;
  base::MonoTime whole_at_;
};

}  // namespace stellwerk::engine
