#include "transcripts/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace stellwerk::transcripts {
namespace {

constexpr std::string_view kRule = "----";
constexpr std::string_view kRow = "# row: ";

bool is_blank(const std::string& line) { return line.find_first_not_of(" \t") == line.npos; }
bool is_comment(const std::string& line) { return line.starts_with('#'); }

struct Edit {
  char mark = ' ';
  std::size_t line = 0;  ///< of the expected text, from 1
  std::string text;
};

/// The longest common subsequence, as edits.
std::vector<Edit> edits_between(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  std::vector<std::vector<std::uint32_t>> common(a.size() + 1,
                                                 std::vector<std::uint32_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::vector<Edit> edits;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      edits.push_back({' ', i + 1, a[i]});
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      edits.push_back({'-', i + 1, a[i]});
      ++i;
    } else {
      edits.push_back({'+', i + 1, b[j]});
      ++j;
    }
  }
  return edits;
}

bool is_near_change(const std::vector<Edit>& edits, std::size_t at) {
  constexpr std::size_t kAround = 3;
  const std::size_t from = at < kAround ? 0 : at - kAround;
  const std::size_t to = std::min(edits.size(), at + kAround + 1);
  return std::any_of(edits.begin() + static_cast<std::ptrdiff_t>(from),
                     edits.begin() + static_cast<std::ptrdiff_t>(to),
                     [](const Edit& edit) { return edit.mark != ' '; });
}

}  // namespace

Problem::Problem(const std::string& file, std::size_t line, const std::string& what)
    : std::runtime_error(fmt::format("{}:{}: {}", file, line, what)) {}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

Script parse_script(const std::string& file, const std::string& text) {
  Script script{file, {}, {}};
  Block block;
  const auto finish = [&] {
    if (!block.commands.empty()) script.blocks.push_back(std::exchange(block, {}));
  };
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (is_blank(line)) {
      finish();
      block.before.push_back(line);
    } else if (block.has_output) {
      block.output.push_back(line);
    } else if (line == kRule) {
      if (block.commands.empty()) throw Problem(file, i + 1, "`----` has no command before it");
      block.has_output = true;
      block.first_output = i + 2;
    } else if (is_comment(line)) {
      if (!block.commands.empty())
        throw Problem(file, i + 1, "a comment stands before the commands of its block");
      block.before.push_back(line);
    } else {
      if (block.commands.empty()) block.first_command = i + 1;
      block.commands.push_back(line);
    }
  }
  finish();
  script.after = std::move(block.before);
  return script;
}

std::string to_text(const Script& script) {
  std::string text;
  const auto add = [&text](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) text += line + '\n';
  };
  for (const Block& block : script.blocks) {
    add(block.before);
    add(block.commands);
    if (block.has_output) text += std::string(kRule) + '\n';
    add(block.output);
  }
  add(script.after);
  return text;
}

std::vector<std::string> rows_shown(const Script& script) {
  std::vector<std::string> rows;
  for (const Block& block : script.blocks)
    for (const std::string& line : block.before)
      if (line.starts_with(kRow)) rows.push_back(line.substr(kRow.size()));
  return rows;
}

std::string difference(const std::string& file, const std::vector<std::string>& expected,
                       const std::vector<std::string>& got) {
  const std::vector<Edit> edits = edits_between(expected, got);
  std::string text;
  bool left_out = false;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (!is_near_change(edits, i)) {
      left_out = true;
      continue;
    }
    if (std::exchange(left_out, false) && !text.empty()) text += "…\n";
    text += fmt::format("{}:{}: {} {}\n", file, edits[i].line, edits[i].mark, edits[i].text);
  }
  return text;
}

}  // namespace stellwerk::transcripts
