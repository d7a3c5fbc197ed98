// The texts of WallTime; declared in time.h.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/text.h"
#include "base/time.h"

namespace stellwerk::base {
namespace {

constexpr std::int64_t kDayUs = hours(24).us;

constexpr std::int64_t start_of_day_us(std::chrono::year_month_day date) {
  return std::chrono::sys_days{date}.time_since_epoch().count() * kDayUs;
}
constexpr WallTime kFirst{start_of_day_us(std::chrono::year{0} / 1 / 1)};
constexpr WallTime kLast{start_of_day_us(std::chrono::year{9999} / 12 / 31) + kDayUs - 1};

struct Fields {
  int year = 0, month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  std::int64_t fraction_us = 0;
  Duration offset;
};

/// Reads the grammar of RFC 3339 §5.6; the first problem stays, and nothing is read after it.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  Fields read() {
    Fields f;
    f.year = number(4), literal("-"), f.month = number(2), literal("-"), f.day = number(2);
    literal("Tt");
    f.hour = number(2), literal(":"), f.minute = number(2), literal(":"), f.second = number(2);
    if (peek('.')) f.fraction_us = fraction();
    f.offset = zone();
    if (offset_ != text_.size()) stop("expected the end");
    return f;
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  [[nodiscard]] bool peek(char c) const {
    return problem_.empty() && offset_ < text_.size() && text_[offset_] == c;
  }
  [[nodiscard]] bool at_digit() const {
    return problem_.empty() && offset_ < text_.size() && text_[offset_] >= '0' &&
           text_[offset_] <= '9';
  }

  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!at_digit()) return stop(fmt::format("expected {} digits", digits)), 0;
      value = value * 10 + (text_[offset_++] - '0');
    }
    return value;
  }

  void literal(std::string_view choices) {
    if (!problem_.empty()) return;
    if (offset_ == text_.size() || choices.find(text_[offset_]) == std::string_view::npos) {
      return stop(fmt::format("expected '{}'", choices.front()));
    }
    ++offset_;
  }

  std::int64_t fraction() {
    ++offset_;  // the point
    std::int64_t us = 0;
    std::int64_t weight = 100000;
    int digits = 0;
    for (; at_digit() && digits < 9; ++digits, weight /= 10)
      us += (text_[offset_++] - '0') * weight;
    if (digits == 0) stop("expected a digit");
    if (at_digit()) stop("at most 9 fractional digits are allowed");
    return us;
  }

  Duration zone() {
    if (peek('Z') || peek('z')) return ++offset_, Duration{};
    const bool negative = peek('-');
    if (!negative && !peek('+')) return stop("expected Z or an offset such as +02:00"), Duration{};
    ++offset_;
    const int offset_hours = number(2);
    literal(":");
    const int offset_minutes = number(2);
    if (offset_hours > 23 || offset_minutes > 59) stop_with("the offset is larger than 23:59");
    const auto offset = hours(offset_hours) + minutes(offset_minutes);
    return negative ? -offset : offset;
  }

  void stop(std::string_view reason) {
    stop_with(fmt::format("{}: {}", unexpected_at(text_, offset_), reason));
  }
  void stop_with(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  std::string problem_;
};

std::chrono::year_month_day date_of(const Fields& f) {
  return {std::chrono::year{f.year}, std::chrono::month{static_cast<unsigned>(f.month)},
          std::chrono::day{static_cast<unsigned>(f.day)}};
}

WallTime time_of(const Fields& f) {
  const auto clock =
      hours(f.hour) + minutes(f.minute) + seconds(f.second) + Duration{f.fraction_us};
  return WallTime{start_of_day_us(date_of(f))} + clock - f.offset;
}

/// Leap seconds are inserted at the end of the last UTC day of a month, nowhere else.
bool may_be_leap_second(const Fields& f) {
  auto whole = f;
  whole.fraction_us = 0;
  const auto us = time_of(whole).us;
  if (us % kDayUs != 0) return false;
  const std::chrono::sys_days next{std::chrono::days{us / kDayUs}};
  return std::chrono::year_month_day{next}.day() == std::chrono::day{1};
}

std::string range_problem(const Fields& f) {
  if (!date_of(f).ok())
    return fmt::format("there is no day {:04}-{:02}-{:02}", f.year, f.month, f.day);
  if (f.hour > 23) return fmt::format("there is no hour {}", f.hour);
  if (f.minute > 59) return fmt::format("there is no minute {}", f.minute);
  if (f.second > 60) return fmt::format("there is no second {}", f.second);
  if (f.second == 60 && !may_be_leap_second(f)) return "no leap second is possible at this time";
  const auto t = time_of(f);
  if (t < kFirst || t > kLast) return "in UTC it is outside the years 0000 to 9999";
  return {};
}

}  // namespace

std::string rfc3339(WallTime t) {
  const auto shown = std::clamp(t, kFirst, kLast);
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds{shown.us}};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(point - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  TimeReader reader(text);
  const auto fields = reader.read();
  auto problem = reader.problem();
  if (problem.empty()) problem = range_problem(fields);
  if (problem.empty()) return time_of(fields);
  return fail(error(Code::InvalidArgument, "BAS-0004",
                    in_quotes(text) + " is not a time as RFC 3339 writes it")
                  .because(std::move(problem))
                  .then("write it like 2025-10-15T20:00:00Z",
                        "UTC; a local time needs its offset, as in +02:00"));
}

}  // namespace stellwerk::base
