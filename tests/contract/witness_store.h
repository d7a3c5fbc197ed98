// witness_store.h — what every ports::WitnessStore must do; memory and files run the same suite.
//
// Start here: instantiate WitnessStoreContract with one WitnessStoreFactory for each.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/testing/test_key.h"
#include "ports/witness_store.h"

namespace stellwerk::contract {

/// The witness whose memory it is.
inline const audit::testing::TestKey& contract_witness() {
  static const audit::testing::TestKey kKey("w.example", 4, audit::KeyType::Ed25519Cosignature);
  return kKey;
}

class WitnessStoreHarness {
 public:
  virtual ~WitnessStoreHarness() = default;
  virtual ports::WitnessStore& store() = 0;
  /// What a new process would find.
  virtual void reopen() = 0;
  /// Nothing can be kept of that log from here on.
  virtual void fill_up(const std::string& origin) = 0;
  /// What is kept of that log is no longer what was written.
  virtual void damage(const std::string& origin) = 0;
};

struct WitnessStoreFactory {
  std::string name;
  std::function<std::unique_ptr<WitnessStoreHarness>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const WitnessStoreFactory& factory) {
  return out << factory.name;
}

class WitnessStoreContract : public ::testing::TestWithParam<WitnessStoreFactory> {
 protected:
  WitnessStoreContract() : harness_(GetParam().make()) {}
  static std::string cosigned(const std::string& origin, std::uint64_t size) {
    const std::string text = audit::Checkpoint{origin, size, audit::leaf_hash("x"), {}}.to_text();
    return text + "\n" + contract_witness().cosign(text, 1'760'000'000);
  }
  WitnessStoreHarness& harness() { return *harness_; }
  ports::WitnessStore& store() { return harness_->store(); }

 private:
  std::unique_ptr<WitnessStoreHarness> harness_;
};

TEST_P(WitnessStoreContract, KnowsNothingBeforeTheFirst) {
  const auto loaded = store().load("a");
  ASSERT_TRUE(loaded) << loaded.error().one_line();
  EXPECT_EQ(*loaded, std::nullopt);
}

TEST_P(WitnessStoreContract, GivesTheLatestOfEachLogAlsoToANewProcess) {
  for (const std::uint64_t size : {1U, 2U, 7U})
    ASSERT_TRUE(store().replace("a", cosigned("a", size)));
  ASSERT_TRUE(store().replace("b/c", cosigned("b/c", 3)));
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(store().load("a").value(), cosigned("a", 7));
    EXPECT_EQ(store().load("b/c").value(), cosigned("b/c", 3));
    EXPECT_EQ(store().load("b").value(), std::nullopt);
    harness().reopen();
  }
}

TEST_P(WitnessStoreContract, KeepsWhatItHadWhenItCannotKeepMore) {
  ASSERT_TRUE(store().replace("a", cosigned("a", 1)));
  harness().fill_up("a");
  const auto replaced = store().replace("a", cosigned("a", 2));
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().id, "WIT-0007");
  EXPECT_EQ(store().load("a").value(), cosigned("a", 1));
}

TEST_P(WitnessStoreContract, SaysWhenItIsDamaged) {
  ASSERT_TRUE(store().replace("a", cosigned("a", 1)));
  harness().damage("a");
  const auto loaded = store().load("a");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().id, "WIT-0005");
  EXPECT_EQ(loaded.error().code, base::Code::Corruption);
}

}  // namespace stellwerk::contract
