#include "load/options.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace load {
namespace {

using examples::Flags;
using examples::FlagSpec;
using examples::FlagValue;
using examples::Parsed;
using examples::usage_error;

constexpr std::size_t kTenantsMax = 10'000;

constexpr std::array<FlagSpec, 13> kFlags = {{
    {"--url", "URL", "where to send, for example http://127.0.0.1:8080 (required)"},
    {"--tenants", "A,B,C", "the tenants to send for, all equally often (required)"},
    {"--rate", "N", "requests per second in all, 1 to 100000 (required)"},
    {"--duration", "TIME", "how long, for example 60s"},
    {"--until-stopped", "", "instead of --duration: until SIGINT or SIGTERM"},
    {"--mix", "KIND=N,...", "shares of create, get, file and batch (default create=20,get=80)"},
    {"--arrivals", "fixed|poisson", "how the sending times are spread (default fixed)"},
    {"--seed", "N", "for everything that is chosen by chance (default 1)"},
    {"--in-flight-max", "N", "requests under way at most (default 512)"},
    {"--timeout", "TIME", "when a request is given up (default 5s)"},
    {"--report", "FILE", "write the report as JSON; - is stdout"},
    {"--allow-remote", "", "allow a target that is not this machine"},
    {"--help", "", "this text"},
}};

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  return host == "localhost" || host == "[::1]";
}

/// The host of `http://HOST[:PORT][/BASE]`; empty when the text is not of that form.
std::string host_of(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return "";
  if (url.find_first_of("@?#\\ \t\r\n") != std::string_view::npos) return "";
  const std::string_view rest = url.substr(kScheme.size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return "";
  const std::size_t colon = authority.find(':', bracket);
  if (colon != std::string_view::npos &&
      !examples::whole_number({"port", authority.substr(colon + 1)}, {1, 65'535}))
    return "";
  return std::string(authority.substr(0, colon));
}

Parsed<bool> read_url(const Flags& flags, Options& options) {
  options.url = flags.value("--url").value_or("");
  while (options.url.ends_with('/')) options.url.pop_back();
  options.allow_remote = flags.has("--allow-remote");
  const std::string host = host_of(options.url);
  if (host.empty())
    return usage_error({options.url.empty() ? "--url is missing"
                                            : fmt::format("--url cannot be \"{}\"", options.url),
                        "it is of the form http://HOST[:PORT][/BASE]",
                        "write for example --url http://127.0.0.1:8080"});
  if (!options.allow_remote && !is_loopback(host))
    return usage_error({fmt::format("--url names {}, which is not this machine", host),
                        "load on somebody else's machine is an attack unless it was agreed",
                        "use a loopback address, or add --allow-remote if it was"});
  return true;
}

Parsed<bool> read_tenants(const Flags& flags, Options& options) {
  options.tenants = examples::split_list(flags.value("--tenants").value_or(""), ',');
  const std::set<std::string> distinct(options.tenants.begin(), options.tenants.end());
  for (const std::string& tenant : options.tenants)
    if (!examples::valid_tenant(tenant))
      return usage_error({fmt::format("--tenants cannot contain \"{}\"", tenant),
                          "a tenant is 1 to 64 letters, digits, '.', '_' or '-'",
                          "write for example --tenants pilot-1,pilot-2"});
  if (distinct.size() != options.tenants.size() || distinct.size() > kTenantsMax)
    return usage_error({"--tenants names one twice, or too many",
                        fmt::format("each of at most {} is counted on its own", kTenantsMax),
                        "name each tenant once"});
  return true;
}

Parsed<bool> read_length(const Flags& flags, Options& options) {
  const auto text = flags.value("--duration");
  if (text.has_value() == flags.has("--until-stopped"))
    return usage_error({"either --duration or --until-stopped must be given",
                        text ? "both were" : "neither was",
                        "write --duration 60s, or --until-stopped"});
  if (!text) return true;
  return examples::duration({"--duration", *text}).map([&](std::chrono::milliseconds length) {
    options.duration = length;
    return true;
  });
}

Parsed<bool> read_mix(const Flags& flags, Options& options) {
  const auto text = flags.value("--mix");
  if (!text) return true;
  options.mix = {};
  std::set<std::string> seen;
  const auto bad = [&](std::string_view why) {
    return usage_error({fmt::format("--mix cannot be \"{}\"", *text), std::string(why),
                        "write for example --mix create=20,get=80"});
  };
  for (const std::string& part : examples::split_list(*text, ',')) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string kind = part.substr(0, equals);
    const auto operation = std::find_if(kOperations.begin(), kOperations.end(),
                                        [&](Operation o) { return name_of(o) == kind; });
    if (operation == kOperations.end()) return bad("the kinds are create, get, file and batch");
    if (!seen.insert(kind).second) return bad("a kind is named twice");
    const auto weight = equals == part.size()
                            ? usage_error({})
                            : examples::whole_number({"--mix", part.substr(equals + 1)}, {0, 1000});
    if (!weight) return bad("a share is a whole number from 0 to 1000");
    options.mix[static_cast<std::size_t>(*operation)] = static_cast<std::uint32_t>(*weight);
  }
  if (std::all_of(options.mix.begin(), options.mix.end(), [](auto weight) { return weight == 0; }))
    return bad("all shares are 0, so there is nothing to send");
  return true;
}

Parsed<bool> read_arrivals(const Flags& flags, Options& options) {
  const std::string text = flags.value("--arrivals").value_or("fixed");
  if (text != "fixed" && text != "poisson")
    return usage_error({fmt::format("--arrivals cannot be \"{}\"", text),
                        "sending times are either evenly spaced or independent",
                        "write --arrivals fixed or --arrivals poisson"});
  options.arrivals = text == "fixed" ? Arrivals::Fixed : Arrivals::Poisson;
  return true;
}

Parsed<bool> read_rate(const Flags& flags, Options& options) {
  const auto text = flags.value("--rate");
  if (!text)
    return usage_error({"--rate is missing", "an open load has a rate of its own",
                        "write for example --rate 200"});
  return examples::whole_number({"--rate", *text}, {1, 100'000}).map([&](std::int64_t rate) {
    options.rate_per_second = rate;
    return true;
  });
}

Parsed<bool> read_limits(const Flags& flags, Options& options) {
  const auto seed = examples::number_or(flags, "--seed", {0, INT64_MAX}, 1);
  if (!seed) return usage_error(seed.error());
  options.seed = static_cast<std::uint64_t>(*seed);
  const auto in_flight = examples::number_or(flags, "--in-flight-max", {1, 10'000}, 512);
  if (!in_flight) return usage_error(in_flight.error());
  options.in_flight_max = static_cast<std::size_t>(*in_flight);
  const auto timeout = examples::duration({"--timeout", flags.value("--timeout").value_or("5s")});
  if (!timeout) return usage_error(timeout.error());
  if (*timeout > std::chrono::minutes(10))
    return usage_error({"--timeout is longer than 10 minutes",
                        "requests that wait so long only fill up what may be under way",
                        "write for example --timeout 5s"});
  options.timeout = *timeout;
  options.report = flags.value("--report").value_or("");
  if (flags.has("--report") && options.report.empty())
    return usage_error(
        {"--report is empty", "it names a file", "write for example --report load.json"});
  return true;
}

}  // namespace

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::Create:
      return "create";
    case Operation::Get:
      return "get";
    case Operation::File:
      return "file";
    case Operation::Batch:
      return "batch";
  }
  return "";
}

std::string help_text() {
  return examples::usage(
      "stellwerk-load: an open load on a document service, with an honest report", kFlags);
}

Parsed<Options> parse_options(std::span<const std::string> arguments) {
  const auto flags = Flags::parse(arguments, kFlags);
  if (!flags) return usage_error(flags.error());
  Options options;
  options.help = flags->has("--help");
  if (options.help) return options;
  for (const auto read : {&read_url, &read_tenants, &read_rate, &read_length, &read_mix,
                          &read_arrivals, &read_limits})
    if (const auto done = read(*flags, options); !done) return usage_error(done.error());
  return options;
}

}  // namespace load
