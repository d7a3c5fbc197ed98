#include "adapters/process/line_tally.h"

#include <algorithm>

#include "adapters/process/log_level.h"
#include "adapters/process/output_log.h"

namespace stellwerk::adapters::process {

void LineTally::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto newline = bytes.find('\n');
    if (newline != std::string_view::npos && unfinished_ == 0) {
      count(bytes.substr(0, newline));
      bytes.remove_prefix(newline + 1);
      continue;
    }
    const auto part = bytes.substr(0, newline);
    head_ += part.substr(0, kLineLookedAt - std::min(head_.size(), kLineLookedAt));
    unfinished_ += part.size();
    if (newline == std::string_view::npos) return;
    finish();
    bytes.remove_prefix(newline + 1);
  }
}

void LineTally::finish() {
  if (unfinished_ == 0) return;
  count(head_);
  head_.clear();
  unfinished_ = 0;
}

void LineTally::count(std::string_view line) {
  line = line.substr(0, kLineLookedAt);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty() || is_headline(line)) return;
  ++counts_.lines;
  const auto level = level_of(line);
  if (level == LogLevel::Error) ++counts_.errors;
  if (level == LogLevel::Warning) ++counts_.warnings;
}

}  // namespace stellwerk::adapters::process
