#include "adapters/http/prometheus_text.h"

#include <algorithm>

#include "base/text.h"

namespace stellwerk::adapters::http {
namespace {

/// What has not been read yet.
class Rest {
 public:
  explicit Rest(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (text_.starts_with(' ') || text_.starts_with('\t')) text_.remove_prefix(1);
  }
  bool take(char wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

  /// A metric's or a label's name; empty when there is none.
  std::string name() {
    const auto is_part = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == ':';
    };
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_part);
    std::string name(text_.begin(), end);
    if (!name.empty() && name.front() >= '0' && name.front() <= '9') return {};
    text_.remove_prefix(name.size());
    return name;
  }

  /// A text in double quotes with the escapes \\ \" \n.
  std::optional<std::string> quoted() {
    if (!take('"')) return std::nullopt;
    std::string value;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return value;
      if (c != '\\') {
        value += c;
        continue;
      }
      if (text_.empty()) return std::nullopt;
      value += text_.front() == 'n' ? '\n' : text_.front();
      text_.remove_prefix(1);
    }
    return std::nullopt;
  }

  /// Up to the next blank.
  std::string word() {
    const auto size = std::min(text_.find_first_of(" \t"), text_.size());
    std::string word(text_.substr(0, size));
    text_.remove_prefix(size);
    return word;
  }

 private:
  std::string_view text_;
};

bool read_labels(Rest& rest, Series& series) {
  if (!rest.take('{')) return true;
  for (;;) {
    rest.skip_blanks();
    if (rest.take('}')) return true;
    auto name = rest.name();
    rest.skip_blanks();
    if (name.empty() || !rest.take('=')) return false;
    rest.skip_blanks();
    auto value = rest.quoted();
    if (!value || !series.labels.emplace(std::move(name), std::move(*value)).second) return false;
    rest.skip_blanks();
    if (rest.take('}')) return true;
    if (!rest.take(',')) return false;
  }
}

std::optional<Series> read_name_and_labels(Rest& rest) {
  Series series;
  rest.skip_blanks();
  series.name = rest.name();
  if (series.name.empty()) return std::nullopt;
  rest.skip_blanks();
  if (!read_labels(rest, series)) return std::nullopt;
  rest.skip_blanks();
  return series;
}

}  // namespace

bool Series::selects(const Series& other) const {
  return name == other.name && std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
           const auto found = other.labels.find(label.first);
           return found != other.labels.end() && found->second == label.second;
         });
}

std::optional<Series> read_selector(std::string_view text) {
  Rest rest(text);
  auto series = read_name_and_labels(rest);
  if (!series || !rest.at_end()) return std::nullopt;
  return series;
}

std::optional<SeriesLine> read_series(std::string_view line) {
  Rest rest(base::trim(line));
  auto series = read_name_and_labels(rest);
  if (!series) return std::nullopt;
  auto value = rest.word();
  rest.skip_blanks();
  rest.word();  // a time stamp
  rest.skip_blanks();
  if (value.empty() || !rest.at_end()) return std::nullopt;
  return SeriesLine{std::move(*series), std::move(value)};
}

}  // namespace stellwerk::adapters::http
