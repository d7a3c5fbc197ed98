#include "audit/js_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace stellwerk::audit {
namespace {

/// Builds the value in the order of the text; base::parse_json has judged the text before.
class OrderedBuilder final : public nlohmann::json_sax<base::Json> {
 public:
  bool null() override { return put({}); }
  bool boolean(bool value) override {
    return put({JsValue::Kind::Boolean, value ? "true" : "false", {}, {}});
  }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& /*digits*/) override {
    return number(value);
  }
  bool string(string_t& value) override {
    return put({JsValue::Kind::String, std::move(value), {}, {}});
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(JsValue::Kind::Object); }
  bool end_object() override;
  bool start_array(std::size_t /*size*/) override { return open(JsValue::Kind::Array); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    open_.back()->members.push_back({std::move(name), {}});
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*problem*/) override {
    return false;
  }
  [[nodiscard]] JsValue take() { return std::move(root_); }

 private:
  bool number(double value) { return put({JsValue::Kind::Number, js_number(value), {}, {}}); }
  bool put(JsValue value) {
    place(std::move(value));
    return true;
  }
  bool open(JsValue::Kind kind) {
    open_.push_back(place({kind, {}, {}, {}}));
    return true;
  }
  /// Nothing is added to a container while one inside of it is open, so the pointers hold.
  JsValue* place(JsValue value) {
    JsValue* target = &root_;
    if (!open_.empty()) {
      JsValue& container = *open_.back();
      target = container.kind == JsValue::Kind::Array ? &container.items.emplace_back()
                                                      : &container.members.back().value;
    }
    *target = std::move(value);
    return target;
  }

  JsValue root_;
  std::vector<JsValue*> open_;  ///< arrays and objects being read, outermost first
};

/// The number that a property name is an array index of (ECMA-262: 0 to 2^32-2, one spelling).
std::optional<std::uint32_t> array_index(std::string_view name) {
  std::uint32_t index = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool whole = problem == std::errc{} && end == name.data() + name.size();
  if (!whole || (name.size() > 1 && name.front() == '0') || index == 0xFFFFFFFFU)
    return std::nullopt;
  return index;
}

bool OrderedBuilder::end_object() {
  std::vector<JsMember>& members = open_.back()->members;
  const auto is_index = [](const JsMember& each) { return array_index(each.name).has_value(); };
  if (std::any_of(members.begin(), members.end(), is_index)) {
    const auto indices_end = std::stable_partition(members.begin(), members.end(), is_index);
    std::sort(members.begin(), indices_end, [](const JsMember& a, const JsMember& b) {
      return array_index(a.name) < array_index(b.name);
    });
  }
  open_.pop_back();
  return true;
}

constexpr std::string_view kMark = "\xF4\x8F\xBF\xBF";  ///< U+10FFFF, which no character is
constexpr char kMarkItself = 'm';
constexpr std::size_t kEscapeSize = 6;  ///< of `\\uD800`

/// The code unit that an escape at the beginning of `text` stands for.
std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < kEscapeSize || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + kEscapeSize;
  const auto [stop, problem] = std::from_chars(text.data() + 2, end, unit, 16);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// One step of with_marks(): what stands at the beginning of `rest`, and how long it is.
std::size_t append_marked(std::string& to, std::string_view rest) {
  if (rest.starts_with(kMark)) {
    to.append(kMark) += kMarkItself;
    return kMark.size();
  }
  const auto unit = code_unit(rest);
  if (unit && is_high(*unit)) {
    const auto low = code_unit(rest.substr(kEscapeSize));
    if (low && is_low(*low)) {
      if (*unit == 0xDBFF && *low == 0xDFFF)
        to.append(kMark) += kMarkItself;
      else
        to.append(rest.substr(0, 2 * kEscapeSize));
      return 2 * kEscapeSize;
    }
  }
  if (unit && (is_high(*unit) || is_low(*unit))) {
    to.append(kMark) += fmt::format("{:04x}", *unit);
    return kEscapeSize;
  }
  // An escaped backslash begins no other escape.
  const std::size_t size = rest.front() == '\\' && rest.size() > 1 ? 2 : 1;
  to.append(rest.substr(0, size));
  return size;
}

/// The text with halves of surrogate pairs written so that they survive UTF-8.
std::string with_marks(std::string_view text) {
  std::string marked;
  marked.reserve(text.size());
  while (!text.empty()) text.remove_prefix(append_marked(marked, text));
  return marked;
}

bool needs_marks(std::string_view text) {
  return text.find("\\ud") != std::string_view::npos ||
         text.find("\\uD") != std::string_view::npos || text.find(kMark) != std::string_view::npos;
}

/// What a mark at the beginning of `rest` stands for; how many bytes of `rest` that was.
std::size_t append_unmarked(std::string& to, std::string_view rest) {
  constexpr std::size_t kDigits = 4;
  const auto after = rest.substr(kMark.size(), kDigits);
  if (after.size() == kDigits && after.front() == 'd') {
    to.append("\\u").append(after);
    return kMark.size() + kDigits;
  }
  to.append(kMark);
  return kMark.size() + (after.starts_with(kMarkItself) ? 1 : 0);
}

void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const auto at = kPlain.find(c); at != std::string_view::npos) {
      to += '\\';
      to += kLetters[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      to += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (c == kMark.front() && text.substr(i).starts_with(kMark)) {
      i += append_unmarked(to, text.substr(i)) - 1;
    } else {
      to += c;
    }
  }
  to += '"';
}

void append(std::string& to, const JsValue& value) {
  switch (value.kind) {
    case JsValue::Kind::Null:
      to += "null";
      return;
    case JsValue::Kind::Boolean:
    case JsValue::Kind::Number:
      to += value.text;
      return;
    case JsValue::Kind::String:
      return append_quoted(to, value.text);
    case JsValue::Kind::Array:
      to += '[';
      for (const JsValue& item : value.items) {
        if (&item != &value.items.front()) to += ',';
        append(to, item);
      }
      to += ']';
      return;
    case JsValue::Kind::Object:
      to += '{';
      for (const JsMember& member : value.members) {
        if (&member != &value.members.front()) to += ',';
        append_quoted(to, member.name);
        to += ':';
        append(to, member.value);
      }
      to += '}';
  }
}

/// `digits` are significant; the decimal point stands before the digit number `point`, which may be
/// beyond both ends (ECMA-262 Number::toString, steps 6 to 12).
std::string laid_out(const std::string& digits, int point) {
  const int count = static_cast<int>(digits.size());
  const auto zeros = [](int number) { return std::string(static_cast<std::size_t>(number), '0'); };
  if (count <= point && point <= 21) return digits + zeros(point - count);
  if (0 < point && point <= 21) {
    const auto whole = static_cast<std::size_t>(point);
    return digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (-6 < point && point <= 0) return "0." + zeros(-point) + digits;
  const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
  return fmt::format("{}{}e{}{}", digits.front(), fraction, point > 0 ? '+' : '-',
                     std::abs(point - 1));
}

}  // namespace

const JsValue* JsValue::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsMember& each) { return each.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

base::Result<JsValue> parse_js(std::string_view given, const base::JsonLimits& limits) {
  const std::string marked = needs_marks(given) ? with_marks(given) : std::string();
  const std::string_view text = marked.empty() ? given : marked;
  if (auto judged = base::parse_json(text, limits); !judged)
    return base::fail(std::move(judged.error()));
  OrderedBuilder builder;
  if (!base::Json::sax_parse(text.begin(), text.end(), &builder))
    return base::fail(base::Code::Internal, "BAS-0006", "a JSON text was read once but not twice");
  return builder.take();
}

std::string stringify(const JsValue& value) {
  std::string text;
  append(text, value);
  return text;
}

std::string stringify(std::string_view text) {
  std::string quoted;
  append_quoted(quoted, text);
  return quoted;
}

std::string js_number(double value) {
  if (value == 0) return "0";
  if (!std::isfinite(value)) return "null";
  // The shortest digits that give this number again, which is what ECMA-262 asks for too.
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const auto mark = text.find('e');
  std::string digits(text.substr(0, mark));
  std::erase(digits, '.');
  auto exponent_text = text.substr(mark + 1);
  const bool negative = exponent_text.starts_with('-');
  exponent_text.remove_prefix(1);  // to_chars always writes a sign
  int exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  return (value < 0 ? "-" : "") + laid_out(digits, (negative ? -exponent : exponent) + 1);
}

}  // namespace stellwerk::audit
