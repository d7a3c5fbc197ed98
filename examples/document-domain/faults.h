// faults.h — the faults that a bad version can be given, and the counters that make them
// repeatable.
//
// Role: main() parses --fault into a FaultPlan; DocumentService asks the FaultInjector about every
// request. Thread-safety: FaultPlan is a value; FaultInjector from any thread.    Start here:
// parse_faults Invariants: no clock and no randomness: the n-th API request of a process always
// meets the same fault.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/flags.h"

namespace document_domain {

/// What /health says although the process lives.
enum class HealthFault : std::uint8_t {
  None,
  Unhealthy,    ///< 503
  BadBody,      ///< 200, but {"status":"error"}
  GarbageJson,  ///< 200, but the body ends in the middle
  GarbageHttp,  ///< bytes that are not HTTP
};

/// What /lag and /metrics do instead of answering.
enum class GaugeFault : std::uint8_t { None, NotANumber, Gone, Hang };

struct FaultPlan {
  std::uint32_t errors_ppm = 0;  ///< share of the API requests that are answered 500
  std::uint32_t hang_ppm = 0;    ///< share of the API requests that are never answered
  std::chrono::milliseconds slow{0};
  std::optional<std::uint64_t> unhealthy_after;  ///< API requests served before /health fails
  std::optional<std::uint64_t> crash_after;      ///< API requests served before the process dies
  HealthFault health = HealthFault::None;
  GaugeFault gauge = GaugeFault::None;
  bool render_workers_stopped = false;
  bool crash_on_start = false;
};

/// Reads KIND or KIND:VALUE, each kind at most once.
examples::Parsed<FaultPlan> parse_faults(std::span<const std::string> faults);
/// One line per kind, for the help.
std::string fault_help();

/// What happens to one API request.
enum class ApiFault : std::uint8_t { None, Error, Hang, Crash };

/// Picks `share_ppm` of its calls, spread as evenly as whole numbers allow.
class EvenShare {
 public:
  explicit EvenShare(std::uint32_t share_ppm) : share_ppm_(share_ppm) {}
  bool next();

 private:
  std::uint32_t share_ppm_;
  std::atomic<std::uint64_t> calls_{0};
};

class FaultInjector {
 public:
  explicit FaultInjector(const FaultPlan& plan);

  [[nodiscard]] const FaultPlan& plan() const { return plan_; }
  /// The fate of the next API request. Hanging ones do not count for the share of errors.
  ApiFault next_api_request();
  /// What health probes meet now.
  [[nodiscard]] HealthFault health() const;

 private:
  FaultPlan plan_;
  EvenShare errors_;
  EvenShare hangs_;
  std::atomic<std::uint64_t> api_requests_{0};
};

}  // namespace document_domain
