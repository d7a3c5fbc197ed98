// `stellwerk plan`: what will happen, before anything does.
#include <fmt/format.h>

#include <ostream>

#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/plan_view.h"
#include "cli/run_command.h"

namespace stellwerk::cli {
namespace {

/// The canonical plan as it is stored and approved, beside what is known about it.
base::Json plan_json(const Inputs& inputs) {
  return {{"digest", core::digest_of(inputs.plan).to_string()},
          {"plan", base::Json::parse(core::encode_plan(inputs.plan))},
          {"obstacles", errors_json(inputs.obstacles)["errors"]}};
}

}  // namespace

Exit plan_command(World& world, Console& console, const Arguments& arguments) {
  const auto inputs = load_inputs(world, arguments);
  if (!inputs.value) {
    report(console, inputs.problems);
    return Exit::Usage;
  }
  if (console.json) {
    console.print_json(plan_json(*inputs.value));
    return Exit::Done;
  }
  const base::Locale locale = arguments.locale.value_or(inputs.value->plan.locale);
  console.out << render_plan(
      inputs.value->plan,
      {.width = console.columns, .colour = console.colour_out, .locale = locale});
  report(console, inputs.value->obstacles, Severity::Warning);
  return Exit::Done;
}

}  // namespace stellwerk::cli
