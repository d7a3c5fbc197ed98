#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace stellwerk::base {

void check_failed(const char* condition, const char* file, int line) {
  // No allocation and no logger: the heap or the logger may be what is broken.
  std::fprintf(stderr, "stellwerk: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace stellwerk::base
