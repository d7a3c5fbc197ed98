// export_files.h — the files that every export carries as they are: verify.py, what fields mean.
//
// Role: src/cli/export, built into the program by cmake/EmbedFiles.cmake. Thread-safety: constants.
// Start here: export_files()
#pragma once

#include <span>
#include <string_view>

namespace stellwerk::cli {

struct ExportFile {
  std::string_view name;
  std::string_view text;
};
std::span<const ExportFile> export_files();

}  // namespace stellwerk::cli
