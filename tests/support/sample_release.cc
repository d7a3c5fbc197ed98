#include "support/sample_release.h"

#include "base/check.h"
#include "core/compile.h"

namespace stellwerk::testing {
namespace {

using base::TenantId;
using core::Role;

core::Service watched(std::string name, std::string url) {
  core::Service service;
  service.name = base::ServiceName(std::move(name));
  service.health.url = std::move(url);
  return service;
}

core::Service document_domain() {
  core::Service service = watched("document-domain", "/health");
  core::WorkloadSpec workload;
  workload.command.arguments = {"document-domain", "--version", "{version}", "--port", "{port}"};
  service.workload = workload;
  service.gauges.push_back({.name = "consumer_lag", .path = "/metrics/lag", .selector = "/lag"});
  return service;
}

core::WaveRequest wave(base::Ppm share, std::vector<std::string> tenants, base::Duration at,
                       base::Duration hold) {
  core::WaveRequest request;
  request.share = share;
  for (std::string& tenant : tenants) request.tenants.emplace_back(std::move(tenant));
  request.all_tenants = share == base::kWhole;
  request.at = at;
  request.hold = hold;
  return request;
}

}  // namespace

core::Environment sample_environment() {
  core::Environment environment;
  environment.installation = base::InstallationId("valero-test");
  environment.locale = base::Locale::En;
  environment.data_folder = "/var/lib/stellwerk";
  for (const char* name : {"pilot-1", "pilot-2", "pilot-3", "pilot-4", "pilot-5", "acker",
                           "birkenhof", "casino", "dorfladen", "eichenweg"})
    environment.tenants.push_back({TenantId(name), 1});
  environment.services = {document_domain(),
                          watched("notifications-domain", "http://127.0.0.1:3080/health"),
                          watched("audit-domain", "http://127.0.0.1:3090/health")};
  environment.people = {{base::PersonId("release-manager-123"),
                         "release-manager-123",
                         {Role::ReleaseManager, Role::ProductOwner}},
                        {base::PersonId("devops-1"), "devops-1", {Role::DevOps}},
                        {base::PersonId("qa-1"), "qa-1", {Role::Qa}},
                        {base::PersonId("auditor-1"), "auditor-1", {Role::AuditOfficer}}};
  environment.self_approval = true;  // the separation of duties has tests of its own
  return environment;
}

core::Release sample_release() {
  core::Release release;
  release.id = base::ReleaseId("rel-2025-10-001");
  release.type = core::ReleaseType::Minor;
  release.title = "Batch processing";
  release.scope = {"POST /documents/batch"};
  core::Component component;
  component.name = base::ComponentName("document-domain");
  component.from = base::SemVer{1, 2, 0, {}, {}};
  component.to = base::SemVer{1, 3, 0, {}, {}};
  component.image = "valero-neuroerp:1.3.0";
  release.components = {component};
  release.waves = {wave(base::percent(10), {"pilot-1"}, {}, base::minutes(15)),
                   wave(base::percent(50), {"pilot-2", "pilot-3", "pilot-4", "pilot-5"},
                        base::minutes(15), base::minutes(15)),
                   wave(base::kWhole, {}, base::minutes(30), base::minutes(30))};
  release.stakeholders = {"stakeholders@example.org"};
  release.requested_by = "release-manager-123";
  release.source = base::sha256("rel-2025-10-001");
  return release;
}

core::Release bare_release(core::ReleaseType type) {
  core::Release release = sample_release();
  release.type = type;
  release.waves.clear();
  base::SemVer& to = release.components[0].to;
  if (type == core::ReleaseType::Patch || type == core::ReleaseType::Hotfix) to = {1, 2, 1, {}, {}};
  if (type == core::ReleaseType::Major) to = {2, 0, 0, {}, {}};
  return release;
}

core::Plan sample_plan() {
  auto result = core::compile(sample_release(), sample_environment());
  STELLWERK_CHECK(result.plan.has_value());
  return std::move(*result.plan);
}

std::string ids_of(const core::CompileResult& result) {
  std::string ids;
  for (const base::Error& error : result.problems) ids += (ids.empty() ? "" : " ") + error.id;
  return ids;
}

}  // namespace stellwerk::testing
