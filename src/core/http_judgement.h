// http_judgement.h — whether an HTTP answer is what was expected, in one line for people.
//
// Role: health probes and HTTP checks judge by the same rules.            Start here: judge()
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>

#include "core/environment.h"

namespace stellwerk::core {

/// What came back. `body` may be hostile.
struct HttpAnswer {
  int status = 0;
  std::string_view body;
  bool body_cut = false;  ///< there was more than was read
  base::Duration took;
};

struct HttpJudgement {
  bool good = false;
  std::string detail;  ///< `200 in 3 ms`; `200 in 3 ms, but /valid is false, expected true`
};

/// Status first, then time, then the conditions in their order; the first that does not hold
/// decides.
HttpJudgement judge(const HttpExpectation& expectation, const HttpAnswer& answer);

}  // namespace stellwerk::core
