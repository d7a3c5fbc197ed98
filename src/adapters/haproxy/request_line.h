// request_line.h — one line of HAProxy's request log, read without allocating.
//
// Role: the log-format of configuration.cc, read back. Start here: parse_line()
// Thread-safety: pure functions.                     Spec: docs/routing.md, "The request log"
// Invariants: the parsed views point into the line; whatever bytes come, nothing outside it is
// read.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "kpi/request_fold.h"

namespace stellwerk::adapters::haproxy {

struct RequestLine {
  std::uint64_t sequence = 0;  ///< of this frontend in this worker: a gap is a lost line
  base::WallTime ended;        ///< HAProxy's wall clock
  std::int64_t queue_ms = -1;  ///< -1: that stage was not reached
  std::int64_t connect_ms = -1;
  std::int64_t response_ms = -1;
  std::int64_t request_ms = -1;  ///< reading the request: the client's time
  std::int64_t active_ms = 0;    ///< from the request's first byte to the answer's last
  int status = -1;
  char cause = '-';  ///< who ended it (termination state, first letter)
  std::string_view frontend;
  std::string_view backend;  ///< the frontend's name when none was chosen
  std::string_view tenant;   ///< JSON-escaped, cut at 64 bytes; empty: none
};

enum class LineKind : std::uint8_t {
  Request,
  Dropped,  ///< HAProxy's notice that its buffer was full
  Notice,   ///< another text of HAProxy's
  Damaged,  ///< begins like a request and is none
};

struct ParsedLine {
  LineKind kind = LineKind::Notice;
  RequestLine request;        ///< of a Request
  std::uint64_t dropped = 0;  ///< of a Dropped
};

/// @param line  without its newline
ParsedLine parse_line(std::string_view line);

/// 5xx, no answer, or one that broke off: an error. A client that went away before an answer is an
/// abort. (An answer that began with 5xx is an error, whoever went away then.)
kpi::Outcome outcome_of(const RequestLine& line);
/// Queue + connect + response time; without an answer the time it was waited for.
base::Duration latency_of(const RequestLine& line);

}  // namespace stellwerk::adapters::haproxy
