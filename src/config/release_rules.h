// release_rules.h — what the objects of release.yaml must fulfil beyond each key's own type.
//
// Role: the `finish` of the tables in release_tables.cc; and the two places where the file's shape
// differs from core's structs: checks of three kinds, tenants that may be the word all.
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "config/fields.h"
#include "config/reading.h"
#include "core/release.h"

namespace stellwerk::config {

enum class CheckKind : std::uint8_t { Command, Http, Manual };

/// A check as written: the keys of all kinds.
struct CheckDraft {
  core::CheckRequest request;
  CheckKind kind = CheckKind::Command;
  core::CommandCheck command;
  core::HttpCheck http;
  std::optional<base::Duration> timeout;
};
CheckDraft draft_of(const core::CheckRequest& request);

bool read_wave_tenants(Reading&, const FieldSpec&, const Node&, core::WaveRequest&);
OrderedJson write_wave_tenants(const FieldSpec&, const core::WaveRequest&);
ValueInfo describe_wave_tenants(const FieldSpec&);
bool read_downtime_tenants(Reading&, const FieldSpec&, const Node&, core::DowntimeRequest&);
OrderedJson write_downtime_tenants(const FieldSpec&, const core::DowntimeRequest&);

void finish_downtime(Reading& reading, core::DowntimeRequest& downtime);
void finish_wave(Reading& reading, core::WaveRequest& wave);
void finish_thresholds(Reading& reading, core::Thresholds& limits);
void finish_guard(Reading& reading, core::GuardPolicy& guard);
void finish_schedule(Reading& reading, core::ScheduleRequest& schedule);
void finish_waiver(Reading& reading, core::HealthWaiver& waiver);
void finish_secret_header(Reading& reading, core::SecretHeader& header);
void finish_check(Reading& reading, CheckDraft& draft);
void finish_release(Reading& reading, core::Release& release);

}  // namespace stellwerk::config
