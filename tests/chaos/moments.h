// moments.h — where stellwerk is killed: the moments of each kind of release, and a hand of them by
// seed.
//
// Thread-safety: values and pure functions.                              Start here: deal()
// Invariants: the same seed and number give the same moments, on every machine.
// Spec: README.md, "Moments"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stellwerk::chaos {

/// How a release goes when nobody kills anything.
enum class Story {
  Good,      ///< two waves, completed
  Bad,       ///< the new version fails in its first wave, and the guard rolls back
  Recalled,  ///< a person rolls back in the first wave
};
std::string name_of(Story story);

/// One call of the C library that Stellwerk does not survive.
struct Moment {
  std::string after;  ///< an entry's type; empty: from the start of the process
  std::string call;   ///< its kind, or a part of the path or text that it has
  int nth = 1;        ///< counted since then
  std::string how;    ///< before, half, after

  /// `scheduler.release.wave1/head-write/1/half`, as the saboteur takes it.
  [[nodiscard]] std::string text() const;
};

/// What text() gives.
std::optional<Moment> moment_from(std::string_view text);

/// One release and where it is interrupted, in the order of the run.
struct Hand {
  Story story = Story::Good;
  std::vector<Moment> moments;
};

struct Deck {
  std::uint64_t seed = 1;
  std::size_t moments = 60;  ///< in all
};
constexpr std::size_t kMomentsOfAHand = 5;

/// How many releases it takes.
std::size_t hands_of(const Deck& deck);
/// The release `number`, from 0. Over all of them every entry type has its turn before one comes
/// twice.
Hand deal(const Deck& deck, std::size_t number);

/// Between which entries of a release something happens; both of a Place's types.
struct Stretch {
  std::string from;
  std::string to;
};
/// `count` moments in order, within a stretch; `salt` tells apart who asks.
std::vector<Moment> deal_within(const Deck& deck, std::uint64_t salt, const Stretch& stretch,
                                std::size_t count);

}  // namespace stellwerk::chaos
