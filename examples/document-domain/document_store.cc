#include "document-domain/document_store.h"

#include <fmt/format.h>

#include <utility>

namespace document_domain {

DocumentStore::DocumentStore(CacheLimits limits, std::unique_ptr<DataDirectory> directory)
    : cache_(limits), directory_(std::move(directory)) {}

Outcome<void> DocumentStore::add(const Document& document) {
  if (directory_) {
    const auto written = directory_->write(document.key, "json", to_stored_text(document));
    if (!written) return written;
  }
  cache_.put(std::make_shared<const StoredDocument>(StoredDocument{document, ""}));
  return {};
}

Outcome<StoredPointer> DocumentStore::find(const DocumentKey& key) {
  StoredPointer cached = cache_.find(key);
  // An unrendered one may have been rendered by another instance since: then the folder knows more
  // than memory.
  if (directory_ && (!cached || !cached->document.rendered)) {
    if (StoredPointer loaded = load(key)) {
      cache_.put(loaded);
      return loaded;
    }
  }
  if (cached) return cached;
  return refuse(404, fmt::format("tenant {} has no document {}", key.tenant, key.id));
}

Outcome<void> DocumentStore::attach(Document document, std::string html) {
  document.rendered = Rendered{html.size(), sha256_hex(html)};
  if (directory_) {
    // The page first: whoever reads that the document is rendered must find the page.
    const auto page = directory_->write(document.key, "html", html);
    if (!page) return page;
    const auto json = directory_->write(document.key, "json", to_stored_text(document));
    if (!json) return json;
  }
  cache_.put(
      std::make_shared<const StoredDocument>(StoredDocument{std::move(document), std::move(html)}));
  return {};
}

StoredPointer DocumentStore::load(const DocumentKey& key) const {
  const auto text = directory_->read(key, "json");
  if (!text) return nullptr;
  auto document = from_stored_text(*text);
  if (!document || document->key != key) return nullptr;
  StoredDocument stored{std::move(*document), ""};
  if (stored.document.rendered) {
    auto html = directory_->read(key, "html");
    if (html && html->size() == stored.document.rendered->bytes) {
      stored.html = std::move(*html);
    } else {
      stored.document.rendered.reset();
    }
  }
  return std::make_shared<const StoredDocument>(std::move(stored));
}

}  // namespace document_domain
