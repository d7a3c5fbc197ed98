// report.h — a run's result as JSON for programs and as a table for people.
//
// Thread-safety: pure, but for write_report.                             Start here: to_json
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "load/generator.h"

namespace load {

nlohmann::ordered_json to_json(const Options& options, const RunResult& result);
std::string to_table(const Options& options, const RunResult& result);
/// Writes the report so that nobody reads half of it.
examples::Parsed<bool> write_report(const std::string& file, const std::string& text);

}  // namespace load
