// event_bus.h — what every ports::EventBus must do; memory, files and the ERP's audit-domain run
// the same suite.
//
// Start here: instantiate EventBusContract with one EventBusFactory for each adapter.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/event_bus.h"

namespace stellwerk::contract {

class EventBusHarness {
 public:
  virtual ~EventBusHarness() = default;
  virtual ports::EventBus& bus() = 0;
  /// `<index> <name>` of what the subscriber has, in its order.
  virtual std::vector<std::string> received() = 0;
  /// What target() must be.
  virtual std::string target() = 0;
  /// While set, the subscriber takes nothing.
  virtual void break_down(bool broken) = 0;
  /// For one delivery; who delivers without waiting for anybody needs no deadline.
  virtual ports::Call call() { return {}; }
};

struct EventBusFactory {
  std::string name;
  std::function<std::unique_ptr<EventBusHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const EventBusFactory& factory) {
  return out << factory.name;
}

class EventBusContract : public ::testing::TestWithParam<EventBusFactory> {
 protected:
  EventBusContract() : harness_(GetParam().make()) {}
  static ports::PublicEvent event(std::uint64_t index, const std::string& name) {
    return {.index = index,
            .name = name,
            .release = base::ReleaseId("rel-1"),
            .time = {1760558400000000},
            .runbook_time = "T+0",
            .data = R"({"v":1})"};
  }
  base::Result<void> publish(const std::vector<ports::PublicEvent>& events) {
    return harness_->bus().publish(events, harness_->call());
  }
  EventBusHarness& harness() { return *harness_; }

 private:
  std::unique_ptr<EventBusHarness> harness_;
};

TEST_P(EventBusContract, DeliversInOrder) {
  ASSERT_TRUE(publish({event(1, "a"), event(2, "b")}));
  ASSERT_TRUE(publish({event(5, "c"), event(5, "d")}));
  EXPECT_EQ(harness().received(), (std::vector<std::string>{"1 a", "2 b", "5 c", "5 d"}));
  EXPECT_FALSE(harness().bus().name().empty());
  EXPECT_EQ(harness().bus().target(), harness().target()) << "the same at every start";
}

TEST_P(EventBusContract, DeliversEachEventOnceWhenACallIsRepeated) {
  ASSERT_TRUE(publish({event(1, "a"), event(2, "b")}));
  ASSERT_TRUE(publish({event(1, "a"), event(2, "b"), event(2, "c"), event(3, "d")}));
  EXPECT_EQ(harness().received(), (std::vector<std::string>{"1 a", "2 b", "2 c", "3 d"}));
}

TEST_P(EventBusContract, TakesNothingAndSaysSoWhenItCannotDeliver) {
  ASSERT_TRUE(publish({event(1, "a")}));
  harness().break_down(true);
  const auto failed = publish({event(2, "b")});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().id, "NTF-0001");
  EXPECT_EQ(failed.error().code, base::Code::Unavailable);
  harness().break_down(false);
  ASSERT_TRUE(publish({event(2, "b")}));
  EXPECT_EQ(harness().received(), (std::vector<std::string>{"1 a", "2 b"}));
}

TEST_P(EventBusContract, AcceptsAnEmptyDelivery) {
  ASSERT_TRUE(publish({}));
  EXPECT_TRUE(harness().received().empty());
}

}  // namespace stellwerk::contract
