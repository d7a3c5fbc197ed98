#include "cli/simulate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/simulate_view.h"
#include "cli/timeline_view.h"
#include "cli/verdict_text.h"
#include "sim/variations.h"

namespace stellwerk::cli {
namespace {

/// Worlds between two lines of progress on a terminal, and into a pipe.
constexpr std::uint64_t kShownLive = 10;
constexpr std::uint64_t kShownPipe = 500;

/// How far it is, on standard error; called by one thread at a time.
class Progress {
 public:
  explicit Progress(const Console& console) : console_(console) {}

  void one_more() {
    ++done_;
    if (console_.json || done_ % (console_.live ? kShownLive : kShownPipe) != 0) return;
    const std::string words = console_.text("cli.sim.progress", {{"done", std::to_string(done_)}});
    console_.err << (console_.live ? '\r' + words : words + '\n') << std::flush;
  }

  void end(base::Duration span) {
    if (console_.json) return;
    const std::int64_t ms = std::max<std::int64_t>(1, span.ms());
    const auto tenths = static_cast<std::int64_t>(done_) * 10'000 / ms;
    if (console_.live) console_.err << '\r';
    console_.err << console_.text("cli.sim.done",
                                  {{"done", std::to_string(done_)},
                                   {"span", base::to_string(base::seconds(ms / 1000))},
                                   {"rate", fmt::format("{}.{}", tenths / 10, tenths % 10)}})
                 << '\n';
  }

 private:
  const Console& console_;
  std::uint64_t done_ = 0;
};

class Rehearsal {
 public:
  Rehearsal(World& world, Console& console, const Arguments& arguments, const Inputs& inputs,
            Simulation simulation)
      : world_(world),
        console_(console),
        arguments_(arguments),
        inputs_(inputs),
        simulation_(std::move(simulation)),
        progress_(console),
        style_{console.locale, console.colour_out, console.columns} {}

  Exit carry_out() { return simulation_.one ? one() : many(); }

 private:
  Exit one() {
    const std::uint64_t seed = simulation_.forecast.first;
    sim::Scenario scenario = sim::user_scenario(seed, simulation_.forecast.world, inputs_.plan);
    scenario.timeline = true;
    const sim::Run run = sim::World(scenario).run();
    if (console_.json) {
      console_.print_json(timeline_json(inputs_.plan, seed, run));
    } else {
      console_.out << assumptions_text(inputs_.plan, simulation_, style_)
                   << timeline_text(inputs_.plan, run, style_);
    }
    if (!run.violation) return Exit::Done;
    return failed(console_, rule_broken({seed, *run.violation, {}, {}, {}}, {}, arguments_));
  }

  Exit many() {
    const base::MonoTime began = world_.now().mono;
    sim::ForecastOptions& options = simulation_.forecast;
    options.on_run = [this] { progress_.one_more(); };
    const sim::Forecast forecast = sim::forecast(inputs_.plan, options);
    if (forecast.failure) return broken(*forecast.failure, {});
    sim::Counterfactuals others;
    if (simulation_.variations)
      others = sim::vary(
          inputs_.plan,
          sim::variations_of(inputs_.release, inputs_.environment.environment, inputs_.plan),
          forecast.samples, options);
    progress_.end(world_.now().mono - began);
    print(sim::summarize(forecast.samples), others.results);
    if (others.failure) return broken(*others.failure, others.failed);
    return Exit::Done;
  }

  void print(const sim::Summary& summary, const std::vector<sim::VariationResult>& others) {
    if (console_.json)
      return console_.print_json(forecast_json(inputs_.plan, simulation_, summary, others));
    console_.out << assumptions_text(inputs_.plan, simulation_, style_)
                 << summary_text(inputs_.plan, summary, style_);
    if (simulation_.variations) console_.out << variations_text(others, style_);
  }

  Exit broken(const sim::Failure& failure, const std::string& changed) {
    return failed(console_, rule_broken(failure, changed, arguments_));
  }

  World& world_;
  Console& console_;
  const Arguments& arguments_;
  const Inputs& inputs_;
  Simulation simulation_;
  Progress progress_;
  SimulateStyle style_;
};

}  // namespace

base::Error rule_broken(const sim::Failure& failure, const std::string& changed,
                        const Arguments& arguments) {
  const std::string environment =
      arguments.environment.empty() ? "" : " --environment " + arguments.environment;
  base::Error error =
      base::error(base::Code::Internal, "SIM-0001",
                  fmt::format("in the world of seed {} Stellwerk broke one of its own rules: {}",
                              failure.seed, failure.violation.invariant));
  return std::move(error)
      .because(changed.empty() ? failure.violation.detail
                               : fmt::format("{}; with {}", failure.violation.detail, changed))
      .now("nothing outside the simulation was touched; its figures are not to be relied on")
      .then(fmt::format("stellwerk simulate {} --seed {}{}{}", arguments.file, failure.seed,
                        options_text(arguments.simulate), environment),
            changed.empty() ? "repeats it with its timeline; send that to us"
                            : fmt::format("with {} in the release: repeats it", changed));
}

Exit simulate_command(World& world, Console& console, const Arguments& arguments) {
  const std::optional<Inputs> inputs = usable_inputs(world, console, arguments);
  if (!inputs) return Exit::Usage;
  auto simulation = read_simulation(arguments.simulate, inputs->plan);
  if (!simulation) return failed(console, simulation.error());
  return Rehearsal(world, console, arguments, *inputs, std::move(*simulation)).carry_out();
}

}  // namespace stellwerk::cli
