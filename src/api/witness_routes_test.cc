// Goal: nothing is cosigned that is not remembered first, and what is remembered decides.
#include "api/witness_routes.h"

#include <gtest/gtest.h>

#include <thread>

#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_witness_store.h"
#include "api/testing/witness_log.h"
#include "audit/cosignature.h"

namespace stellwerk::api {
namespace {

class WitnessRoutesTest : public ::testing::Test {
 protected:
  Response add(const std::string& body) {
    return routes_.handle({"POST", "/add-checkpoint", body, {}});
  }
  Response get(const std::string& path) { return routes_.handle({"GET", path, {}, {}}); }
  [[nodiscard]] std::string latest_path() const {
    return "/" + audit::origin_id(log_.origin()) + "/checkpoint";
  }

  testing::WitnessLog log_;
  testing::WitnessLog second_{"second.example/log", 5};
  adapters::MemoryWitnessStore store_;
  testing::TestCosigner cosigner_;
  adapters::MemoryClock clock_;
  std::mutex mutex_;
  std::vector<WitnessEvent> events_;
  WitnessRoutes routes_{
      {clock_, store_, cosigner_, {log_.key(), second_.key()}, [this](const WitnessEvent& event) {
         const std::lock_guard lock(mutex_);
         events_.push_back(event);
       }}};
};

TEST_F(WitnessRoutesTest, CosignsWhatContinuesAndRemembersIt) {
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {1U, 4U, 4U, 9U}) {
    clock_.advance(base::seconds(1));
    const auto response = add(log_.body(old_size, size));
    ASSERT_EQ(response.status, 200) << response.body;
    const auto cosigned = audit::verify_cosigned(log_.checkpoint(size) + response.body, log_.key(),
                                                 std::vector{cosigner_.key()});
    ASSERT_TRUE(cosigned) << cosigned.error().one_line();
    ASSERT_EQ(cosigned->cosigners.size(), 1U);
    EXPECT_EQ(cosigned->cosigners[0].unix_seconds,
              static_cast<std::uint64_t>(clock_.wall().us / 1'000'000));
    const auto latest = get(latest_path());
    EXPECT_EQ(latest.status, 200);
    EXPECT_EQ(latest.body, log_.checkpoint(size) + response.body);
    old_size = size;
  }
  EXPECT_EQ(events_.back().what, "cosigned");
  EXPECT_EQ(events_.back().size, 9U);
}

TEST_F(WitnessRoutesTest, TellsTheLogsApart) {
  EXPECT_EQ(add(log_.body(0, 5)).status, 200);
  EXPECT_EQ(add(second_.body(0, 2)).status, 200);
  EXPECT_EQ(add(log_.body(0, 6)).body, "5\n");
  EXPECT_EQ(add(second_.body(0, 6)).body, "2\n");
}

TEST_F(WitnessRoutesTest, CosignsNothingThatCannotBeRemembered) {
  ASSERT_EQ(add(log_.body(0, 5)).status, 200);
  store_.set_full(true);
  const auto response = add(log_.body(5, 9));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("\u2014"), std::string::npos);
  EXPECT_EQ(events_.back().what, "failed");
  store_.set_full(false);
  EXPECT_EQ(add(log_.body(0, 9)).body, "5\n");
  store_.set_damaged(true);
  EXPECT_EQ(add(log_.body(5, 9)).status, 500);
  EXPECT_EQ(get(latest_path()).status, 500);
}

TEST_F(WitnessRoutesTest, KeepsTheEvidenceOfAnotherHistory) {
  ASSERT_EQ(add(log_.body(0, 5)).status, 200);
  const auto response = add(log_.body(5, 9, "b"));
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(events_.back().what, "other_history");
  EXPECT_EQ(events_.back().origin, log_.origin());
  EXPECT_EQ(events_.back().checkpoint, log_.checkpoint(9, "b"));
}

TEST_F(WitnessRoutesTest, OfTwoHistoriesAtOnceCosignsOne) {
  ASSERT_EQ(add(log_.body(0, 5)).status, 200);
  for (std::uint64_t size = 5; size < 45; size += 2) {
    // Both continue the tree of this size, and not each other.
    const testing::WitnessLog& log = log_;
    const std::string grown = log.body(size, size + 2);
    const std::string same = log.body(size, size + 1);
    Response first;
    std::thread other([&] { first = add(grown); });
    const Response second = add(same);
    other.join();
    EXPECT_NE(first.status == 200, second.status == 200);
    if (second.status == 200) {
      ASSERT_EQ(add(log.body(size + 1, size + 2)).status, 200);
    }
  }
}

TEST_F(WitnessRoutesTest, TellsOfStrangersOnceASecondAndAnswersThemAll) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(add("garbage").status, 400);
  EXPECT_EQ(events_.size(), 1U);
  clock_.advance(base::seconds(1));
  EXPECT_EQ(add("garbage").status, 400);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_.back().what, "malformed");
  EXPECT_EQ(events_.back().untold, 99U);
  // What a known log signed is always told.
  EXPECT_EQ(add(log_.body(3, 5)).status, 409);
  EXPECT_EQ(events_.size(), 3U);
  EXPECT_EQ(events_.back().problem, "the witness knows size 0");
}

TEST_F(WitnessRoutesTest, AnswersNothingElse) {
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/checkpoint").status, 404);
  EXPECT_EQ(get("//checkpoint").status, 404);
  EXPECT_EQ(get("/" + std::string(64, '0') + "/checkpoint").status, 404);
  EXPECT_EQ(get(latest_path()).status, 404);
  EXPECT_EQ(get("/add-checkpoint").status, 405);
  EXPECT_EQ(routes_.handle({"POST", latest_path(), {}, {}}).status, 405);
}

}  // namespace
}  // namespace stellwerk::api
