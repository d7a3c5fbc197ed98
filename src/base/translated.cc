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
    parts.names.push_back(text.substr(open + 1, close - open - 1));
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

/// The row that says most of the text itself.
std::string part_of(Locale locale, std::string_view text) {
  std::string_view best;
  std::size_t best_weight = 0;
  MessageArguments best_arguments;
  for (const auto section : message_sections())
    for (const MessageRow& row : section) {
      if (!row.key.starts_with("said.") || row.key.starts_with(kWords)) continue;
      const Template parts = template_of(row.en);
      if (weight(parts) <= best_weight) continue;
      auto arguments = match(parts, text);
      if (!arguments) continue;
      best = row.key;
      best_weight = weight(parts);
      best_arguments = std::move(*arguments);
    }
  if (best.empty()) return std::string(text);
  for (auto& [name, value] : best_arguments)
    if (const auto key = std::string(kWords) + value; name.starts_with("word") && has_message(key))
      value = message(locale, key);
  return message(locale, best, best_arguments);
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

}  // namespace stellwerk::base
