#include "adapters/http/gauge_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "adapters/http/prometheus_text.h"
#include "base/json.h"
#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

/// Journal entries hold no larger integers (RFC 7493 §2.2).
constexpr double kValueMax = 9007199254740991.0;

GaugeReading no_number(std::string problem) { return {std::nullopt, std::move(problem)}; }

GaugeReading rounded_up(double number) {
  if (!std::isfinite(number)) return no_number(fmt::format("{} is no number to judge by", number));
  const double whole = std::ceil(number);
  if (std::abs(whole) > kValueMax) return no_number(fmt::format("{} is too large", number));
  return {static_cast<std::int64_t>(whole), {}};
}

GaugeReading read_json(const std::string& pointer, std::string_view body) {
  const auto document = base::parse_json(body);
  if (!document)
    return no_number(fmt::format("the answer is no JSON ({})", document.error().one_line()));
  const auto* value = base::at_pointer(*document, pointer);
  if (value == nullptr) return no_number(fmt::format("there is nothing at {}", pointer));
  if (!value->is_number()) return no_number(fmt::format("{} is no number", pointer));
  return rounded_up(value->get<double>());
}

/// What Prometheus writes for a sample: a decimal number, NaN, +Inf, -Inf.
std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

GaugeReading read_prometheus(const Series& selector, std::string_view body) {
  double sum = 0;
  bool found = false;
  for (const auto line : base::split(body, '\n')) {
    const auto sample = read_series(line);
    if (!sample || !selector.selects(sample->series)) continue;
    const auto number = parse_number(sample->value);
    if (!number)
      return no_number(fmt::format("{} is no number", base::printable(sample->value, 80)));
    sum += *number;
    found = true;
  }
  if (!found) return no_number(fmt::format("there is no {} in the answer", selector.name));
  return rounded_up(sum);
}

base::Failure unusable(const core::GaugeSpec& gauge, std::string why) {
  return base::fail(
      base::error(base::Code::InvalidArgument, "GAU-0002",
                  fmt::format("the gauge {} cannot be read", base::printable(gauge.name)))
          .because(std::move(why)));
}

}  // namespace

base::Result<void> check_gauge(const core::GaugeSpec& gauge) {
  if (!gauge.path.starts_with('/'))
    return unusable(gauge, fmt::format("its path {} does not begin with /", gauge.path));
  if (gauge.interval <= base::Duration{0} || gauge.timeout <= base::Duration{0})
    return unusable(gauge, "its interval and timeout must be above zero");
  if (gauge.format == core::GaugeFormat::Json && !base::valid_pointer(gauge.selector))
    return unusable(gauge, fmt::format("{} is no JSON pointer", base::printable(gauge.selector)));
  if (gauge.format == core::GaugeFormat::Prometheus && !read_selector(gauge.selector))
    return unusable(gauge, fmt::format("{} is no metric name with optional {{label=\"value\"}}",
                                       base::printable(gauge.selector)));
  return {};
}

GaugeReading read_gauge(const core::GaugeSpec& gauge, std::string_view body) {
  if (gauge.format == core::GaugeFormat::Json) return read_json(gauge.selector, body);
  return read_prometheus(read_selector(gauge.selector).value_or(Series{}), body);
}

}  // namespace stellwerk::adapters::http
