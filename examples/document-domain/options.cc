#include "document-domain/options.h"

#include <fmt/format.h>

#include <array>

namespace document_domain {
namespace {

using examples::Flags;
using examples::FlagSpec;
using examples::number_or;
using examples::Parsed;
using examples::usage_error;

constexpr std::array<FlagSpec, 10> kFlags = {{
    {"--version-number", "X.Y.Z", "the version this instance says it is (required)"},
    {"--port", "N", "port to listen on; 0 takes a free one and prints it (required)"},
    {"--listen", "ADDRESS", "address to listen on (default 127.0.0.1)"},
    {"--data", "DIR", "folder shared by all instances and versions (default: memory only)"},
    {"--documents-max", "N", "documents kept per tenant (default 2000)"},
    {"--workers", "N", "rendering threads (default 2)"},
    {"--render-ms", "N", "how long one rendering takes at least (default 5)"},
    {"--drain-ms", "N", "how long SIGTERM waits for requests under way (default 10000)"},
    {"--fault", "KIND[:VALUE]", "a fault for a bad version; may be repeated, see README.md", true},
    {"--help", "", "this text"},
}};

Parsed<Version> read_version(const Flags& flags) {
  const std::string text = flags.value("--version-number").value_or("");
  if (auto version = Version::parse(text)) return *version;
  return usage_error({text.empty() ? "--version-number is missing"
                                   : fmt::format("--version-number cannot be \"{}\"", text),
                      "every answer names the version that gave it, as SemVer",
                      "write for example --version-number 1.3.0"});
}

Parsed<ListenAddress> read_address(const Flags& flags) {
  ListenAddress address;
  address.host = flags.value("--listen").value_or(address.host);
  if (!valid_address(address.host))
    return usage_error({fmt::format("--listen cannot be \"{}\"", address.host),
                        "it is an IPv4 or IPv6 address, not a name",
                        "write for example --listen 127.0.0.1"});
  const auto port = flags.value("--port");
  if (!port)
    return usage_error({"--port is missing", "a service without a known port cannot be reached",
                        "write --port 3070, or --port 0 for any free one"});
  return examples::whole_number({"--port", *port}, {0, 65'535}).map([&](std::int64_t number) {
    address.port = static_cast<std::uint16_t>(number);
    return address;
  });
}

/// Reads a bounded number into `target`, whatever its type.
template <class T>
Parsed<bool> read_number(const Flags& flags, std::string_view flag, examples::Range range,
                         T& target) {
  const auto text = flags.value(flag);
  if (!text) return true;
  return examples::whole_number({flag, *text}, range).map([&](std::int64_t number) {
    target = T(static_cast<std::size_t>(number));
    return true;
  });
}

Parsed<bool> read_numbers(const Flags& flags, Options& options) {
  auto& service = options.service;
  return read_number(flags, "--documents-max", {1, 1'000'000},
                     service.limits.documents_per_tenant_max)
      .and_then(
          [&](bool) { return read_number(flags, "--workers", {1, 64}, service.rendering.workers); })
      .and_then([&](bool) {
        return read_number(flags, "--render-ms", {0, 60'000}, service.rendering.cost);
      })
      .and_then([&](bool) {
        return read_number(flags, "--drain-ms", {1, 300'000}, options.drain_limit);
      });
}

}  // namespace

std::string help_text() {
  return examples::usage("document-domain: a small document service, one instance of one version",
                         kFlags) +
         fmt::format("\nFaults: {}\n", fault_help());
}

Parsed<Options> parse_options(std::span<const std::string> arguments) {
  const auto flags = Flags::parse(arguments, kFlags);
  if (!flags) return usage_error(flags.error());
  Options options;
  options.help = flags->has("--help");
  if (options.help) return options;
  const auto version = read_version(*flags);
  if (!version) return usage_error(version.error());
  options.service.version = *version;
  const auto address = read_address(*flags);
  if (!address) return usage_error(address.error());
  options.listen = *address;
  const auto faults = parse_faults(flags->all("--fault"));
  if (!faults) return usage_error(faults.error());
  options.service.faults = *faults;
  options.data = flags->value("--data").value_or("");
  if (flags->has("--data") && options.data.empty())
    return usage_error(
        {"--data is empty", "it names a folder", "write for example --data /tmp/documents"});
  if (const auto numbers = read_numbers(*flags, options); !numbers)
    return usage_error(numbers.error());
  return options;
}

}  // namespace document_domain
