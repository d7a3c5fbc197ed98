#include "e2e/files.h"

#include <fmt/format.h>

namespace stellwerk::e2e {
namespace {

const Keys kQuickGuard = {{"window", "10s"},
                          {"requests_min", "20"},
                          {"hold_real_min", "1s"},
                          {"hold_requests_min", "20"},
                          {"no_data_pause", "20s"},
                          {"no_data_rollback", "1m"},
                          {"health_interval", "200ms"},
                          {"lease", "30s"}};

std::string flow_map(const Keys& keys) {
  std::string text;
  for (const auto& [key, value] : keys)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, value);
  return "{" + text + "}";
}

/// A busy machine is no slow version: tests of latency set their own limit.
const Keys kPatientLimits = {{"p95_pause", "5s"}};

/// The service's own command with its faults.
std::string command_of(const std::string& program, const std::vector<std::string>& faults) {
  std::string text = fmt::format(
      "[{}, --version-number, \"{{version}}\", --port, \"{{port}}\", --data, documents", program);
  for (const std::string& fault : faults) text += fmt::format(", --fault, \"{}\"", fault);
  return text + ", --render-ms, \"0\"]";
}

}  // namespace

const std::vector<std::string>& tenants() {
  static const std::vector<std::string> kTenants = {"pilot-1", "pilot-2", "pilot-3",  "pilot-4",
                                                    "pilot-5", "ahrens",  "bergmann", "claussen",
                                                    "dierks",  "ehlers"};
  return kTenants;
}

std::string quick_guard() { return flow_map(kQuickGuard); }

std::string release_yaml(const ReleaseFile& release) {
  Keys guard = release.guard;
  guard.insert(kQuickGuard.begin(), kQuickGuard.end());
  std::string text = fmt::format(
      "id: {}\ntype: {}\ntitle: \"document-domain {}\"\nstrategy: {}\ncomponents:\n"
      "  - domain: document-domain\n    from: {}\n    to: {}\n",
      release.id, release.type, release.to, release.strategy, release.from, release.to);
  if (!release.digest.empty()) text += fmt::format("    digest: {}\n", release.digest);
  if (!release.faults.empty())
    text += fmt::format("    command: {{run: {}}}\n", command_of(release.program, release.faults));
  std::string before = "document-domain";
  for (const std::string& component : release.components) {
    text += fmt::format("  - {{domain: {}, from: {}, to: {}, after: [{}]}}\n", component,
                        release.from, release.to, before);
    before = component;
  }
  if (!release.waves.empty()) text += "waves:\n";
  for (const std::string& wave : release.waves) text += fmt::format("  - {}\n", wave);
  text += fmt::format("guard: {}\nschedule: {{announce_lead: 0s}}\n", flow_map(guard));
  Keys slo = release.slo;
  slo.insert(kPatientLimits.begin(), kPatientLimits.end());
  text += fmt::format("slo: {}\n", flow_map(slo));
  return text + release.more;
}

std::string site_yaml(const SiteFile& site) {
  Keys router = site.router;
  router.insert({{"adapter", "haproxy"}, {"drain", "1s"}});
  std::string text = fmt::format(
      "installation: {}\nlocale: en\ndata_folder: data\ntenants: [{}]\nservices:\n"
      "  - name: document-domain\n    health: {{url: /health, json: {{/status: ok}}, timeout: "
      "3s}}\n"
      "    port: {}\n    run:\n      command: {}\n      instances: {}\n      start_timeout: {}\n"
      "      drain: {}\n      stop_timeout: {}\n"
      "    gauges:\n      - {{name: consumer_lag, path: /lag, format: json,"
      " selector: /consumer_lag, interval: 500ms, timeout: 500ms}}\n",
      site.installation, fmt::join(tenants(), ", "), site.port,
      command_of(site.document_domain, site.faults), site.instances, site.start_timeout, site.drain,
      site.stop_timeout);
  for (const Neighbour& component : site.components)
    text += fmt::format(
        "  - name: {}\n    health: {{url: /health, json: {{/status: ok}}, timeout: 3s}}\n"
        "    port: {}\n    run: {{command: {}, instances: {}, drain: {}, stop_timeout: {}}}\n",
        component.name, component.port, command_of(site.document_domain, site.faults),
        site.instances, site.drain, site.stop_timeout);
  for (const Neighbour& neighbour : site.neighbours)
    text += fmt::format(
        "  - {{name: {}, health: {{url: \"http://127.0.0.1:{}/health\", json: {{/status: "
        "ok}}}}}}\n",
        neighbour.name, neighbour.port);
  text += fmt::format(
      "people:\n"
      "  - {{id: lena, os_user: \"@me\", roles: [release-manager, devops, qa, "
      "product-owner, audit-officer]}}\n"
      "self_approval: true\n"
      "router: {}\nworkload: {{adapter: process}}\n"
      "notices: [{{adapter: file, folder: notices}}]\n"
      "events: [{{adapter: ndjson, file: events.ndjson}}]\n",
      flow_map(router));
  return text + site.more;
}

}  // namespace stellwerk::e2e
