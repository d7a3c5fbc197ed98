// Releases whose Stellwerk is killed again and again, at moments that a seed chooses: each ends as
// if nobody had.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "chaos/deck.h"
#include "chaos/trial.h"

namespace stellwerk::chaos {
namespace {

class Killed : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Killed, AgainAndAgainItEndsAsIfNobodyHad) {
  const Hand hand = hand_of(GetParam());
  say_what_repeats_it(fmt::format("a {} release", name_of(hand.story)));
  Trial trial({.story = hand.story});
  for (const Moment& moment : hand.moments)
    if (!trial.killed_at(moment)) break;
  trial.finish();
  take_figures(trial);
}

INSTANTIATE_TEST_SUITE_P(Release, Killed, ::testing::Range<std::size_t>(0, hands_of(deck())));

}  // namespace
}  // namespace stellwerk::chaos
