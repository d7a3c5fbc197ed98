#include "chaos/moments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <sstream>
#include <utility>

namespace stellwerk::chaos {
namespace {

/// Not the library's distributions: they may differ from one to the next.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& all) {
    for (std::size_t left = all.size(); left > 1; --left)
      std::swap(all[left - 1], all[below(left)]);
  }

 private:
  std::mt19937_64 engine_;
};

/// An entry's type, and what Stellwerk does then besides writing it.
struct Place {
  std::string after;
  std::vector<std::string> deeds = {};
};

const std::vector<std::string> kBringUp = {
    "spawn",       "spawn haproxy", "workload.json", "document-domain-1", "routes.map",
    "haproxy.cfg", "process.json",  "prepare map",   "commit map"};
const std::vector<std::string> kDeploy = {"spawn",      "workload.json", "document-domain-1",
                                          "state.json", "haproxy.cfg",   "carried.map"};
const std::vector<std::string> kMove = {"set table",  "prepare map", "add map",    "commit map",
                                        "routes.map", "haproxy.cfg", "carried.map"};
const std::vector<std::string> kReturn = {"clear table", "prepare map", "add map", "commit map",
                                          "routes.map"};
const std::vector<std::string> kRetire = {"haproxy.cfg", "carried.map", "state.json",
                                          "workload.json", "signal"};

/// What every release does first; the story goes on with its own.
std::vector<Place> with_beginning(std::vector<Place> own) {
  std::vector<Place> all = {{"", kBringUp},
                            {"audit.release.planned", kBringUp},
                            {"audit.approval.granted"},
                            {"audit.step.attested"},
                            {"notification.maintenance.scheduled", {"notices"}},
                            {"audit.precheck.completed", {"content"}},
                            {"scheduler.release.started", kDeploy},
                            {"scheduler.release.deployed", kMove},
                            {"stellwerk.traffic.intended", kMove},
                            {"scheduler.release.wave1", {"set table", "notices", "content"}}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::vector<Place> going_back() {
  return with_beginning({{"scheduler.release.paused", {"notices"}},
                         {"notification.rollback.initiated", kReturn},
                         {"notification.rollback.executed", kRetire},
                         {"scheduler.version.retired", kRetire},
                         {"audit.release.rolledback", {"content", "notices"}},
                         {"audit.rollback.logged"}});
}

const std::vector<Place>& places_of(Story story) {
  static const std::vector<Place> kGood =
      with_beginning({{"stellwerk.hold.saved", {"content"}},
                      {"stellwerk.hold.completed", kMove},
                      {"scheduler.release.wave2", {"set table", "notices"}},
                      {"scheduler.release.completed", {"content"}},
                      {"analytics.release.metrics", {"content"}},
                      {"audit.release.completed", kReturn},
                      {"notification.release.successful", kReturn},
                      {"scheduler.traffic.settled", kRetire},
                      {"scheduler.version.retired", kRetire},
                      {"audit.release.logged"}});
  static const std::vector<Place> kBack = going_back();
  return story == Story::Good ? kGood : kBack;
}

/// What is done for every entry: written, synced, the head beside it, told.
const std::vector<std::pair<std::string, std::vector<std::string>>> kWriting = {
    {"journal-write", {"before", "half", "after"}}, {"journal-sync", {"before", "after"}},
    {"head-write", {"before", "half", "after"}},    {"head-sync", {"before", "after"}},
    {"events-write", {"before", "half", "after"}},  {"events-sync", {"after"}},
};

/// Of ten moments four are at a deed, four while writing, two anywhere.
Moment moment_at(const Place& place, Dice& dice) {
  const std::size_t kind = dice.below(10);
  if (kind < 4 && !place.deeds.empty()) {
    static const std::vector<std::string> kHow = {"before", "half", "after"};
    return {place.after, dice.one_of(place.deeds), 1 + static_cast<int>(dice.below(3)),
            dice.one_of(kHow)};
  }
  if (kind < 8) {
    const auto& [call, how] = dice.one_of(kWriting);
    return {place.after, call, 1, dice.one_of(how)};
  }
  static const std::vector<std::string> kHow = {"before", "after"};
  return {place.after, "any", 1 + static_cast<int>(dice.below(40)), dice.one_of(kHow)};
}

Story story_of(std::size_t number) {
  constexpr std::array<Story, 4> kTurns = {Story::Good, Story::Bad, Story::Good, Story::Recalled};
  return kTurns[number % kTurns.size()];
}

}  // namespace

std::string name_of(Story story) {
  if (story == Story::Good) return "good";
  return story == Story::Bad ? "bad" : "recalled";
}

std::string Moment::text() const { return fmt::format("{}/{}/{}/{}", after, call, nth, how); }

std::optional<Moment> moment_from(std::string_view text) {
  std::vector<std::string> parts;
  std::istringstream words{std::string(text)};
  for (std::string part; std::getline(words, part, '/');) parts.push_back(part);
  if (parts.size() != 4 || parts[1].empty()) return std::nullopt;
  const int nth = std::atoi(parts[2].c_str());
  return Moment{parts[0], parts[1], std::max(nth, 1), parts[3]};
}

std::size_t hands_of(const Deck& deck) {
  return (deck.moments + kMomentsOfAHand - 1) / kMomentsOfAHand;
}

Hand deal(const Deck& deck, std::size_t number) {
  const Story story = story_of(number);
  Dice dice(deck.seed * 3 + static_cast<std::uint64_t>(story));
  const std::vector<Place>& places = places_of(story);
  std::vector<std::size_t> order;  // of places, shuffled anew each time they are used up
  for (std::size_t each = 0; each <= number; ++each) {
    if (story_of(each) != story) continue;
    std::vector<std::size_t> hand;
    while (hand.size() < kMomentsOfAHand) {
      if (order.empty()) {
        for (std::size_t i = 0; i < places.size(); ++i) order.push_back(i);
        dice.shuffle(order);
      }
      hand.push_back(order.back());
      order.pop_back();
    }
    std::sort(hand.begin(), hand.end());
    std::vector<Moment> moments;
    for (const std::size_t place : hand) moments.push_back(moment_at(places[place], dice));
    if (each == number) return {story, moments};
  }
  return {story, {}};
}

std::vector<Moment> deal_within(const Deck& deck, std::uint64_t salt, const Stretch& stretch,
                                std::size_t count) {
  constexpr std::uint64_t kApart = 1000;  // from the dice of deal()
  Dice dice((deck.seed * kApart + salt + 1) * kApart);
  const std::vector<Place>& all = places_of(Story::Good);
  const auto place_of = [&](const std::string& type) {
    return std::find_if(all.begin(), all.end(),
                        [&](const Place& place) { return place.after == type; });
  };
  std::vector<Place> within(place_of(stretch.from), std::next(place_of(stretch.to)));
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(dice.below(within.size()));
  std::sort(chosen.begin(), chosen.end());
  std::vector<Moment> moments;
  for (const std::size_t place : chosen) moments.push_back(moment_at(within[place], dice));
  return moments;
}

}  // namespace stellwerk::chaos
