#include "app/system_clock.h"

#include <time.h>

#include "base/check.h"

namespace stellwerk::app {
namespace {

std::int64_t read_us(clockid_t id) {
  timespec now{};
  STELLWERK_CHECK(clock_gettime(id, &now) == 0);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

base::WallTime SystemClock::wall() const { return {read_us(CLOCK_REALTIME)}; }
base::MonoTime SystemClock::mono() const { return {read_us(CLOCK_BOOTTIME)}; }

}  // namespace stellwerk::app
