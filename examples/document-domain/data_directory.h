// data_directory.h — the folder that instances of several versions share, so that a tenant that
// moves keeps its documents.
//
// Role: DocumentStore's second level: DIR/<tenant>/<id>.json and <id>.html.
// Thread-safety: any thread; any number of processes.                    Start here:
// DataDirectory::open Invariants: a reader sees a file whole or not at all (written beside, then
// renamed). Not synced: a power cut may lose the
//             newest documents, since nothing here is anybody's only copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/flags.h"
#include "document-domain/document.h"

namespace document_domain {

class DataDirectory {
 public:
  /// Makes the folder if it is missing and tries a write.
  static examples::Parsed<std::unique_ptr<DataDirectory>> open(
      const std::filesystem::path& root, std::size_t documents_per_tenant_max);

  /// @errors 503: the disk refused, or the folder already has as many tenants as it may have.
  Outcome<void> write(const DocumentKey& key, std::string_view extension, std::string_view content);
  [[nodiscard]] std::optional<std::string> read(const DocumentKey& key,
                                                std::string_view extension) const;
  /// Removes the tenant's oldest documents beyond the limit, and what a killed writer left behind.
  void trim(const std::string& tenant) const;

 private:
  DataDirectory(std::filesystem::path root, std::size_t documents_per_tenant_max);
  [[nodiscard]] std::filesystem::path file_of(const DocumentKey& key,
                                              std::string_view extension) const;
  Outcome<void> make_tenant_folder(const std::string& tenant);

  const std::filesystem::path root_;
  const std::size_t documents_per_tenant_max_;
  std::atomic<std::size_t> tenants_{0};
  std::atomic<std::size_t> writes_{0};
};

}  // namespace document_domain
