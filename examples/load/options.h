// options.h — what load to make, read from the arguments.
//
// Thread-safety: values.                                                 Start here: parse_options
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/flags.h"

namespace load {

enum class Operation : std::uint8_t { Create, Get, File, Batch };
inline constexpr std::array kOperations = {Operation::Create, Operation::Get, Operation::File,
                                           Operation::Batch};
std::string_view name_of(Operation operation);

/// How often each operation is chosen, relative to the others; indexed by Operation.
using Mix = std::array<std::uint32_t, kOperations.size()>;

enum class Arrivals : std::uint8_t {
  Fixed,    ///< every 1/rate seconds
  Poisson,  ///< independent of each other, 1/rate seconds apart on average
};

struct Options {
  std::string url;  ///< `http://127.0.0.1:8080`, without a slash at its end
  std::vector<std::string> tenants;
  std::int64_t rate_per_second = 0;
  std::optional<std::chrono::milliseconds> duration;  ///< none: until stopped
  Mix mix = {20, 80, 0, 0};
  Arrivals arrivals = Arrivals::Fixed;
  std::uint64_t seed = 1;
  std::size_t in_flight_max = 512;
  std::chrono::milliseconds timeout{5000};
  std::string report;  ///< a file, "-" for stdout, empty for none
  bool allow_remote = false;
  bool help = false;
};

examples::Parsed<Options> parse_options(std::span<const std::string> arguments);
std::string help_text();

}  // namespace load
