// archive.h — one list of fields per struct serves writing and reading JSON.
//
// A struct takes part by `template <class A> void fields(A& a)` as a member, or `fields(A&, T&)`
// found by argument- dependent lookup; an enum by `names_of(E)`, a span of (value, text). Optionals
// that are empty are left out; everything else must be there when read. No null, no fractions, so
// the result is fit for canonical(). Include only in .cc files (codecs): it is template code.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/ratio.h"
#include "base/semver.h"
#include "base/time.h"

namespace stellwerk::core {

template <class E>
using EnumNames = std::span<const std::pair<E, std::string_view>>;

class JsonWriter;
class JsonReader;

template <class T>
concept HasMemberFields = requires(T& t, JsonWriter& a) { t.fields(a); };
template <class T>
concept Named = std::is_enum_v<T>;

/// Collects the first thing that is wrong while reading; later reads are no-ops.
struct ReadProblem {
  std::string text;
  [[nodiscard]] bool any() const { return !text.empty(); }
};

class JsonWriter {
 public:
  template <class T>
  JsonWriter& operator()(const char* key, const T& value) {
    if constexpr (requires {
                    value.has_value();
                    value.value();
                  }) {
      if (value.has_value()) object_[key] = to(*value);
    } else {
      object_[key] = to(value);
    }
    return *this;
  }
  [[nodiscard]] base::Json take() { return std::move(object_); }

  template <class T>
  static base::Json to(const T& value);

 private:
  base::Json object_ = base::Json::object();
};

class JsonReader {
 public:
  JsonReader(const base::Json& object, ReadProblem& problem) : object_(object), problem_(problem) {}
  template <class T>
  JsonReader& operator()(const char* key, T& value) {
    if (problem_.any()) return *this;
    const auto found = object_.is_object() ? object_.find(key) : object_.end();
    if (found == object_.end()) {
      if constexpr (requires {
                      value.has_value();
                      value.reset();
                    })
        value.reset();
      else
        problem_.text = std::string("\"") + key + "\" is missing";
      return *this;
    }
    from(*found, value, problem_);
    if (problem_.any()) problem_.text = std::string(key) + ": " + problem_.text;
    return *this;
  }

  template <class T>
  static void from(const base::Json& json, T& value, ReadProblem& problem);

 private:
  const base::Json& object_;
  ReadProblem& problem_;
};

namespace archive_detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsSet : std::false_type {};
template <class T>
struct IsSet<std::set<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class T>
struct IsId<base::Id<T>> : std::true_type {};
template <class T>
struct IsInstant : std::false_type {};
template <class T>
struct IsInstant<base::Instant<T>> : std::true_type {};

template <class A, class T>
void visit_fields(A& archive, T& value) {
  if constexpr (HasMemberFields<T>)
    value.fields(archive);
  else
    fields(archive, value);
}

/// Within what canonical() writes: a larger one was never written, and sums of it could overflow.
inline std::optional<std::int64_t> canonical_integer(const base::Json& json) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{kMost})
    return std::nullopt;
  const auto number = json.get<std::int64_t>();
  return number >= -kMost && number <= kMost ? std::optional(number) : std::nullopt;
}

inline bool expect(bool condition, const char* text, ReadProblem& problem) {
  if (!condition) problem.text = text;
  return condition;
}

/// One of the words of names_of().
template <class T>
void read_word(const base::Json& json, T& value, ReadProblem& problem) {
  if (!expect(json.is_string(), "not a string", problem)) return;
  const auto& text = json.get_ref<const std::string&>();
  for (const auto& [each, name] : names_of(T{}))
    if (name == text) {
      value = each;
      return;
    }
  problem.text = "unknown word \"" + text + "\"";
}

/// What has a grammar of its own.
template <class T>
void read_parsed(const base::Json& json, T& value, ReadProblem& problem) {
  if (!expect(json.is_string(), "not a string", problem)) return;
  auto parsed = T::parse(json.get_ref<const std::string&>());
  if (parsed)
    value = std::move(*parsed);
  else
    problem.text = parsed.error().message;
}

}  // namespace archive_detail

template <class T>
base::Json JsonWriter::to(const T& value) {
  namespace d = archive_detail;
  if constexpr (std::same_as<T, base::Json>)
    return value;
  else if constexpr (std::same_as<T, bool> || std::same_as<T, std::string>)
    return value;
  else if constexpr (std::integral<T>)
    return value;
  else if constexpr (Named<T>) {
    for (const auto& [each, text] : names_of(T{}))
      if (each == value) return std::string(text);
    return "?";
  } else if constexpr (d::IsId<T>::value)
    return value.str();
  else if constexpr (d::IsInstant<T>::value || std::same_as<T, base::Duration>)
    return value.us;
  else if constexpr (std::same_as<T, base::Ppm>)
    return value.value;
  else if constexpr (std::same_as<T, base::Digest> || std::same_as<T, base::SemVer>)
    return value.to_string();
  else if constexpr (d::IsVector<T>::value || d::IsSet<T>::value) {
    base::Json array = base::Json::array();
    for (const auto& item : value) array.push_back(to(item));
    return array;
  } else if constexpr (d::IsMap<T>::value) {
    base::Json object = base::Json::object();
    for (const auto& [key, item] : value) object[key] = to(item);
    return object;
  } else {
    JsonWriter inner;
    // Writing does not change the value; one list of fields serves both directions.
    d::visit_fields(inner, const_cast<T&>(value));
    return inner.take();
  }
}

template <class T>
void JsonReader::from(const base::Json& json, T& value, ReadProblem& problem) {
  namespace d = archive_detail;
  if constexpr (std::same_as<T, base::Json>)
    value = json;
  else if constexpr (std::same_as<T, bool>) {
    if (d::expect(json.is_boolean(), "not a boolean", problem)) value = json.get<bool>();
  } else if constexpr (std::same_as<T, std::string>) {
    if (d::expect(json.is_string(), "not a string", problem)) value = json.get<std::string>();
  } else if constexpr (std::integral<T>) {
    if (!d::expect(json.is_number_integer(), "not an integer", problem)) return;
    const auto number = d::canonical_integer(json);
    if (d::expect(number && std::in_range<T>(*number), "out of range", problem))
      value = static_cast<T>(*number);
  } else if constexpr (Named<T>) {
    d::read_word(json, value, problem);
  } else if constexpr (d::IsId<T>::value) {
    if (d::expect(json.is_string(), "not a string", problem)) value = T(json.get<std::string>());
  } else if constexpr (d::IsInstant<T>::value || std::same_as<T, base::Duration>) {
    from(json, value.us, problem);
  } else if constexpr (std::same_as<T, base::Ppm>)
    from(json, value.value, problem);
  else if constexpr (std::same_as<T, base::Digest> || std::same_as<T, base::SemVer>) {
    d::read_parsed(json, value, problem);
  } else if constexpr (d::IsVector<T>::value) {
    if (!d::expect(json.is_array(), "not an array", problem)) return;
    value.clear();
    for (const auto& item : json) {
      value.emplace_back();
      from(item, value.back(), problem);
      if (problem.any()) return;
    }
  } else if constexpr (d::IsSet<T>::value) {
    std::vector<typename T::value_type> items;
    from(json, items, problem);
    value = T(items.begin(), items.end());
  } else if constexpr (d::IsMap<T>::value) {
    if (!d::expect(json.is_object(), "not an object", problem)) return;
    value.clear();
    for (const auto& [key, item] : json.items()) {
      from(item, value[key], problem);
      if (problem.any()) return;
    }
  } else if constexpr (d::IsOptional<T>::value) {
    from(json, value.emplace(), problem);
  } else {
    if (!d::expect(json.is_object(), "not an object", problem)) return;
    JsonReader inner(json, problem);
    d::visit_fields(inner, value);
  }
}

}  // namespace stellwerk::core
