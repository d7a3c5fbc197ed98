#include "adapters/haproxy/route_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "adapters/haproxy/names.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr char kUnleased = '*';
constexpr char kEveryone = '*';

base::Failure foreign(std::string why) {
  return base::fail(base::error(base::Code::Conflict, "HAP-0005",
                                "the routes in HAProxy are not as Stellwerk wrote them")
                        .because(std::move(why))
                        .now("HAProxy serves by these routes until they are written again"));
}

struct Writer {
  const base::ComponentName& component;
  RouteRows& rows;

  void add(const std::string& key, std::string value) const {
    rows.insert_or_assign(component.str() + "/" + key, std::move(value));
  }
  [[nodiscard]] std::string backend(const base::SemVer& version) const {
    return core::backend_name(component, version).str();
  }
};

void add_candidate(const Writer& writer, const core::ComponentRoutes& routes,
                   const KnownTenants& known) {
  const core::CandidateRoute& candidate = *routes.candidate;
  const std::string target = writer.backend(candidate.version);
  writer.add("candidate", target);
  writer.add("lease",
             candidate.leased ? candidate.release.str() : kUnleased + candidate.release.str());
  if (candidate.everyone) writer.add("everyone", target);
  if (!candidate.buckets.empty())
    for (const base::TenantId& tenant : known)
      writer.add("t:" + tenant.str(), writer.backend(routes.stable));
  for (const base::TenantId& tenant : candidate.tenants) writer.add("t:" + tenant.str(), target);
  for (const std::uint32_t bucket : candidate.buckets)
    writer.add(fmt::format("b:{}", bucket), target);
}

void add_maintenance(const Writer& writer, const core::MaintenanceRoute& maintenance) {
  const std::string release = maintenance.release.str();
  writer.add("maintenance", maintenance.everyone ? kEveryone + release : release);
  for (const base::TenantId& tenant : maintenance.tenants) writer.add("m:" + tenant.str(), release);
}

bool names_are_plain(const base::ComponentName& component, const core::ComponentRoutes& routes) {
  if (!plain_name(component.str())) return false;
  const auto plain = [](const auto& id) { return plain_name(id.str()); };
  const auto& shown = routes.maintenance;
  if (shown &&
      (!plain(shown->release) || !std::all_of(shown->tenants.begin(), shown->tenants.end(), plain)))
    return false;
  if (!routes.candidate) return true;
  return plain(routes.candidate->release) &&
         std::all_of(routes.candidate->tenants.begin(), routes.candidate->tenants.end(), plain);
}

/// The version in `document-domain-v1.3.0`.
std::optional<base::SemVer> version_in(const std::string& component, std::string_view backend) {
  const std::string prefix = component + "-v";
  if (!backend.starts_with(prefix)) return std::nullopt;
  std::string text(backend.substr(prefix.size()));
  std::replace(text.begin(), text.end(), '_', '+');
  auto version = base::SemVer::parse(text);
  if (!version) return std::nullopt;
  return *std::move(version);
}

/// One component's rows, keys without the component.
class Reader {
 public:
  Reader(std::string component, const RouteRows& rows)
      : component_(std::move(component)), rows_(rows) {}

  base::Result<core::ComponentRoutes> read() {
    core::ComponentRoutes routes;
    const auto stable = version("stable");
    if (!stable) return foreign(fmt::format("{}/stable names no version", component_));
    routes.stable = *stable;
    if (rows_.contains("candidate")) {
      auto candidate = read_candidate();
      if (!candidate) return base::fail(std::move(candidate).error());
      routes.candidate = *std::move(candidate);
    }
    if (const auto found = rows_.find("maintenance"); found != rows_.end())
      routes.maintenance = read_maintenance(found->second);
    return routes;
  }

 private:
  [[nodiscard]] std::optional<base::SemVer> version(const std::string& key) const {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return std::nullopt;
    return version_in(component_, found->second);
  }

  [[nodiscard]] core::MaintenanceRoute read_maintenance(const std::string& value) const {
    core::MaintenanceRoute maintenance;
    maintenance.everyone = value.starts_with(kEveryone);
    maintenance.release = base::ReleaseId(value.substr(maintenance.everyone ? 1 : 0));
    for (auto row = rows_.lower_bound("m:"); row != rows_.end() && row->first.starts_with("m:");
         ++row)
      maintenance.tenants.emplace(row->first.substr(2));
    return maintenance;
  }

  base::Result<core::CandidateRoute> read_candidate() {
    core::CandidateRoute candidate;
    const auto of = version("candidate");
    const auto lease = rows_.find("lease");
    if (!of || lease == rows_.end() || lease->second.empty())
      return foreign(fmt::format("{}/candidate has no version or no lease", component_));
    candidate.version = *of;
    candidate.leased = lease->second.front() != kUnleased;
    candidate.release = base::ReleaseId(lease->second.substr(candidate.leased ? 0 : 1));
    candidate.everyone = rows_.contains("everyone");
    const std::string& target = rows_.at("candidate");
    for (const auto& [key, value] : rows_)
      if (value == target) take_route(key, candidate);
    return candidate;
  }

  static void take_route(std::string_view key, core::CandidateRoute& candidate) {
    if (key.starts_with("t:")) candidate.tenants.emplace(std::string(key.substr(2)));
    if (!key.starts_with("b:")) return;
    std::uint32_t bucket = core::kBuckets;
    std::from_chars(key.data() + 2, key.data() + key.size(), bucket);
    if (bucket < core::kBuckets) candidate.buckets.insert(bucket);
  }

  std::string component_;
  const RouteRows& rows_;
};

std::string first_difference(const RouteRows& expected, const RouteRows& found) {
  for (const auto& [key, value] : found) {
    const auto wanted = expected.find(key);
    if (wanted == expected.end())
      return fmt::format("{} is {}, which fits no table", key, base::printable(value, 80));
    if (wanted->second != value)
      return fmt::format("{} is {} instead of {}", key, base::printable(value, 80), wanted->second);
  }
  for (const auto& [key, value] : expected)
    if (!found.contains(key)) return fmt::format("{} is missing", key);
  return {};
}

base::Result<RouteRows> parse_lines(std::string_view text, std::size_t fields_before_key) {
  RouteRows rows;
  for (std::string_view line : base::split(text, '\n')) {
    line = base::trim(line);
    if (line.empty() || line.front() == '#') continue;
    const auto words = base::split(line, ' ');
    const auto is_word = [](std::string_view word) {
      return !word.empty() && word.front() != '#' && word.find_first_of("\t\r\v\f") == word.npos;
    };
    if (words.size() != fields_before_key + 2 || !std::all_of(words.begin(), words.end(), is_word))
      return foreign(fmt::format("'{}' is no row", base::printable(line, 80)));
    const auto [at, fresh] = rows.emplace(words[fields_before_key], words[fields_before_key + 1]);
    if (!fresh) return foreign(fmt::format("{} stands there twice", at->first));
  }
  return rows;
}

}  // namespace

base::Result<RouteRows> rows_of(const core::RoutingTable& table, const KnownTenants& known) {
  RouteRows rows;
  for (const auto& [component, routes] : table.components) {
    if (!names_are_plain(component, routes))
      return base::fail(base::error(base::Code::Rejected, "HAP-0001",
                                    fmt::format("the routes of {} contain a name that HAProxy "
                                                "cannot be given",
                                                base::printable(component.str(), 80)))
                            .now("the routes in force are unchanged"));
    const Writer writer{component, rows};
    writer.add("stable", writer.backend(routes.stable));
    if (routes.candidate) add_candidate(writer, routes, known);
    if (routes.maintenance) add_maintenance(writer, *routes.maintenance);
  }
  return rows;
}

base::Result<core::RoutingTable> table_of(const RouteRows& rows, const KnownTenants& known) {
  std::map<std::string, RouteRows> by_component;
  for (const auto& [key, value] : rows) {
    const auto slash = key.find('/');
    if (slash == std::string::npos) return foreign(key + " belongs to no component");
    by_component[key.substr(0, slash)].emplace(key.substr(slash + 1), value);
  }
  core::RoutingTable table;
  for (const auto& [component, own_rows] : by_component) {
    auto routes = Reader(component, own_rows).read();
    if (!routes) return base::fail(std::move(routes).error());
    table.components.emplace(component, *std::move(routes));
  }
  // What was understood must be all there is: a row too many or too few is a foreign hand.
  auto expected = rows_of(table, known);
  if (!expected) return foreign(expected.error().message);
  if (*expected != rows) return foreign(first_difference(*expected, rows));
  return table;
}

std::string map_text(const RouteRows& rows) {
  std::string text;
  for (const auto& [key, value] : rows) {
    text += key;
    text += ' ';
    text += value;
    text += '\n';
  }
  return text;
}

base::Result<RouteRows> parse_map(std::string_view text) { return parse_lines(text, 0); }

base::Result<RouteRows> parse_shown_map(std::string_view text) { return parse_lines(text, 1); }

}  // namespace stellwerk::adapters::haproxy
