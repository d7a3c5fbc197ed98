// memory_log.h — a log's files in memory, written by TileBuilder. For tests only.
//
// Thread-safety: one thread.                                      Start here: MemoryLog
#pragma once

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "audit/tile_builder.h"

namespace stellwerk::audit::testing {

struct MemoryLog {
  std::map<std::string, std::string> files;

  [[nodiscard]] FileSink sink() {
    return [this](std::string_view path, std::string_view bytes) -> base::Result<void> {
      files.insert_or_assign(std::string(path), std::string(bytes));
      return {};
    };
  }
  [[nodiscard]] FileReader reader() const {
    return [this](const std::string& path) -> base::Result<std::string> {
      const auto file = files.find(path);
      if (file != files.end()) return file->second;
      return base::fail(base::error(base::Code::NotFound, "AUD-0011", "no file " + path));
    };
  }
  void remove_folder(const std::string& folder) {
    std::erase_if(files, [&](const auto& file) { return file.first.starts_with(folder + "/"); });
  }
  /// Appends entries begin to end - 1 and flushes, as the log's keeper does.
  Flushed grow(TileBuilder& builder, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t i = begin; i < end; ++i) {
      if (!builder.append(entry(i))) std::abort();
    }
    auto flushed = builder.flush().value();
    for (const auto& folder : flushed.replaced_folders) remove_folder(folder);
    return flushed;
  }
  /// Entries of several lengths, one of them empty.
  static std::string entry(std::uint64_t index) {
    return index == 0 ? "" : std::to_string(index) + std::string(index % 7, '.');
  }
};

}  // namespace stellwerk::audit::testing
