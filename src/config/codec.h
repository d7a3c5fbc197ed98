// codec.h — the types that a field may have: how each is read, written and described.
//
// Role: included where tables are defined. To read a new type, specialise Codec<T> with these three
// functions; for a struct of its own keys, specialise table_of<T> instead.       Start here: Codec
// Thread-safety: functions without state.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/ratio.h"
#include "base/secret.h"
#include "base/semver.h"
#include "base/time.h"
#include "config/fields.h"

namespace stellwerk::config {

namespace detail {

std::optional<std::string> read_name(Reading& reading, const Node& node);
std::optional<std::int64_t> read_integer(Reading& reading, const FieldSpec& spec, const Node& node);
/// The index of the word in `names`.
std::optional<std::size_t> read_word(Reading& reading, const std::vector<std::string>& names,
                                     const Node& node);
/// True when `node` is a list of at least spec.items_min items; otherwise it is reported.
bool open_list(Reading& reading, const FieldSpec& spec, const Node& node);

/// Reads every entry of a map after its key (`key_syntax`); false when anything was reported.
bool read_map(Reading& reading, const FieldSpec& spec, const Node& node,
              const std::function<bool(const Entry&)>& read_entry);

ValueInfo scalar_info(const FieldSpec& spec, const Syntax& syntax);
ValueInfo list_info(const FieldSpec& spec, ValueInfo element);
ValueInfo object_info(ObjectInfo object);

template <class E>
using WordList = std::vector<std::pair<E, std::string>>;

}  // namespace detail

/// The words of an enum: specialise with `static detail::WordList<E> all()`.
template <class E>
struct Words;

/// A value of the syntax `spec.syntax` (default `fallback`), checked; nullopt: reported.
std::optional<std::string_view> read_scalar(Reading& reading, const FieldSpec& spec,
                                            const Syntax& fallback, const Node& node);

#define STELLWERK_CODEC(T)                                                \
  template <>                                                             \
  struct Codec<T> {                                                       \
    static bool read(Reading&, const FieldSpec&, const Node&, T& target); \
    static OrderedJson write(const FieldSpec&, const T& value);           \
    static ValueInfo describe(const FieldSpec&);                          \
  }
STELLWERK_CODEC(std::string);
STELLWERK_CODEC(bool);
STELLWERK_CODEC(base::Duration);
STELLWERK_CODEC(base::Ppm);
STELLWERK_CODEC(base::SemVer);
STELLWERK_CODEC(base::WallTime);
STELLWERK_CODEC(base::Digest);
#undef STELLWERK_CODEC

/// `{file: PATH}` or `{env: NAME}`; a file's path is made absolute.
template <>
const Table<base::SecretReference>& table_of<base::SecretReference>();

/// A map of texts: `key_syntax` for the keys, `syntax` for the values.
template <>
struct Codec<std::map<std::string, std::string>> {
  using Value = std::map<std::string, std::string>;
  static bool read(Reading&, const FieldSpec&, const Node&, Value& target);
  static OrderedJson write(const FieldSpec&, const Value& value);
  static ValueInfo describe(const FieldSpec&);
};

/// An inclusive range of ports, `20000-20100`.
template <>
struct Codec<std::pair<std::uint16_t, std::uint16_t>> {
  using Value = std::pair<std::uint16_t, std::uint16_t>;
  static bool read(Reading&, const FieldSpec&, const Node&, Value& target);
  static OrderedJson write(const FieldSpec&, const Value& value);
  static ValueInfo describe(const FieldSpec&);
};

template <class T>
  requires std::integral<T> && (!std::same_as<T, bool>)
struct Codec<T> {
  /// The field's own range, within what T can hold.
  static FieldSpec within(FieldSpec spec) {
    using Limits = std::numeric_limits<T>;
    constexpr auto kMax = std::in_range<std::int64_t>(Limits::max())
                              ? static_cast<std::int64_t>(Limits::max())
                              : FieldSpec::kNoMax;
    spec.min = std::max(spec.min, static_cast<std::int64_t>(Limits::min()));
    spec.max = std::min(spec.max, kMax);
    return spec;
  }
  static bool read(Reading& reading, const FieldSpec& spec, const Node& node, T& target) {
    const auto number = detail::read_integer(reading, within(spec), node);
    if (number) target = static_cast<T>(*number);
    return number.has_value();
  }
  /// A number that the field would refuse means "not set".
  static OrderedJson write(const FieldSpec& spec, const T& value) {
    return std::cmp_less(value, spec.min) ? OrderedJson() : OrderedJson(value);
  }
  static ValueInfo describe(const FieldSpec& spec) {
    return detail::scalar_info(within(spec), kInteger);
  }
};

template <class Tag>
struct Codec<base::Id<Tag>> {
  static bool read(Reading& reading, const FieldSpec&, const Node& node, base::Id<Tag>& target) {
    auto name = detail::read_name(reading, node);
    if (name) target = base::Id<Tag>(std::move(*name));
    return name.has_value();
  }
  static OrderedJson write(const FieldSpec&, const base::Id<Tag>& value) {
    return value.empty() ? OrderedJson() : OrderedJson(value.str());
  }
  static ValueInfo describe(const FieldSpec& spec) { return detail::scalar_info(spec, kName); }
};

template <class E>
  requires std::is_enum_v<E>
struct Codec<E> {
  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (auto& [value, name] : Words<E>::all()) names.push_back(std::move(name));
    return names;
  }
  static bool read(Reading& reading, const FieldSpec&, const Node& node, E& target) {
    const auto index = detail::read_word(reading, names(), node);
    if (index) target = Words<E>::all()[*index].first;
    return index.has_value();
  }
  static OrderedJson write(const FieldSpec&, const E& value) {
    for (const auto& [each, name] : Words<E>::all())
      if (each == value) return name;
    return nullptr;
  }
  static ValueInfo describe(const FieldSpec& spec) {
    auto info = detail::scalar_info(spec, kWord);
    info.words = names();
    return info;
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static bool read(Reading& reading, const FieldSpec& spec, const Node& node,
                   std::optional<T>& target) {
    return Codec<T>::read(reading, spec, node, target.emplace());
  }
  static OrderedJson write(const FieldSpec& spec, const std::optional<T>& value) {
    return value ? Codec<T>::write(spec, *value) : OrderedJson();
  }
  static ValueInfo describe(const FieldSpec& spec) { return Codec<T>::describe(spec); }
};

/// A list; what stands in the struct is replaced. Duplicates are the business of the table's rules.
template <class T>
struct Codec<std::vector<T>> {
  static bool read(Reading& reading, const FieldSpec& spec, const Node& node,
                   std::vector<T>& target) {
    if (!detail::open_list(reading, spec, node)) return false;
    target.clear();
    bool good = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const auto scope = reading.enter(i, node.items[i]);
      T item{};
      good = Codec<T>::read(reading, spec, node.items[i], item) && good;
      target.push_back(std::move(item));
    }
    return good;
  }
  static OrderedJson write(const FieldSpec& spec, const std::vector<T>& value) {
    OrderedJson list = OrderedJson::array();
    for (const T& item : value) list.push_back(Codec<T>::write(spec, item));
    return list;
  }
  static ValueInfo describe(const FieldSpec& spec) {
    return detail::list_info(spec, Codec<T>::describe(spec));
  }
};

/// A struct with a table of its own.
template <class S>
  requires requires { table_of<S>(); }
struct Codec<S> {
  static bool read(Reading& reading, const FieldSpec&, const Node& node, S& target) {
    return read_object(reading, table_of<S>(), node, target);
  }
  static OrderedJson write(const FieldSpec&, const S& value) {
    return write_object(table_of<S>(), value);
  }
  static ValueInfo describe(const FieldSpec&) {
    return detail::object_info(describe_object(table_of<S>()));
  }
};

}  // namespace stellwerk::config
