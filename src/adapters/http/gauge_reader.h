// gauge_reader.h — one number out of an answer: by JSON pointer, or from Prometheus text.
//
// Role: pure part of http_gauges.                                 Start here: read_gauge()
// Thread-safety: pure. Invariants: hostile input gives a problem, never a guess.
// Spec: RFC 6901; Prometheus text exposition format 0.0.4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/environment.h"

namespace stellwerk::adapters::http {

/// A number, rounded up to a whole one, or why there is none.
struct GaugeReading {
  std::optional<std::int64_t> value;
  std::string problem;
};

/// @errors InvalidArgument GAU-0002: path, selector, interval or timeout cannot be used.
base::Result<void> check_gauge(const core::GaugeSpec& gauge);

/// `gauge` must have passed check_gauge().
GaugeReading read_gauge(const core::GaugeSpec& gauge, std::string_view body);

}  // namespace stellwerk::adapters::http
