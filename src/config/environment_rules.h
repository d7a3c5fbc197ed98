// environment_rules.h — what the objects of stellwerk.yaml must fulfil beyond each key's own type.
//
// Role: the `finish` of the tables in environment_tables.cc; each runs on an object whose keys were
// all read without a problem.                                    Thread-safety: one thread.
#pragma once

#include "config/load.h"
#include "config/reading.h"
#include "core/environment.h"

namespace stellwerk::config {

void finish_person(Reading& reading, core::Person& person);
void finish_gauge(Reading& reading, core::GaugeSpec& gauge);
void finish_workload(Reading& reading, core::WorkloadSpec& workload);
void finish_service(Reading& reading, core::Service& service);
void finish_environment(Reading& reading, EnvironmentFile& file);

}  // namespace stellwerk::config
