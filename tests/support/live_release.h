// live_release.h — a release's view (docs/reference/release-view.md) in its second wave, with all
// that the live view shows.
#pragma once

#include "base/json.h"

namespace stellwerk::testing {

inline base::Json holding_release() {
  return base::Json::parse(R"({
    "release": "rel-1", "title": "Batch-Verarbeitung für Dokumente", "type": "minor",
    "strategy": "canary", "stage": "holding", "wave": 2, "waves": 3, "ended": false,
    "components": [{"name": "document-domain", "from": "1.2.0", "to": "1.3.0"}],
    "traffic": {"new_version_share_ppm": 500000, "tenants_known": 10,
                "tenants": ["pilot-1", "pilot-2", "pilot-3", "東京商事", "müller-söhne"],
                "wave_shares_ppm": [100000, 500000, 1000000]},
    "engine": "running", "guard_armed": true,
    "limits": {"error_rate_pause_ppm": 10000, "error_rate_rollback_ppm": 20000, "p95_us": 500000,
               "consumer_lag": 1000},
    "verdict": {"action": "continue", "cause": "all-good", "findings": []},
    "t0": "2025-10-15T20:00:00.000Z", "runbook_time": "T+16m", "next_due": "T+30m",
    "next_due_in_us": 840000000, "speed": 60,
    "hold": {"guarded_us": 360000000, "wanted_us": 900000000, "requests": 2400, "promoted": false},
    "kpis": [{"component": "document-domain", "version": "1.2.0", "requests": 2400,
              "error_rate_ppm": 400, "p95_us": 41000},
             {"component": "document-domain", "version": "1.3.0", "requests": 2460,
              "error_rate_ppm": 1200, "p95_us": 38000}],
    "gauges": [{"component": "document-domain", "version": "1.2.0", "name": "consumer_lag",
                "value": 3, "age_us": 100000},
               {"component": "document-domain", "version": "1.3.0", "name": "consumer_lag",
                "value": 12, "age_us": 100000}],
    "logs": [{"component": "document-domain", "version": "1.2.0", "new": false, "lines": 9000,
              "errors": 2, "warnings": 31, "errors_minute": 0, "warnings_minute": 4},
             {"component": "document-domain", "version": "1.3.0", "new": true, "lines": 4000,
              "errors": 5, "warnings": 9, "errors_minute": 2, "warnings_minute": 3}],
    "health": [{"target": "audit-domain", "service": "audit-domain", "good": true,
                "detail": "200, 2 ms"},
               {"target": "document-domain-1.2.0-1", "service": "document-domain", "good": true,
                "version": "1.2.0", "new_version": false, "detail": "200, 3 ms"},
               {"target": "document-domain-1.3.0-1", "service": "document-domain", "good": true,
                "version": "1.3.0", "new_version": true, "detail": "200, 3 ms"}],
    "lost_lines": 0,
    "steps": [{"id": "post-check/smoke", "title": "Smoke journeys", "phase": "post-check",
               "kind": "manual", "status": "open", "roles": ["qa", "devops"]}],
    "waiting_for": ["post-check/smoke"]
  })");
}

}  // namespace stellwerk::testing
