#include "base/messages.h"

#include <algorithm>

#include "base/check.h"
#include "base/messages_table.h"
#include "base/text.h"

namespace stellwerk::base {
namespace {

/// Every row, sorted by key; made at first use from the sections of the table.
const std::vector<MessageRow>& rows() {
  static const auto sorted = [] {
    std::vector<MessageRow> all;
    for (const auto section : message_sections())
      all.insert(all.end(), section.begin(), section.end());
    std::sort(all.begin(), all.end(),
              [](const MessageRow& a, const MessageRow& b) { return a.key < b.key; });
    return all;
  }();
  return sorted;
}

const MessageRow* find_row(std::string_view key) {
  const auto found =
      std::lower_bound(rows().begin(), rows().end(), key,
                       [](const MessageRow& row, std::string_view k) { return row.key < k; });
  return found == rows().end() || found->key != key ? nullptr : &*found;
}

std::string fill(std::string_view text, const MessageArguments& arguments) {
  std::string filled;
  for (;;) {
    const auto open = text.find('{');
    filled += text.substr(0, open);
    if (open == std::string_view::npos) return filled;
    const auto close = text.find('}', open);
    STELLWERK_CHECK(close != std::string_view::npos);
    const Placeholder placeholder = placeholder_of(text.substr(open + 1, close - open - 1));
    const auto argument = arguments.find(placeholder.name);
    STELLWERK_CHECK(argument != arguments.end());
    filled += argument->second;
    if (!placeholder.one.empty()) {
      filled += ' ';
      filled += argument->second == "1" ? placeholder.one : placeholder.many;
    }
    text.remove_prefix(close + 1);
  }
}

}  // namespace

Placeholder placeholder_of(std::string_view text) {
  const auto first = text.find('|');
  if (first == std::string_view::npos) return {text, {}, {}};
  const auto second = text.find('|', first + 1);
  STELLWERK_CHECK(second != std::string_view::npos);
  return {text.substr(0, first), text.substr(first + 1, second - first - 1),
          text.substr(second + 1)};
}

Result<Locale> parse_locale(std::string_view text) {
  if (text == "de") return Locale::De;
  if (text == "en") return Locale::En;
  return fail(error(Code::InvalidArgument, "BAS-0011", in_quotes(text) + " is not a locale")
                  .because("the locales are de and en")
                  .then("write de or en", "German or English texts"));
}

std::string_view to_string(Locale locale) {
  switch (locale) {
    case Locale::De:
      return "de";
    case Locale::En:
      return "en";
  }
  check_failed("Locale is one of its enumerators", __FILE__, __LINE__);
}

std::string message(Locale locale, std::string_view key, const MessageArguments& arguments) {
  const auto* const row = find_row(key);
  STELLWERK_CHECK(row != nullptr);
  return fill(locale == Locale::De ? row->de : row->en, arguments);
}

bool has_message(std::string_view key) { return find_row(key) != nullptr; }

std::vector<std::string_view> message_keys() {
  std::vector<std::string_view> keys;
  keys.reserve(rows().size());
  for (const auto& row : rows()) keys.push_back(row.key);
  return keys;
}

}  // namespace stellwerk::base
