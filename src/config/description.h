// description.h — what a file may contain, as plain data made from the field tables.
//
// Role: schema.cc and reference.cc print it; no reader depends on it.  Start here: ObjectInfo
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/syntax.h"

namespace stellwerk::config {

/// Keeps keys in the order of the table.
using OrderedJson = nlohmann::ordered_json;

struct ObjectInfo;

struct ValueInfo {
  enum class Kind : std::uint8_t { Scalar, List, Map, Object };
  Kind kind = Kind::Scalar;
  const Syntax* syntax = nullptr;   ///< of a Scalar; of the keys of a Map
  std::vector<std::string> words;   ///< a closed vocabulary
  std::optional<std::int64_t> min;  ///< inclusive; durations in microseconds, shares in ppm
  std::optional<std::int64_t> max;
  std::size_t items_min = 0;                 ///< of a List
  std::string instead;                       ///< a word that may stand in its place: `all`
  std::shared_ptr<const ValueInfo> element;  ///< of a List or Map
  std::shared_ptr<const ObjectInfo> object;  ///< of an Object
};

struct FieldInfo {
  std::string key;
  std::string text;
  std::string default_text;   ///< for people; empty: none
  OrderedJson default_value;  ///< null: none
  std::string unit;
  std::string kinds;  ///< space-separated values of the discriminator it belongs to; empty: all
  bool required = false;
  std::string refused;  ///< why this version does not take it; empty: it does
  ValueInfo value;
};

struct ObjectInfo {
  std::string name;
  std::string text;
  std::string shorthand;      ///< the key whose value alone may stand for the object
  std::string discriminator;  ///< the key that says which fields belong here
  std::vector<FieldInfo> fields;
};

/// `1s to 1h`, `at least 1`, `at most 64`; empty without a range.
std::string range_text(const ValueInfo& value);
/// One limit in the way its syntax is written: `1h30m`, `10 %`, `64`.
std::string limit_text(const Syntax& syntax, std::int64_t limit);

}  // namespace stellwerk::config
