#include "engine/replay_sides.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/words.h"

namespace stellwerk::engine {
namespace {

std::string joined(const std::string& name, const std::string& rest) {
  if (rest.empty()) return name;
  return rest.front() == '[' ? name + rest : name + "." + rest;
}

std::string first_in_array(const base::Json& a, const base::Json& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string place = fmt::format("[{}]", i);
    if (i >= a.size() || i >= b.size()) return place;
    if (a[i] != b[i]) return joined(place, first_difference(a[i], b[i]));
  }
  return {};
}

}  // namespace

base::Json side_of(const core::Event& event, const base::PersonId& by,
                   const std::vector<core::Intent>& intents, const base::Json& input) {
  base::Json side{{"type", core::type_of(event)},
                  {"actor", core::actor_text(by)},
                  {"data", core::encode_event(event)}};
  for (const core::Intent& intent : intents) side["effects"].push_back(core::encode_intent(intent));
  if (!input.is_null()) side["input"] = input;
  return side;
}

std::string first_difference(const base::Json& a, const base::Json& b) {
  if (a.is_array() && b.is_array()) return first_in_array(a, b);
  if (!a.is_object() || !b.is_object()) return {};
  // What kind of entry it is says more than what is in it.
  const auto differs = [&](const std::string& key) {
    return !a.contains(key) || !b.contains(key) || a.at(key) != b.at(key);
  };
  if (a.contains("type") && differs("type")) return "type";
  for (const auto& [key, value] : a.items()) {
    if (!differs(key)) continue;
    return b.contains(key) ? joined(key, first_difference(value, b.at(key))) : key;
  }
  for (const auto& [key, value] : b.items())
    if (!a.contains(key)) return key;
  return {};
}

std::string only_in(const base::Json& more, const base::Json& less) {
  if (!more.is_object() || !less.is_object()) return {};
  std::string names;
  for (const auto& [key, value] : more.items()) {
    if (!less.contains(key))
      names += (names.empty() ? "" : ", ") + key;
    else if (value != less.at(key))
      return {};
  }
  const bool covers = std::all_of(less.items().begin(), less.items().end(),
                                  [&](const auto& each) { return more.contains(each.key()); });
  return covers ? names : std::string();
}

}  // namespace stellwerk::engine
