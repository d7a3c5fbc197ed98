#include "documents/retention.h"

#include <gtest/gtest.h>

namespace stellwerk::documents {
namespace {

std::string until(const char* last) { return keep_until(base::parse_rfc3339(last).value()); }

TEST(Retention, RunsFromTheEndOfTheYear) {
  EXPECT_EQ(until("2025-01-01T00:00:00Z"), "2035-12-31");
  EXPECT_EQ(until("2025-10-15T20:00:00Z"), "2035-12-31");
  EXPECT_EQ(until("2025-12-31T22:59:59.999Z"), "2035-12-31");
}

// Goal: the books' year is Germany's.
TEST(Retention, EndsAYearLaterForWhatWasWrittenAfterMidnightInGermany) {
  EXPECT_EQ(until("2025-12-31T23:00:00Z"), "2036-12-31");
}

}  // namespace
}  // namespace stellwerk::documents
