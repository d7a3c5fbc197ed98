// memory_log.h — ports::LogStore in memory, for simulation and tests.
//
// Thread-safety: one call at a time.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ports/log_store.h"

namespace stellwerk::adapters {

class MemoryLog final : public ports::LogStore {
 public:
  base::Result<std::string> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found != files.end()) return found->second;
    return base::fail(base::error(base::Code::NotFound, "AUD-0040", "the log has no " + path));
  }
  base::Result<void> write(std::string_view path, std::string_view bytes) override {
    if (writes_left && (*writes_left)-- == 0) {
      writes_left = 0;
      return base::fail(base::error(base::Code::Unavailable, "AUD-0041", "it cannot be written"));
    }
    files.insert_or_assign(std::string(path), std::string(bytes));
    return {};
  }
  base::Result<void> sync() override { return {}; }
  base::Result<void> remove_folder(std::string_view path) override {
    const std::string prefix = std::string(path) + "/";
    std::erase_if(files, [&](const auto& file) { return file.first.starts_with(prefix); });
    return {};
  }

  std::map<std::string, std::string, std::less<>> files;
  std::optional<std::size_t> writes_left;  ///< then none succeeds; nothing: all do
};

}  // namespace stellwerk::adapters
