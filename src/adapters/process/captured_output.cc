#include "adapters/process/captured_output.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::adapters::process {

void CapturedOutput::add(std::string_view bytes) {
  const auto room = std::min(half_ - first_.size(), bytes.size());
  first_ += bytes.substr(0, room);
  last_ += bytes.substr(room);
  if (last_.size() <= half_ * 2) return;
  const auto surplus = last_.size() - half_;
  last_.erase(0, surplus);
  cut_ += surplus;
}

std::string CapturedOutput::text() const {
  if (cut_ == 0) return first_ + last_;
  return fmt::format("{}\n[{} bytes left out]\n{}", first_, cut_, last_);
}

}  // namespace stellwerk::adapters::process
