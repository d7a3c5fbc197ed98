// tables.h — the field tables of both files, for the readers, the schema and the pages.
//
// Thread-safety: constants.                     Start here: release_table(), environment_table()
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config/codec.h"
#include "config/fields.h"
#include "config/load.h"
#include "core/environment.h"
#include "core/guard_policy.h"
#include "core/names.h"
#include "core/release.h"

namespace stellwerk::config {

const Table<core::Release>& release_table();
const Table<EnvironmentFile>& environment_table();

template <>
const Table<core::CommandSpec>& table_of<core::CommandSpec>();
template <>
const Table<core::HttpExpectation>& table_of<core::HttpExpectation>();
template <>
const Table<core::HealthCheck>& table_of<core::HealthCheck>();
template <>
const Table<core::Thresholds>& table_of<core::Thresholds>();
template <>
const Table<core::GuardPolicy>& table_of<core::GuardPolicy>();
template <>
const Table<core::SecretHeader>& table_of<core::SecretHeader>();

/// Conditions on a JSON body are written `{pointer: value}`.
template <>
struct Codec<std::vector<core::JsonCondition>> {
  using Value = std::vector<core::JsonCondition>;
  static bool read(Reading&, const FieldSpec&, const Node&, Value& target);
  static OrderedJson write(const FieldSpec&, const Value& value);
  static ValueInfo describe(const FieldSpec&);
};

/// A check is read as a draft of all its keys, of which its kind allows some (release_rules.h).
template <>
struct Codec<core::CheckRequest> {
  static bool read(Reading&, const FieldSpec&, const Node&, core::CheckRequest& target);
  static OrderedJson write(const FieldSpec&, const core::CheckRequest& value);
  static ValueInfo describe(const FieldSpec&);
};

/// A map of names to objects with a table of their own.
template <class S>
  requires requires { table_of<S>(); }
struct Codec<std::map<std::string, S>> {
  using Value = std::map<std::string, S>;
  static bool read(Reading& reading, const FieldSpec& spec, const Node& node, Value& target) {
    target.clear();
    return detail::read_map(reading, spec, node, [&](const Entry& entry) {
      S value{};
      if (!Codec<S>::read(reading, {}, entry.value, value)) return false;
      target.emplace(entry.key, std::move(value));
      return true;
    });
  }
  static OrderedJson write(const FieldSpec&, const Value& value) {
    OrderedJson written = OrderedJson::object();
    for (const auto& [key, item] : value) written[key] = Codec<S>::write({}, item);
    return written;
  }
  static ValueInfo describe(const FieldSpec& spec) {
    ValueInfo info;
    info.kind = ValueInfo::Kind::Map;
    info.syntax = spec.key_syntax == nullptr ? &kLine : spec.key_syntax;
    info.element = std::make_shared<const ValueInfo>(Codec<S>::describe({}));
    return info;
  }
};

/// The words of core's enums are core's own.
template <class E>
  requires requires { core::names_of(E{}); }
struct Words<E> {
  static detail::WordList<E> all() {
    detail::WordList<E> words;
    for (const auto& [value, name] : core::names_of(E{})) words.emplace_back(value, name);
    return words;
  }
};

// The fields of a command, wherever one is written.
inline constexpr FieldSpec kRunSpec{
    .key = "run",
    .text =
        "The program and its arguments; no shell reads them. A relative program with a / is "
        "relative to the folder of this file, one without is searched in PATH. {version}, "
        "{port}, {instance} and {component} are replaced.",
    .required = true,
    .items_min = 1,
    .syntax = &kArgument};
inline constexpr FieldSpec kVariablesSpec{
    .key = "environment",
    .text =
        "Environment variables of the program, beside those of Stellwerk; {version}, {port}, "
        "{instance} and {component} are replaced in their values.",
    .syntax = &kArgument,
    .key_syntax = &kVariableName};
inline constexpr FieldSpec kWorkingFolderSpec{.key = "folder",
                                              .text = "The working folder of the program.",
                                              .default_text = "the folder of this file",
                                              .syntax = &kFolder};
inline constexpr FieldSpec kUserSpec{.key = "user",
                                     .text = "The operating-system user that runs the program.",
                                     .default_text = "the user who runs Stellwerk",
                                     .syntax = &kOsUser};

/// A command of a check runs once, for no instance: nothing is replaced in it.
inline constexpr FieldSpec kCheckRunSpec{
    .key = "run",
    .text =
        "The program and its arguments; no shell reads them. A relative program with a / is "
        "relative to the folder of this file, one without is searched in PATH. Arguments are "
        "passed as they are written.",
    .required = true,
    .items_min = 1,
    .syntax = &kArgument};
inline constexpr FieldSpec kCheckVariablesSpec{
    .key = "environment",
    .text =
        "Environment variables of the program, beside those of Stellwerk, passed as they are "
        "written.",
    .syntax = &kArgument,
    .key_syntax = &kVariableName};

/// Makes the program and the working folder of a command absolute; `key` is that of its arguments.
void resolve_command(Reading& reading, std::string_view key, core::CommandSpec& command);

enum class Placeholders : std::uint8_t { OfInstance, None };
/// Reports CFG-0012 for a name in braces that would reach the program as it is written although
/// somebody surely meant it to be replaced. `key` is that of the command's arguments.
void check_placeholders(Reading& reading, std::string_view key, const core::CommandSpec& command,
                        Placeholders replaced);

/// A list of the object being read, and the key that must be unique in it (empty: the item).
struct Unique {
  std::string_view list;
  std::string_view key;
};

/// Reports every item whose key, as text, is there already.
template <class List, class TextOf>
void refuse_duplicates(Reading& reading, Unique unique, const List& list, TextOf text_of) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string text = text_of(list[i]);
    if (text.empty()) continue;  // it could not be read, which is reported
    const auto [first, added] = seen.emplace(text, i);
    if (added) continue;
    const auto dot = unique.key.empty() ? "" : ".";
    reading.report_at(
        fmt::format("{}[{}]{}{}", unique.list, i, dot, unique.key),
        problem("CFG-0007", fmt::format("{} is there twice", base::in_quotes(text)),
                fmt::format("it is {}[{}] already", reading.path_to(unique.list), first->second)));
  }
}

constexpr FieldSpec under_key(std::string_view key, FieldSpec spec) {
  spec.key = key;
  return spec;
}

constexpr FieldSpec only_for(std::string_view kinds, FieldSpec spec) {
  spec.kinds = kinds;
  return spec;
}

}  // namespace stellwerk::config
