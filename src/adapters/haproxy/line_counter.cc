#include "adapters/haproxy/line_counter.h"

#include <algorithm>

namespace stellwerk::adapters::haproxy {

LineCounter::Frontend& LineCounter::find(std::string_view name, std::uint64_t number) {
  if (last_ < frontends_.size() && frontends_[last_].name == name) return frontends_[last_];
  const auto found = std::find_if(frontends_.begin(), frontends_.end(),
                                  [&](const Frontend& known) { return known.name == name; });
  last_ = static_cast<std::size_t>(found - frontends_.begin());
  if (found == frontends_.end())
    frontends_.push_back({.name = std::string(name), .next = from_start_ ? 0 : number});
  return frontends_[last_];
}

bool LineCounter::line(std::string_view frontend, std::uint64_t number) {
  Frontend& known = find(frontend, number);
  noticed_ = 0;
  if (number < known.next) return false;
  missing_ += number - known.next;
  known.next = number + 1;
  return true;
}

std::uint64_t LineCounter::take_lost() {
  const std::uint64_t lost = missing_ + noticed_;
  if (lost <= reported_) return 0;
  const std::uint64_t news = lost - reported_;
  reported_ = lost;
  return news;
}

}  // namespace stellwerk::adapters::haproxy
