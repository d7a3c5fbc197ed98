#include "document-domain/document_cache.h"

#include <utility>

namespace document_domain {
namespace {

/// What a document costs in memory, roughly: a flat sum for the tree nodes and small fields, and
/// its large texts.
std::size_t cost_of(const StoredDocument& stored) {
  constexpr std::size_t kFlatBytes = 2048;
  return kFlatBytes + stored.html.size() + 2 * stored.document.content.payload.dump().size() +
         stored.document.content.attachments.size() * 512;
}

}  // namespace

void DocumentCache::put(StoredPointer stored) {
  const DocumentKey key = stored->document.key;
  const std::size_t cost = cost_of(*stored);
  const std::lock_guard lock(mutex_);
  Tenant& tenant = tenants_[key.tenant];
  const auto [place, is_new] = tenant.by_id.try_emplace(key.id);
  Entry& entry = place->second;
  if (is_new) {
    entry.age = next_age_++;
    tenant.by_age.emplace(entry.age, key.id);
    by_age_.emplace(entry.age, key);
  }
  bytes_ += cost - std::exchange(entry.bytes, cost);
  entry.stored = std::move(stored);
  evict_surplus(key.tenant);
}

StoredPointer DocumentCache::find(const DocumentKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto tenant = tenants_.find(key.tenant);
  if (tenant == tenants_.end()) return nullptr;
  const auto entry = tenant->second.by_id.find(key.id);
  return entry == tenant->second.by_id.end() ? nullptr : entry->second.stored;
}

std::size_t DocumentCache::size() const {
  const std::lock_guard lock(mutex_);
  return by_age_.size();
}

void DocumentCache::evict(const DocumentKey& key) {
  const auto tenant = tenants_.find(key.tenant);
  const auto entry = tenant->second.by_id.find(key.id);
  bytes_ -= entry->second.bytes;
  by_age_.erase(entry->second.age);
  tenant->second.by_age.erase(entry->second.age);
  tenant->second.by_id.erase(entry);
  if (tenant->second.by_id.empty()) tenants_.erase(tenant);
}

void DocumentCache::evict_surplus(const std::string& tenant) {
  const auto& own = tenants_.at(tenant).by_age;
  while (own.size() > limits_.documents_per_tenant_max)
    evict(DocumentKey{tenant, own.begin()->second});
  while (bytes_ > limits_.bytes_max && by_age_.size() > 1)
    evict(DocumentKey(by_age_.begin()->second));
}

}  // namespace document_domain
