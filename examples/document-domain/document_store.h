// document_store.h — where documents live: memory, and behind it the shared folder if there is one.
//
// Thread-safety: any thread.                                             Start here: DocumentStore
// Invariants: with a shared folder, what add() accepted is found by every other instance on that
// folder.
#pragma once

#include <cstddef>
#include <memory>

#include "document-domain/data_directory.h"
#include "document-domain/document_cache.h"

namespace document_domain {

class DocumentStore {
 public:
  /// @param directory  nullptr: memory only
  DocumentStore(CacheLimits limits, std::unique_ptr<DataDirectory> directory);

  /// @errors 503: the shared folder refused it; it was not stored.
  Outcome<void> add(const Document& document);
  /// @errors 404: this tenant has no such document (another tenant's counts as none).
  Outcome<StoredPointer> find(const DocumentKey& key);
  /// Stores what rendering made; a document that was evicted in the meantime is no error.
  Outcome<void> attach(Document document, std::string html);
  [[nodiscard]] std::size_t size() const { return cache_.size(); }

 private:
  StoredPointer load(const DocumentKey& key) const;

  DocumentCache cache_;
  const std::unique_ptr<DataDirectory> directory_;
};

}  // namespace document_domain
