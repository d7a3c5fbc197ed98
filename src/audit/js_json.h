// js_json.h — JSON as JavaScript holds it, and the text that JSON.stringify makes of it.
//
// Role: the ERP's audit-domain hashes JSON.stringify of its rows; who recomputes such a hash needs
// the same text to the byte.                                  Start here: parse_js, stringify
// Thread-safety: values; any thread.
// Invariants: members are in JavaScript's property order: array indices ascending, then the others
// as they came; stringify(parse_js(t)) is JSON.stringify(JSON.parse(t)), also where a text has half
// of a surrogate pair, which UTF-8 cannot say: it is kept as U+10FFFF and its four hex digits, and
// U+10FFFF itself as U+10FFFF and `m`.
// Spec: ECMA-262, JSON.stringify, Number::toString, OrdinaryOwnPropertyKeys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace stellwerk::audit {

struct JsMember;

struct JsValue {
  enum class Kind : std::uint8_t { Null, Boolean, Number, String, Array, Object };
  Kind kind = Kind::Null;
  std::string text;               ///< a string's value; a boolean or number as it is written
  std::vector<JsValue> items;     ///< of an array
  std::vector<JsMember> members;  ///< of an object

  [[nodiscard]] bool is_null() const { return kind == Kind::Null; }
  /// The member's value; nullptr when there is none, or this is no object.
  [[nodiscard]] const JsValue* find(std::string_view name) const;
};

struct JsMember {
  std::string name;
  JsValue value;
};

/// @errors InvalidArgument BAS-0006: as base::parse_json, whose limits hold.
base::Result<JsValue> parse_js(std::string_view text, const base::JsonLimits& limits = {});
std::string stringify(const JsValue& value);
/// A string in quotes, escaped as JSON.stringify does: nothing that need not be.
std::string stringify(std::string_view text);
/// As Number::toString writes it; `null` for what JSON cannot say.
std::string js_number(double value);

}  // namespace stellwerk::audit
