// When the guard looks, and what of the time between two looks counts for a hold.
#include "engine/guard_watch.h"

#include <gtest/gtest.h>

#include "kpi/sketch.h"
#include "support/sample_release.h"

namespace stellwerk::engine {
namespace {

using base::milliseconds;
using base::MonoTime;
using base::seconds;
using core::Stage;

/// A wave of the sample release, with measurements in short.
class Watched {
 public:
  Watched() : watch_(plan_, in(Stage::Moving), {}, MonoTime{}) { watch_.follow(state_, now_); }

  GuardWatch& watch() { return watch_; }
  void enter(Stage stage) { watch_.follow(in(stage), now_); }
  /// Time passes, nothing is measured, and the guard may look.
  void pass(base::Duration span, std::int64_t speed = 1) {
    now_ = now_ + span;
    watch_.round(plan_, state_, now_, speed);
  }
  /// A second of good requests, or of bad ones, and a look.
  void second(std::uint64_t errors = 0) {
    now_ = now_ + seconds(1);
    kpi::MetricBatch batch;
    batch.alive_at = now_;
    const core::PlannedComponent& component = plan_.components.front();
    for (const base::SemVer& version : {component.from, component.to}) {
      kpi::RequestGroup group;
      group.component = component.name;
      group.version = version;
      group.tenant = base::TenantId("pilot-1");
      group.second = now_;
      group.requests = 100;
      group.errors = version == component.to ? errors : 0;
      group.latencies[kpi::bucket_of(milliseconds(20))] = group.requests;
      batch.groups.push_back(group);
    }
    for (const core::GaugeSpec& gauge : component.gauges)
      batch.gauges.push_back({component.name, component.to, gauge.name, 0, {}, now_});
    watch_.observe(batch);
    watch_.round(plan_, state_, now_, 1);
  }
  [[nodiscard]] base::Duration held() const { return watch_.hold().real; }
  [[nodiscard]] base::Duration until_due() const { return watch_.due_at(now_) - now_; }

 private:
  const core::State& in(Stage stage) {
    state_.stage = stage;
    state_.wave = 1;
    state_.may_carry_traffic = true;
    return state_;
  }

  core::Plan plan_ = stellwerk::testing::sample_plan();
  core::State state_;
  MonoTime now_;
  GuardWatch watch_;
};

TEST(GuardWatch, LooksAtOnceWhenThereIsNewsAndTwiceASecondWhenOnlyTimePasses) {
  Watched wave;
  EXPECT_EQ(wave.until_due(), base::Duration{});
  wave.second();
  EXPECT_EQ(wave.until_due(), milliseconds(500));
  wave.enter(Stage::Holding);
  EXPECT_EQ(wave.until_due(), base::Duration{});
}

// Goal: at a demonstration's speed a second of the runbook is looked at as often as ever.
TEST(GuardWatch, LooksAsOftenInTheRunbooksTimeAtEverySpeed) {
  Watched wave;
  wave.second();
  wave.pass(milliseconds(500), 60);
  EXPECT_EQ(wave.until_due(), milliseconds(500) / 60);
}

// Goal: a hold is counted from when the wave was read back, not from the look before that.
TEST(GuardWatch, CountsNothingFromBeforeTheWaveWasReadBack) {
  Watched wave;
  for (int i = 0; i < 60; ++i) wave.second();
  wave.enter(Stage::Holding);
  wave.second();
  wave.enter(Stage::Moving);
  wave.second();
  wave.pass(milliseconds(400));
  wave.enter(Stage::Holding);
  wave.pass(milliseconds(100));
  EXPECT_EQ(wave.held(), milliseconds(100));
  wave.pass(milliseconds(500));
  EXPECT_EQ(wave.held(), milliseconds(600));
}

// Goal: what lies between a bad look and a good one is not counted as good.
TEST(GuardWatch, CountsFromTheFirstGoodLookAfterBadOnes) {
  Watched wave;
  for (int i = 0; i < 60; ++i) wave.second();
  wave.enter(Stage::Holding);
  for (int i = 0; i < 60; ++i) wave.second(2);  // 2 % of them: the release would pause
  const base::Duration held = wave.held();
  while (wave.watch().verdict().action != core::Action::Continue) {
    wave.second();
    ASSERT_EQ(wave.held(), held);
  }
  wave.second();
  EXPECT_EQ(wave.held(), held + seconds(1));
}

}  // namespace
}  // namespace stellwerk::engine
