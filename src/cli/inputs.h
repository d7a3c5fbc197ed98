// inputs.h — the files a command works with: where they are, what they say, the plan they make.
//
// Thread-safety: one thread.                                 Start here: load_inputs()
// Invariants: all problems of both files and of their plan at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/world.h"
#include "config/load.h"
#include "core/plan.h"

namespace stellwerk::cli {

struct Inputs {
  config::EnvironmentFile environment;
  core::Release release;
  core::Plan plan;
  std::vector<base::Error> obstacles;  ///< why it could not be run
};

/// The release's file, the environment (named, beside it, or here) and the compiled plan.
config::Loaded<Inputs> load_inputs(World& world, const Arguments& arguments);

/// The same when nothing speaks against running it: else what does was reported and there is none.
/// The console speaks the plan's language from here on, unless another was asked for.
std::optional<Inputs> usable_inputs(World& world, Console& console, const Arguments& arguments);

/// stellwerk.yaml: named by --environment, beside the release file, or in the working folder; its
/// data folder replaced by --data. Adapters have looked into their sections.
/// Problems: CLI-0002: none is there; those of config and of the adapters.
config::Loaded<config::EnvironmentFile> load_environment(World& world, const Arguments& arguments);

/// The same for what must not be held up: what is wrong with keys, witnesses and stamps is told,
/// and gone without.
config::Loaded<config::EnvironmentFile> load_environment_at_any_rate(World& world, Console& console,
                                                                     const Arguments& arguments);

/// The same for commands that only ask for the installation's names: no adapter looks into its
/// section, so that a release can be looked at whatever stands there.
config::Loaded<config::EnvironmentFile> peek_environment(const Arguments& arguments);

/// --data, or what stellwerk.yaml says. The problems of peek_environment().
config::Loaded<std::string> data_folder(const Arguments& arguments);

}  // namespace stellwerk::cli
