// http_timestamps.h — asks a time stamping service by HTTP.
//
// Role: ports::TimestampService.                                Start here: HttpTimestamps
// Thread-safety: any thread.                                    Spec: RFC 3161 §3.4
#pragma once

#include "ports/http_client.h"
#include "ports/timestamp_service.h"

namespace stellwerk::adapters::http {

class HttpTimestamps final : public ports::TimestampService {
 public:
  /// @param client  outlives the service
  /// @param url     of the service, http or https; certificates of https are checked
  HttpTimestamps(ports::HttpClient& client, std::string url);

  base::Result<std::string> stamp(std::string_view request, const ports::Call& call) override;
  [[nodiscard]] std::string name() const override { return url_; }

 private:
  ports::HttpClient& client_;
  std::string url_;
};

}  // namespace stellwerk::adapters::http
