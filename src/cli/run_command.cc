#include "cli/run_command.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/attendance.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/release_view.h"
#include "engine/loader.h"
#include "engine/person_command.h"

namespace stellwerk::cli {
namespace {

base::Error edited(const core::Plan& plan, const base::Digest& under_way, const std::string& file) {
  const std::string& id = plan.release.str();
  return base::error(base::Code::Conflict, "CLI-0003",
                     fmt::format("{} makes another plan than the one under way", file))
      .because(fmt::format("release {} carries out plan {}, the files now make {}; a release file "
                           "edited under way is not followed",
                           id, under_way.short_text(), core::digest_of(plan).short_text()))
      .now("the release is unchanged and nobody carries it on here")
      .then("restore both files as they were", "then the same command goes on")
      .then(fmt::format("stellwerk release rollback {} --reason TEXT", id),
            "back to the old version, by the plan under way");
}

base::Error nothing_to_resume(const core::Plan& plan, std::string why) {
  return base::error(base::Code::NotFound, "CLI-0004",
                     fmt::format("release {} cannot be resumed", plan.release.str()))
      .because(std::move(why))
      .now("nothing was started");
}

class Run {
 public:
  Run(World& world, const Console& console, const Arguments& arguments, const Inputs& inputs)
      : world_(world), console_(console), arguments_(arguments), inputs_(inputs) {}

  Exit carry_out() {
    auto host = world_.open_engine(inputs_.environment);
    if (!host) return failed(console_, host.error());
    Attendance attendance(world_, console_, **host, {inputs_.plan.release, arguments_.file});
    engine::Engine& engine = (*host)->engine();
    if (auto recovered = engine.recover(speed_to_go_on(engine)); !recovered)
      return failed(console_, recovered.error());
    if (auto begun = begin_or_go_on(engine); !begun) {
      // It may have been killed after its last entry and before all of them were delivered.
      if (engine.live().empty()) attendance.settle();
      return failed(console_, begun.error());
    }
    if (arguments_.rollout_speed)
      engine.set_rollout_speed(inputs_.plan.release, *arguments_.rollout_speed);
    return attendance.stay();
  }

 private:
  /// The second speed when the release is in its rollout already.
  std::optional<std::int64_t> speed_to_go_on(engine::Engine& engine) {
    if (!arguments_.rollout_speed) return arguments_.speed;
    const auto stored =
        engine::load_release(engine.ports().journal, engine.ports().content, inputs_.plan.release);
    const bool before = !stored || stored->state.stage < core::Stage::Deploying;
    return before ? arguments_.speed : arguments_.rollout_speed;
  }

  base::Result<void> begin_or_go_on(engine::Engine& engine) {
    const core::Plan& plan = inputs_.plan;
    if (const engine::ReleaseRun* under_way = engine.find(plan.release)) {
      const base::Digest& digest = under_way->state().plan;
      if (digest != core::digest_of(plan)) return base::fail(edited(plan, digest, arguments_.file));
      notice("cli.run.resumed", {{"release", plan.release.str()}});
      return {};
    }
    if (arguments_.resume) return base::fail(why_not_resumed(engine));
    return engine.begin(plan, engine::person_of(plan, world_.os_user()),
                        arguments_.speed.value_or(1), {});
  }

  base::Error why_not_resumed(engine::Engine& engine) {
    const core::Plan& plan = inputs_.plan;
    auto loaded =
        engine::load_release(engine.ports().journal, engine.ports().content, plan.release);
    if (!loaded)
      return nothing_to_resume(plan, "it never began here")
          .then(fmt::format("stellwerk run {}", arguments_.file), "begin it");
    return nothing_to_resume(plan,
                             fmt::format("it has ended: {}", core::to_string(loaded->state.stage)))
        .then(fmt::format("stellwerk release show {}", plan.release.str()), "how it ended");
  }

  void notice(std::string_view key, const base::MessageArguments& words) const {
    if (!console_.json) console_.err << console_.text(key, words) << '\n';
  }

  World& world_;
  const Console& console_;
  const Arguments& arguments_;
  const Inputs& inputs_;
};

}  // namespace

Exit run_command(World& world, Console& console, const Arguments& arguments) {
  const std::optional<Inputs> inputs = usable_inputs(world, console, arguments);
  if (!inputs) return Exit::Usage;
  if (arguments.speed && *arguments.speed > 1 && !console.json) {
    std::string speed = std::to_string(*arguments.speed);
    if (arguments.rollout_speed) speed += fmt::format(" / {}", *arguments.rollout_speed);
    console.err << console.text("cli.run.speed", {{"speed", speed}}) << '\n';
  }
  return Run(world, console, arguments, *inputs).carry_out();
}

}  // namespace stellwerk::cli
