// view_json.h — reading a release's view: an older or newer engine may have sent it, so what is
// missing or of another kind reads as nothing.
//
// Thread-safety: pure functions.            Spec: docs/reference/release-view.md
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace stellwerk::cli {

/// Null when there is none.
const base::Json& member(const base::Json& object, const char* key);
/// Printable; a number as its digits.
std::string word(const base::Json& object, const char* key);
std::int64_t number(const base::Json& object, const char* key);
bool truth(const base::Json& object, const char* key);
/// The texts of a list, printable.
std::vector<std::string> words(const base::Json& list);

}  // namespace stellwerk::cli
