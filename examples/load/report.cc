#include "load/report.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace load {
namespace {

using nlohmann::ordered_json;
using std::chrono::nanoseconds;

double milliseconds(nanoseconds time) {
  return std::round(static_cast<double>(time.count()) / 1e3) / 1e3;
}

ordered_json latency_json(const LatencyCounts& latency) {
  const auto values = latency.quantiles_us({0.5, 0.95, 0.99, 1.0});
  return {{"count", latency.count()},
          {"p50", values[0]},
          {"p95", values[1]},
          {"p99", values[2]},
          {"max", values[3]}};
}

template <class Map, class Name>
ordered_json counts_json(const Map& counts, const Name& name) {
  ordered_json object = ordered_json::object();
  for (const auto& [key, count] : counts) object[std::string(name(key))] = count;
  return object;
}

ordered_json tally_json(const TenantTally& tally) {
  const auto as_is = [](const std::string& key) { return key; };
  return {{"intended", tally.intended},
          {"sent", tally.sent},
          {"dropped", tally.dropped},
          {"late", tally.late},
          {"answered", tally.answered},
          {"failed", tally.failed},
          {"unfinished", tally.unfinished},
          {"errors", tally.errors()},
          {"operations", counts_json(tally.by_operation, &name_of)},
          {"statuses", counts_json(tally.by_status, [](long s) { return std::to_string(s); })},
          {"failures", counts_json(tally.by_failure, as_is)},
          {"versions", counts_json(tally.by_version, as_is)},
          {"latency_us", latency_json(tally.latency)}};
}

ordered_json tenant_json(const TenantTally& tally) {
  ordered_json object = tally_json(tally);
  object["flips"] = tally.versions.flips();
  object["overlapping"] = tally.versions.overlapping();
  ordered_json& changes = object["changes"] = ordered_json::array();
  for (const VersionChange& change : tally.versions.changes())
    changes.push_back({{"at_ms", milliseconds(change.at)}, {"version", change.version}});
  return object;
}

TenantTally total_of(const RunResult& result) {
  TenantTally total;
  for (const TenantTally& tally : result.tenants) total.merge(tally);
  return total;
}

std::string versions_text(const VersionTrack& track) {
  std::string text;
  for (const VersionChange& change : track.changes())
    text += fmt::format("{}{}", text.empty() ? "" : " > ", change.version);
  return text;
}

std::string row(std::string_view name, const TenantTally& tally, std::string_view tail) {
  const auto values = tally.latency.quantiles_us({0.5, 0.95, 0.99});
  return fmt::format("  {:<20} {:>9} {:>8} {:>9.2f} {:>9.2f} {:>9.2f}  {}\n", name, tally.sent,
                     tally.errors(), static_cast<double>(values[0]) / 1e3,
                     static_cast<double>(values[1]) / 1e3, static_cast<double>(values[2]) / 1e3,
                     tail);
}

}  // namespace

ordered_json to_json(const Options& options, const RunResult& result) {
  ordered_json report = {{"url", options.url},
                         {"rate_per_second", options.rate_per_second},
                         {"arrivals", options.arrivals == Arrivals::Fixed ? "fixed" : "poisson"},
                         {"seed", options.seed},
                         {"length_ms", milliseconds(result.length)},
                         {"latest_send_ms", milliseconds(result.latest_send)},
                         {"stopped_by_signal", result.stopped_by_signal}};
  report["total"] = tally_json(total_of(result));
  ordered_json& tenants = report["tenants"] = ordered_json::object();
  for (std::size_t i = 0; i < options.tenants.size(); ++i)
    tenants[options.tenants[i]] = tenant_json(result.tenants[i]);
  return report;
}

std::string to_table(const Options& options, const RunResult& result) {
  const TenantTally total = total_of(result);
  const double seconds = static_cast<double>(result.length.count()) / 1e9;
  std::string text = fmt::format(
      "{} requests intended in {:.1f} s at {}/s; {} sent ({} late), {} dropped, {} answered, {} "
      "failed, {} unfinished\n",
      total.intended, seconds, options.rate_per_second, total.sent, total.late, total.dropped,
      total.answered, total.failed, total.unfinished);
  text += fmt::format("  {:<20} {:>9} {:>8} {:>9} {:>9} {:>9}  {}\n", "tenant", "sent", "errors",
                      "p50 ms", "p95 ms", "p99 ms", "flips, versions in order");
  for (std::size_t i = 0; i < options.tenants.size(); ++i) {
    const VersionTrack& track = result.tenants[i].versions;
    text += row(options.tenants[i], result.tenants[i],
                fmt::format("{}  {}", track.flips(), versions_text(track)));
  }
  return text + row("all", total, "");
}

examples::Parsed<bool> write_report(const std::string& file, const std::string& text) {
  const std::string beside = file + ".tmp";
  std::error_code problem;
  {
    std::ofstream stream(beside, std::ios::binary);
    stream << text;
    stream.flush();
    if (!stream) problem = std::make_error_code(std::errc::io_error);
  }
  if (!problem) std::filesystem::rename(beside, file, problem);
  if (!problem) return true;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  return examples::usage_error({fmt::format("the report {} cannot be written", file),
                                problem.message(),
                                "name a file in a folder that exists and is yours"});
}

}  // namespace load
