// check.h — CHECK: a broken invariant of our own stops the program, in release builds too.
//
// Role: for programmer errors only; never for what the outside world controls (that is an Error).
// After a crash the journal is replayed, so stopping is safe where going on is not.
#pragma once

namespace stellwerk::base {
/// Prints the failed condition with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace stellwerk::base

#define STELLWERK_CHECK(condition)    \
  ((condition) ? static_cast<void>(0) \
               : ::stellwerk::base::check_failed(#condition, __FILE__, __LINE__))
