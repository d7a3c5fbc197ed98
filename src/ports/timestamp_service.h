// timestamp_service.h — port: an outside authority that says when it saw a digest.
//
// Role: adapters/http asks it; audit/timestamp.h makes requests and judges answers.
// Thread-safety: any thread; calls overlap.                    Spec: RFC 3161 §3.4
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/call.h"

namespace stellwerk::ports {

class TimestampService {
 public:
  virtual ~TimestampService() = default;
  /// Asks once. What the authority says is not judged here: its refusal is an answer too.
  /// @param request  DER of a TimeStampReq
  /// @return DER of a TimeStampResp, as it came; at most 64 KiB
  /// @errors Rejected AUD-0035: another status than 200, or no time stamp, came back;
  /// Unavailable HLT-0002: not reached; OutcomeUnknown HLT-0003: not answered. All may be repeated:
  /// a token that nobody keeps does no harm.
  virtual base::Result<std::string> stamp(std::string_view request, const Call& call) = 0;
  /// Where it is, for people.
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace stellwerk::ports
