// file_content_store.h — content by digest, one file each: `<folder>/<2 hex>/<64 hex>`.
//
// Role: ports::ContentStore of the embedded installation, beside the journal.
// Files, not rows: plans and evidence are read by people and auditors with ordinary tools, and do
// not make the journal's database grow.                          Start here: FileContentStore::open
// Thread-safety: any thread.
// Invariants: a file under its final name is whole and synced; its bytes are checked when read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "ports/journal_store.h"

namespace stellwerk::adapters {

class FileContentStore final : public ports::ContentStore {
 public:
  /// For reading and writing below `folder`, which is made (mode 0700) with the first content.
  explicit FileContentStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  base::Result<base::Digest> put(std::string_view bytes) override;
  base::Result<std::string> get(const base::Digest& digest) override;
  base::Result<void> erase(const base::Digest& digest) override;
  base::Result<bool> has(const base::Digest& digest) override;

  [[nodiscard]] std::filesystem::path path_of(const base::Digest& digest) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace stellwerk::adapters
