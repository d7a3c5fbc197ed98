#include "cli/view_json.h"

#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr base::Json::error_handler_t kReplace = base::Json::error_handler_t::replace;

}  // namespace

const base::Json& member(const base::Json& object, const char* key) {
  static const base::Json none;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

std::string word(const base::Json& object, const char* key) {
  const base::Json& value = member(object, key);
  if (value.is_string()) return base::printable(value.get_ref<const std::string&>(), 400);
  return value.is_null() ? std::string() : value.dump(-1, ' ', false, kReplace);
}

std::int64_t number(const base::Json& object, const char* key) {
  const base::Json& value = member(object, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

bool truth(const base::Json& object, const char* key) {
  const base::Json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> words(const base::Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const base::Json& each : list)
    if (each.is_string()) texts.push_back(base::printable(each.get_ref<const std::string&>(), 200));
  return texts;
}

}  // namespace stellwerk::cli
