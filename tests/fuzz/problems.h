// problems.h — what every problem of a YAML file has: an id, words for people, a place in the file.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {

/// Places are counted behind a byte order mark.
inline std::string_view without_mark(std::string_view bytes) {
  return bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes;
}

inline void check_problems(std::string_view bytes, const std::vector<base::Error>& problems) {
  constexpr std::size_t kMost = 100 + 1;  // and one that counts the rest
  FUZZ_REQUIRE(problems.size() <= kMost);
  for (const base::Error& problem : problems) {
    FUZZ_REQUIRE(problem.id.starts_with("CFG-"));
    FUZZ_REQUIRE(!problem.message.empty());
    FUZZ_REQUIRE(base::valid_utf8(problem.one_line()));
    FUZZ_REQUIRE(inside(without_mark(bytes), problem.where.line, problem.where.column));
  }
}

}  // namespace stellwerk::fuzz
