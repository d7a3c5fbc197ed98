// records.h — the JSON of instance_store's files.
//
// Thread-safety: pure.     Invariants: reading gives nothing rather than a value that was not
// written.
#pragma once

#include <optional>

#include "adapters/process/instance_store.h"
#include "base/json.h"

namespace stellwerk::adapters::process {

base::Json to_json(const WorkloadRecord& record);
base::Json to_json(const InstanceRecord& record);
std::optional<WorkloadRecord> workload_from_json(const base::Json& value);
std::optional<InstanceRecord> instance_from_json(const base::Json& value);

}  // namespace stellwerk::adapters::process
