#include "adapters/haproxy/request_line.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace stellwerk::adapters::haproxy {
namespace {

/// Reads fields one by one; after the first that does not fit, `good` stays false.
class Fields {
 public:
  explicit Fields(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  template <class Number>
  void number(Number& value) {
    const char* begin = at_;
    const bool negative = at_ != end_ && *at_ == '-';
    if (negative) ++at_;
    std::uint64_t sum = 0;
    const char* digits = at_;
    while (at_ != end_ && static_cast<unsigned char>(*at_ - '0') < 10)
      sum = sum * 10 + static_cast<std::uint64_t>(*at_++ - '0');
    // 18 digits cannot overflow; no field of ours has more.
    if (at_ == digits || at_ - begin > 18) good_ = false;
    const auto number = static_cast<std::int64_t>(negative ? 0 - sum : sum);
    if (!std::in_range<Number>(number)) good_ = false;
    value = static_cast<Number>(number);
    separator();
  }

  std::string_view word() {
    const char* begin = at_;
    while (at_ != end_ && *at_ != ' ') ++at_;
    const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
    if (text.empty()) good_ = false;
    separator();
    return text;
  }

  std::string_view rest() {
    const std::string_view text(at_, static_cast<std::size_t>(end_ - at_));
    at_ = end_;
    return text;
  }

  [[nodiscard]] bool good() const { return good_; }

 private:
  void separator() {
    if (at_ != end_ && *at_ == ' ')
      ++at_;
    else
      good_ = false;
  }

  const char* at_;
  const char* end_;
  bool good_ = true;
};

/// HAProxy counts milliseconds in 32 bits; a number or a time beyond 2^53 would stand for losses
/// and moments that never were.
bool plausible(const RequestLine& line) {
  constexpr std::int64_t kMostMs = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const auto span = [](std::int64_t ms) { return ms >= -1 && ms <= kMostMs; };
  return span(line.queue_ms) && span(line.connect_ms) && span(line.response_ms) &&
         span(line.request_ms) && span(line.active_ms) && line.sequence <= std::uint64_t{kMost} &&
         line.ended.us >= 0 && line.ended.us <= kMost && line.status >= -1 && line.status <= 999;
}

bool parse_request(std::string_view fields_text, RequestLine& line) {
  Fields fields(fields_text);
  fields.number(line.sequence);
  fields.number(line.ended.us);
  fields.number(line.queue_ms);
  fields.number(line.connect_ms);
  fields.number(line.response_ms);
  fields.number(line.request_ms);
  fields.number(line.active_ms);
  fields.number(line.status);
  const std::string_view termination = fields.word();
  line.frontend = fields.word();
  line.backend = fields.word();
  const std::string_view label = fields.rest();
  if (!fields.good() || termination.size() != 2 || label.empty()) return false;
  if (!plausible(line)) return false;
  line.cause = termination[0];
  // `=pilot-1`, or `-` for a request without a tenant. Nothing is left of a name that is no UTF-8.
  if (label[0] == '=') line.tenant = label.size() > 1 ? label.substr(1) : kpi::kOtherTenant;
  return label[0] == '=' || label == "-";
}

/// `3 events dropped` (HAProxy writes it when there is room again).
std::uint64_t dropped_in(std::string_view line) {
  if (line.find("dropped") == std::string_view::npos) return 0;
  const auto word = line.find(" event");
  if (word == std::string_view::npos) return 0;
  std::size_t begin = word;
  while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') --begin;
  std::uint64_t count = 0;
  std::from_chars(line.data() + begin, line.data() + word, count);
  return count;
}

}  // namespace

ParsedLine parse_line(std::string_view line) {
  ParsedLine parsed;
  if (line.starts_with("R ")) {
    parsed.kind =
        parse_request(line.substr(2), parsed.request) ? LineKind::Request : LineKind::Damaged;
    return parsed;
  }
  parsed.dropped = dropped_in(line);
  if (parsed.dropped > 0) parsed.kind = LineKind::Dropped;
  return parsed;
}

kpi::Outcome outcome_of(const RequestLine& line) {
  if (line.status >= 500) return kpi::Outcome::Error;
  const bool client = line.cause == 'C' || line.cause == 'c';
  if (client) return kpi::Outcome::ClientAbort;
  const bool broke_off = line.cause == 'S' || line.cause == 's';
  return line.status < 100 || broke_off ? kpi::Outcome::Error : kpi::Outcome::Ok;
}

base::Duration latency_of(const RequestLine& line) {
  if (line.queue_ms >= 0 && line.connect_ms >= 0 && line.response_ms >= 0)
    return base::milliseconds(line.queue_ms + line.connect_ms + line.response_ms);
  const auto reading = std::max<std::int64_t>(line.request_ms, 0);
  return base::milliseconds(std::max<std::int64_t>(line.active_ms - reading, 0));
}

}  // namespace stellwerk::adapters::haproxy
