#include "cli/cli.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/text.h"
#include "cli/audit_command.h"
#include "cli/completion.h"
#include "cli/doctor.h"
#include "cli/error_text.h"
#include "cli/explain.h"
#include "cli/init_command.h"
#include "cli/inputs.h"
#include "cli/keeping_command.h"
#include "cli/man.h"
#include "cli/release_command.h"
#include "cli/run_command.h"
#include "cli/simulate_command.h"
#include "cli/terminal.h"
#include "cli/witness_command.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kColumnsMin = 40;
constexpr std::size_t kColumnsMax = 200;
constexpr std::size_t kColumnsPipe = 100;

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsPipe;
  return std::clamp<std::size_t>(size.ws_col, kColumnsMin, kColumnsMax);
}

/// What was typed and ended with Enter, without ever waiting for it.
std::optional<std::string> typed_line() {
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  if (::poll(&waiting, 1, 0) <= 0) return std::nullopt;
  std::string line(256, '\0');
  const ssize_t count = ::read(STDIN_FILENO, line.data(), line.size());
  if (count <= 0) return std::nullopt;
  line.resize(static_cast<std::size_t>(count));
  return line;
}

/// The next line, however long it takes.
std::optional<std::string> asked_line() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

/// The language of texts when no file says: LC_ALL, LC_MESSAGES, LANG; German otherwise.
base::Locale system_locale(World& world) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string value = world.variable(name);
    if (value.empty()) continue;
    return value.starts_with("en") ? base::Locale::En : base::Locale::De;
  }
  return base::Locale::De;
}

/// What the terminal can show: the charset of the locale, as the C library reads it; the font of
/// the Linux console has no blocks. Without a locale it is ASCII.
Charset system_charset(World& world) {
  std::string locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale.empty()) locale = world.variable(name);
  const std::string lower = base::lower_ascii(locale);
  const bool utf8 =
      lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  return {utf8, utf8 && world.variable("TERM") != "linux"};
}

Console console_of(World& world) {
  const bool out = ::isatty(STDOUT_FILENO) == 1;
  const bool err = ::isatty(STDERR_FILENO) == 1;
  const bool colour = world.variable("NO_COLOR").empty() && world.variable("TERM") != "dumb";
  Console console{.out = std::cout, .err = std::cerr};
  console.locale = system_locale(world);
  console.colour_out = colour && out;
  console.colour_err = colour && err;
  console.live = err && ::isatty(STDIN_FILENO) == 1 && world.variable("TERM") != "dumb";
  console.columns = terminal_columns();
  console.read_line = typed_line;
  if (err && ::isatty(STDIN_FILENO) == 1) console.ask_line = asked_line;
  console.charset = system_charset(world);
  // A terminal that cannot be positioned on has only lines.
  const std::string term = world.variable("TERM");
  if (console.live && out && !term.empty()) console.open_terminal = open_terminal;
  return console;
}

void apply(Console& console, const Arguments& arguments) {
  console.json = arguments.json;
  if (arguments.no_colour || arguments.json) console.colour_out = console.colour_err = false;
  if (arguments.json) {
    console.live = false;
    console.ask_line = {};
  }
  if (arguments.json || arguments.plain) console.open_terminal = nullptr;
  if (arguments.locale) {
    console.locale = *arguments.locale;
    return;
  }
  // plan, run and simulate read both files anyway; the others ask the installation for its
  // language.
  const bool reads_it = arguments.command == Command::Plan || arguments.command == Command::Run ||
                        arguments.command == Command::Simulate;
  const bool needs_none =
      arguments.command == Command::Init || arguments.command == Command::Completion ||
      arguments.command == Command::Man || arguments.command == Command::Witness;
  // A log that was named needs no installation.
  if (reads_it || needs_none || !arguments.data.empty() || !arguments.audit.log.empty()) return;
  if (const auto environment = peek_environment(arguments); environment.value)
    console.locale = environment.value->environment.locale;
}

Exit schema_command(World& world, const Console& console, const Arguments& arguments) {
  const config::OrderedJson schema = arguments.topic == "release"
                                         ? config::release_schema()
                                         : config::environment_schema(world.adapter_settings());
  console.out << schema.dump(2) << '\n';
  return Exit::Done;
}

Exit dispatch(World& world, Console& console, const Arguments& arguments) {
  switch (arguments.command) {
    case Command::Plan:
      return plan_command(world, console, arguments);
    case Command::Run:
      return run_command(world, console, arguments);
    case Command::List:
      return list_command(world, console, arguments);
    case Command::Show:
      return show_command(world, console, arguments);
    case Command::Watch:
      return watch_command(world, console, arguments);
    case Command::Steer:
      return steer_command(world, console, arguments);
    case Command::Doctor:
      return doctor_command(world, console, arguments);
    case Command::Schema:
      return schema_command(world, console, arguments);
    case Command::Explain:
      return explain_command(console, arguments);
    case Command::LogKey:
      return log_key_command(world, console, arguments);
    case Command::RotateKey:
      return rotate_key_command(world, console, arguments);
    case Command::Erase:
      return erase_command(world, console, arguments);
    case Command::Replay:
      return replay_command(world, console, arguments);
    case Command::AuditLog:
      return audit_log_command(world, console, arguments);
    case Command::AuditShow:
      return audit_show_command(world, console, arguments);
    case Command::AuditVerify:
      return audit_verify_command(world, console, arguments);
    case Command::AuditProve:
      return audit_prove_command(world, console, arguments);
    case Command::AuditCheckpoint:
      return audit_checkpoint_command(world, console, arguments);
    case Command::AuditExport:
      return audit_export_command(world, console, arguments);
    case Command::AuditProcedure:
      return audit_procedure_command(world, console, arguments);
    case Command::AuditWitnesses:
      return audit_witnesses_command(world, console, arguments);
    case Command::AuditMirror:
      return audit_mirror_command(world, console, arguments);
    case Command::Simulate:
      return simulate_command(world, console, arguments);
    case Command::Init:
      return init_command(world, console, arguments);
    case Command::Completion:
      return completion_command(world, console, arguments);
    case Command::Man:
      return man_command(console, arguments);
    case Command::Witness:
      return witness_command(world, console, arguments);
  }
  return Exit::Usage;
}

/// A command whose output was lost has not done what was asked; but with what a release ended does
/// not depend on who could read along.
Exit with_output(const Console& console, const Arguments& arguments, Exit exit) {
  const auto flushed = console.flush();
  if (flushed) return exit;
  const Exit lost = failed(console, flushed.error());
  const bool carries_on = arguments.command == Command::Run || arguments.command == Command::Steer;
  return carries_on ? exit : lost;
}

}  // namespace

Exit execute(World& world, Console& console, const Arguments& arguments) {
  apply(console, arguments);
  return with_output(console, arguments, dispatch(world, console, arguments));
}

int cli_main(World& world, int argc, char** argv) {
  Console console = console_of(world);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto parsed = parse_command_line(words, console.locale);
  if (!parsed) {
    console.json = std::find(words.begin(), words.end(), "--json") != words.end();
    return static_cast<int>(failed(console, parsed.error()));
  }
  if (!parsed->text.empty()) {
    console.out << parsed->text;
    return static_cast<int>(with_output(console, parsed->arguments, Exit::Done));
  }
  return static_cast<int>(execute(world, console, parsed->arguments));
}

}  // namespace stellwerk::cli
