#include "app/system_entropy.h"

#include <errno.h>
#include <sys/random.h>

#include <system_error>

namespace stellwerk::app {

base::Result<void> SystemEntropy::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      return base::fail(
          base::error(base::Code::Unavailable, "ENG-0001", "the system gives no randomness")
              .because(std::generic_category().message(errno))
              .now("nothing was stored"));
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

}  // namespace stellwerk::app
