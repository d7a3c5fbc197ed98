#include "config/schema.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "config/tables.h"

namespace stellwerk::config {
namespace {

OrderedJson value_schema(const ValueInfo& value);

OrderedJson scalar_schema(const ValueInfo& value) {
  if (!value.words.empty()) return {{"enum", value.words}};
  const Syntax& syntax = value.syntax == nullptr ? kLine : *value.syntax;
  OrderedJson schema;
  switch (syntax.scalar) {
    case Scalar::Text:
      schema["type"] = "string";
      break;
    case Scalar::Anything:
      schema["type"] = {"string", "number", "boolean"};
      break;
    case Scalar::Boolean:
      return {{"type", "boolean"}};
    case Scalar::Integer:
      schema["type"] = "integer";
      if (value.min) schema["minimum"] = *value.min;
      if (value.max) schema["maximum"] = *value.max;
      return schema;
  }
  if (!syntax.pattern.empty()) schema["pattern"] = syntax.pattern;
  return schema;
}

OrderedJson list_schema(const ValueInfo& value) {
  OrderedJson schema{{"type", "array"}, {"items", value_schema(*value.element)}};
  if (value.items_min > 0) schema["minItems"] = value.items_min;
  if (value.instead.empty()) return schema;
  return {{"oneOf", OrderedJson::array({schema, {{"const", value.instead}}})}};
}

OrderedJson map_schema(const ValueInfo& value) {
  OrderedJson schema{{"type", "object"}};
  if (!value.syntax->pattern.empty())
    schema["propertyNames"] = {{"pattern", value.syntax->pattern}};
  schema["additionalProperties"] = value_schema(*value.element);
  return schema;
}

/// The object, or the value of its shorthand alone.
OrderedJson nested_schema(const ObjectInfo& object) {
  if (object.shorthand.empty()) return object_schema(object);
  for (const FieldInfo& field : object.fields)
    if (field.key == object.shorthand)
      return {{"oneOf", OrderedJson::array({object_schema(object), value_schema(field.value)})}};
  return object_schema(object);
}

OrderedJson value_schema(const ValueInfo& value) {
  switch (value.kind) {
    case ValueInfo::Kind::Scalar:
      return scalar_schema(value);
    case ValueInfo::Kind::List:
      return list_schema(value);
    case ValueInfo::Kind::Map:
      return map_schema(value);
    case ValueInfo::Kind::Object:
      return nested_schema(*value.object);
  }
  return true;
}

/// The text for people: meaning, how to write it, range, default.
std::string description_of(const FieldInfo& field) {
  const ValueInfo& value =
      field.value.kind == ValueInfo::Kind::List ? *field.value.element : field.value;
  std::string text = field.text;
  const bool explained = value.kind == ValueInfo::Kind::Scalar && value.words.empty() &&
                         value.syntax != nullptr && !value.syntax->how.empty();
  if (explained) text += fmt::format(" Write {}.", value.syntax->how);
  if (!field.unit.empty()) text += fmt::format(" Unit: {}.", field.unit);
  if (const auto range = range_text(value); !range.empty() && value.kind == ValueInfo::Kind::Scalar)
    text += fmt::format(" Range: {}.", range);
  if (!field.default_text.empty()) text += fmt::format(" Default: {}.", field.default_text);
  return text;
}

OrderedJson field_schema(const FieldInfo& field) {
  if (!field.refused.empty())
    return {{"description",
             fmt::format("It cannot be carried out by this version: {}.", field.refused)},
            {"not", OrderedJson::object()}};
  OrderedJson schema{{"description", description_of(field)}};
  schema.update(value_schema(field.value));
  if (!field.default_value.is_null()) schema["default"] = field.default_value;
  return schema;
}

/// For each value of the discriminator: what it needs, and what belongs to others.
OrderedJson kind_rules(const ObjectInfo& object) {
  OrderedJson rules = OrderedJson::array();
  std::vector<std::string> kinds;
  for (const FieldInfo& field : object.fields)
    if (field.key == object.discriminator) kinds = field.value.words;
  for (const std::string& kind : kinds) {
    OrderedJson then = OrderedJson::object();
    for (const FieldInfo& field : object.fields) {
      const auto of = base::split(field.kinds, ' ');
      if (field.kinds.empty()) continue;
      if (std::find(of.begin(), of.end(), kind) == of.end())
        then["properties"][field.key] = false;
      else if (field.required)
        then["required"].push_back(field.key);
    }
    if (then.empty()) continue;
    const OrderedJson is_kind{{"properties", {{object.discriminator, {{"const", kind}}}}},
                              {"required", OrderedJson::array({object.discriminator})}};
    rules.push_back({{"if", is_kind}, {"then", then}});
  }
  return rules;
}

OrderedJson file_schema(const ObjectInfo& file, std::string_view name) {
  OrderedJson schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"$id", fmt::format("urn:stellwerk:schema:{}", name)},
                     {"title", file.name}};
  schema.update(object_schema(file));
  return schema;
}

/// The object of an adapter's settings with the key that names it.
OrderedJson adapter_schema(const AdapterSettings& adapter) {
  OrderedJson schema = object_schema(adapter.settings);
  schema["properties"]["adapter"] = {{"const", adapter.adapter}};
  schema["required"].push_back("adapter");
  return schema;
}

/// The schema of a section: one of its adapters'.
OrderedJson section_schema(std::string_view section, std::span<const AdapterSettings> adapters,
                           OrderedJson any) {
  OrderedJson known = OrderedJson::array();
  for (const auto& adapter : adapters)
    if (adapter.section == section) known.push_back(adapter_schema(adapter));
  if (!known.empty()) return {{"oneOf", known}};
  any["additionalProperties"] = true;
  return any;
}

}  // namespace

OrderedJson object_schema(const ObjectInfo& object) {
  OrderedJson properties = OrderedJson::object();
  OrderedJson required = OrderedJson::array();
  for (const FieldInfo& field : object.fields) {
    properties[field.key] = field_schema(field);
    if (field.required && field.kinds.empty()) required.push_back(field.key);
  }
  OrderedJson schema{{"description", object.text},
                     {"type", "object"},
                     {"properties", std::move(properties)},
                     {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (!object.discriminator.empty()) schema["allOf"] = kind_rules(object);
  return schema;
}

OrderedJson release_schema() { return file_schema(describe_object(release_table()), "release"); }

OrderedJson environment_schema(std::span<const AdapterSettings> adapters) {
  OrderedJson schema = file_schema(describe_object(environment_table()), "environment");
  auto& properties = schema["properties"];
  for (const std::string_view section : {"router", "workload"}) {
    auto& property = properties[std::string(section)];
    const auto text = property["description"];
    property = section_schema(section, adapters, std::move(property));
    property["description"] = text;
  }
  for (const std::string_view section : {"notices", "events"}) {
    auto& items = properties[std::string(section)]["items"];
    items = section_schema(section, adapters, std::move(items));
  }
  return schema;
}

}  // namespace stellwerk::config
