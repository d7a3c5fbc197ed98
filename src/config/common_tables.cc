// The tables of what both files use: commands, and what an HTTP answer must be.
#include <array>
#include <limits>

#include "base/json.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

using base::minutes;
using base::seconds;
using core::CommandSpec;
using core::HttpExpectation;

constexpr FieldSpec kStatusSpec{.key = "status",
                                .text = "The status codes that count as good.",
                                .min = 100,
                                .max = 599,
                                .items_min = 1};
constexpr FieldSpec kJsonSpec{
    .key = "json",
    .text =
        "What the JSON body must say: a JSON pointer and the text, whole number or boolean that "
        "must stand there, for each condition."};

constexpr std::array kCommandFields = {
    field<&CommandSpec::arguments>(kRunSpec), field<&CommandSpec::environment>(kVariablesSpec),
    field<&CommandSpec::working_folder>(kWorkingFolderSpec), field<&CommandSpec::user>(kUserSpec)};
constexpr Table<CommandSpec> kCommand{.name = "command",
                                      .text = "A program, started without a shell.",
                                      .fields = kCommandFields,
                                      .finish = [](Reading& reading, CommandSpec& command) {
                                        check_placeholders(reading, "run", command,
                                                           Placeholders::OfInstance);
                                        resolve_command(reading, "run", command);
                                      }};

constexpr std::array kExpectationFields = {
    field<&HttpExpectation::status>(kStatusSpec), field<&HttpExpectation::json>(kJsonSpec),
    field<&HttpExpectation::time_max>({.key = "time_max",
                                       .text = "A slower answer counts as bad.",
                                       .min = base::milliseconds(1).us,
                                       .max = minutes(10).us})};
constexpr Table<HttpExpectation> kExpectation{
    .name = "expect",
    .text = "What an HTTP answer must be to count as good.",
    .fields = kExpectationFields};

constexpr std::array kHealthFields = {
    field<&core::HealthCheck::url>(
        {.key = "url",
         .text = "What is asked. A path is asked of each instance that Stellwerk runs; a service "
                 "that runs elsewhere has an absolute URL.",
         .required = true,
         .syntax = &kHealthUrl}),
    field<&core::HealthCheck::expect, &HttpExpectation::status>(kStatusSpec),
    field<&core::HealthCheck::expect, &HttpExpectation::json>(kJsonSpec),
    field<&core::HealthCheck::timeout>({.key = "timeout",
                                        .text = "No answer within this time is a failed probe.",
                                        .min = base::milliseconds(10).us,
                                        .max = minutes(1).us})};
constexpr Table<core::HealthCheck> kHealth{.name = "health",
                                           .text = "How to see that a service is well.",
                                           .fields = kHealthFields,
                                           .shorthand = "url"};

/// The canonical JSON text of a scalar that a condition compares with; nullopt: reported.
std::optional<std::string> condition_value(Reading& reading, const Node& node) {
  if (!reading.usable(node)) return std::nullopt;
  const auto type = node.kind == Node::Kind::Scalar ? scalar_type(node) : ScalarType::Fraction;
  if (type == ScalarType::Text) return base::canonical(base::Json(node.text)).value_or("");
  if (type == ScalarType::Boolean) return base::lower_ascii(node.text);
  std::int64_t number = 0;
  constexpr std::int64_t kExactMax = (std::int64_t{1} << 53) - 1;  // what JSON keeps exactly
  if (type == ScalarType::Integer &&
      Codec<std::int64_t>::read(reading, {.min = -kExactMax, .max = kExactMax}, node, number))
    return std::to_string(number);
  if (type != ScalarType::Integer)
    reading.report(
        node.place,
        problem("CFG-0006", fmt::format("{} cannot be compared with a JSON value", shown(node)),
                "a condition compares with a text, a whole number or a boolean"));
  return std::nullopt;
}

}  // namespace

template <>
const Table<CommandSpec>& table_of<CommandSpec>() {
  return kCommand;
}
template <>
const Table<HttpExpectation>& table_of<HttpExpectation>() {
  return kExpectation;
}
template <>
const Table<core::HealthCheck>& table_of<core::HealthCheck>() {
  return kHealth;
}

void resolve_command(Reading& reading, std::string_view key, CommandSpec& command) {
  if (!reading.sound(key) || command.arguments.empty()) return;
  auto& program = command.arguments.front();
  if (program.empty()) {
    reading.report_at(fmt::format("{}[0]", key), problem("CFG-0006", "the program has no name",
                                                         "the first item is the program"));
    return;
  }
  if (program.find('/') != std::string::npos) program = reading.resolve(program);
  if (command.working_folder.empty()) command.working_folder = reading.source().folder;
}

bool Codec<std::vector<core::JsonCondition>>::read(Reading& reading, const FieldSpec&,
                                                   const Node& node, Value& target) {
  if (!reading.expect_map(node, "write {/status: ok}, with a JSON pointer for each condition"))
    return false;
  target.clear();
  bool good = true;
  for (const Entry& entry : node.entries) {
    const auto scope = reading.enter(entry);
    const Node pointer = text_node(entry.key, entry.place);
    const bool pointer_good = read_scalar(reading, {}, kPointer, pointer).has_value();
    auto equals = condition_value(reading, entry.value);
    good = good && pointer_good && equals;
    if (equals) target.push_back({entry.key, std::move(*equals)});
  }
  return good;
}

OrderedJson Codec<std::vector<core::JsonCondition>>::write(const FieldSpec&, const Value& value) {
  OrderedJson written = OrderedJson::object();
  for (const auto& condition : value)
    written[condition.pointer] = OrderedJson::parse(condition.equals, nullptr, false);
  return written;
}

ValueInfo Codec<std::vector<core::JsonCondition>>::describe(const FieldSpec&) {
  static constexpr Syntax kCondition{"a text, a whole number or a boolean",
                                     "a text, a whole number or a boolean", "", Scalar::Anything};
  ValueInfo value;
  value.syntax = &kCondition;
  ValueInfo info;
  info.kind = ValueInfo::Kind::Map;
  info.syntax = &kPointer;
  info.element = std::make_shared<const ValueInfo>(std::move(value));
  return info;
}

}  // namespace stellwerk::config
