#include "config/description.h"

#include <fmt/format.h>

#include "base/ratio.h"
#include "base/time.h"

namespace stellwerk::config {

std::string limit_text(const Syntax& syntax, std::int64_t limit) {
  if (&syntax == &kDuration) return base::to_string(base::Duration{limit});
  if (&syntax == &kOffset) return base::offset_text(base::Duration{limit});
  if (&syntax == &kPercent) return base::percent_text(base::Ppm{limit});
  return std::to_string(limit);
}

std::string range_text(const ValueInfo& value) {
  const Syntax& syntax = value.syntax == nullptr ? kInteger : *value.syntax;
  if (value.min && value.max)
    return fmt::format("{} to {}", limit_text(syntax, *value.min), limit_text(syntax, *value.max));
  if (value.min) return fmt::format("at least {}", limit_text(syntax, *value.min));
  if (value.max) return fmt::format("at most {}", limit_text(syntax, *value.max));
  return {};
}

}  // namespace stellwerk::config
