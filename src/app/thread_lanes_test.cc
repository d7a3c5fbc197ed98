#include "app/thread_lanes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "adapters/memory/memory_clock.h"
#include "ports/testing/real_clock.h"

namespace stellwerk::app {
namespace {

using ports::testing::eventually;

/// Lanes with a clock that stands still; jobs leave their names.
class ThreadLanesTest : public ::testing::Test {
 protected:
  void submit(const std::string& name, base::Duration delay = {}, bool urgent = false) {
    lanes_.submit({"router", base::EffectKey(name), base::seconds(5), delay, urgent},
                  [this, name](const ports::Call&) -> ports::Completion {
                    return [this, name] { done_ += name; };
                  });
  }
  /// Occupies the lane until release().
  void block() {
    lanes_.submit({"router", {}, base::seconds(5), {}, false},
                  [this](const ports::Call&) -> ports::Completion {
                    blocked_ = true;
                    EXPECT_TRUE(eventually([this] { return released_.load(); }));
                    return {};
                  });
    ASSERT_TRUE(eventually([this] { return blocked_.load(); }));
  }
  void release() { released_ = true; }
  /// Waits until so many have run. @return their names in that order
  std::string done(std::size_t count) {
    EXPECT_TRUE(eventually([&] {
      for (const ports::Completion& completion : lanes_.finished()) completion();
      return done_.size() >= count;
    })) << done_;
    return done_;
  }

  adapters::MemoryClock clock_;
  std::atomic<bool> blocked_{false};
  std::atomic<bool> released_{false};
  std::string done_;  ///< this thread's
  ThreadLanes lanes_{clock_, 3};
};

TEST_F(ThreadLanesTest, LetsOthersOfTheLanePassAJobThatIsToWait) {
  submit("a", base::seconds(16));
  submit("b");
  submit("c");
  EXPECT_EQ(done(2), "bc");
  EXPECT_TRUE(lanes_.busy());
}

TEST_F(ThreadLanesTest, KeepsTheOrderOfJobsThatMayStart) {
  block();
  for (const char* name : {"a", "b", "c", "d", "e"}) submit(name);
  release();
  EXPECT_EQ(done(5), "abcde");
}

TEST_F(ThreadLanesTest, RunsAJobThatWaitedInItsOldPlace) {
  block();
  submit("a", base::seconds(16));
  submit("b");
  clock_.advance(base::seconds(16));
  release();
  EXPECT_EQ(done(2), "ab");
}

TEST_F(ThreadLanesTest, RunsUrgentJobsFirst) {
  block();
  submit("a");
  submit("b", {}, true);
  release();
  EXPECT_EQ(done(2), "ba");
}

TEST_F(ThreadLanesTest, LetsOthersPassAnUrgentJobThatIsToWait) {
  block();
  submit("a");
  submit("b", base::seconds(16), true);
  release();
  EXPECT_EQ(done(1), "a");
}

TEST_F(ThreadLanesTest, DropsAJobThatWaitsWhenItIsCancelled) {
  block();
  submit("a");
  submit("b");
  lanes_.cancel(base::EffectKey("a"));
  release();
  EXPECT_EQ(done(1), "b");
  EXPECT_TRUE(eventually([&] { return !lanes_.busy(); }));
}

}  // namespace
}  // namespace stellwerk::app
