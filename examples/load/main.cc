// stellwerk-load: an open load on a document service. Data goes to stdout, everything else to
// stderr. Exit codes: 0 a report was made, 1 not one request was answered, 2 bad arguments or the
// report cannot be written.
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "load/generator.h"
#include "load/report.h"

namespace load {
namespace {

int fail(const examples::UsageError& error) {
  fmt::print(stderr, "{}", examples::render(error));
  return 2;
}

int report(const Options& options, const RunResult& result) {
  const std::string json = to_json(options, result).dump(2) + "\n";
  fmt::print(options.report == "-" ? stderr : stdout, "{}", to_table(options, result));
  if (options.report == "-") {
    fmt::print("{}", json);
  } else if (!options.report.empty()) {
    if (const auto written = write_report(options.report, json); !written)
      return fail(written.error());
  }
  const bool answered = std::any_of(result.tenants.begin(), result.tenants.end(),
                                    [](const TenantTally& tally) { return tally.answered > 0; });
  return answered ? 0 : 1;
}

int run(const Options& options) {
  block_stop_signals();
  if (!options.report.empty() && options.report != "-") {
    // Found out now, not after an hour of load.
    if (const auto writable = write_report(options.report, "{}\n"); !writable)
      return fail(writable.error());
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const RunResult result = Generator(options).run();
  const int code = report(options, result);
  curl_global_cleanup();
  return code;
}

}  // namespace
}  // namespace load

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto options = load::parse_options(arguments);
  if (!options) return load::fail(options.error());
  if (options->help) {
    fmt::print("{}", load::help_text());
    return 0;
  }
  return load::run(*options);
}
