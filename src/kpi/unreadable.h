// unreadable.h — the one error of this folder: something recorded earlier cannot be read.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace stellwerk::kpi {

/// @param what  "evidence of a verdict", "saved guard" …
inline base::Failure unreadable(const std::string& what, std::string why) {
  return base::fail(base::error(base::Code::Corruption, "KPI-0001", "cannot read the " + what)
                        .because(std::move(why))
                        .now("nothing was changed")
                        .then("stellwerk audit replay", "shows whether the record is whole"));
}

}  // namespace stellwerk::kpi
