#include "config/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stellwerk::config {
namespace {

base::Error bad_value(std::string_view what, const Syntax& syntax, std::string why) {
  const auto hint = fmt::format("write {}", syntax.how);
  return problem("CFG-0006", fmt::format("{} is not {}", what, syntax.name),
                 why.empty() ? hint : fmt::format("{}; {}", why, hint));
}

/// Whether YAML takes the scalar for what the syntax wants.
bool has_type(const Node& node, const Syntax& syntax) {
  const auto type = scalar_type(node);
  switch (syntax.scalar) {
    case Scalar::Text:
      return type == ScalarType::Text;
    case Scalar::Anything:
      return true;
    case Scalar::Integer:
      return type == ScalarType::Integer;
    case Scalar::Boolean:
      return type == ScalarType::Boolean;
  }
  return false;
}

/// True when the text that YAML took for a number or boolean would be good in quotes.
bool quotes_help(const Node& node, const Syntax& syntax) {
  if (node.kind != Node::Kind::Scalar || syntax.scalar != Scalar::Text) return false;
  if (&syntax == &kName) return base::parse_name(node.text).has_value();
  return syntax.problem != nullptr && syntax.problem(node.text).empty();
}

void report_type(Reading& reading, const Syntax& syntax, const Node& node) {
  const auto hint = quotes_help(node, syntax) ? "put it in quotes" : "";
  reading.report(node.place, bad_value(shown(node), syntax, hint));
}

/// Reports the error of a parser of base as this file's.
void report_parsed(Reading& reading, const Syntax& syntax, const Node& node, base::Error error) {
  auto mine = bad_value(base::in_quotes(node.text), syntax, std::move(error.why));
  mine.next = std::move(error.next);
  reading.report(node.place, std::move(mine));
}

bool check_range(Reading& reading, const FieldSpec& spec, const Syntax& syntax,
                 std::pair<std::int64_t, const Node*> value) {
  if (value.first >= spec.min && value.first <= spec.max) return true;
  const auto allowed = range_text(detail::scalar_info(spec, syntax));
  reading.report(value.second->place,
                 problem("CFG-0006",
                         fmt::format("{} is out of range", base::printable(value.second->text, 80)),
                         fmt::format("allowed is {}", allowed)));
  return false;
}

/// Reads a scalar with a parser of base.
template <class T>
bool read_parsed(Reading& reading, const FieldSpec& spec,
                 std::pair<const Syntax*, base::Result<T> (*)(std::string_view)> how,
                 std::pair<const Node*, T*> what) {
  const auto text = read_scalar(reading, spec, *how.first, *what.first);
  if (!text) return false;
  auto parsed = how.second(*text);
  if (parsed)
    *what.second = std::move(*parsed);
  else
    report_parsed(reading, *how.first, *what.first, std::move(parsed.error()));
  return parsed.has_value();
}

std::vector<std::string> strings_of(std::span<const std::string_view> words) {
  return {words.begin(), words.end()};
}

}  // namespace

std::optional<std::string_view> read_scalar(Reading& reading, const FieldSpec& spec,
                                            const Syntax& fallback, const Node& node) {
  const Syntax& syntax = spec.syntax == nullptr ? fallback : *spec.syntax;
  if (!reading.usable(node)) return std::nullopt;
  if (node.kind != Node::Kind::Scalar || !has_type(node, syntax)) {
    report_type(reading, syntax, node);
    return std::nullopt;
  }
  if (syntax.problem == nullptr) return node.text;
  auto wrong = syntax.problem(node.text);
  if (wrong.empty()) return node.text;
  reading.report(node.place, bad_value(base::in_quotes(node.text), syntax, std::move(wrong)));
  return std::nullopt;
}

namespace detail {

std::optional<std::string> read_name(Reading& reading, const Node& node) {
  std::string name;
  if (read_parsed<std::string>(reading, {}, {&kName, base::parse_name}, {&node, &name}))
    return name;
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(Reading& reading, const FieldSpec& spec,
                                         const Node& node) {
  const auto text = read_scalar(reading, {}, kInteger, node);
  if (!text) return std::nullopt;
  const auto digits = text->substr(text->starts_with('+') ? 1 : 0);
  std::int64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec == std::errc::invalid_argument || read.ptr != digits.data() + digits.size()) {
    reading.report(node.place, bad_value(shown(node), kInteger, "only decimal digits count"));
    return std::nullopt;
  }
  // A number that no integer holds is out of every range.
  if (read.ec == std::errc::result_out_of_range)
    number = digits.starts_with('-') ? FieldSpec::kNoMin : FieldSpec::kNoMax;
  if (read.ec == std::errc{} && number >= spec.min && number <= spec.max) return number;
  FieldSpec within = spec;
  within.max = std::min(within.max, FieldSpec::kNoMax - 1);
  check_range(reading, within, kInteger, {number, &node});
  return std::nullopt;
}

std::optional<std::size_t> read_word(Reading& reading, const std::vector<std::string>& names,
                                     const Node& node) {
  if (!reading.usable(node)) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), node.text);
  if (node.kind == Node::Kind::Scalar && found != names.end())
    return static_cast<std::size_t>(found - names.begin());
  const auto meant =
      node.kind == Node::Kind::Scalar ? base::nearest(node.text, names) : std::nullopt;
  const auto hint = meant ? fmt::format("did you mean {}? ", *meant) : "";
  const auto what = node.kind == Node::Kind::Scalar ? base::in_quotes(node.text) : shown(node);
  reading.report(node.place,
                 problem("CFG-0006", fmt::format("{} is not a word that is known here", what),
                         fmt::format("{}the words are {}", hint, base::and_list(names))));
  return std::nullopt;
}

bool open_list(Reading& reading, const FieldSpec& spec, const Node& node) {
  if (!reading.usable(node)) return false;
  if (node.kind != Node::Kind::Sequence) {
    reading.report(node.place, problem("CFG-0006", fmt::format("{} is not a list", shown(node)),
                                       "write [a, b] or one line with - for each item"));
    return false;
  }
  if (node.items.size() >= spec.items_min) return true;
  reading.report(node.place,
                 problem("CFG-0006", fmt::format("a list of {} is too short", node.items.size()),
                         fmt::format("at least {} must be given", spec.items_min)));
  return false;
}

ValueInfo scalar_info(const FieldSpec& spec, const Syntax& syntax) {
  ValueInfo info;
  info.syntax = spec.syntax == nullptr ? &syntax : spec.syntax;
  if (spec.min != FieldSpec::kNoMin) info.min = spec.min;
  if (spec.max != FieldSpec::kNoMax) info.max = spec.max;
  return info;
}

ValueInfo list_info(const FieldSpec& spec, ValueInfo element) {
  ValueInfo info;
  info.kind = ValueInfo::Kind::List;
  info.items_min = spec.items_min;
  info.element = std::make_shared<const ValueInfo>(std::move(element));
  return info;
}

ValueInfo object_info(ObjectInfo object) {
  ValueInfo info;
  info.kind = ValueInfo::Kind::Object;
  info.object = std::make_shared<const ObjectInfo>(std::move(object));
  return info;
}

}  // namespace detail

bool Codec<std::string>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                              std::string& target) {
  if (!spec.words.empty()) {
    const auto words = strings_of(spec.words);
    const auto index = detail::read_word(reading, words, node);
    if (index) target = words[*index];
    return index.has_value();
  }
  const auto text = read_scalar(reading, spec, kLine, node);
  if (!text) return false;
  const bool is_path = spec.syntax != nullptr && spec.syntax->is_path;
  target = is_path ? reading.resolve(*text) : std::string(*text);
  return true;
}
OrderedJson Codec<std::string>::write(const FieldSpec&, const std::string& value) {
  return value.empty() ? OrderedJson() : OrderedJson(value);
}
ValueInfo Codec<std::string>::describe(const FieldSpec& spec) {
  auto info = detail::scalar_info(spec, spec.words.empty() ? kLine : kWord);
  info.words = strings_of(spec.words);
  return info;
}

bool Codec<bool>::read(Reading& reading, const FieldSpec&, const Node& node, bool& target) {
  const auto text = read_scalar(reading, {}, kBoolean, node);
  if (text) target = base::lower_ascii(*text) == "true";
  return text.has_value();
}
OrderedJson Codec<bool>::write(const FieldSpec&, const bool& value) { return value; }
ValueInfo Codec<bool>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kBoolean);
}

bool Codec<base::Duration>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                                 base::Duration& target) {
  const bool offset = spec.syntax == &kOffset;
  const Syntax& syntax = offset ? kOffset : kDuration;
  if (!read_parsed<base::Duration>(reading, spec,
                                   {&syntax, offset ? base::parse_offset : base::parse_duration},
                                   {&node, &target}))
    return false;
  FieldSpec range = spec;
  // A duration is never negative; an offset may be.
  if (!offset) range.min = std::max<std::int64_t>(spec.min, 0);
  return check_range(reading, range, syntax, {target.us, &node});
}
OrderedJson Codec<base::Duration>::write(const FieldSpec& spec, const base::Duration& value) {
  return spec.syntax == &kOffset ? base::offset_text(value) : base::to_string(value);
}
ValueInfo Codec<base::Duration>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kDuration);
}

bool Codec<base::Ppm>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                            base::Ppm& target) {
  return read_parsed<base::Ppm>(reading, spec, {&kPercent, base::parse_percent},
                                {&node, &target}) &&
         check_range(reading, spec, kPercent, {target.value, &node});
}
OrderedJson Codec<base::Ppm>::write(const FieldSpec&, const base::Ppm& value) {
  return base::percent_text(value);
}
ValueInfo Codec<base::Ppm>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kPercent);
}

bool Codec<base::SemVer>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                               base::SemVer& target) {
  return read_parsed<base::SemVer>(reading, spec, {&kVersion, base::SemVer::parse},
                                   {&node, &target});
}
OrderedJson Codec<base::SemVer>::write(const FieldSpec&, const base::SemVer& value) {
  return value.to_string();
}
ValueInfo Codec<base::SemVer>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kVersion);
}

bool Codec<base::WallTime>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                                 base::WallTime& target) {
  return read_parsed<base::WallTime>(reading, spec, {&kTime, base::parse_rfc3339},
                                     {&node, &target});
}
OrderedJson Codec<base::WallTime>::write(const FieldSpec&, const base::WallTime& value) {
  return base::rfc3339(value);
}
ValueInfo Codec<base::WallTime>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kTime);
}

bool Codec<base::Digest>::read(Reading& reading, const FieldSpec& spec, const Node& node,
                               base::Digest& target) {
  return read_parsed<base::Digest>(reading, spec, {&kDigest, base::Digest::parse},
                                   {&node, &target});
}
OrderedJson Codec<base::Digest>::write(const FieldSpec&, const base::Digest& value) {
  return value.to_string();
}
ValueInfo Codec<base::Digest>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kDigest);
}

bool detail::read_map(Reading& reading, const FieldSpec& spec, const Node& node,
                      const std::function<bool(const Entry&)>& read_entry) {
  if (!reading.expect_map(node, "write one line with key: value for each")) return false;
  bool good = true;
  for (const Entry& entry : node.entries) {
    const auto scope = reading.enter(entry);
    const Node key = text_node(entry.key, entry.place);
    const bool key_good =
        read_scalar(reading, {}, spec.key_syntax == nullptr ? kLine : *spec.key_syntax, key)
            .has_value();
    const bool value_good = read_entry(entry);
    good = good && key_good && value_good;
  }
  return good;
}

bool Codec<std::map<std::string, std::string>>::read(Reading& reading, const FieldSpec& spec,
                                                     const Node& node, Value& target) {
  target.clear();
  return detail::read_map(reading, spec, node, [&](const Entry& entry) {
    const auto value = read_scalar(reading, spec, kArgument, entry.value);
    if (value) target.emplace(entry.key, *value);
    return value.has_value();
  });
}
OrderedJson Codec<std::map<std::string, std::string>>::write(const FieldSpec&, const Value& value) {
  OrderedJson written = OrderedJson::object();
  for (const auto& [key, text] : value) written[key] = text;
  return written;
}
ValueInfo Codec<std::map<std::string, std::string>>::describe(const FieldSpec& spec) {
  ValueInfo info;
  info.kind = ValueInfo::Kind::Map;
  info.syntax = spec.key_syntax == nullptr ? &kLine : spec.key_syntax;
  info.element = std::make_shared<const ValueInfo>(detail::scalar_info(spec, kArgument));
  return info;
}

bool Codec<std::pair<std::uint16_t, std::uint16_t>>::read(Reading& reading, const FieldSpec& spec,
                                                          const Node& node, Value& target) {
  const auto text = read_scalar(reading, spec, kPorts, node);
  if (!text) return false;
  const auto dash = std::min(text->find('-'), text->size());
  const auto first = text->substr(0, dash);
  const auto last = text->substr(std::min(dash + 1, text->size()));
  const auto port = [](std::string_view digits) -> std::uint16_t {
    std::uint16_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() ? number
                                                                               : std::uint16_t{0};
  };
  target = {port(first), port(last)};
  if (target.first == 0 || target.second == 0) {
    reading.report(node.place, bad_value(base::in_quotes(*text), kPorts, ""));
    return false;
  }
  if (target.first <= target.second) return true;
  reading.report(node.place, problem("CFG-0007", fmt::format("the range {} is reversed", *text),
                                     fmt::format("write {}-{}", target.second, target.first)));
  return false;
}
OrderedJson Codec<std::pair<std::uint16_t, std::uint16_t>>::write(const FieldSpec&,
                                                                  const Value& value) {
  return fmt::format("{}-{}", value.first, value.second);
}
ValueInfo Codec<std::pair<std::uint16_t, std::uint16_t>>::describe(const FieldSpec& spec) {
  return detail::scalar_info(spec, kPorts);
}

}  // namespace stellwerk::config
