// What goes from which version to which: the services behind the components, and whether the step
// of versions fits the release type.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/text.h"
#include "core/compilation.h"

namespace stellwerk::core {
namespace {

using base::SemVer;

std::string key_of(std::size_t component, std::string_view field) {
  return fmt::format("components[{}].{}", component, field);
}

/// The highest part that rises. Between versions of the same three numbers (a pre-release and what
/// follows it) it is the one that the numbers themselves announce: 2.0.0-rc.1 → 2.0.0 is major.
VersionLevel level_of(const SemVer& from, const SemVer& to) {
  if (from.major != to.major) return VersionLevel::Major;
  if (from.minor != to.minor) return VersionLevel::Minor;
  if (from.patch != to.patch || to.patch != 0) return VersionLevel::Patch;
  return to.minor != 0 ? VersionLevel::Minor : VersionLevel::Major;
}

SemVer next_of(const SemVer& from, VersionLevel level) {
  SemVer next{from.major, from.minor, from.patch, {}, {}};
  switch (level) {
    case VersionLevel::Patch:
      ++next.patch;
      break;
    case VersionLevel::Minor:
      ++next.minor;
      next.patch = 0;
      break;
    case VersionLevel::Major:
      ++next.major;
      next.minor = next.patch = 0;
  }
  return next;
}

bool same_numbers(const SemVer& a, const SemVer& b) {
  return a.major == b.major && a.minor == b.minor && a.patch == b.patch;
}

bool fits(const TypePolicy& policy, VersionLevel level) {
  return policy.versions.empty() ||
         std::find(policy.versions.begin(), policy.versions.end(), level) != policy.versions.end();
}

/// `patch or hotfix`: the types made for this level.
std::string types_for(VersionLevel level) {
  std::vector<std::string_view> names;
  for (const ReleaseType type : kReleaseTypes)
    if (const auto& policy = policy_of(type); !policy.versions.empty() && fits(policy, level))
      names.push_back(to_string(type));
  return fmt::format("{}", fmt::join(names, " or "));
}

void refuse_not_newer(Compilation& c, std::size_t index) {
  const Component& component = c.release.components[index];
  const bool same = precedence(component.from, component.to) == 0;
  const std::string build = component.from == component.to ? "" : "; build metadata does not count";
  c.problem({"PLN-0003", key_of(index, "to"),
             fmt::format("{}: {} is not newer than {}", component.name.str(),
                         component.to.to_string(), component.from.to_string()),
             same ? "it has the same precedence" + build
                  : "a release only goes forward; what is broken goes back by a rollback"});
}

void refuse_unfit(Compilation& c, std::size_t index, VersionLevel level) {
  const Component& component = c.release.components[index];
  base::Error& error = c.problem(
      {"PLN-0003", key_of(index, "to"),
       fmt::format("{}: {} → {} is no {} release", component.name.str(), component.from.to_string(),
                   component.to.to_string(), to_string(c.release.type)),
       std::string(c.policy.version_rule)});
  error = std::move(error)
              .then("write type: " + types_for(level), "the type that this version fits")
              .then("write to: " + next_of(component.from, c.policy.versions.front()).to_string(),
                    fmt::format("the version that fits a {} release", to_string(c.release.type)));
}

void note_version(Compilation& c, std::size_t index, VersionLevel level) {
  const Component& component = c.release.components[index];
  const SemVer expected = next_of(component.from, level);
  const base::MessageArguments arguments{{"component", component.name.str()},
                                         {"from", component.from.to_string()},
                                         {"to", component.to.to_string()},
                                         {"expected", expected.to_string()}};
  const std::string place = c.written_at(key_of(index, "to"));
  const bool skips =
      !same_numbers(component.to, expected) && !same_numbers(component.from, component.to);
  if (skips) c.note("plan.note.skipped-version", arguments, place);
  if (component.to.is_pre_release()) c.note("plan.note.pre-release", arguments, place);
}

PlannedComponent planned(const Component& component, const Service& service) {
  PlannedComponent result{.name = component.name,
                          .from = component.from,
                          .to = component.to,
                          .image = component.image,
                          .artifact = component.artifact,
                          .old_workload = *service.workload,
                          .new_workload = *service.workload,
                          .health = service.health,
                          .gauges = service.gauges,
                          .listen_port = service.listen_port,
                          .after = component.after};
  if (component.command) {
    result.new_workload.command = *component.command;
    result.new_workload.artifact_file.clear();  // it belongs to the service's own command
  }
  if (!component.artifact_file.empty()) result.new_workload.artifact_file = component.artifact_file;
  return result;
}

/// The service that runs the component; reports what is missing.
const Service* service_of(Compilation& c, std::size_t index) {
  const std::string& name = c.release.components[index].name.str();
  const Service* service = c.environment.find_service(base::ServiceName(name));
  if (service == nullptr) {
    c.problem({"PLN-0004", key_of(index, "domain"),
               fmt::format("there is no service {}", base::in_quotes(name)),
               "no service of that name stands in stellwerk.yaml"});
    std::vector<std::string> names;
    for (const Service& each : c.environment.services)
      if (each.workload) names.push_back(each.name.str());
    c.suggest(name, names);
    return nullptr;
  }
  if (!service->workload) {
    base::Error& error =
        c.problem({"PLN-0009", key_of(index, "domain"),
                   fmt::format("service {} cannot be released: Stellwerk does not run it", name),
                   "it has no `run` in stellwerk.yaml, so it is only watched"});
    error = std::move(error).then("add run to service " + name, "how its instances are started");
    return nullptr;
  }
  if (service->health.url.starts_with('/')) return service;
  c.problem({"PLN-0009", key_of(index, "domain"),
             fmt::format("the health of {} cannot be asked of each instance", name),
             fmt::format("its health URL {} is no path", base::in_quotes(service->health.url))});
  return nullptr;
}

/// Each name under `after` is another component of this release.
void check_after(Compilation& c, std::size_t index) {
  const Component& component = c.release.components[index];
  for (std::size_t i = 0; i < component.after.size(); ++i) {
    const base::ComponentName& other = component.after[i];
    const std::string key = fmt::format("{}[{}]", key_of(index, "after"), i);
    if (other == component.name) {
      c.problem({"PLN-0009", key, fmt::format("{} cannot come after itself", other.str()),
                 "it names the components whose new version must run before"});
      continue;
    }
    std::vector<std::string> others;
    for (const Component& each : c.release.components)
      if (each.name != component.name) others.push_back(each.name.str());
    if (std::find(others.begin(), others.end(), other.str()) != others.end()) continue;
    c.problem({"PLN-0004", key,
               fmt::format("there is no component {}", base::in_quotes(other.str())),
               "only components of this release can come before another one"});
    c.suggest(other.str(), others);
  }
}

/// As they are written, but each after those it names. What is left over waits for itself.
void order_components(Compilation& c) {
  std::vector<PlannedComponent> left = std::move(c.plan.components);
  std::vector<PlannedComponent> ordered;
  const auto is_left = [&](const base::ComponentName& name) {
    return std::any_of(left.begin(), left.end(),
                       [&](const PlannedComponent& each) { return each.name == name; });
  };
  const auto is_free = [&](const PlannedComponent& component) {
    return std::none_of(component.after.begin(), component.after.end(), is_left);
  };
  for (auto next = left.begin();
       (next = std::find_if(left.begin(), left.end(), is_free)) != left.end();) {
    ordered.push_back(std::move(*next));
    left.erase(next);
  }
  if (!left.empty() && c.problems.empty()) {
    std::vector<std::string> names;
    for (const PlannedComponent& component : left) names.push_back(component.name.str());
    c.problem({"PLN-0009", "components",
               fmt::format("{} wait for each other", base::and_list(names)),
               "following `after` from one of them comes back to it, so none could be first"});
  }
  std::move(left.begin(), left.end(), std::back_inserter(ordered));
  c.plan.components = std::move(ordered);
}

}  // namespace

void check_version(Compilation& c, std::size_t index) {
  const Component& component = c.release.components[index];
  if (precedence(component.to, component.from) <= 0) return refuse_not_newer(c, index);
  const VersionLevel level = level_of(component.from, component.to);
  if (!fits(c.policy, level)) return refuse_unfit(c, index, level);
  note_version(c, index, level);
}

void compile_components(Compilation& c) {
  std::set<base::ComponentName> seen;
  if (c.release.components.empty())
    c.problem({"PLN-0009", "components", "the release changes nothing", "it has no component"});
  for (std::size_t i = 0; i < c.release.components.size(); ++i) {
    const Component& component = c.release.components[i];
    if (!seen.insert(component.name).second) {
      c.problem({"PLN-0009", key_of(i, "domain"),
                 fmt::format("component {} stands there twice", component.name.str()),
                 "a release moves each component once"});
      continue;
    }
    check_version(c, i);
    if (const Service* service = service_of(c, i))
      c.plan.components.push_back(planned(component, *service));
    check_after(c, i);
  }
  order_components(c);
}

}  // namespace stellwerk::core
