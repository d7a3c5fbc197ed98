#include "core/http_judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace stellwerk::core {
namespace {

constexpr std::size_t kShownMax = 80;

std::string shown(const base::Json& value) {
  return base::printable(value.dump(-1, ' ', false, base::Json::error_handler_t::replace),
                         kShownMax);
}

std::string statuses_text(const std::vector<int>& statuses) {
  std::string text;
  for (const int status : statuses) text += fmt::format("{}{}", text.empty() ? "" : " or ", status);
  return text;
}

/// Nothing when the condition holds; else what is there instead.
std::optional<std::string> problem_with(const base::Json& document,
                                        const JsonCondition& condition) {
  const auto expected = base::parse_json(condition.equals);
  const auto wanted = base::printable(condition.equals, kShownMax);
  const auto* value = base::valid_pointer(condition.pointer)
                          ? base::at_pointer(document, condition.pointer)
                          : nullptr;
  if (value == nullptr) return fmt::format("{} is missing, expected {}", condition.pointer, wanted);
  if (expected && *value == *expected) return std::nullopt;
  const auto pointer = condition.pointer.empty() ? std::string("the answer") : condition.pointer;
  return fmt::format("{} is {}, expected {}", pointer, shown(*value), wanted);
}

std::optional<std::string> problem_with_body(const std::vector<JsonCondition>& conditions,
                                             const HttpAnswer& answer) {
  if (conditions.empty()) return std::nullopt;
  if (answer.body_cut)
    return fmt::format("the answer is larger than the {} bytes that are read", answer.body.size());
  const auto document = base::parse_json(answer.body);
  if (!document) return fmt::format("the answer is no JSON ({})", document.error().one_line());
  for (const auto& condition : conditions)
    if (auto problem = problem_with(*document, condition)) return problem;
  return std::nullopt;
}

std::optional<std::string> problem_with(const HttpExpectation& expectation,
                                        const HttpAnswer& answer) {
  const auto& statuses = expectation.status;
  if (std::find(statuses.begin(), statuses.end(), answer.status) == statuses.end())
    return fmt::format("expected {}", statuses_text(statuses));
  if (expectation.time_max && answer.took > *expectation.time_max)
    return fmt::format("expected within {}", base::to_string(*expectation.time_max));
  return problem_with_body(expectation.json, answer);
}

}  // namespace

HttpJudgement judge(const HttpExpectation& expectation, const HttpAnswer& answer) {
  auto detail = fmt::format("{} in {} ms", answer.status, answer.took.ms());
  const auto problem = problem_with(expectation, answer);
  if (!problem) return {true, std::move(detail)};
  return {false, fmt::format("{}, but {}", detail, base::printable(*problem))};
}

}  // namespace stellwerk::core
