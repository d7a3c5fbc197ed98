#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "base/text.h"

namespace stellwerk::base {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t us;
};
constexpr std::array<Unit, 6> kUnits{{{"d", hours(24).us},
                                      {"h", hours(1).us},
                                      {"m", minutes(1).us},
                                      {"s", seconds(1).us},
                                      {"ms", milliseconds(1).us},
                                      {"us", 1}}};
constexpr std::size_t kDays = 0;
constexpr std::size_t kHours = 1;
constexpr std::size_t kMinutes = 2;

constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// A span or what is wrong with its text.
using Parsed = tl::expected<std::int64_t, std::string>;

std::size_t unit_index(std::string_view name) {
  std::size_t i = 0;
  while (i < kUnits.size() && kUnits[i].name != name) ++i;
  return i;
}

/// Reads `1h30m` without a sign, one number and unit after the other.
class SpanReader {
 public:
  SpanReader(std::string_view text, bool min_allowed) : text_(text), min_allowed_(min_allowed) {}

  Parsed read() {
    if (text_.empty()) return problem("expected a number and a unit, as in 15m");
    while (offset_ < text_.size()) {
      if (auto part = read_part(); !part) return part;
    }
    return sum_;
  }

 private:
  Parsed read_part() {
    const auto digits = run(is_digit);
    if (digits.empty()) return problem("expected a whole number, as in 1h30m");
    const auto unit_start = offset_;
    const auto name = run(is_letter);
    if (name.empty() && offset_ == text_.size())
      return problem("the unit is missing: d, h, m, s, ms or us");
    const auto unit = unit_index(min_allowed_ && name == "min" ? "m" : name);
    if (unit == kUnits.size()) return problem_at(unit_start, "the units are d, h, m, s, ms and us");
    if (unit < next_unit_) return problem_at(unit_start, "units stand largest first, each once");
    next_unit_ = unit + 1;
    return add(digits, kUnits[unit].us);
  }

  Parsed add(std::string_view digits, std::int64_t unit_us) {
    std::int64_t count = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (read.ec != std::errc{} || count > (kSpanMax.us - sum_) / unit_us) {
      return tl::unexpected(std::string("it is longer than 10 years"));
    }
    sum_ += count * unit_us;
    return sum_;
  }

  std::string_view run(bool (*accepts)(char)) {
    const auto start = offset_;
    while (offset_ < text_.size() && accepts(text_[offset_])) ++offset_;
    return text_.substr(start, offset_ - start);
  }

  [[nodiscard]] Parsed problem(std::string_view reason) const {
    return problem_at(offset_, reason);
  }
  [[nodiscard]] Parsed problem_at(std::size_t offset, std::string_view reason) const {
    return tl::unexpected(fmt::format("{}: {}", unexpected_at(text_, offset), reason));
  }

  std::string_view text_;
  bool min_allowed_;
  std::size_t offset_ = 0;
  std::size_t next_unit_ = 0;
  std::int64_t sum_ = 0;
};

Failure refuse(std::string_view text, std::string_view kind, std::string why) {
  return fail(
      error(Code::InvalidArgument, "BAS-0003", fmt::format("{} is not {}", in_quotes(text), kind))
          .because(std::move(why)));
}

constexpr std::uint64_t magnitude_of(Duration span) {
  const auto us = static_cast<std::uint64_t>(span.us);
  return span.us < 0 ? std::uint64_t{0} - us : us;
}

/// The span in the units from `largest` down, leaving out those that are zero.
std::string span_text(std::uint64_t us, std::size_t largest) {
  std::string text;
  for (std::size_t i = largest; i < kUnits.size(); ++i) {
    const auto unit_us = static_cast<std::uint64_t>(kUnits[i].us);
    if (us < unit_us) continue;
    text += fmt::format("{}{}", us / unit_us, kUnits[i].name);
    us %= unit_us;
  }
  return text;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto span = SpanReader(text.substr(negative ? 1 : 0), false).read();
  if (!span) return refuse(text, "a duration", span.error());
  return Duration{negative ? -*span : *span};
}

std::string to_string(Duration span) {
  if (span.us == 0) return "0s";
  return (span.us < 0 ? "-" : "") + span_text(magnitude_of(span), kDays);
}

Result<Duration> parse_offset(std::string_view text) {
  constexpr std::string_view kKind = "an offset from T+0";
  if (!text.starts_with("T+") && !text.starts_with("T-")) {
    return refuse(text, kKind, "it must begin with T+ or T-, as in T-24h or T+15m");
  }
  const auto rest = text.substr(2);
  if (rest == "0") return Duration{};
  const auto span = SpanReader(rest, true).read();
  if (!span)
    return refuse(text, kKind, fmt::format("after {}: {}", text.substr(0, 2), span.error()));
  return Duration{text[1] == '-' ? -*span : *span};
}

std::string offset_text(Duration offset) {
  if (offset.us == 0) return "T+0";
  if (offset.us < 0) return "T-" + span_text(magnitude_of(offset), kHours);
  return "T+" + span_text(magnitude_of(offset), offset < hours(2) ? kMinutes : kHours);
}

}  // namespace stellwerk::base
