#include "config/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"

namespace stellwerk::config::detail {
namespace {

bool has_word(std::string_view words, std::string_view word) {
  const auto all = base::split(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

/// The value of the discriminator, empty when there is no good one (its own problem is reported).
std::string_view kind_of(const ObjectRules& rules, const Node& map) {
  const Entry* entry = rules.discriminator.empty() ? nullptr : map.find(rules.discriminator);
  if (entry == nullptr) return {};
  const auto found = std::find(rules.kinds.begin(), rules.kinds.end(), entry->value.text);
  return found == rules.kinds.end() ? std::string_view{} : std::string_view(*found);
}

/// `command or http`.
std::string kinds_text(std::string_view words) {
  return fmt::format("{}", fmt::join(base::split(words, ' '), " or "));
}

/// The keys that may stand in an object of this kind.
std::vector<std::string> keys_for(const ObjectRules& rules, std::string_view kind) {
  std::vector<std::string> keys;
  for (const FieldSpec* spec : rules.specs)
    if (spec->refused.empty() && fits(*spec, kind)) keys.emplace_back(spec->key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

void report_unknown(Reading& reading, const ObjectRules& rules, const Node& map,
                    const Entry& entry) {
  if (!reading.problems().listing()) return reading.report(entry.place, {});
  const auto keys = keys_for(rules, kind_of(rules, map));
  const auto meant = base::nearest(entry.key, keys);
  const auto hint = meant ? fmt::format("did you mean {}? ", *meant) : "";
  const auto known = keys.empty() ? std::string("there are no keys here")
                                  : fmt::format("the keys here are {}", base::and_list(keys));
  reading.report(entry.place,
                 problem("CFG-0003", fmt::format("unknown key {}", base::in_quotes(entry.key)),
                         fmt::format("{}{}", hint, known)));
}

void check_entry(Reading& reading, const ObjectRules& rules, const Node& map, const Entry& entry) {
  const auto found = std::find_if(rules.specs.begin(), rules.specs.end(),
                                  [&](const FieldSpec* spec) { return spec->key == entry.key; });
  if (found == rules.specs.end()) return report_unknown(reading, rules, map, entry);
  const FieldSpec& spec = **found;
  if (!spec.refused.empty()) {
    reading.report(
        entry.place,
        problem("CFG-0008", fmt::format("\"{}\" cannot be carried out by this version", spec.key),
                std::string(spec.refused)));
  } else if (const auto kind = kind_of(rules, map); !fits(spec, kind)) {
    reading.report(
        entry.place,
        problem("CFG-0007",
                fmt::format("\"{}\" does not belong here when {} is {}", spec.key,
                            rules.discriminator, base::printable(kind, 60)),
                fmt::format("it goes with {} {}", rules.discriminator, kinds_text(spec.kinds))));
  }
}

void check_missing(Reading& reading, const ObjectRules& rules, const Node& map) {
  const auto kind = kind_of(rules, map);
  for (const FieldSpec* spec : rules.specs) {
    const bool wanted = spec->required && (spec->kinds.empty() || has_word(spec->kinds, kind));
    if (!wanted || map.find(spec->key) != nullptr) continue;
    reading.report(map.place,
                   problem("CFG-0005", fmt::format("the key \"{}\" is missing", spec->key),
                           std::string(spec->text)));
  }
}

}  // namespace

bool fits(const FieldSpec& spec, std::string_view kind) {
  return spec.kinds.empty() || kind.empty() || has_word(spec.kinds, kind);
}

const Node* open_object(Reading& reading, const ObjectRules& rules, const Node& node,
                        Node& storage) {
  const Node* map = &node;
  if (node.kind == Node::Kind::Scalar && !rules.shorthand.empty()) {
    storage.kind = Node::Kind::Map;
    storage.place = node.place;
    storage.entries.push_back({std::string(rules.shorthand), node.place, node});
    map = &storage;
  }
  const auto keys = base::and_list(keys_for(rules, {}));
  if (!reading.expect_map(*map, "the keys here are " + keys)) return nullptr;
  for (const Entry& entry : map->entries) check_entry(reading, rules, *map, entry);
  check_missing(reading, rules, *map);
  return map;
}

const Entry* entry_of(const ObjectRules& rules, const FieldSpec& spec, const Node& map) {
  if (!spec.refused.empty() || !fits(spec, kind_of(rules, map))) return nullptr;
  return map.find(spec.key);
}

FieldInfo describe_field(const FieldSpec& spec, ValueInfo value, OrderedJson written) {
  const bool is_default = !spec.required && spec.default_text.empty() && !written.is_null() &&
                          !(written.is_string() && written.get_ref<const std::string&>().empty()) &&
                          !(written.is_structured() && written.empty());
  FieldInfo info{.key = std::string(spec.key),
                 .text = std::string(spec.text),
                 .default_text = std::string(spec.default_text),
                 .default_value = {},
                 .unit = std::string(spec.unit),
                 .kinds = std::string(spec.kinds),
                 .required = spec.required,
                 .refused = std::string(spec.refused),
                 .value = std::move(value)};
  // An object's default is the defaults of its keys, which are shown there.
  if (is_default && !written.is_object()) {
    info.default_text = written.is_string() ? written.get<std::string>() : written.dump();
    info.default_value = std::move(written);
  }
  return info;
}

}  // namespace stellwerk::config::detail
