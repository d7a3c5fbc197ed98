#include "cli/inputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <system_error>

#include "cli/error_text.h"
#include "cli/people.h"
#include "core/compile.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnvironmentName = "stellwerk.yaml";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

base::Result<std::string> environment_path(const Arguments& arguments) {
  if (!arguments.environment.empty()) return arguments.environment;
  const fs::path beside = fs::path(arguments.file).parent_path() / kEnvironmentName;
  if (is_there(beside)) return beside.string();
  if (is_there(kEnvironmentName)) return std::string(kEnvironmentName);
  const bool has_file = !arguments.file.empty() && beside != fs::path(kEnvironmentName);
  return base::fail(base::error(base::Code::NotFound, "CLI-0002", "there is no stellwerk.yaml")
                        .because(has_file ? fmt::format("neither {} nor ./{} exists",
                                                        beside.string(), kEnvironmentName)
                                          : fmt::format("./{} does not exist", kEnvironmentName))
                        .now("nothing was done")
                        .then("--environment FILE", "name the file that describes the installation")
                        .then("stellwerk schema environment", "what it may contain"));
}

std::string absolute(const std::string& path) {
  std::error_code problem;
  const fs::path whole = fs::absolute(path, problem);
  return problem ? path : whole.lexically_normal().string();
}

template <class T>
void take_problems(std::vector<base::Error>& target, config::Loaded<T>& loaded) {
  target.insert(target.end(), std::make_move_iterator(loaded.problems.begin()),
                std::make_move_iterator(loaded.problems.end()));
}

config::Loaded<config::EnvironmentFile> load_bare(const Arguments& arguments,
                                                  const config::SectionCheck& check) {
  auto path = environment_path(arguments);
  if (!path) return {std::nullopt, {std::move(path.error())}};
  auto loaded = config::load_environment(*path, check);
  if (loaded.value && !arguments.data.empty())
    loaded.value->environment.data_folder = absolute(arguments.data);
  return loaded;
}

config::Loaded<config::EnvironmentFile> load_with(const Arguments& arguments,
                                                  const config::SectionCheck& check) {
  auto loaded = load_bare(arguments, check);
  add_keys(loaded);
  return loaded;
}

}  // namespace

config::Loaded<config::EnvironmentFile> load_environment_at_any_rate(World& world, Console& console,
                                                                     const Arguments& arguments) {
  auto bare = load_bare(arguments, [&world](const config::EnvironmentFile& file) {
    return world.section_problems(file);
  });
  if (!bare.value) return bare;
  auto whole = bare;
  add_keys(whole);
  if (whole.value) return whole;
  report(console, whole.problems);
  bare.value->audit = {};
  return bare;
}

config::Loaded<config::EnvironmentFile> load_environment(World& world, const Arguments& arguments) {
  return load_with(arguments, [&world](const config::EnvironmentFile& file) {
    return world.section_problems(file);
  });
}

config::Loaded<config::EnvironmentFile> peek_environment(const Arguments& arguments) {
  return load_bare(arguments, {});
}

config::Loaded<std::string> data_folder(const Arguments& arguments) {
  if (!arguments.data.empty()) return {absolute(arguments.data), {}};
  auto environment = peek_environment(arguments);
  if (!environment.value) return {std::nullopt, std::move(environment.problems)};
  return {environment.value->environment.data_folder, {}};
}

config::Loaded<Inputs> load_inputs(World& world, const Arguments& arguments) {
  config::Loaded<Inputs> inputs;
  auto release = config::load_release(arguments.file);
  auto environment = load_environment(world, arguments);
  take_problems(inputs.problems, release);
  take_problems(inputs.problems, environment);
  if (!release.value || !environment.value) return inputs;

  core::CompileResult compiled = core::compile(*release.value, environment.value->environment);
  if (!compiled.plan) {
    inputs.problems = std::move(compiled.problems);
    return inputs;
  }
  inputs.value.emplace();
  inputs.value->obstacles = core::obstacles(*compiled.plan);
  inputs.value->plan = std::move(*compiled.plan);
  inputs.value->environment = std::move(*environment.value);
  inputs.value->release = std::move(*release.value);
  return inputs;
}

std::optional<Inputs> usable_inputs(World& world, Console& console, const Arguments& arguments) {
  auto inputs = load_inputs(world, arguments);
  if (!inputs.value) {
    report(console, inputs.problems);
    return std::nullopt;
  }
  if (!arguments.locale) console.locale = inputs.value->plan.locale;
  if (!inputs.value->obstacles.empty()) {
    report(console, inputs.value->obstacles);
    return std::nullopt;
  }
  return std::move(inputs.value);
}

}  // namespace stellwerk::cli
