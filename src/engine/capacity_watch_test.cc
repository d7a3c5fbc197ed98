#include "engine/capacity_watch.h"

#include <gtest/gtest.h>

namespace stellwerk::engine {
namespace {

const CapacityWatch::Instance kFirst{base::ComponentName("billing"), "billing-1.0.0-1"};
const CapacityWatch::Instance kSecond{base::ComponentName("billing"), "billing-1.0.0-2"};

TEST(CapacityWatch, SaysNothingBeforeAnInstanceWasEverReady) {
  CapacityWatch watch;
  EXPECT_EQ(watch.gone_after(kFirst, false), std::nullopt);
  EXPECT_EQ(watch.gone_after(kFirst, true), false);
}

TEST(CapacityWatch, IsGoneWithTheLastInstanceAndBackWithTheFirst) {
  CapacityWatch watch;
  watch.gone_after(kFirst, true);
  watch.gone_after(kSecond, true);
  EXPECT_EQ(watch.gone_after(kFirst, false), false);
  EXPECT_EQ(watch.gone_after(kSecond, false), true);
  EXPECT_EQ(watch.gone_after(kFirst, true), false);
}

TEST(CapacityWatch, TellsComponentsApartWhoseNamesBeginAlike) {
  CapacityWatch watch;
  const CapacityWatch::Instance core{base::ComponentName("billing-core"), "billing-core-2.0.0-1"};
  watch.gone_after(kFirst, true);
  EXPECT_EQ(watch.gone_after(core, false), std::nullopt);
  watch.gone_after(core, true);
  EXPECT_EQ(watch.gone_after(kFirst, false), true);
  EXPECT_EQ(watch.gone_after(core, true), false);
}

}  // namespace
}  // namespace stellwerk::engine
