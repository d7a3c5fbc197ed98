#include "cli/roff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

/// The code point that begins at `at`, which is moved behind it. `text` is UTF-8.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  std::uint32_t point = lead & (0x3FU >> more);
  for (std::size_t i = 0; i < more && at < text.size(); ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  return point;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t point = next_point(text, at);
    switch (point) {
      case '\\':
        safe += "\\e";
        break;
      case '-':
        safe += "\\-";
        break;
      case '\'':
        safe += "\\(aq";
        break;
      case '`':
        safe += "\\(ga";
        break;
      case '^':
        safe += "\\(ha";
        break;
      case '~':
        safe += "\\(ti";
        break;
      case '"':
        safe += "\\(dq";
        break;
      case '\n':
        safe += ' ';
        break;
      default:
        safe += point < 0x80 ? std::string(1, static_cast<char>(point))
                             : fmt::format("\\[u{:04X}]", point);
    }
  }
  return safe;
}

/// A cell of a Markdown table or a paragraph: code becomes bold, links their text.
std::string inline_markdown(std::string_view text) {
  std::string roff;
  std::string plain;
  const auto flush = [&] {
    roff += escaped(plain);
    plain.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto close = text[at] == '`'   ? text.find('`', at + 1)
                       : text[at] == '[' ? text.find("](", at + 1)
                                         : std::string_view::npos;
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '|') continue;
    if (close == std::string_view::npos) {
      plain += text[at];
      continue;
    }
    flush();
    const std::string_view inside = text.substr(at + 1, close - at - 1);
    roff += text[at] == '`' ? "\\fB" + escaped(inside) + "\\fR" : inline_markdown(inside);
    at = text[at] == '`' ? close : std::min(text.find(')', close), text.size() - 1);
  }
  flush();
  return roff;
}

/// The cells between the bars that are not escaped.
std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t at = 1; at < row.size(); ++at) {
    if (row[at] != '|' || row[at - 1] == '\\') {
      cell += row[at];
      continue;
    }
    cells.emplace_back(base::trim(cell));
    cell.clear();
  }
  return cells;
}

std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

}  // namespace

std::string roff_text(std::string_view text) { return escaped(text); }

Roff::Roff(const Head& head) {
  line(R"(.\" Made from the program's own tables by "stellwerk man".)");
  line(fmt::format(".TH \"{}\" {} \"\" \"{}\" \"{}\"", escaped(upper_ascii(head.name)),
                   head.section, escaped(head.source), escaped(head.manual)));
}

/// A line that begins with a dot or an apostrophe would be a request; `\&` is nothing, and no
/// request.
void Roff::line(std::string_view roff) {
  text_ += roff;
  text_ += '\n';
}

void Roff::section(std::string_view title) {
  line(fmt::format(".SH \"{}\"", escaped(title)));
  begun_ = true;
}

void Roff::paragraph(std::string_view text) {
  if (!begun_) line(".PP");
  begun_ = false;
  line("\\&" + inline_markdown(text));
}

void Roff::item(std::string_view term, std::string_view value, std::string_view text) {
  begun_ = false;
  line(".TP");
  line(fmt::format("\\fB{}\\fR{}", escaped(term),
                   value.empty() ? std::string() : fmt::format(" \\fI{}\\fR", escaped(value))));
  line("\\&" + inline_markdown(text));
}

/// `| key | value | default | meaning |`: a term, and the rest in its words.
void Roff::table_row(std::string_view row) {
  const auto cells = cells_of(row);
  if (cells.size() < 2) return;
  begun_ = false;
  line(".TP");
  line("\\fB" + inline_markdown(cells[0]) + "\\fR");
  if (cells.size() < 4) {
    line("\\&" + inline_markdown(cells[1]));
    return;
  }
  line("\\&" + inline_markdown(cells.back()));
  std::string kind = inline_markdown(cells[1]);
  if (!cells[2].empty())
    kind += cells[2].starts_with("required") ? "; " + inline_markdown(cells[2])
                                             : "; default: " + inline_markdown(cells[2]);
  if (cells[1].empty()) return;
  line(".br");
  line("\\&(" + kind + ")");
}

void Roff::markdown(std::string_view text) {
  bool header = false;  ///< the row before the dashes is the table's head
  std::string_view row;
  for (const std::string_view each : base::split(text, '\n')) {
    if (each.starts_with("|--")) {
      header = true;
      row = {};
      continue;
    }
    if (!row.empty() && header) table_row(row);
    row = {};
    if (each.starts_with('|')) {
      row = each;
      continue;
    }
    header = false;
    if (each.starts_with("## "))
      section(each.substr(3));
    else if (!each.empty() && !each.starts_with("# "))
      paragraph(each);
  }
}

}  // namespace stellwerk::cli
