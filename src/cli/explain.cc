#include "cli/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/error_text.h"

namespace stellwerk::cli {
namespace {

std::string upper(std::string_view text) {
  std::string letters(text);
  for (char& letter : letters)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return letters;
}

/// `# HAP-0002: the router is not there` → `HAP-0002: the router is not there`
std::string_view title_of(const ErrorPage& page) {
  std::string_view line = page.text.substr(0, page.text.find('\n'));
  while (line.starts_with('#') || line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

base::Error unknown_code(const std::string& code) {
  std::vector<std::string> ids;
  for (const ErrorPage& page : error_pages()) ids.emplace_back(page.id);
  const auto meant = base::nearest(code, ids);
  base::Error error = base::error(base::Code::NotFound, "CLI-0008",
                                  fmt::format("there is no error code {}", base::in_quotes(code)));
  if (meant)
    return std::move(error)
        .because(fmt::format("did you mean {}?", *meant))
        .then("stellwerk explain " + *meant, "the nearest one");
  return std::move(error)
      .because("codes are three letters, a dash and four digits: HAP-0002")
      .then("stellwerk explain", "all codes");
}

base::Json page_json(const ErrorPage& page) {
  return {{"id", page.id}, {"title", title_of(page)}, {"text", page.text}};
}

void list(const Console& console) {
  base::Json rows = base::Json::array();
  for (const ErrorPage& page : error_pages()) {
    if (console.json)
      rows.push_back({{"id", page.id}, {"title", title_of(page)}});
    else
      console.out << title_of(page) << '\n';
  }
  if (console.json) console.print_json({{"codes", std::move(rows)}});
}

}  // namespace

const ErrorPage* find_error_page(std::string_view id) {
  const auto pages = error_pages();
  const auto found = std::lower_bound(
      pages.begin(), pages.end(), id,
      [](const ErrorPage& page, std::string_view wanted) { return page.id < wanted; });
  return found == pages.end() || found->id != id ? nullptr : &*found;
}

Exit explain_command(const Console& console, const Arguments& arguments) {
  if (arguments.topic.empty()) {
    list(console);
    return Exit::Done;
  }
  const std::string code = upper(base::trim(arguments.topic));
  const ErrorPage* page = find_error_page(code);
  if (page == nullptr) return failed(console, unknown_code(code));
  if (console.json)
    console.print_json(page_json(*page));
  else
    console.out << page->text;
  return Exit::Done;
}

}  // namespace stellwerk::cli
