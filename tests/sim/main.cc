// sim: the real engine through simulated worlds, by seed. See docs/simulator.md.
//
//   sim --seeds 1000              seeds 1 to 1000 on all cores, each twice
//   sim --first 5000 --seeds 10   seeds 5000 to 5009
//   sim --seed 17                 one seed, with everything that happened in it
//     --without kill,disk-full    leave these kinds of fault out
//     --calm                      the full minor release, and nothing ever happens to it
//     --once                      no second run of each seed
//     --threads N                 default: one a core
//     --failures N                stop after so many failing seeds; default: 1
//     --mistake N                 plant one in the engine (builds for tests; src/base/mutation.h)
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/mutation.h"
#include "sim/campaign.h"
#include "sim/scenarios.h"

namespace stellwerk::sim {
namespace {

struct Arguments {
  CampaignOptions campaign{.threads = 0};
  std::set<Fault> without;
  bool calm = false;
  bool single = false;
  bool good = true;
};

bool read_number(std::string_view text, std::uint64_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

bool read_faults(std::string_view text, std::set<Fault>& faults) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto fault = fault_named(text.substr(0, comma));
    if (!fault) return false;
    faults.insert(*fault);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

bool plant(std::uint64_t number) {
#ifdef STELLWERK_MUTATIONS
  if (number > static_cast<std::uint64_t>(base::kLastMutation)) return false;
  base::plant(static_cast<base::Mutation>(number));
  return true;
#else
  fmt::print(stderr, "this build has no mistakes to plant (STELLWERK_MUTATIONS), not {}\n", number);
  return false;
#endif
}

bool read_value(std::string_view option, std::string_view value, Arguments& read) {
  std::uint64_t number = 0;
  if (option == "--without") return read_faults(value, read.without);
  if (!read_number(value, number)) return false;
  if (option == "--seeds") {
    read.campaign.seeds = number;
  } else if (option == "--first") {
    read.campaign.first = number;
  } else if (option == "--threads") {
    read.campaign.threads = static_cast<unsigned>(number);
  } else if (option == "--failures") {
    read.campaign.failures_max = number;
  } else if (option == "--seed") {
    read.campaign.first = number;
    read.single = true;
  } else if (option == "--mistake") {
    return plant(number);
  } else {
    return false;
  }
  return true;
}

Arguments read_arguments(int count, char** values) {
  Arguments read;
  for (int i = 1; i < count && read.good; ++i) {
    const std::string_view option = values[i];
    if (option == "--calm")
      read.calm = true;
    else if (option == "--once")
      read.campaign.twice = false;
    else
      read.good = i + 1 < count && read_value(option, values[++i], read);
  }
  return read;
}

MakeScenario maker(const Arguments& arguments) {
  if (arguments.calm)
    return [](std::uint64_t seed, const std::set<Fault>&) { return calm_scenario(seed); };
  return [left_out = arguments.without](std::uint64_t seed, const std::set<Fault>& without) {
    std::set<Fault> all = left_out;
    all.insert(without.begin(), without.end());
    return scenario_of(seed, all);
  };
}

int show_one(const Arguments& arguments) {
  Scenario scenario = maker(arguments)(arguments.campaign.first, {});
  scenario.trace = true;
  const Run run = World(scenario).run();
  for (const std::string& line : run.trace) fmt::print("{}\n", line);
  for (const auto& [id, ended] : run.releases)
    fmt::print("{}: {} {}\n", id.str(), core::to_string(ended.stage), ended.rollback);
  if (run.violation) fmt::print("{}: {}\n", run.violation->invariant, run.violation->detail);
  return run.violation ? 1 : 0;
}

int run_all(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const Tally tally = run_campaign(arguments.campaign, maker(arguments));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  for (const auto& [ending, count] : tally.endings) fmt::print("{:>8}  {}\n", count, ending);
  fmt::print(
      "{} seeds, {} runs in {:.1f} s: {:.0f} runs a second; {} entries, {} misfortunes, {} "
      "starts\n",
      tally.seeds, tally.runs, seconds, static_cast<double>(tally.runs) / seconds, tally.entries,
      tally.misfortunes, tally.starts);
  for (const Failure& failure : tally.failures)
    fmt::print("{}", text_of(shorten(failure, maker(arguments)), "sim"));
  return tally.failures.empty() ? 0 : 1;
}

}  // namespace
}  // namespace stellwerk::sim

int main(int count, char** values) {
  const auto arguments = stellwerk::sim::read_arguments(count, values);
  if (!arguments.good) {
    fmt::print(stderr, "usage: the first lines of tests/sim/main.cc\n");
    return 2;
  }
  return arguments.single ? stellwerk::sim::show_one(arguments)
                          : stellwerk::sim::run_all(arguments);
}
