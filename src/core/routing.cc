#include "core/routing.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "base/digest.h"

namespace stellwerk::core {

std::vector<base::TenantId> rank_tenants(const base::InstallationId& installation,
                                         std::span<const Tenant> tenants) {
  std::vector<std::pair<base::Digest, base::TenantId>> keyed;
  keyed.reserve(tenants.size());
  for (const Tenant& tenant : tenants)
    keyed.emplace_back(base::sha256(installation.str() + "/" + tenant.id.str()), tenant.id);
  std::sort(keyed.begin(), keyed.end());

  std::vector<base::TenantId> ranked;
  ranked.reserve(keyed.size());
  for (auto& [digest, id] : keyed) ranked.push_back(std::move(id));
  return ranked;
}

std::uint32_t bucket_of(std::string_view tenant) {
  return XXH32(tenant.data(), tenant.size(), 0) % kBuckets;
}

base::BackendName backend_name(const base::ComponentName& component, const base::SemVer& version) {
  std::string text = fmt::format("{}-v{}", component.str(), version.to_string());
  std::replace(text.begin(), text.end(), '+', '_');
  return base::BackendName(std::move(text));
}

}  // namespace stellwerk::core
