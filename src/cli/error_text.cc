#include "cli/error_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "api/bodies.h"
#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kLabelIndent = 9;  // two blanks, a label of seven
constexpr std::size_t kGap = 4;          // between a command and what it achieves

/// Hostile text from files and answers must not steer the terminal.
std::string safe(std::string_view text) { return base::printable(text, 2000); }

std::string label(std::string_view name) { return "  " + padded(name, kLabelIndent - 2); }

class Writer {
 public:
  explicit Writer(const ErrorStyle& style) : style_(style) {}

  void add(const base::Error& error) {
    if (!text_.empty()) text_ += '\n';
    title(error);
    for (const std::string& step : error.context) {
      std::string_view during = step;
      if (during.starts_with("while ")) during.remove_prefix(6);
      line("while", during);
    }
    if (!error.why.empty()) line("why", error.why);
    if (!error.state.empty()) line("state", error.state);
    next(error.next);
    if (!error.id.empty() && explained_.insert(error.id).second)
      line("help", "stellwerk explain " + error.id);
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  [[nodiscard]] std::string say(std::string_view name) const {
    return base::message(style_.locale, "cli.error." + std::string(name));
  }
  void title(const base::Error& error) {
    const bool warning = style_.severity == Severity::Warning;
    const std::string word =
        fmt::format("{}[{}]", warning ? "warning" : "error", error.id.empty() ? "?" : error.id);
    std::string place = error.where.to_string();
    if (!place.empty()) place += ": ";
    const std::size_t indent = 2;
    const std::string body =
        wrapped(place + word + ": " + safe(error.message), style_.columns, indent);
    // Coloured after wrapping: the codes take no columns.
    const std::size_t at = body.find(word);
    const Colour colour = warning ? Colour::Yellow : Colour::Red;
    text_ += at == std::string::npos ? body
                                     : body.substr(0, at) + painted(word, colour, style_.colour) +
                                           body.substr(at + word.size());
    text_ += '\n';
  }

  void line(std::string_view name, std::string_view what) {
    text_ += painted(label(say(name)), Colour::Dim, style_.colour);
    text_ += wrapped(safe(what), style_.columns, kLabelIndent) + '\n';
  }

  void next(const std::vector<base::NextStep>& steps) {
    std::size_t longest = 0;
    for (const base::NextStep& step : steps)
      longest = std::max(longest, width_of(safe(step.command)));
    bool first = true;
    for (const base::NextStep& step : steps) {
      text_ += painted(label(first ? say("next") : ""), Colour::Dim, style_.colour);
      add_step(step, longest);
      first = false;
    }
  }

  void add_step(const base::NextStep& step, std::size_t longest) {
    const std::string command = safe(step.command);
    const std::string effect = safe(step.effect);
    const std::size_t column = kLabelIndent + longest + kGap;
    if (effect.empty()) {
      text_ += command + '\n';
    } else if (column + width_of(effect) <= style_.columns) {
      text_ += padded(command, longest + kGap) + effect + '\n';
    } else {
      text_ += command + '\n' + std::string(kLabelIndent + kGap, ' ') +
               wrapped(effect, style_.columns, kLabelIndent + kGap) + '\n';
    }
  }

  ErrorStyle style_;
  std::string text_;
  std::set<std::string> explained_;
};

}  // namespace

std::string error_text(std::span<const base::Error> errors, const ErrorStyle& style) {
  Writer writer(style);
  for (const base::Error& error : errors) writer.add(error);
  return std::move(writer).take();
}

std::vector<std::string> refusal_words(const base::Error& error, base::Locale locale) {
  constexpr std::size_t kUnbroken = 10000;
  const std::string text = error_text({&error, 1}, {kUnbroken, false, Severity::Error, locale});
  std::vector<std::string> words;
  for (const std::string_view line : base::split(text, '\n'))
    if (!base::trim(line).empty()) words.emplace_back(base::trim(line));
  return words;
}

base::Json errors_json(std::span<const base::Error> errors) {
  base::Json rows = base::Json::array();
  for (const base::Error& error : errors) {
    base::Json row = api::error_json(error);
    if (!error.where.file.empty()) {
      row["file"] = error.where.file;
      row["line"] = error.where.line;
      row["column"] = error.where.column;
    }
    rows.push_back(std::move(row));
  }
  return {{"errors", std::move(rows)}};
}

void report(const Console& console, std::span<const base::Error> errors, Severity severity) {
  if (errors.empty()) return;
  if (console.json) {
    console.err << errors_json(errors).dump(-1, ' ', false, base::Json::error_handler_t::replace)
                << '\n';
    return;
  }
  console.err << error_text(errors,
                            {console.columns, console.colour_err, severity, console.locale});
  console.err.flush();
}

void report(const Console& console, const base::Error& error) {
  report(console, std::span(&error, 1));
}

Exit failed(const Console& console, const base::Error& error) {
  report(console, error);
  switch (error.code) {
    case base::Code::InvalidArgument:
    case base::Code::NotFound:
    case base::Code::Conflict:
    case base::Code::Rejected:
    case base::Code::Unauthenticated:
    case base::Code::Forbidden:
      return Exit::Usage;
    case base::Code::Unavailable:
    case base::Code::Overloaded:
    case base::Code::OutcomeUnknown:
    case base::Code::Corruption:
    case base::Code::Internal:
      return Exit::Failed;
  }
  return Exit::Failed;
}

}  // namespace stellwerk::cli
