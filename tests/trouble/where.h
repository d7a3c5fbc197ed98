// where.h — where a release stands when something happens to it, as a parameter of tests.
//
// Thread-safety: values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/state.h"

namespace stellwerk::trouble {

struct Where {
  core::Stage stage;
  std::uint32_t wave = 0;
};

/// In the name of a test: `holding2`.
inline std::string name_of(const Where& where) {
  std::string name(core::to_string(where.stage));
  std::erase(name, '-');
  return where.wave > 0 ? name + std::to_string(where.wave) : name;
}

}  // namespace stellwerk::trouble
