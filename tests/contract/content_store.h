// content_store.h — what every ports::ContentStore must do; memory and files run the same suite.
//
// Start here: instantiate ContentStoreContract with one ContentStoreFactory for each store.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "ports/journal_store.h"

namespace stellwerk::contract {

/// One store under test, and a hand from outside that damages what it keeps.
class ContentStoreHarness {
 public:
  virtual ~ContentStoreHarness() = default;
  virtual ports::ContentStore& store() = 0;
  virtual void tamper(const base::Digest& digest, const std::string& bytes) = 0;
};

struct ContentStoreFactory {
  std::string name;
  std::function<std::unique_ptr<ContentStoreHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const ContentStoreFactory& factory) {
  return out << factory.name;
}

class ContentStoreContract : public ::testing::TestWithParam<ContentStoreFactory> {
 protected:
  ContentStoreContract() : harness_(GetParam().make()) {}
  ports::ContentStore& store() { return harness_->store(); }
  ContentStoreHarness& harness() { return *harness_; }

 private:
  std::unique_ptr<ContentStoreHarness> harness_;
};

TEST_P(ContentStoreContract, GivesBackWhatWasStoredByItsDigest) {
  const std::string large(3000000, 'x');
  for (const std::string& bytes :
       {std::string("a plan"), std::string{}, std::string("\0\n\xff", 3), large}) {
    const auto digest = store().put(bytes);
    ASSERT_TRUE(digest) << digest.error().one_line();
    EXPECT_EQ(*digest, base::sha256(bytes));
    EXPECT_TRUE(store().has(*digest).value());
    EXPECT_EQ(store().get(*digest).value(), bytes);
  }
}

TEST_P(ContentStoreContract, ChangesNothingWhenTheSameIsStoredAgain) {
  const auto first = store().put("evidence").value();
  EXPECT_EQ(store().put("evidence").value(), first);
  EXPECT_EQ(store().get(first).value(), "evidence");
}

TEST_P(ContentStoreContract, SaysWhatIsNotThere) {
  const auto digest = base::sha256("never stored");
  EXPECT_FALSE(store().has(digest).value());
  const auto found = store().get(digest);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().id, "CAS-0002");
  EXPECT_EQ(found.error().code, base::Code::NotFound);
}

TEST_P(ContentStoreContract, NoticesChangedBytesAndTakesTheGoodOnesAgain) {
  const auto digest = store().put("evidence").value();
  harness().tamper(digest, "Evidence");
  const auto found = store().get(digest);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().id, "CAS-0003");
  EXPECT_EQ(found.error().code, base::Code::Corruption);
  ASSERT_TRUE(store().put("evidence"));
  EXPECT_EQ(store().get(digest).value(), "evidence");
}

}  // namespace stellwerk::contract
