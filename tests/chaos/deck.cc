#include "chaos/deck.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <vector>

namespace stellwerk::chaos {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

/// The nearest rank.
std::int64_t quantile(const std::vector<std::int64_t>& ordered, std::size_t percent) {
  const std::size_t rank = (ordered.size() * percent + 99) / 100;
  return ordered[std::max<std::size_t>(rank, 1) - 1];
}

class Figures : public ::testing::Environment {
 public:
  void take(const Trial& trial) {
    moments_ += trial.moments();
    rearmed_us_.insert(rearmed_us_.end(), trial.rearmed_us().begin(), trial.rearmed_us().end());
  }
  void TearDown() override {
    std::sort(rearmed_us_.begin(), rearmed_us_.end());
    std::cout << fmt::format("seed {}: killed or stopped {} times", deck().seed, moments_);
    if (!rearmed_us_.empty())
      std::cout << fmt::format(
          "; guard armed again {} times, after {} ms (median), {} ms (p95), {} ms (at most)",
          rearmed_us_.size(), quantile(rearmed_us_, 50) / 1000, quantile(rearmed_us_, 95) / 1000,
          rearmed_us_.back() / 1000);
    std::cout << std::endl;
  }

 private:
  std::size_t moments_ = 0;
  std::vector<std::int64_t> rearmed_us_;
};

Figures& figures() {
  // GoogleTest owns and deletes it.
  static auto* const kFigures =
      dynamic_cast<Figures*>(::testing::AddGlobalTestEnvironment(new Figures));
  return *kFigures;
}
[[maybe_unused]] const Figures& registered = figures();  // before the tests begin

}  // namespace

Deck deck() {
  Deck all;
  all.seed = number_from("STELLWERK_CHAOS_SEED", all.seed);
  all.moments = number_from("STELLWERK_CHAOS_MOMENTS", all.moments);
  return all;
}

Hand hand_of(std::size_t number) {
  Hand hand = deal(deck(), number);
  const char* instead = std::getenv("STELLWERK_CHAOS_AT");
  if (instead == nullptr) return hand;
  hand.moments.clear();
  std::istringstream words(instead);
  for (std::string word; words >> word;) {
    // A blank separates moments, so one within them is written as +.
    std::replace(word.begin(), word.end(), '+', ' ');
    const auto moment = moment_from(word);
    EXPECT_TRUE(moment) << word << " is no moment: AFTER/CALL/NTH/HOW";
    if (moment) hand.moments.push_back(*moment);
  }
  return hand;
}

void say_what_repeats_it(const std::string& what) {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::cout << fmt::format(
      "{}, seed {}; again: STELLWERK_CHAOS_SEED={} STELLWERK_CHAOS_MOMENTS={} "
      "build/dev/bin/chaos_test --gtest_filter='{}.{}'\n",
      what, deck().seed, deck().seed, deck().moments, test->test_suite_name(), test->name());
}

void take_figures(const Trial& trial) { figures().take(trial); }

}  // namespace stellwerk::chaos
