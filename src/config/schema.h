// schema.h — JSON Schema (2020-12) of both files, made from the field tables.
//
// Role: `stellwerk schema release|environment` prints it; editors check and complete files with it.
// It accepts every file that the loader accepts; contradictions and the syntax inside of some texts
// only the loader knows.                                   Start here: release_schema()
// Thread-safety: any thread.                                Spec: json-schema.org, draft 2020-12
#pragma once

#include <span>
#include <string_view>

#include "config/description.h"

namespace stellwerk::config {

/// One adapter's settings, as its table describes them: `{"router", "haproxy",
/// describe_object(kTable)}`.
struct AdapterSettings {
  std::string_view section;  ///< `router`, `workload`, `notices` or `events`
  std::string_view adapter;
  ObjectInfo settings;
};

OrderedJson release_schema();
/// Without `adapters`, sections take any settings beside the adapter's name.
OrderedJson environment_schema(std::span<const AdapterSettings> adapters = {});
/// The schema of one object, for other files that are read with a table.
OrderedJson object_schema(const ObjectInfo& object);

}  // namespace stellwerk::config
