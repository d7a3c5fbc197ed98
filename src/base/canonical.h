// canonical.h — reading what canonical() wrote, and nothing else.
//
// Role: whoever reads entries, which are canonical or damaged, reads them so, in one pass.
// Start here: read_canonical. Thread-safety: any thread.          Spec: RFC 8785 (JCS), as json.h
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/json.h"

namespace stellwerk::base {

/// Reads a text that is the canonical form of a value: parse_json() takes it, and canonical() makes
/// the same bytes of that value again.
/// @param depth_max  as of JsonLimits
/// @return the value that parse_json() gives; nothing for any other text. What is wrong with it,
/// parse_json() and canonical() say.
std::optional<Json> read_canonical(std::string_view text, std::size_t depth_max = 64);

}  // namespace stellwerk::base
