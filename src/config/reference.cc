#include "config/reference.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|') safe += '\\';
    safe += c;
  }
  return safe;
}

/// `a duration, 1s to 1h`; `one of old, hold`; `a list of tenants`.
std::string value_text(const ValueInfo& value) {
  switch (value.kind) {
    case ValueInfo::Kind::List:
      return fmt::format("a list; each item: {}{}", value_text(*value.element),
                         value.instead.empty() ? "" : fmt::format("; or `{}`", value.instead));
    case ValueInfo::Kind::Map:
      return fmt::format("keys ({}) with values ({})", value.syntax->name,
                         value_text(*value.element));
    case ValueInfo::Kind::Object:
      return fmt::format("[{}](#{})", value.object->name, value.object->name);
    case ValueInfo::Kind::Scalar:
      break;
  }
  if (!value.words.empty()) return fmt::format("`{}`", fmt::join(value.words, "`, `"));
  const auto range = range_text(value);
  const std::string name(value.syntax == nullptr ? kLine.name : value.syntax->name);
  return range.empty() ? name : fmt::format("{}, {}", name, range);
}

std::string default_text(const FieldInfo& field) {
  if (field.required) return field.kinds.empty() ? "required" : "required there";
  if (field.default_value.is_null()) return field.default_text;
  return fmt::format("`{}`", field.default_text);
}

std::string row(const FieldInfo& field, const ObjectInfo& object) {
  if (!field.refused.empty())
    return fmt::format("| `{}` | | | Known, but this version cannot carry it out: {}. |\n",
                       field.key, field.refused);
  std::string meaning = field.text;
  if (!field.kinds.empty())
    meaning += fmt::format(" Only with `{}`: {}.", object.discriminator, field.kinds);
  if (!field.unit.empty()) meaning += fmt::format(" In {}.", field.unit);
  return fmt::format("| `{}` | {} | {} | {} |\n", field.key, cell(value_text(field.value)),
                     cell(default_text(field)), cell(meaning));
}

std::string keys_table(const ObjectInfo& object) {
  std::string text = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const FieldInfo& field : object.fields) text += row(field, object);
  return text;
}

/// What collects objects and syntaxes in the order in which they are met.
struct Met {
  std::vector<const ObjectInfo*> objects;
  std::set<std::string> names;
  std::vector<const Syntax*> syntaxes;
};

void visit(const ObjectInfo& object, Met& met);

void visit(const ValueInfo& value, Met& met) {
  if (value.element) visit(*value.element, met);
  if (value.object && met.names.insert(value.object->name).second) {
    met.objects.push_back(value.object.get());
    visit(*value.object, met);
  }
  const bool named = value.syntax != nullptr && value.words.empty();
  if (named && met.names.insert(std::string(value.syntax->name)).second)
    met.syntaxes.push_back(value.syntax);
}

void visit(const ObjectInfo& object, Met& met) {
  for (const FieldInfo& field : object.fields)
    if (field.refused.empty()) visit(field.value, met);
}

std::string object_section(const ObjectInfo& object) {
  std::string text = fmt::format("\n## {}\n\n{}\n", object.name, object.text);
  if (!object.shorthand.empty())
    text += fmt::format("The value of `{}` alone may stand for the whole.\n", object.shorthand);
  return text + "\n" + keys_table(object);
}

std::string syntax_section(const Met& met) {
  std::string text = "\n## How values are written\n\n| value | written as |\n|---|---|\n";
  for (const Syntax* syntax : met.syntaxes)
    text += fmt::format("| {} | {} |\n", syntax->name, cell(syntax->how));
  return text;
}

constexpr std::string_view kStrictness =
    "The file is YAML 1.2 with one document, at most 1 MiB, nested at most 32 levels, without "
    "anchors, aliases, tags and merge keys. Reading is strict: an unknown key, a key given twice, "
    "a "
    "wrong type, a value out of range and a contradiction are errors with file, line and column, "
    "all "
    "of them at once. A key that this version cannot carry out is refused, never ignored.";

std::string page(const ObjectInfo& file, std::string_view intro, std::string_view schema) {
  Met met;
  visit(file, met);
  std::string text =
      fmt::format("# {}\n\n{}\n\n{}\n\n{}\n", file.name, file.text, intro, kStrictness);
  text += fmt::format(
      "\n`stellwerk schema {}` prints the JSON Schema. This page is made from the same tables as "
      "the reader.\n\n## Keys\n\n",
      schema);
  text += keys_table(file);
  for (const ObjectInfo* object : met.objects) text += object_section(*object);
  return text + syntax_section(met);
}

}  // namespace

std::string release_page() {
  return page(describe_object(release_table()),
              "Everything that the release type implies is a default, so that the usual file is "
              "short; `stellwerk plan` shows where each value came from.",
              "release");
}

std::string environment_page() {
  return page(describe_object(environment_table()),
              "Relative paths are relative to the folder of the file. Secrets stand in files or "
              "environment variables, never here. The settings of each adapter stand in "
              "[adapters](../adapters.md).",
              "environment");
}

std::string settings_page(const ObjectInfo& settings) {
  Met met;
  visit(settings, met);
  std::string text = keys_table(settings);
  for (const ObjectInfo* object : met.objects) text += object_section(*object);
  return text;
}

}  // namespace stellwerk::config
