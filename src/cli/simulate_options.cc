#include "cli/simulate_options.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr std::uint64_t kSeedsMax = 10'000;
constexpr std::uint64_t kSeedMax = 1'000'000'000'000;
constexpr std::uint64_t kRequestsMax = 1'000'000;
constexpr std::uint64_t kLagMax = 1'000'000'000;
constexpr std::uint64_t kSpeedMax = 3600;
constexpr std::uint64_t kThreadsMax = 256;

base::Error refused(std::string_view option, std::string_view value, std::string why) {
  return base::error(base::Code::InvalidArgument, "CLI-0011",
                     fmt::format("{} is no value of {}", base::in_quotes(value), option))
      .because(std::move(why))
      .now("nothing was simulated")
      .then("stellwerk simulate --help", "what there is");
}

struct OptionRange {
  std::uint64_t least = 1;
  std::uint64_t most = 1;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

class OptionReader {
 public:
  OptionReader(const SimulateWords& words, const core::Plan& plan) : words_(words), plan_(plan) {}

  base::Result<Simulation> read() {
    sim::ForecastOptions& forecast = simulation_.forecast;
    sim::UserWorld& world = forecast.world;
    sim::Answers& answers = world.traffic.new_version;
    world.speed = sim::usual_speed(plan_);
    number("--seeds", words_.seeds, {1, kSeedsMax}, forecast.seeds);
    number("--requests", words_.requests, {1, kRequestsMax}, world.traffic.requests_per_second);
    number("--lag", words_.lag, {0, kLagMax}, answers.consumer_lag);
    number("--speed", words_.speed, {1, kSpeedMax}, world.speed);
    number("--threads", words_.threads, {1, kThreadsMax}, forecast.threads);
    share("--errors", words_.errors, answers.errors);
    share("--slow", words_.slow, answers.slow);
    one_seed();
    wave();
    faults();
    simulation_.variations = !words_.no_variations && !simulation_.one;
    if (problem_) return base::fail(std::move(*problem_));
    return simulation_;
  }

 private:
  void refuse(std::string_view option, std::string_view value, std::string why) {
    if (!problem_) problem_ = refused(option, value, std::move(why));
  }

  template <class Number>
  void number(std::string_view option, const std::string& text, OptionRange range, Number& target) {
    if (text.empty()) return;
    const auto read = number_of(text);
    if (!read || *read < range.least || *read > range.most)
      return refuse(option, text,
                    fmt::format("it is a whole number from {} to {}", range.least, range.most));
    target = static_cast<Number>(*read);
  }

  /// `2`, `2%`, `0.5 %`.
  void share(std::string_view option, const std::string& text, base::Ppm& target) {
    if (text.empty()) return;
    const auto read = base::parse_percent(text.ends_with('%') ? text : text + "%");
    if (!read) return refuse(option, text, "it is a percentage from 0 to 100, such as 0.5%");
    target = *read;
  }

  void one_seed() {
    if (words_.seed.empty()) return;
    if (!words_.seeds.empty())
      return refuse("--seed", words_.seed, "--seeds was given too; one of them is enough");
    simulation_.one = true;
    simulation_.forecast.seeds = 1;
    number("--seed", words_.seed, {1, kSeedMax}, simulation_.forecast.first);
  }

  void wave() {
    std::string_view text = words_.bad_from;
    if (text.empty()) return;
    if (text.starts_with("wave-")) text.remove_prefix(5);
    const auto read = number_of(text);
    if (!read || *read < 1 || *read > plan_.waves.size())
      return refuse("--bad-from", words_.bad_from,
                    fmt::format("the plan has wave-1 to wave-{}", plan_.waves.size()));
    simulation_.forecast.world.traffic.bad_from_wave = static_cast<std::uint32_t>(*read);
  }

  void faults() {
    if (words_.faults.empty()) return;
    sim::UserWorld& world = simulation_.forecast.world;
    for (const std::string_view each : base::split(words_.faults, ',')) {
      const std::string_view word = base::trim(each);
      if (const auto level = sim::fault_level_named(word))
        world.level = *level;
      else if (const auto fault = sim::fault_named(word))
        world.kinds.insert(*fault);
      else
        return unknown_fault(word);
    }
    if (world.level == sim::FaultLevel::None && !world.kinds.empty())
      refuse("--faults", words_.faults, "none goes with no kind of misfortune");
  }

  void unknown_fault(std::string_view word) {
    std::vector<std::string> names = {"none", "few", "many"};
    for (const sim::Fault fault : sim::all_faults()) names.emplace_back(to_string(fault));
    const auto meant = base::nearest(word, names);
    refuse("--faults", word,
           meant ? fmt::format("did you mean {}?", *meant)
                 : fmt::format("there are {}", base::and_list(names)));
  }

  const SimulateWords& words_;
  const core::Plan& plan_;
  Simulation simulation_;
  std::optional<base::Error> problem_;
};

}  // namespace

base::Result<Simulation> read_simulation(const SimulateWords& words, const core::Plan& plan) {
  return OptionReader(words, plan).read();
}

std::string options_text(const SimulateWords& words) {
  std::string text;
  const auto add = [&](std::string_view option, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {} {}", option, value);
  };
  add("--requests", words.requests);
  add("--errors", words.errors);
  add("--slow", words.slow);
  add("--lag", words.lag);
  add("--bad-from", words.bad_from);
  add("--faults", words.faults);
  add("--speed", words.speed);
  return text;
}

}  // namespace stellwerk::cli
