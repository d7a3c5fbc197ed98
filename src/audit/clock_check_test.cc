#include "audit/clock_check.h"

#include <gtest/gtest.h>

namespace stellwerk::audit {
namespace {

base::WallTime at_minute(std::int64_t minute) { return base::WallTime{} + base::minutes(minute); }

// Goal: a time that runs backwards by more than clocks differ is told with its entry, once.
TEST(ClockCheck, NotesTimesThatRunBackwards) {
  ClockCheck clock;
  clock.add(0, at_minute(100), false);
  clock.add(1, at_minute(96), false);  // clocks differ so much
  clock.add(2, at_minute(60), false);
  clock.add(3, at_minute(61), false);  // goes on from there
  clock.add(4, at_minute(200), false);
  clock.finish();
  ASSERT_EQ(clock.steps().size(), 1U);
  EXPECT_EQ(clock.steps().front(), (TimeStep{2, base::minutes(40)}));
}

// Goal: an entry that says that the clock was set explains it, at once or soon after.
TEST(ClockCheck, ATimeStepThatIsToldIsNoNote) {
  ClockCheck clock;
  clock.add(0, at_minute(100), false);
  clock.add(1, at_minute(50), true);
  clock.add(2, at_minute(20), false);
  clock.add(3, at_minute(20), true);
  clock.finish();
  EXPECT_TRUE(clock.steps().empty());
  // Too late: it tells of another one.
  ClockCheck late;
  late.add(0, at_minute(100), false);
  late.add(1, at_minute(20), false);
  for (std::uint64_t i = 2; i <= ClockCheck::kToldWithin + 1; ++i)
    late.add(i, at_minute(20), false);
  late.add(ClockCheck::kToldWithin + 2, at_minute(20), false);
  late.add(ClockCheck::kToldWithin + 3, at_minute(20), true);
  late.finish();
  EXPECT_EQ(late.steps_count(), 1U);
}

TEST(ClockCheck, KnowsWhenWhatIsCoveredWasWritten) {
  ClockCheck clock;
  clock.want(2);
  clock.want(9);
  clock.add(0, at_minute(10), false);
  clock.add(1, at_minute(20), false);
  clock.add(2, at_minute(30), false);
  EXPECT_EQ(clock.covered_until(2), at_minute(20));
  EXPECT_FALSE(clock.covered_until(1));
  EXPECT_FALSE(clock.covered_until(9));
  EXPECT_FALSE(clock.is_before(at_minute(15), 2));
  EXPECT_TRUE(clock.is_before(at_minute(14), 2));
  EXPECT_FALSE(clock.is_before(at_minute(0), 9));
}

}  // namespace
}  // namespace stellwerk::audit
