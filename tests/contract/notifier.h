// notifier.h — what every ports::Notifier must do; memory and files run the same suite.
//
// Start here: instantiate NotifierContract with one NotifierFactory for each adapter.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "ports/notifier.h"

namespace stellwerk::contract {

class NotifierHarness {
 public:
  virtual ~NotifierHarness() = default;
  virtual ports::Notifier& notifier() = 0;
  virtual std::size_t messages() = 0;
  /// What target() must be.
  virtual std::string target() = 0;
  /// While set, nothing can be sent.
  virtual void break_down(bool broken) = 0;
};

struct NotifierFactory {
  std::string name;
  std::function<std::unique_ptr<NotifierHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const NotifierFactory& factory) {
  return out << factory.name;
}

class NotifierContract : public ::testing::TestWithParam<NotifierFactory> {
 protected:
  NotifierContract() : harness_(GetParam().make()) {}
  base::Result<void> send(const std::string& id) {
    const ports::Notice notice{.id = id,
                               .release = base::ReleaseId("rel-1"),
                               .event = "notification.release.started",
                               .recipients = {"a@example.org"},
                               .subject = "x",
                               .body = "y",
                               .time = {1760558400000000}};
    return harness_->notifier().send(notice, {});
  }
  NotifierHarness& harness() { return *harness_; }

 private:
  std::unique_ptr<NotifierHarness> harness_;
};

TEST_P(NotifierContract, LeavesOneMessageAnIdHoweverOftenItIsSent) {
  ASSERT_TRUE(send("rel-1/1/0"));
  ASSERT_TRUE(send("rel-1/1/1"));
  ASSERT_TRUE(send("rel-1/1/0"));
  EXPECT_EQ(harness().messages(), 2U);
  EXPECT_FALSE(harness().notifier().name().empty());
  EXPECT_EQ(harness().notifier().target(), harness().target()) << "the same at every start";
}

TEST_P(NotifierContract, SaysSoWhenItCannotSendAndSendsLater) {
  harness().break_down(true);
  const auto failed = send("rel-1/1/0");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "NTF-0002");
  EXPECT_EQ(failed.error().code, base::Code::Unavailable);
  harness().break_down(false);
  ASSERT_TRUE(send("rel-1/1/0"));
  EXPECT_EQ(harness().messages(), 1U);
}

}  // namespace stellwerk::contract
