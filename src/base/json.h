// json.h — reading JSON strictly, writing it canonically (integers, strings and booleans only).
//
// Role: everything that is hashed, signed or logged is written by canonical(); everything others
// wrote is read by parse_json().
// Thread-safety: any thread.                        Spec: RFC 8785 (JCS), RFC 8259, RFC 7493.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::base {

using Json = nlohmann::json;

/// What parse_json accepts at most. Nothing others wrote is read without bounds.
struct JsonLimits {
  std::size_t size_bytes_max = std::size_t{16} << 20;
  std::size_t depth_max = 64;
};

/// Parses one JSON text. @errors InvalidArgument BAS-0006: not JSON, a key twice in one object,
/// invalid UTF-8, too deep, too large, or anything after the value; `where` has line and column;
/// the caller adds the file.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// RFC 8785: keys sorted by UTF-16 code units, no white space, shortest escapes, UTF-8.
/// Only integers within ±(2^53-1), strings, booleans, arrays and objects, at most 512 levels deep;
/// anything else is our own mistake.
/// @errors InvalidArgument BAS-0007: null, a fraction, an integer too large, invalid UTF-8 or too
/// deep; `why` has the path.
Result<std::string> canonical(const Json& value);

/// Resolves an RFC 6901 pointer; nullptr when there is nothing at it, or it is not valid.
const Json* at_pointer(const Json& document, std::string_view pointer);
bool valid_pointer(std::string_view pointer);

}  // namespace stellwerk::base
