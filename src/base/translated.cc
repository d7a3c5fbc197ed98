#include "base/translated.h"

#include <optional>
#include <vector>

#include "base/messages_table.h"
#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::string_view kWords = "said.word.";

/// What stands between the placeholders of a template, one more than there are names.
struct Template {
  std::vector<std::string_view> literals;
  std::vector<std::string_view> names;
};

Template template_of(std::string_view text) {
  Template parts;
  for (;;) {
    const auto open = text.find('{');
    parts.literals.push_back(text.substr(0, open));
    if (open == std::string_view::npos) return parts;
    const auto close = text.find('}', open);
    parts.names.push_back(placeholder_of(text.substr(open + 1, close - open - 1)).name);
    text.remove_prefix(close + 1);
  }
}

/// What must be filled in so that the template becomes `text`.
std::optional<MessageArguments> match(const Template& parts, std::string_view text) {
  if (!text.starts_with(parts.literals.front())) return std::nullopt;
  text.remove_prefix(parts.literals.front().size());
  MessageArguments arguments;
  for (std::size_t i = 0; i < parts.names.size(); ++i) {
    const std::string_view next = parts.literals[i + 1];
    const bool last = i + 1 == parts.names.size();
    if (last && !text.ends_with(next)) return std::nullopt;
    const auto end = last ? text.size() - next.size() : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    arguments.emplace(parts.names[i], text.substr(0, end));
    text.remove_prefix(end + next.size());
  }
  if (!text.empty()) return std::nullopt;
  return arguments;
}

std::size_t weight(const Template& parts) {
  std::size_t size = 0;
  for (const auto literal : parts.literals) size += literal.size();
  return size;
}

struct Found {
  std::string_view key;  ///< empty: no row says this
  std::size_t weight = 0;
  MessageArguments arguments;
};

/// The row that says most of the text itself, in the language that it is in.
Found row_that_says(Locale written_in, std::string_view text, bool (*is_meant)(std::string_view)) {
  Found best;
  for (const auto section : message_sections())
    for (const MessageRow& row : section) {
      if (!is_meant(row.key)) continue;
      const std::string_view written = written_in == Locale::De ? row.de : row.en;
      if (!text.starts_with(written.substr(0, written.find('{')))) continue;
      const Template parts = template_of(written);
      if (weight(parts) <= best.weight) continue;
      if (auto arguments = match(parts, text))
        best = {row.key, weight(parts), std::move(*arguments)};
    }
  return best;
}

bool is_said(std::string_view key) { return key.starts_with("said.") && !key.starts_with(kWords); }
bool is_of_plan(std::string_view key) {
  return key.starts_with("step.") || key.starts_with("plan.note.");
}

std::string part_of(Locale locale, std::string_view text) {
  Found best = row_that_says(Locale::En, text, is_said);
  if (best.key.empty()) return std::string(text);
  for (auto& [name, value] : best.arguments)
    if (const auto key = std::string(kWords) + value; name.starts_with("word") && has_message(key))
      value = message(locale, key);
  return message(locale, best.key, best.arguments);
}

}  // namespace

std::string translated(Locale locale, std::string_view text) {
  if (locale == Locale::En) return std::string(text);
  constexpr std::string_view kBetween = "; ";
  std::string whole;
  for (;;) {
    const auto end = text.find(kBetween);
    whole += part_of(locale, text.substr(0, end));
    if (end == std::string_view::npos) return whole;
    whole += kBetween;
    text.remove_prefix(end + kBetween.size());
  }
}

std::string words_of_plan(Locale locale, std::string_view text) {
  const Locale other = locale == Locale::De ? Locale::En : Locale::De;
  // Such a title is two texts of the catalogue.
  const std::string is_signed = message(other, "step.signed");
  if (text.ends_with(is_signed))
    return words_of_plan(locale, text.substr(0, text.size() - is_signed.size())) +
           message(locale, "step.signed");
  const Found there = row_that_says(locale, text, is_of_plan);
  const Found elsewhere = row_that_says(other, text, is_of_plan);
  if (elsewhere.weight <= there.weight) return std::string(text);
  return message(locale, elsewhere.key, elsewhere.arguments);
}

}  // namespace stellwerk::base
