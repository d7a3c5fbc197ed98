#include "config/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stellwerk::config {
namespace {

constexpr std::array<std::string_view, 6> kBooleans{"true",  "True",  "TRUE",
                                                    "false", "False", "FALSE"};
constexpr std::array<std::string_view, 12> kSpecials{".inf",  ".Inf",  ".INF",  "+.inf",
                                                     "+.Inf", "+.INF", "-.inf", "-.Inf",
                                                     "-.INF", ".nan",  ".NaN",  ".NAN"};

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

bool only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

bool is_integer(std::string_view text) {
  if (text.starts_with("0o")) return only(text.substr(2), "01234567");
  if (text.starts_with("0x")) return only(text.substr(2), "0123456789abcdefABCDEF");
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return only(text, kDigits);
}

/// `1.`, `.5`, `1e3`, `-1.5E+3`, and the specials.
bool is_fraction(std::string_view text) {
  if (one_of(text, kSpecials)) return true;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    auto power = text.substr(exponent + 1);
    if (power.starts_with('-') || power.starts_with('+')) power.remove_prefix(1);
    if (!only(power, kDigits)) return false;
    text = text.substr(0, exponent);
  }
  const auto point = std::min(text.find('.'), text.size());
  const auto whole = text.substr(0, point);
  const auto decimals = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() && decimals.empty()) return false;
  return (whole.empty() || only(whole, kDigits)) && (decimals.empty() || only(decimals, kDigits));
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Node node_of(Node::Kind kind, Place place) {
  Node node;
  node.kind = kind;
  node.place = place;
  return node;
}

Node text_node(std::string text, Place place) {
  Node node = node_of(Node::Kind::Scalar, place);
  node.quoted = true;
  node.text = std::move(text);
  return node;
}

ScalarType scalar_type(const Node& scalar) {
  if (scalar.quoted) return ScalarType::Text;
  if (one_of(scalar.text, kBooleans)) return ScalarType::Boolean;
  if (is_integer(scalar.text)) return ScalarType::Integer;
  if (is_fraction(scalar.text)) return ScalarType::Fraction;
  return ScalarType::Text;
}

std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
    case Node::Kind::Broken:
      return "an empty value";
    case Node::Kind::Sequence:
      return "a list";
    case Node::Kind::Map:
      return "an object";
    case Node::Kind::Scalar:
      break;
  }
  const auto text = base::printable(node.text, 80);
  switch (scalar_type(node)) {
    case ScalarType::Integer:
    case ScalarType::Fraction:
      return fmt::format("the number {}", text);
    case ScalarType::Boolean:
      return fmt::format("the boolean {}", text);
    case ScalarType::Text:
      return base::in_quotes(node.text);
  }
  return "an empty value";
}

}  // namespace stellwerk::config
