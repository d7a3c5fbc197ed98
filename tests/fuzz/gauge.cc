// Numbers out of what services answer, by JSON pointer or from Prometheus text. Input: `json
// /pointer` or `prometheus name{label="value"}` on the first line, then the body.
#include "adapters/http/gauge_reader.h"
#include "adapters/http/prometheus_text.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using namespace adapters::http;

void check_lines(std::string_view body) {
  for (const auto line : base::split(body, '\n')) {
    const auto sample = read_series(line);
    if (!sample) continue;
    FUZZ_REQUIRE(!sample->series.name.empty() && !sample->value.empty());
    FUZZ_REQUIRE(sample->series.selects(sample->series));
    FUZZ_REQUIRE((Series{sample->series.name, {}}.selects(sample->series)));
  }
}

}  // namespace

void take(std::string_view bytes) {
  const auto [head, body] = halves_of(bytes);
  const auto space = head.find(' ');
  core::GaugeSpec gauge;
  gauge.name = "consumer_lag";
  gauge.path = "/lag";
  gauge.format = head.starts_with("p") ? core::GaugeFormat::Prometheus : core::GaugeFormat::Json;
  if (space != head.npos) gauge.selector = head.substr(space + 1);
  if (gauge.format == core::GaugeFormat::Prometheus) check_lines(body);
  const auto usable = check_gauge(gauge);
  if (!usable) {
    FUZZ_REQUIRE(usable.error().id == "GAU-0002");
    return;
  }
  const GaugeReading reading = read_gauge(gauge, body);
  FUZZ_REQUIRE(reading.value.has_value() == reading.problem.empty());
  if (!reading.value) return;
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;  // what a journal entry holds
  FUZZ_REQUIRE(*reading.value >= -kMost && *reading.value <= kMost);
}

}  // namespace stellwerk::fuzz
