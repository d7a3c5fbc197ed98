#include "engine/mailbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace stellwerk::engine {
namespace {

TEST(Mailbox, RunsWhatWasPostedInOrder) {
  int woken = 0;
  Mailbox mailbox([&] { ++woken; });
  std::string ran;
  mailbox.post([&] { ran += "a"; });
  mailbox.post([&] { ran += "b"; });
  mailbox.run_all();
  mailbox.run_all();
  EXPECT_EQ(ran, "ab");
  EXPECT_EQ(woken, 2);
}

// Goal: whoever waits for an answer learns at once that none will come: what would have given it is
// gone.
TEST(Mailbox, DropsWorkOnceItIsClosed) {
  Mailbox mailbox([] {});
  const auto answer = std::make_shared<int>(0);
  mailbox.post([answer] { ++*answer; });
  ASSERT_EQ(answer.use_count(), 2);
  mailbox.close();
  EXPECT_EQ(answer.use_count(), 1);
  mailbox.post([answer] { ++*answer; });
  EXPECT_EQ(answer.use_count(), 1);
  mailbox.run_all();
  EXPECT_EQ(*answer, 0);
}

}  // namespace
}  // namespace stellwerk::engine
