// The process adapter's records of running versions and instances: read as they were written, or
// not at all. Afterwards processes are signalled by them.
#include "adapters/process/log_counter.h"
#include "adapters/process/records.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

void take(std::string_view bytes) {
  using namespace adapters::process;
  const auto json = base::parse_json(bytes);
  if (!json) return;
  if (const auto workload = workload_from_json(*json)) FUZZ_REQUIRE(to_json(*workload) == *json);
  if (const auto instance = instance_from_json(*json)) FUZZ_REQUIRE(to_json(*instance) == *json);
  if (const auto place = log_place_from_json(*json)) FUZZ_REQUIRE(to_json(*place) == *json);
}

}  // namespace stellwerk::fuzz
