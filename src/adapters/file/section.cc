#include "adapters/file/section.h"

#include <array>

#include "config/codec.h"

namespace stellwerk::adapters {
namespace {

constexpr std::array kNoticesFields = {config::field<&FileNoticesSettings::folder>(
    {.key = "folder",
     .text = "Where messages are written, one file each; made when missing.",
     .required = true,
     .syntax = &config::kFolder})};
constexpr config::Table<FileNoticesSettings> kNotices{
    .name = "notices file", .text = "Notices as files.", .fields = kNoticesFields};

constexpr std::array kNdjsonFields = {config::field<&NdjsonSettings::file>(
    {.key = "file",
     .text = "The file that public events are appended to, one JSON object a line.",
     .required = true,
     .syntax = &config::kFile})};
constexpr config::Table<NdjsonSettings> kNdjson{
    .name = "events ndjson", .text = "Public events as lines of a file.", .fields = kNdjsonFields};

}  // namespace

config::Loaded<FileNoticesSettings> read_file_notices(const config::Section& section) {
  return config::read_section(section, kNotices);
}

config::Loaded<NdjsonSettings> read_ndjson(const config::Section& section) {
  return config::read_section(section, kNdjson);
}

const config::Table<FileNoticesSettings>& file_notices_table() { return kNotices; }

const config::Table<NdjsonSettings>& ndjson_table() { return kNdjson; }

}  // namespace stellwerk::adapters
