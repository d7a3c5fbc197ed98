#include "adapters/haproxy/line_counter.h"

#include <algorithm>

namespace stellwerk::adapters::haproxy {

LineCounter::Frontend& LineCounter::find(std::string_view name, std::uint64_t sequence) {
  if (last_ < frontends_.size() && frontends_[last_].name == name) return frontends_[last_];
  const auto found = std::find_if(frontends_.begin(), frontends_.end(),
                                  [&](const Frontend& known) { return known.name == name; });
  last_ = static_cast<std::size_t>(found - frontends_.begin());
  if (found == frontends_.end())
    frontends_.push_back(
        {.name = std::string(name), .first = sequence, .highest = sequence, .received = 0});
  return frontends_[last_];
}

void LineCounter::line(std::string_view frontend, std::uint64_t sequence) {
  Frontend& known = find(frontend, sequence);
  known.first = std::min(known.first, sequence);
  known.highest = std::max(known.highest, sequence);
  ++known.received;
}

std::uint64_t LineCounter::take_lost() {
  std::uint64_t missing = 0;
  for (const Frontend& known : frontends_) {
    const std::uint64_t numbered = known.highest - known.first + 1;
    if (numbered > known.received) missing += numbered - known.received;
  }
  const std::uint64_t lost = std::max(missing, noticed_);
  if (lost <= reported_) return 0;
  const std::uint64_t news = lost - reported_;
  reported_ = lost;
  return news;
}

}  // namespace stellwerk::adapters::haproxy
