#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "checks/run.h"

namespace stellwerk::checks {
namespace {

using ports::CommandEnd;

/// Twice this with JSON's escapes stays below the 1 MiB of evidence.
constexpr std::size_t kOutputBytesMax = std::size_t{400} << 10;
constexpr std::size_t kLastLineMax = 160;

std::string last_line(std::string_view output) {
  const auto text = base::trim(output);
  const auto begin = text.rfind('\n');
  return base::printable(begin == std::string_view::npos ? text : text.substr(begin + 1),
                         kLastLineMax);
}

std::string codes_text(const std::vector<int>& codes) {
  std::string text;
  for (const int code : codes) text += fmt::format("{}{}", text.empty() ? "" : " or ", code);
  return text;
}

std::string how_it_ended(const ports::CommandResult& result) {
  const auto after = seconds_text(result.took);
  switch (result.end) {
    case CommandEnd::Exited:
      return fmt::format("exit {} after {}", result.exit_code, after);
    case CommandEnd::Signalled:
      return fmt::format("killed by signal {} after {}", result.signal, after);
    case CommandEnd::Deadline:
      return fmt::format("killed at its deadline after {}", after);
    case CommandEnd::Stopped:
      return fmt::format("killed after {}, since the step was cancelled", after);
  }
  return after;
}

Finding found(const core::CommandCheck& check, const ports::CommandResult& result) {
  const auto& codes = check.exit_codes;
  const bool passed = result.end == CommandEnd::Exited &&
                      std::find(codes.begin(), codes.end(), result.exit_code) != codes.end();
  auto summary = how_it_ended(result);
  if (passed) return {true, std::move(summary), {}};
  if (result.end == CommandEnd::Exited) summary += fmt::format(", expected {}", codes_text(codes));
  const auto line = last_line(result.output);
  return {false, std::move(summary), line.empty() ? "" : fmt::format("; last output: {}", line)};
}

/// Of the environment only the names: values may be secrets that the scrubber does not know.
base::Json asked_json(const core::CommandCheck& check) {
  auto names = base::Json::array();
  for (const auto& [name, value] : check.command.environment) names.push_back(name);
  return {{"kind", "command"},
          {"arguments", check.command.arguments},
          {"environment_names", std::move(names)},
          {"exit_codes", check.exit_codes},
          {"repeatable", check.repeatable},
          {"timeout_ms", check.timeout.ms()},
          {"user", check.command.user},
          {"working_folder", check.command.working_folder}};
}

base::Json answer_json(const ports::CommandResult& result, const base::Scrubber& scrubber) {
  base::Json answer{{"ended", how_it_ended(result)},
                    // Scrubbed before it is made readable, which could break a secret in two.
                    {"output", readable(scrubber.scrub(result.output), kOutputBytesMax)},
                    {"output_bytes_cut", result.output_bytes_cut}};
  if (result.end == CommandEnd::Exited) answer["exit_code"] = result.exit_code;
  if (result.end == CommandEnd::Signalled) answer["signal"] = result.signal;
  return answer;
}

}  // namespace

base::Result<ports::StepReport> run_command(const core::CommandCheck& check, const Run& run) {
  const auto result = run.needs.commands.run(check.command, run.limited_to(check.timeout));
  if (!result) return not_begun(run, result.error());
  const bool killed = result->end == CommandEnd::Deadline || result->end == CommandEnd::Stopped;
  if (killed && !check.repeatable) {
    const auto line = last_line(run.needs.scrubber.scrub(result->output));
    return outcome_unknown(
        run, how_it_ended(*result) + (line.empty() ? "" : fmt::format("; last output: {}", line)));
  }
  return report(run, found(check, *result), asked_json(check),
                answer_json(*result, run.needs.scrubber));
}

}  // namespace stellwerk::checks
