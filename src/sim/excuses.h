// excuses.h — when a release may act ahead of its entry, and how long the world may then differ
// from what the journal says.
//
// Role: each release has its own; an append of it that succeeds ends them a while later, if the
// store does not hang again by then.                                           Start here: Excuses
// Thread-safety: one thread.
#pragma once

#include <optional>

#include "base/time.h"

namespace stellwerk::sim {

class Excuses {
 public:
  void append_failed(base::MonoTime now) {
    failed_at_ = now;
    written_at_.reset();
  }
  /// What waited behind the append is written next.
  void append_done(base::MonoTime now) {
    failed_at_.reset();
    if (!written_at_) written_at_ = now;
  }
  /// An append is under way and has no answer: it may be any time before what waits is written.
  void append_hangs() { written_at_.reset(); }
  /// It goes ahead of its entry.
  void go_ahead(base::MonoTime now) {
    ahead_at_ = now;
    written_at_.reset();
  }
  /// Its traffic went back, and no entry says so yet.
  void go_back() { went_back_ = true; }
  /// The entry is there.
  void recorded() { went_back_ = false; }

  [[nodiscard]] bool append_fails(base::MonoTime now) const {
    return failed_at_ && now - *failed_at_ < kLate * 3;
  }
  /// What was begun ahead of its entry is tried until it is done.
  [[nodiscard]] bool may_act(base::MonoTime now) const { return ahead_at_ && !is_over(now); }
  [[nodiscard]] bool went_back() const { return went_back_; }
  [[nodiscard]] bool is_back(base::MonoTime now) const { return went_back_ && !is_over(now); }

 private:
  static constexpr base::Duration kLate = base::seconds(20);
  [[nodiscard]] bool is_over(base::MonoTime now) const {
    return written_at_ && now - *written_at_ > kLate;
  }

  std::optional<base::MonoTime> failed_at_;
  std::optional<base::MonoTime> ahead_at_;
  std::optional<base::MonoTime> written_at_;  ///< the first append since that was good
  bool went_back_ = false;
};

}  // namespace stellwerk::sim
