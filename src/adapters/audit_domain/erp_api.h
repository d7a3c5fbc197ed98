// erp_api.h — the two requests that audit-domain is sent: an event, and rows.
//
// Role: the event bus and the walk over the rows share it.            Start here: ErpApi
// Thread-safety: one call at a time.                        Spec: docs/audit-domain.md
#pragma once

#include <string>
#include <string_view>

#include "adapters/audit_domain/section.h"
#include "base/result.h"
#include "base/secret.h"
#include "ports/call.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace stellwerk::adapters::audit_domain {

/// What the adapter uses of the program; outlives it.
struct Needs {
  ports::HttpClient& http;
  const ports::Clock& clock;
  base::Scrubber& scrubber;
};

class ErpApi {
 public:
  ErpApi(Settings settings, const Needs& needs) : settings_(std::move(settings)), needs_(needs) {}

  /// Sends one event; afterwards it has a row.
  /// @errors Unavailable ERP-0002: it has none. OutcomeUnknown ERP-0002: it may have one.
  base::Result<void> post_event(std::string body, const ports::Call& call);
  /// The answer to GET /events, cut where it was too large.
  /// @param query  `from=…&to=…`, made of characters that a URL may have
  /// @errors Unavailable ERP-0002
  base::Result<ports::HttpResponse> get_events(std::string_view query, const ports::Call& call);

  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  base::Result<ports::HttpResponse> send(ports::HttpRequest request, const ports::Call& call);

  Settings settings_;
  Needs needs_;
};

}  // namespace stellwerk::adapters::audit_domain
