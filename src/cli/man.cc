#include "cli/man.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>

#include "base/files.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/error_text.h"
#include "cli/roff.h"
#include "config/reference.h"

namespace stellwerk::cli {
namespace {

constexpr std::array kExits = {"0", "1", "2", "3", "10", "11", "12"};

std::string name_of(const std::vector<std::string>& path) {
  std::string name = "stellwerk";
  for (const std::string& word : path) name += "-" + word;
  return name;
}

std::string typed(const CommandInfo& command) {
  std::string line = "stellwerk";
  for (const std::string& word : command.path) line += " " + word;
  return line;
}

std::string names_of(const OptionInfo& option) {
  return fmt::format("{}", fmt::join(option.names, ", "));
}

class Pages {
 public:
  explicit Pages(base::Locale locale) : locale_(locale), commands_(describe_commands(locale)) {}

  std::vector<ManPage> make() {
    std::vector<ManPage> pages;
    for (const CommandInfo& command : commands_)
      pages.push_back({name_of(command.path), 1, command.text, page_of(command)});
    pages.push_back(
        file_page("stellwerk-release", "release.yaml: one release", config::release_page()));
    pages.push_back(file_page("stellwerk-environment", "stellwerk.yaml: the installation",
                              config::environment_page()));
    return pages;
  }

 private:
  [[nodiscard]] std::string say(std::string_view key) const {
    return base::message(locale_, fmt::format("cli.man.{}", key));
  }

  static Roff::Head head(std::string name, int section, std::string manual) {
    return {std::move(name), section, fmt::format("stellwerk {}", base::program_version()),
            std::move(manual)};
  }

  std::string page_of(const CommandInfo& command) {
    Roff page(head(name_of(command.path), 1, say("manual")));
    page.section(say("name"));
    page.paragraph(name_of(command.path) + " - " + without_stop(command.text));
    page.section(say("synopsis"));
    page.item(typed(command), synopsis(command), "");
    page.section(say("description"));
    page.paragraph(with_stop(command.text));
    if (command.path.empty()) page.paragraph(say("about"));
    subcommands(page, command);
    if (!command.arguments.empty()) page.section(say("arguments"));
    for (const OptionInfo& argument : command.arguments)
      page.item(argument.word, "", with_stop(argument.text));
    options(page, command);
    page.section(say("exit"));
    for (const char* code : kExits) page.item(code, "", say(std::string("exit.") + code));
    page.section(say("see-also"));
    page.paragraph(see_also(command));
    return page.text();
  }

  static std::string with_stop(std::string text) {
    if (!text.empty() && !text.ends_with('.')) text += '.';
    return text;
  }
  static std::string without_stop(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
  }

  [[nodiscard]] std::string synopsis(const CommandInfo& command) const {
    std::string line;
    if (!command.commands.empty()) line += say("command-word") + " …";
    for (const OptionInfo& argument : command.arguments)
      line += (line.empty() ? "" : " ") + argument.word + (argument.repeated ? " …" : "");
    return line + (line.empty() ? "[" : " [") + say("option-word") + " …]";
  }

  void subcommands(Roff& page, const CommandInfo& command) const {
    if (command.commands.empty()) return;
    page.section(say("commands"));
    for (const CommandInfo& each : commands_) {
      const bool inside = each.path.size() == command.path.size() + 1 &&
                          std::equal(command.path.begin(), command.path.end(), each.path.begin());
      if (inside) page.item(each.path.back(), "", with_stop(each.text));
    }
  }

  void options(Roff& page, const CommandInfo& command) const {
    page.section(say("options"));
    for (const OptionInfo& option : command.options)
      page.item(names_of(option), option.word, with_stop(option.text));
    if (command.path.empty()) return;
    for (const OptionInfo& option : commands_.front().options)
      if (option.names != std::vector<std::string>{"--version"})
        page.item(names_of(option), option.word, with_stop(option.text));
  }

  [[nodiscard]] std::string see_also(const CommandInfo& command) const {
    std::string text;
    const auto add = [&](const std::string& name, int section) {
      if (section == 1 && name == name_of(command.path)) return;
      text += fmt::format("{}`{}`({})", text.empty() ? "" : ", ", name, section);
    };
    if (command.path.empty())
      for (const CommandInfo& each : commands_) add(name_of(each.path), 1);
    else
      add("stellwerk", 1);
    add("stellwerk-release", 5);
    add("stellwerk-environment", 5);
    return text;
  }

  /// What the tables say of files is English, as the reference pages are.
  static ManPage file_page(std::string name, std::string title, const std::string& markdown) {
    Roff page(head(name, 5, "Stellwerk"));
    page.section("NAME");
    page.paragraph(name + " - " + title);
    page.section("DESCRIPTION");
    page.markdown(markdown);
    page.section("SEE ALSO");
    page.paragraph("`stellwerk`(1), `stellwerk-schema`(1)");
    return {std::move(name), 5, std::move(title), page.text()};
  }

  base::Locale locale_;
  std::vector<CommandInfo> commands_;
};

base::Error no_such_page(const std::string& word) {
  const auto names = page_names();
  const auto meant = base::nearest(word, names);
  return base::error(base::Code::NotFound, "CLI-0001",
                     fmt::format("there is no manual page {}", base::in_quotes(word)))
      .because(meant ? fmt::format("did you mean {}?", *meant) : std::string())
      .now("nothing was done")
      .then("stellwerk man", "all pages");
}

/// `plan`, `stellwerk-plan` and `stellwerk-plan.1` are the same page.
bool is_meant(const ManPage& page, const std::string& word) {
  return word == page.file() || word == page.name || "stellwerk-" + word == page.name ||
         "stellwerk-" + word == page.file();
}

Exit write_all(const Console& console, const std::vector<ManPage>& pages,
               const std::string& folder) {
  base::Json files = base::Json::array();
  for (const ManPage& page : pages) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / fmt::format("man{}", page.section) / page.file();
    if (auto made = base::make_folders(path.parent_path()); !made)
      return failed(console, made.error());
    const auto written =
        base::replace_file(path.string(), page.text, base::FileMode::WorldReadable);
    if (!written) return failed(console, written.error());
    files.push_back(path.string());
    if (!console.json) console.out << path.string() << '\n';
  }
  if (console.json) console.print_json({{"files", std::move(files)}});
  return Exit::Done;
}

void list(const Console& console, const std::vector<ManPage>& pages) {
  base::Json rows = base::Json::array();
  std::size_t width = 0;
  for (const ManPage& page : pages) width = std::max(width, width_of(page.file()));
  for (const ManPage& page : pages) {
    rows.push_back({{"page", page.file()}, {"title", page.title}});
    if (!console.json)
      console.out << padded(page.file(), width) << "  "
                  << wrapped(page.title, console.columns, width + 2) << '\n';
  }
  if (console.json) console.print_json({{"pages", std::move(rows)}});
}

}  // namespace

std::vector<ManPage> man_pages(base::Locale locale) { return Pages(locale).make(); }

std::vector<std::string> page_names() {
  std::vector<std::string> names;
  for (const CommandInfo& command : describe_commands(base::Locale::En))
    names.push_back(name_of(command.path) + ".1");
  names.emplace_back("stellwerk-release.5");
  names.emplace_back("stellwerk-environment.5");
  return names;
}

Exit man_command(const Console& console, const Arguments& arguments) {
  const auto pages = man_pages(console.locale);
  if (!arguments.output.empty()) return write_all(console, pages, arguments.output);
  if (arguments.topic.empty()) {
    list(console, pages);
    return Exit::Done;
  }
  const auto page = std::find_if(pages.begin(), pages.end(), [&](const ManPage& each) {
    return is_meant(each, arguments.topic);
  });
  if (page == pages.end()) return failed(console, no_such_page(arguments.topic));
  if (console.json)
    console.print_json({{"page", page->file()}, {"title", page->title}, {"text", page->text}});
  else
    console.out << page->text;
  return Exit::Done;
}

}  // namespace stellwerk::cli
