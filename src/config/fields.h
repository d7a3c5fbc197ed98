// fields.h — one constexpr table per struct for reading, writing, schema and documentation.
//
//   constexpr std::array kFields = {
//       field<&Settings::window>({.key = "window", .text = "How far back.", .min = 1}),
//       field<&Settings::limits, &Limits::rate>({.key = "rate", .text = "A share."})};
//   constexpr Table<Settings> kTable{.name = "settings", .text = "…", .fields = kFields};
//
// Role: both files of this folder and every adapter's settings are such tables; codec.h knows the
// types that members may have.                 Start here: Table, field, read_object
// Thread-safety: constants.
// Invariants: a key that no table names is an error, never ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/description.h"
#include "config/reading.h"
#include "config/syntax.h"

namespace stellwerk::config {

/// What a table says about one key. `min` and `max` are inclusive, in the unit of the value's type
/// (durations: microseconds, shares: parts per million); for a list they hold for each item.
struct FieldSpec {
  static constexpr std::int64_t kNoMin = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNoMax = std::numeric_limits<std::int64_t>::max();

  std::string_view key = {};
  std::string_view text = {};  ///< English, one or two sentences
  bool required = false;
  std::string_view default_text = {};  ///< where it is not the struct's own value
  std::string_view unit = {};          ///< of a plain number
  std::int64_t min = kNoMin;
  std::int64_t max = kNoMax;
  std::size_t items_min = 0;
  const Syntax* syntax = nullptr;                ///< of a text, a list's texts or a map's values
  const Syntax* key_syntax = nullptr;            ///< of a map's keys
  std::span<const std::string_view> words = {};  ///< the only texts allowed
  std::string_view kinds = {};    ///< belongs only to these values of the table's discriminator
  std::string_view refused = {};  ///< known, but this version cannot carry it out: why
};

template <class S>
struct Field {
  FieldSpec spec;
  bool (*read)(Reading&, const FieldSpec&, const Node&, S&);  ///< false: reported
  OrderedJson (*write)(const FieldSpec&, const S&);           ///< null: not set
  ValueInfo (*describe)(const FieldSpec&);
};

template <class S>
struct Table {
  std::string_view name;
  std::string_view text;
  std::span<const Field<S>> fields;
  std::string_view shorthand = {};      ///< this key's value alone may stand for the object
  std::string_view discriminator = {};  ///< the key that FieldSpec::kinds refers to
  /// Defaults that depend on other keys, and contradictions. Runs also when some keys were wrong:
  /// ask Reading::sound() before judging them.
  void (*finish)(Reading&, S&) = nullptr;
};

/// How values of type T are read, written and described; see codec.h.
template <class T>
struct Codec;

/// The table of S. Specialised (declared before use) for every struct that is read as an object.
template <class S>
const Table<S>& table_of() = delete;

namespace detail {

template <class M>
struct MemberOf;
template <class Owner_, class Value_>
struct MemberOf<Value_ Owner_::*> {
  using Owner = Owner_;
};

template <auto First, auto... Rest>
constexpr auto& reach(auto& object) {
  if constexpr (sizeof...(Rest) == 0)
    return object.*First;
  else
    return reach<Rest...>(object.*First);
}

/// What a node's keys are held against, whatever struct they fill.
struct ObjectRules {
  std::span<const FieldSpec* const> specs;
  std::string_view shorthand;
  std::string_view discriminator;
  std::vector<std::string> kinds;  ///< the discriminator's words
};

/// The map to read: `node`, or `storage` when the shorthand was used; nullptr: reported. Unknown,
/// missing, refused and misplaced keys are reported.
const Node* open_object(Reading& reading, const ObjectRules& rules, const Node& node,
                        Node& storage);
/// Whether the field belongs to objects of this kind (empty: unknown).
bool fits(const FieldSpec& spec, std::string_view kind);
/// The entry to read for `spec`; nullptr when there is none or open_object() has refused it.
const Entry* entry_of(const ObjectRules& rules, const FieldSpec& spec, const Node& map);
FieldInfo describe_field(const FieldSpec& spec, ValueInfo value, OrderedJson written);

template <class S>
std::vector<std::string> kinds_of(const Table<S>& table) {
  for (const Field<S>& field : table.fields)
    if (!table.discriminator.empty() && field.spec.key == table.discriminator)
      return field.describe(field.spec).words;
  return {};
}

}  // namespace detail

/// The field at a path of member pointers, for example &HealthCheck::expect,
/// &HttpExpectation::status.
template <auto First, auto... Rest>
constexpr auto field(FieldSpec spec) {
  using S = typename detail::MemberOf<decltype(First)>::Owner;
  using T = std::remove_reference_t<decltype(detail::reach<First, Rest...>(std::declval<S&>()))>;
  return Field<S>{.spec = spec,
                  .read =
                      [](Reading& reading, const FieldSpec& rules, const Node& node, S& object) {
                        return Codec<T>::read(reading, rules, node,
                                              detail::reach<First, Rest...>(object));
                      },
                  .write =
                      [](const FieldSpec& rules, const S& object) {
                        return Codec<T>::write(rules, detail::reach<First, Rest...>(object));
                      },
                  .describe = [](const FieldSpec& rules) { return Codec<T>::describe(rules); }};
}

/// Reads `node` over `object`: members whose keys are absent keep their values.
/// @return false when something was reported
template <class S>
bool read_object(Reading& reading, const Table<S>& table, const Node& node, S& object) {
  std::vector<const FieldSpec*> specs;
  for (const Field<S>& field : table.fields) specs.push_back(&field.spec);
  const auto problems_before = reading.problems().count();
  const detail::ObjectRules rules{specs, table.shorthand, table.discriminator,
                                  detail::kinds_of(table)};
  Node storage;
  const Node* map = detail::open_object(reading, rules, node, storage);
  if (map == nullptr) return false;
  for (const Field<S>& field : table.fields) {
    const Entry* entry = detail::entry_of(rules, field.spec, *map);
    if (entry == nullptr) continue;
    const auto scope = reading.enter(*entry);
    field.read(reading, field.spec, entry->value, object);
  }
  if (table.finish != nullptr) table.finish(reading, object);
  return reading.problems().count() == problems_before;
}

/// The object as a file could say it; absent optionals are left out.
template <class S>
OrderedJson write_object(const Table<S>& table, const S& object) {
  OrderedJson written = OrderedJson::object();
  std::string kind;
  for (const Field<S>& field : table.fields)
    if (!table.discriminator.empty() && field.spec.key == table.discriminator)
      kind = field.write(field.spec, object);
  for (const Field<S>& field : table.fields) {
    if (!field.spec.refused.empty() || !detail::fits(field.spec, kind)) continue;
    if (auto value = field.write(field.spec, object); !value.is_null())
      written[std::string(field.spec.key)] = std::move(value);
  }
  return written;
}

template <class S>
ObjectInfo describe_object(const Table<S>& table) {
  ObjectInfo info{.name = std::string(table.name),
                  .text = std::string(table.text),
                  .shorthand = std::string(table.shorthand),
                  .discriminator = std::string(table.discriminator),
                  .fields = {}};
  for (const Field<S>& field : table.fields)
    info.fields.push_back(detail::describe_field(field.spec, field.describe(field.spec),
                                                 field.write(field.spec, S{})));
  return info;
}

}  // namespace stellwerk::config
