#include "adapters/haproxy/session_list.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

/// HAProxy 2.6, include/haproxy/channel-t.h: AN_RES_WAIT_HTTP.
constexpr std::uint32_t kWaitsForAnswer = 0x00400000;

constexpr std::int64_t kAgeSecondsMax = 10LL * 365 * 86400;  // older ones count as this old

/// The text behind `name` up to the next of ` ,]`.
std::optional<std::string_view> value_of(std::string_view line, std::string_view name) {
  const auto at = line.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + name.size());
  return rest.substr(0, rest.find_first_of(" ,]"));
}

/// The analysers of a channel: `an=1400000h` behind `rp[`.
std::uint32_t analysers(std::string_view line, std::string_view channel) {
  const auto at = line.find(channel);
  if (at == std::string_view::npos) return 0;
  const auto text = value_of(line.substr(at), ",an=");
  std::uint32_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value, 16);
  return value;
}

/// `45s`, `2m5s`, `1h2m`, `3d4h`.
base::Duration age_of(std::string_view text) {
  base::Duration age;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (problem != std::errc{} || end == text.data() + text.size()) break;
    const std::int64_t unit = *end == 'd' ? 86400 : *end == 'h' ? 3600 : *end == 'm' ? 60 : 1;
    if (count < 0 || count > kAgeSecondsMax / unit) return base::seconds(kAgeSecondsMax);
    age = std::min(age + base::seconds(count * unit), base::seconds(kAgeSecondsMax));
    text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  }
  return age;
}

std::optional<WaitingRequest> parse_session(std::string_view line) {
  const auto backend = value_of(line, " be=");
  const auto age = value_of(line, " age=");
  if (!backend || !age) return std::nullopt;
  const auto response = analysers(line, " rp[");
  // Before the connection stands the answer has no analysers yet, but the request has; a tunnel
  // has neither.
  const bool waits =
      (response & kWaitsForAnswer) != 0 || (response == 0 && analysers(line, " rq[") != 0);
  if (!waits) return std::nullopt;
  // The age is a difference of whole seconds: it may show one more than has passed.
  return WaitingRequest{.backend = *backend, .age_min = age_of(*age) - base::seconds(1)};
}

}  // namespace

std::vector<WaitingRequest> waiting_requests(std::string_view sessions) {
  std::vector<WaitingRequest> waiting;
  for (const std::string_view line : base::split(sessions, '\n'))
    if (const auto session = parse_session(line)) waiting.push_back(*session);
  return waiting;
}

}  // namespace stellwerk::adapters::haproxy
