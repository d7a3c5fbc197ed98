// section.h — the section `adapter: haproxy` of stellwerk.yaml.
//
// Start here: read_settings(); the keys with their texts and ranges are the table in section.cc.
#pragma once

#include "adapters/haproxy/settings.h"
#include "config/section.h"

namespace stellwerk::adapters::haproxy {

/// Every problem of the section at once; unknown keys are problems.
config::Loaded<HaproxySettings> read_settings(const config::Section& section);
/// For the schema and the documentation.
const config::Table<HaproxySettings>& settings_table();

}  // namespace stellwerk::adapters::haproxy
