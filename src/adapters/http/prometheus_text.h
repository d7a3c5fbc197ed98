// prometheus_text.h — the lines of a Prometheus text exposition, and selectors of series.
//
// Thread-safety: pure.            Spec: Prometheus text exposition format 0.0.4. Start here:
// read_series()
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace stellwerk::adapters::http {

/// A name and the labels that must be there with these values (others may be too).
struct Series {
  std::string name;
  std::map<std::string, std::string, std::less<>> labels;
  [[nodiscard]] bool selects(const Series& other) const;
};

/// A line such as `queue_length{queue="render"} 3 1700000000000`.
struct SeriesLine {
  Series series;
  std::string value;  ///< as written: `3`, `NaN`, `+Inf`
};

/// Reads `name` or `name{label="value",…}`, and nothing after it.
std::optional<Series> read_selector(std::string_view text);
/// Nothing when the line is none (a comment, an empty line, garbage).
std::optional<SeriesLine> read_series(std::string_view line);

}  // namespace stellwerk::adapters::http
