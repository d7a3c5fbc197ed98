#include "kpi/window.h"

#include <gtest/gtest.h>

namespace stellwerk::kpi {
namespace {

using base::MonoTime;
using base::seconds;

MonoTime at_ms(std::int64_t ms) { return MonoTime{ms * 1000}; }

// Goal: sixty seconds, the running one included: at 160.5 s the seconds 101 … 160 count.
TEST(SecondsWindow, CoversItsSpanWhenItSlides) {
  RequestWindow window(seconds(60));
  window.begin(at_ms(50000));
  window.add(at_ms(100999), {1, 0, 0, 0});
  window.add(at_ms(101000), {10, 1, 2, 3});
  window.add(at_ms(160400), {100, 0, 0, 0});
  EXPECT_EQ(window.counts(at_ms(160500)), (RequestWindow::Counts{110, 1, 2, 3}));
  EXPECT_EQ(window.from(at_ms(160500)), at_ms(101000));
  EXPECT_EQ(window.counts(at_ms(159999)), (RequestWindow::Counts{11, 1, 2, 3}));
  EXPECT_EQ(window.total(), (RequestWindow::Counts{111, 1, 2, 3}));
}

TEST(SecondsWindow, CountsLateGroupsInTheirSecondWhenTheyArrive) {
  RequestWindow window(seconds(60));
  window.add(at_ms(120000), {1, 0, 0, 0});
  window.add(at_ms(110000), {2, 0, 0, 0});
  window.add(at_ms(120900), {4, 0, 0, 0});
  window.add(at_ms(110100), {8, 0, 0, 0});
  EXPECT_EQ(window.counts(at_ms(120999))[0], 15U);
  EXPECT_EQ(window.counts(at_ms(170000))[0], 5U);
}

TEST(SecondsWindow, ForgetsAllWhenItBeginsAnew) {
  RequestWindow window(seconds(60));
  window.add(at_ms(100100), {5, 0, 0, 0});
  window.begin(at_ms(100500));
  EXPECT_EQ(window.counts(at_ms(101000))[0], 0U);
  window.add(at_ms(99999), {7, 0, 0, 0});  // of the wave before: late, and ignored
  window.add(at_ms(100000), {2, 0, 0, 0});
  EXPECT_EQ(window.counts(at_ms(101000))[0], 2U);
  EXPECT_EQ(window.from(at_ms(101000)), at_ms(100000));
  EXPECT_EQ(window.total()[0], 2U);
}

TEST(SecondsWindow, StaysBoundedWhenItRunsLong) {
  RequestWindow window(seconds(60));
  for (std::int64_t s = 0; s < 5000; ++s) window.add(at_ms(s * 1000), {1, 0, 0, 0});
  EXPECT_EQ(window.save().size(), (60U + 8U + 1U) * 5U);
  EXPECT_EQ(window.counts(at_ms(4999000))[0], 60U);
  EXPECT_EQ(window.total()[0], 5000U);
}

TEST(SecondsWindow, IsTheSameWhenSavedAndRestored) {
  RequestWindow window(seconds(60));
  window.begin(at_ms(7000));
  window.add(at_ms(9000), {3, 1, 0, 2});
  window.add(at_ms(8000), {4, 0, 1, 0});
  RequestWindow other(seconds(60));
  ASSERT_TRUE(other.restore(window.save()));
  EXPECT_EQ(other.save(), window.save());
  EXPECT_EQ(other.counts(at_ms(9500)), window.counts(at_ms(9500)));
}

TEST(SecondsWindow, RefusesNumbersWhenTheyCannotBeAWindow) {
  RequestWindow window(seconds(60));
  EXPECT_FALSE(window.restore({}));
  EXPECT_FALSE(window.restore({1, 2, 3}));
  EXPECT_FALSE(window.restore({5, 1, 0, 0, -1}));
  EXPECT_FALSE(window.restore({5, 2, 0, 0, 0, 7, 1, 0, 0, 0, 6, 1, 0, 0, 0}));
  EXPECT_FALSE(window.restore({5, 1, 0, 0, 0, 4, 1, 0, 0, 0}));
  EXPECT_TRUE(window.restore({5, 1, 0, 0, 0, 5, 1, 0, 0, 0}));
  constexpr std::int64_t kNever = std::int64_t{1} << 53;  // its microseconds would overflow
  EXPECT_FALSE(window.restore({kNever, 1, 0, 0, 0}));
  EXPECT_FALSE(window.restore({-kNever, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace stellwerk::kpi
