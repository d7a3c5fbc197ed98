#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <set>

#include "base/text.h"
#include "cli/completion_shells.h"
#include "cli/error_text.h"
#include "cli/explain.h"
#include "cli/inputs.h"
#include "cli/man.h"
#include "core/decide.h"
#include "engine/loader.h"
#include "sim/swarm.h"

namespace stellwerk::cli {
namespace {

struct Offer {
  std::string_view word;
  std::string_view what;
};

constexpr std::array kOffers = {
    Offer{"FILE", "files"},
    Offer{"FOLDER", "folders"},
    Offer{"RELEASE", "yaml"},
    Offer{"ID", "releases"},
    Offer{"CODE", "codes"},
    Offer{"LOG", "files"},
    Offer{"TOPIC", "words:release,environment"},
    Offer{"SHELL", "words:bash,zsh,fish"},
    Offer{"DECISION",
          "words:approve,accept-features,accept-changelog,accept-completeness,sign-off,"
          "emergency-approve"},
    Offer{"ROLE", "words:release-manager,devops,qa,product-owner,audit-officer"},
    Offer{"STEP", "steps"},
    // What nobody can know before it is typed.
    Offer{"PERSON", "none"},
    Offer{"DURATION", "none"},
    Offer{"TEXT", "none"},
    Offer{"DIGEST", "none"},
    Offer{"N", "none"},
    Offer{"N[,M]", "none"},
    Offer{"PERCENT", "none"},
    Offer{"SEQ", "none"},
    Offer{"VKEY", "none"},
    Offer{"TIME", "none"},
    Offer{"TYPE", "none"},
    Offer{"WAVE", "none"},
    Offer{"ADDRESS:PORT", "none"},
    Offer{"KEY", "none"},
    Offer{"NAME", "none"},
    Offer{"NAMES", "none"},
    Offer{"LINE", "none"},
    Offer{"PATH", "none"},
    Offer{"PORT", "none"},
    Offer{"VERSION", "none"},
};

std::string key_of(const CommandInfo& command) {
  return fmt::format("{}", fmt::join(command.path, " "));
}

std::string what_of(const OptionInfo& option) {
  return offered_for(option.word).value_or("none") + (option.repeated ? "..." : "");
}

/// In single quotes, as all three shells read it back.
std::string in_single_quotes(std::string_view text, Shell shell) {
  std::string safe = "'";
  for (const char c : text) {
    if (shell == Shell::Fish && (c == '\'' || c == '\\'))
      safe += fmt::format("\\{}", c);
    else if (c == '\'')
      safe += "'\\''";
    else
      safe += c;
  }
  return safe + "'";
}

struct Entry {
  std::string name;
  std::string text;
};

/// The program's options hold for every command.
std::vector<Entry> options_of(const CommandInfo& command, const CommandInfo& program) {
  std::vector<Entry> entries;
  const auto add = [&](const CommandInfo& from) {
    for (const OptionInfo& option : from.options)
      for (const std::string& name : option.names) {
        const bool only_here = name == "--version";
        if (!only_here || command.path.empty()) entries.push_back({name, option.text});
      }
  };
  add(command);
  if (!command.path.empty()) add(program);
  return entries;
}

std::vector<Entry> commands_of(const CommandInfo& command, const std::vector<CommandInfo>& all) {
  std::vector<Entry> entries;
  for (const std::string& name : command.commands) {
    std::vector<std::string> path = command.path;
    path.push_back(name);
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const CommandInfo& each) { return each.path == path; });
    entries.push_back({name, found == all.end() ? std::string() : found->text});
  }
  return entries;
}

std::string names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, " "));
}

std::string arguments_of(const CommandInfo& command) {
  std::vector<std::string> kinds;
  for (const OptionInfo& argument : command.arguments) kinds.push_back(what_of(argument));
  return fmt::format("{}", fmt::join(kinds, " "));
}

std::string described(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries)
    text += " " + in_single_quotes(entry.name + ":" + entry.text, Shell::Zsh);
  return text.empty() ? text : text.substr(1);
}

std::string table_row(Shell shell, const CommandInfo& command,
                      const std::vector<CommandInfo>& all) {
  const auto commands = commands_of(command, all);
  const auto options = options_of(command, all.front());
  const std::string key = in_single_quotes(key_of(command), shell);
  if (shell == Shell::Bash)
    return fmt::format(
        "    {})\n      commands='{}'\n      options='{}'\n      arguments='{}'\n      ;;\n", key,
        names_of(commands), names_of(options), arguments_of(command));
  return fmt::format(
      "    {})\n      commands=({})\n      options=({})\n      arguments=({})\n"
      "      ;;\n",
      key, described(commands), described(options), arguments_of(command));
}

/// One case for each option that takes a value: its own command's, the program's everywhere.
std::string value_rows(Shell shell, const std::vector<CommandInfo>& all) {
  std::string rows;
  for (auto command = all.rbegin(); command != all.rend(); ++command)
    for (const OptionInfo& option : command->options)
      for (const std::string& name : option.names) {
        if (option.word.empty()) continue;
        const std::string pattern = command->path.empty()
                                        ? "*" + in_single_quotes(" " + name, shell)
                                        : in_single_quotes(key_of(*command) + " " + name, shell);
        const std::string what = offered_for(option.word).value_or("none");
        rows +=
            shell == Shell::Fish
                ? fmt::format("        case {}\n            echo {}\n",
                              in_single_quotes((command->path.empty() ? "*" : key_of(*command)) +
                                                   std::string(" ") + name,
                                               shell),
                              what)
                : fmt::format("    {}) kind={} ;;\n", pattern, what);
      }
  return rows;
}

std::string fish_cases(const std::vector<CommandInfo>& all,
                       const std::function<std::vector<Entry>(const CommandInfo&)>& entries_of) {
  std::string rows;
  for (const CommandInfo& command : all) {
    const auto entries = entries_of(command);
    if (entries.empty()) continue;
    rows += fmt::format("        case {}\n            printf '%s\\t%s\\n'",
                        in_single_quotes(key_of(command), Shell::Fish));
    for (const Entry& entry : entries)
      rows += fmt::format(" \\\n                {} {}", in_single_quotes(entry.name, Shell::Fish),
                          in_single_quotes(entry.text, Shell::Fish));
    rows += '\n';
  }
  return rows;
}

std::string fish_arguments(const std::vector<CommandInfo>& all) {
  std::string rows;
  for (const CommandInfo& command : all)
    if (!command.arguments.empty())
      rows += fmt::format("        case {}\n            printf '%s\\n' {}\n",
                          in_single_quotes(key_of(command), Shell::Fish), arguments_of(command));
  return rows;
}

std::string replaced(std::string text, std::string_view name, const std::string& by) {
  const auto at = text.find(name);
  return at == std::string::npos ? text : text.replace(at, name.size(), by);
}

std::string fish_script(const std::vector<CommandInfo>& all) {
  std::string script(fish_skeleton());
  script =
      replaced(std::move(script), "@COMMANDS@",
               fish_cases(all, [&](const CommandInfo& each) { return commands_of(each, all); }));
  script = replaced(std::move(script), "@OPTIONS@", fish_cases(all, [&](const CommandInfo& each) {
                      return options_of(each, all.front());
                    }));
  script = replaced(std::move(script), "@ARGUMENTS@", fish_arguments(all));
  return replaced(std::move(script), "@VALUES@", value_rows(Shell::Fish, all));
}

// ---- what the scripts ask for

constexpr std::string_view kStepsOf = "steps:";

std::optional<Reader> quiet_reader(World& world, const Arguments& arguments) {
  const auto folder = data_folder(arguments);
  if (!folder.value) return std::nullopt;
  auto reader = world.open_reader(*folder.value);
  return reader ? std::optional(std::move(*reader)) : std::nullopt;
}

/// Steps that wait for people, or that a person must decide on.
void print_steps(World& world, const Console& console, const Arguments& arguments) {
  const auto name = base::parse_name(std::string_view(arguments.topic).substr(kStepsOf.size()));
  auto reader = quiet_reader(world, arguments);
  if (!name || !reader) return;
  const auto loaded =
      engine::load_release(*reader->journal, *reader->content, base::ReleaseId(*name));
  if (!loaded) return;
  std::set<base::StepId> steps;
  for (const base::StepId& id : core::waiting_for_people(loaded->plan, loaded->state)) {
    const core::Step* step = loaded->plan.find_step(id);
    if (step != nullptr && !std::holds_alternative<core::ApprovalAction>(step->action))
      steps.insert(id);
  }
  for (const base::StepId& id : core::undecided_steps(loaded->plan, loaded->state))
    steps.insert(id);
  for (const base::StepId& id : steps) console.out << id.str() << '\n';
}

void print_releases(World& world, const Console& console, const Arguments& arguments) {
  const auto reader = quiet_reader(world, arguments);
  if (!reader) return;
  const auto streams = reader->journal->streams(false);
  if (!streams) return;
  for (const ports::StreamInfo& stream : *streams)
    if (!stream.release.empty()) console.out << stream.release.str() << '\n';
}

base::Error no_such_shell(const std::string& word) {
  return base::error(base::Code::InvalidArgument, "CLI-0001",
                     word.empty()
                         ? std::string("SHELL is missing")
                         : fmt::format("{} is no shell that is known", base::in_quotes(word)))
      .because("it is bash, zsh or fish")
      .now("nothing was done")
      .then("stellwerk completion bash", "the script for bash");
}

}  // namespace

std::optional<std::string> offered_for(std::string_view word) {
  if (word == "PAGE") return "words:" + fmt::format("{}", fmt::join(page_names(), ","));
  if (word == "WORDS") {
    std::string words = "words:none,few,many";
    for (const sim::Fault fault : sim::all_faults()) words += fmt::format(",{}", to_string(fault));
    return words;
  }
  if (word.find('|') != std::string_view::npos) {
    std::string words(word);
    std::replace(words.begin(), words.end(), '|', ',');
    return "words:" + words;
  }
  for (const Offer& offer : kOffers)
    if (offer.word == word) return std::string(offer.what);
  return std::nullopt;
}

std::string completion_script(Shell shell, const std::vector<CommandInfo>& commands) {
  if (shell == Shell::Fish) return fish_script(commands);
  std::string table;
  for (const CommandInfo& command : commands) table += table_row(shell, command, commands);
  std::string script(shell == Shell::Bash ? bash_skeleton() : zsh_skeleton());
  script = replaced(std::move(script), "@TABLE@", table);
  script = replaced(std::move(script), "@OPTION@", std::string(option_skeleton()));
  return replaced(std::move(script), "@OPTIONS@", value_rows(shell, commands));
}

Exit completion_command(World& world, const Console& console, const Arguments& arguments) {
  if (arguments.topic == "releases") {
    print_releases(world, console, arguments);
    return Exit::Done;
  }
  if (arguments.topic.starts_with(kStepsOf)) {
    print_steps(world, console, arguments);
    return Exit::Done;
  }
  if (arguments.topic == "codes") {
    for (const ErrorPage& page : error_pages()) console.out << page.id << '\n';
    return Exit::Done;
  }
  constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
  const auto found = std::find(kShells.begin(), kShells.end(), arguments.topic);
  if (found == kShells.end()) return failed(console, no_such_shell(arguments.topic));
  const std::string script =
      completion_script(Shell(found - kShells.begin()), describe_commands(console.locale));
  if (console.json)
    console.print_json({{"shell", arguments.topic}, {"script", script}});
  else
    console.out << script;
  return Exit::Done;
}

}  // namespace stellwerk::cli
