// section.h — the part of stellwerk.yaml that belongs to one adapter, which alone knows its keys.
//
// Role: config cuts it out, the adapter reads it into its own settings with a field table:
//
//   struct Settings {
//     std::string program = "haproxy";
//   };
//   constexpr std::array kFields = {
//       field<&Settings::program>({.key = "program", .text = "The program."})};
//   constexpr Table<Settings> kTable{
//       .name = "haproxy", .text = "HAProxy as router.", .fields = kFields};
//   auto settings = config::read_section(section, kTable);   // Loaded<Settings>
//
// Start here: Section, read_section (and codec.h for the types that members may have).
// Thread-safety: values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/codec.h"
#include "config/fields.h"
#include "config/node.h"
#include "config/problem.h"

namespace stellwerk::config {

/// A value, or every problem that kept it from being read; a value has no problems.
template <class T>
struct Loaded {
  std::optional<T> value;
  std::vector<base::Error> problems;
};

struct Section {
  std::string adapter;  ///< `haproxy`
  std::string path;     ///< `router`, `notices[0]`
  Node settings;        ///< the map without the key `adapter`
  Source source;

  [[nodiscard]] base::SourcePosition where() const { return source.at(settings.place); }
};

/// The settings as the adapter's table says. Unknown keys, wrong types and ranges are problems, all
/// of them at once; paths are relative to the environment file's folder.
template <class S>
Loaded<S> read_section(const Section& section, const Table<S>& table) {
  Problems problems(section.source);
  Reading reading(problems, section.path);
  S settings{};
  const bool good = read_object(reading, table, section.settings, settings);
  Loaded<S> loaded;
  if (good) loaded.value = std::move(settings);
  loaded.problems = std::move(problems).take();
  return loaded;
}

/// CFG-0010 for a section whose adapter is none of `known`; lists them and the nearest.
base::Error unknown_adapter(const Section& section, std::span<const std::string> known);

/// A section from its YAML text (`adapter: file` and its keys), for tests and command lines.
Loaded<Section> parse_section(std::string_view yaml, Source source);

template <>
struct Codec<Section> {
  static bool read(Reading&, const FieldSpec&, const Node&, Section& target);
  static OrderedJson write(const FieldSpec&, const Section& value);
  static ValueInfo describe(const FieldSpec&);
};

}  // namespace stellwerk::config
