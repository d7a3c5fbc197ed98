#include "adapters/memory/memory_content.h"

#include <fmt/format.h>

#include <utility>

namespace stellwerk::adapters {

base::Result<base::Digest> MemoryContent::put(std::string_view bytes) {
  const auto digest = base::sha256(bytes);
  const std::lock_guard lock(mutex_);
  contents_.insert_or_assign(digest, std::string(bytes));
  return digest;
}

base::Result<std::string> MemoryContent::get(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = contents_.find(digest);
  if (found == contents_.end()) {
    return fail(base::Code::NotFound, "CAS-0002", fmt::format("no content {}", digest.to_string()));
  }
  if (base::sha256(found->second) != digest) {
    return fail(base::Code::Corruption, "CAS-0003",
                fmt::format("content {} is damaged", digest.to_string()));
  }
  return found->second;
}

base::Result<bool> MemoryContent::has(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  return contents_.contains(digest);
}

void MemoryContent::tamper(const base::Digest& digest, std::string bytes) {
  const std::lock_guard lock(mutex_);
  contents_.insert_or_assign(digest, std::move(bytes));
}

base::Result<void> MemoryContent::erase(const base::Digest& digest) {
  const std::lock_guard lock(mutex_);
  contents_.erase(digest);
  return {};
}

}  // namespace stellwerk::adapters
