// The one entry point: libFuzzer and the driver call it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

void broken(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, what);
  std::abort();
}

}  // namespace stellwerk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The caller's bytes lie in a block of exactly this size: a read beyond it is seen.
  stellwerk::fuzz::take({reinterpret_cast<const char*>(data), size});
  return 0;
}
