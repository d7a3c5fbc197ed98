// section.h — the section `adapter: process` of stellwerk.yaml. It has no keys: how instances run
// is said with each service.
#pragma once

#include "config/section.h"

namespace stellwerk::adapters::process {

struct ProcessSettings {};

/// Every problem of the section at once; any key is one.
config::Loaded<ProcessSettings> read_settings(const config::Section& section);
/// For the schema and the documentation.
const config::Table<ProcessSettings>& settings_table();

}  // namespace stellwerk::adapters::process
