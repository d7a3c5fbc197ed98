// document_cache.h — documents in memory, bounded: the oldest go first.
//
// Role: DocumentStore's memory.                                          Start here: DocumentCache
// Thread-safety: any thread.
// Invariants: never more documents per tenant, nor more bytes in all, than the limits say; a tenant
// that writes much
//             evicts its own documents first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "document-domain/document.h"

namespace document_domain {

struct CacheLimits {
  std::size_t documents_per_tenant_max = 2000;
  std::size_t bytes_max = std::size_t{64} << 20;
};

/// A document with its rendering; replaced as a whole, never changed.
struct StoredDocument {
  Document document;
  std::string html;  ///< empty until document.rendered is set
};
using StoredPointer = std::shared_ptr<const StoredDocument>;

class DocumentCache {
 public:
  explicit DocumentCache(CacheLimits limits) : limits_(limits) {}

  /// Adds, or replaces the one with the same key (which keeps its age).
  void put(StoredPointer stored);
  /// nullptr when it is not here (never was, or was evicted).
  [[nodiscard]] StoredPointer find(const DocumentKey& key) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    StoredPointer stored;
    std::size_t bytes = 0;
    std::uint64_t age = 0;  ///< position in insertion order
  };
  struct Tenant {
    std::map<std::string, Entry> by_id;
    std::map<std::uint64_t, std::string> by_age;
  };

  void evict(const DocumentKey& key);
  void evict_surplus(const std::string& tenant);

  const CacheLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Tenant> tenants_;
  std::map<std::uint64_t, DocumentKey> by_age_;
  std::uint64_t next_age_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace document_domain
