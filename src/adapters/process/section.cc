#include "adapters/process/section.h"

namespace stellwerk::adapters::process {
namespace {

constexpr config::Table<ProcessSettings> kTable{
    .name = "workload process",
    .text = "Instances as processes of this machine, started and supervised by Stellwerk.",
    .fields = {}};

}  // namespace

config::Loaded<ProcessSettings> read_settings(const config::Section& section) {
  return config::read_section(section, kTable);
}

const config::Table<ProcessSettings>& settings_table() { return kTable; }

}  // namespace stellwerk::adapters::process
