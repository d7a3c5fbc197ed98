#include "document-domain/faults.h"

#include <gtest/gtest.h>

#include <vector>

namespace document_domain {
namespace {

using std::chrono::milliseconds;

examples::Parsed<FaultPlan> parse(const std::vector<std::string>& faults) {
  return parse_faults(faults);
}

TEST(ParseFaults, ReadsEveryKind) {
  const auto plan = parse({"errors:2.5%", "slow:40", "hang:1", "unhealthy-after:7", "crash-after:9",
                           "queue", "crash-on-start", "gauge:nan", "garbage:http"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->errors_ppm, 25'000U);
  EXPECT_EQ(plan->hang_ppm, 10'000U);
  EXPECT_EQ(plan->slow, milliseconds(40));
  EXPECT_EQ(plan->unhealthy_after, 7U);
  EXPECT_EQ(plan->crash_after, 9U);
  EXPECT_TRUE(plan->render_workers_stopped);
  EXPECT_TRUE(plan->crash_on_start);
  EXPECT_EQ(plan->gauge, GaugeFault::NotANumber);
  EXPECT_EQ(plan->health, HealthFault::GarbageHttp);
}

TEST(ParseFaults, RefusesWhatItCannotDo) {
  const std::vector<std::vector<std::string>> bad = {{"eror:2"},
                                                     {""},
                                                     {"errors"},
                                                     {"errors:"},
                                                     {"errors:0"},
                                                     {"errors:101"},
                                                     {"errors:-1"},
                                                     {"errors:1.23456"},
                                                     {"errors:1."},
                                                     {"errors:.5"},
                                                     {"errors:1e1"},
                                                     {"errors:1%%"},
                                                     {"slow:0"},
                                                     {"slow:x"},
                                                     {"unhealthy:1"},
                                                     {"garbage:xml"},
                                                     {"gauge:"},
                                                     {"crash-after:-1"},
                                                     {"unhealthy", "garbage:json"},
                                                     {"slow:1", "slow:2"}};
  for (const auto& faults : bad) {
    const auto plan = parse(faults);
    ASSERT_FALSE(plan) << faults.front();
    EXPECT_FALSE(plan.error().what.empty() || plan.error().next.empty());
  }
}

TEST(EvenShare, PicksExactlyItsShareEvenlySpread) {
  EvenShare fifth(200'000);
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(fifth.next(), i % 5 == 0) << i;
  EvenShare odd(25'000);
  int picked = 0;
  for (int i = 0; i < 10'000; ++i) picked += odd.next() ? 1 : 0;
  EXPECT_EQ(picked, 250);
}

TEST(EvenShare, PicksNoneOrAllAtTheEnds) {
  EvenShare none(0);
  EvenShare all(1'000'000);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(none.next());
    EXPECT_TRUE(all.next());
  }
}

TEST(FaultInjector, KeepsTheShareOfErrorsAmongRequestsThatDoNotHang) {
  FaultInjector injector(*parse({"errors:50", "hang:50"}));
  int errors = 0;
  int hangs = 0;
  for (int i = 0; i < 1000; ++i) {
    const ApiFault fault = injector.next_api_request();
    errors += fault == ApiFault::Error ? 1 : 0;
    hangs += fault == ApiFault::Hang ? 1 : 0;
  }
  EXPECT_EQ(hangs, 500);
  EXPECT_EQ(errors, 250);
}

TEST(FaultInjector, TurnsUnhealthyAndCrashesAtItsRequest) {
  FaultInjector injector(*parse({"unhealthy-after:2", "crash-after:3"}));
  EXPECT_EQ(injector.health(), HealthFault::None);
  EXPECT_EQ(injector.next_api_request(), ApiFault::None);
  EXPECT_EQ(injector.health(), HealthFault::None);
  EXPECT_EQ(injector.next_api_request(), ApiFault::None);
  EXPECT_EQ(injector.health(), HealthFault::Unhealthy);
  EXPECT_EQ(injector.next_api_request(), ApiFault::None);
  EXPECT_EQ(injector.next_api_request(), ApiFault::Crash);
}

}  // namespace
}  // namespace document_domain
