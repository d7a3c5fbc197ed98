// log_level.h — whether a line of a service's output says ERROR or WARN.
//
// Role: counts for people, never a judgement: only what a line says of itself counts, no words of
// its message are weighed.                                              Start here: level_of()
// Thread-safety: pure.     Invariants: looks at a bounded part of a line, allocates nothing, and
// takes any bytes.         Spec: docs/logs.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stellwerk::adapters::process {

enum class LogLevel : std::uint8_t {
  Other,    ///< another level, or none
  Warning,  ///< WARN, WARNING
  Error     ///< ERROR and what is worse
};

/// More of a line is not looked at: whoever writes JSON may put the level last.
constexpr std::size_t kLineLookedAt = 16384;

/// `line` without its newline.
LogLevel level_of(std::string_view line);

}  // namespace stellwerk::adapters::process
