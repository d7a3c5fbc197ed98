// session_list.h — requests that are still waiting for an answer, from HAProxy's `show sess`.
//
// Start here: waiting_requests()                                     Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"

namespace stellwerk::adapters::haproxy {

struct WaitingRequest {
  std::string_view backend;  ///< into the text
  base::Duration age_min;    ///< it is at least this old: HAProxy shows whole seconds
};

/// Requests queued, connecting or without answer; not those whose answer is being passed on.
std::vector<WaitingRequest> waiting_requests(std::string_view sessions);

}  // namespace stellwerk::adapters::haproxy
