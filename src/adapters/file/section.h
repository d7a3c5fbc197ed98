// section.h — the sections `adapter: file` (notices) and `adapter: ndjson` (events) of
// stellwerk.yaml.
#pragma once

#include <string>

#include "config/section.h"

namespace stellwerk::adapters {

struct FileNoticesSettings {
  std::string folder;
};
struct NdjsonSettings {
  std::string file;
};

/// Every problem of a section at once; unknown keys are problems.
config::Loaded<FileNoticesSettings> read_file_notices(const config::Section& section);
config::Loaded<NdjsonSettings> read_ndjson(const config::Section& section);
/// For the schema and the documentation.
const config::Table<FileNoticesSettings>& file_notices_table();
const config::Table<NdjsonSettings>& ndjson_table();

}  // namespace stellwerk::adapters
