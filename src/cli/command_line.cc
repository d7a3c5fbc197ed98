#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "base/text.h"
#include "base/version.h"

namespace stellwerk::cli {
namespace {

enum Takes : unsigned {
  TakesNothing = 0,
  TakesFile = 1U << 0,
  TakesRelease = 1U << 1,
  TakesSteps = 1U << 2,
  TakesTopic = 1U << 3,
  TakesCode = 1U << 4,
  TakesReason = 1U << 5,
  TakesPlanDigest = 1U << 6,
  TakesApproval = 1U << 7,
  TakesSpeed = 1U << 8,
  TakesResume = 1U << 9,
  TakesAll = 1U << 10,
  TakesNote = 1U << 11,
  TakesAgain = 1U << 12,
  TakesAnyRelease = 1U << 13,  ///< an id, or none: all
  TakesAllDifferences = 1U << 14,
  TakesSimulation = 1U << 15,
  TakesInit = 1U << 16,
  TakesShell = 1U << 17,
  TakesPage = 1U << 18,
  TakesDecision = 1U << 19,
  TakesWitness = 1U << 20,
  TakesSequence = 1U << 21,
  TakesAuditLog = 1U << 22,
  TakesVerify = 1U << 23,
  TakesOut = 1U << 24,
  TakesBytes = 1U << 25,
  TakesDigest = 1U << 26,
  TakesEverything = 1U << 27,
  TakesRecord = 1U << 28,
  TakesBehind = 1U << 29,
};

struct CommandRow {
  std::string_view name;
  std::string_view group;  ///< `stellwerk GROUP NAME`; empty: of none
  Command command;
  unsigned takes;
};

constexpr CommandRow kCommands[] = {
    {"init", {}, Command::Init, TakesInit},
    {"plan", {}, Command::Plan, TakesFile},
    {"run", {}, Command::Run, TakesFile | TakesSpeed | TakesResume},
    {"simulate", {}, Command::Simulate, TakesFile | TakesSimulation},
    {"list", "release", Command::List, TakesAll},
    {"show", "release", Command::Show, TakesRelease},
    {"watch", "release", Command::Watch, TakesRelease},
    {"pause", "release", Command::Steer, TakesRelease | TakesReason | TakesApproval},
    {"resume", "release", Command::Steer, TakesRelease | TakesReason | TakesAgain | TakesApproval},
    {"promote", "release", Command::Steer, TakesRelease | TakesApproval},
    {"rollback", "release", Command::Steer, TakesRelease | TakesReason | TakesApproval},
    {"approve",
     {},
     Command::Steer,
     TakesRelease | TakesReason | TakesPlanDigest | TakesApproval | TakesDecision |
         TakesEverything},
    {"reject", {}, Command::Steer, TakesRelease | TakesReason | TakesPlanDigest | TakesApproval},
    {"attest", {}, Command::Steer, TakesRelease | TakesSteps | TakesNote | TakesApproval},
    {"doctor", {}, Command::Doctor, TakesNothing},
    {"schema", {}, Command::Schema, TakesTopic},
    {"explain", {}, Command::Explain, TakesCode},
    {"log", "audit", Command::AuditLog, TakesAuditLog},
    {"show", "audit", Command::AuditShow, TakesSequence | TakesBytes},
    {"verify", "audit", Command::AuditVerify, TakesVerify},
    {"prove", "audit", Command::AuditProve, TakesSequence | TakesOut},
    {"checkpoint", "audit", Command::AuditCheckpoint, TakesNothing},
    {"export", "audit", Command::AuditExport, TakesRelease | TakesOut},
    {"key", "audit", Command::LogKey, TakesNothing},
    {"procedure", "audit", Command::AuditProcedure, TakesOut | TakesRecord},
    {"witnesses", "audit", Command::AuditWitnesses, TakesBehind},
    {"mirror", "audit", Command::AuditMirror, TakesNothing},
    {"rotate-key", "audit", Command::RotateKey, TakesNothing},
    {"erase", "audit", Command::Erase, TakesDigest | TakesReason},
    {"replay", "audit", Command::Replay, TakesAnyRelease | TakesAllDifferences},
    {"witness", {}, Command::Witness, TakesWitness},
    {"completion", {}, Command::Completion, TakesShell},
    {"man", {}, Command::Man, TakesPage},
};

base::Error not_understood(std::string message, std::string why) {
  return base::error(base::Code::InvalidArgument, "CLI-0001", std::move(message))
      .because(std::move(why))
      .now("nothing was done");
}

std::string version_text() { return fmt::format("stellwerk {}", base::program_version()); }

class Parser {
 public:
  explicit Parser(base::Locale locale) : locale_(locale) {
    app_.name("stellwerk");
    app_.formatter(formatter());
    app_.option_defaults()->group(text("cli.help.label.options"));
    app_.set_help_flag("-h,--help", text("cli.help.option.help"));
    app_.set_version_flag("--version", version_text(), text("cli.help.option.version"));
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    add_global_options();
    for (const CommandRow& row : kCommands) add_command(row);
  }

  std::vector<CommandInfo> describe() {
    std::vector<CommandInfo> all;
    describe_into(app_, {}, all);
    return all;
  }

  base::Result<CommandLine> parse(const std::vector<std::string>& words) {
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes == words.end()) return parse_words(words);
    // Only `init` keeps a program's words apart; for the others what follows are arguments.
    auto before = parse_words({words.begin(), dashes});
    if (!before || before->arguments.command != Command::Init || !before->text.empty())
      return parse_words(words);
    before->arguments.init.program.assign(dashes + 1, words.end());
    return before;
  }

 private:
  base::Result<CommandLine> parse_words(const std::vector<std::string>& words) {
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp&) {
      return CommandLine{{}, help_of(chosen())};
    } catch (const CLI::CallForVersion&) {
      return CommandLine{{}, version_text() + "\n"};
    } catch (const CLI::ParseError& problem) {
      return base::fail(with_help(not_understood("the command line is not understood",
                                                 base::printable(problem.what(), 300))));
    }
    return check();
  }

  [[nodiscard]] std::string text(std::string_view key) const { return base::message(locale_, key); }

  std::shared_ptr<CLI::Formatter> formatter() {
    auto formatter = std::make_shared<CLI::Formatter>();
    formatter->label("Usage", text("cli.help.label.usage"));
    formatter->label("Positionals", text("cli.help.label.arguments"));
    formatter->label("OPTIONS", text("cli.help.label.option-word"));
    formatter->label("SUBCOMMAND", text("cli.help.label.command-word"));
    formatter->column_width(26);
    return formatter;
  }

  void add_global_options() {
    app_.description(text("cli.help.about"));
    app_.add_option("--environment", args_.environment, text("cli.help.option.environment"))
        ->option_text("FILE");
    app_.add_option("--data", args_.data, text("cli.help.option.data"))->option_text("FOLDER");
    app_.add_flag("--json", args_.json, text("cli.help.option.json"));
    app_.add_option("--locale", locale_word_, text("cli.help.option.locale"))->option_text("de|en");
    app_.add_flag("--no-colour,--no-color", args_.no_colour, text("cli.help.option.no-colour"));
    app_.add_flag("--plain", args_.plain, text("cli.help.option.plain"));
  }

  CLI::App& parent_of(const CommandRow& row) {
    if (row.group.empty()) return app_;
    CLI::App*& group = groups_[row.group];
    if (group == nullptr) {
      const std::string name(row.group);
      group = app_.add_subcommand(name, text("cli.help." + name));
      prepare(*group);
      group->require_subcommand(0, 1);
    }
    return *group;
  }

  /// Options after a subcommand reach the program's own only when the subcommand falls through.
  void prepare(CLI::App& command) {
    command.fallthrough();
    command.allow_extras();
    command.group(text("cli.help.label.commands"));
    command.formatter(formatter());
    command.option_defaults()->group(text("cli.help.label.options"));
    command.set_help_flag("-h,--help", text("cli.help.option.help"));
  }

  void add_command(const CommandRow& row) {
    // Two groups may have a command of the same name.
    const std::string topic = row.group == "audit" ? "audit." : "";
    CLI::App& command = *parent_of(row).add_subcommand(
        std::string(row.name), text("cli.help." + topic + std::string(row.name)));
    prepare(command);
    rows_[&command] = &row;
    add_arguments(command, row.takes);
    add_options(command, row.takes);
    add_flags(command, row.takes);
    if ((row.takes & TakesSimulation) != 0) add_simulation(command);
    if ((row.takes & TakesInit) != 0) add_init(command);
    if ((row.takes & TakesWitness) != 0) add_witness(command);
    if ((row.takes & TakesAuditLog) != 0) add_audit_log(command);
    if ((row.takes & TakesVerify) != 0) add_verify(command);
  }

  void add_arguments(CLI::App& command, unsigned takes) {
    const auto argument = [&](unsigned bit, const char* name, std::string& target,
                              const char* key) {
      if ((takes & bit) != 0) command.add_option(name, target, text(key));
    };
    argument(TakesFile, "RELEASE", args_.file, "cli.help.argument.file");
    argument(TakesRelease | TakesAnyRelease, "ID", args_.release, "cli.help.argument.release");
    argument(TakesTopic, "TOPIC", args_.topic, "cli.help.argument.topic");
    argument(TakesCode, "CODE", args_.topic, "cli.help.argument.code");
    argument(TakesDigest, "DIGEST", args_.topic, "cli.help.argument.digest");
    argument(TakesShell, "SHELL", args_.topic, "cli.help.argument.shell");
    argument(TakesPage, "PAGE", args_.topic, "cli.help.argument.page");
    argument(TakesSequence, "SEQ", args_.audit.sequence, "cli.help.argument.sequence");
    if ((takes & TakesSteps) != 0)
      command.add_option("STEP", args_.steps, text("cli.help.argument.steps"));
  }

  void add_options(CLI::App& command, unsigned takes) {
    const auto option = [&](unsigned bit, const char* name, std::string& target, const char* word) {
      if ((takes & bit) == 0) return;
      const std::string key = std::string("cli.help.option.") + (name + 2);
      command.add_option(name, target, text(key))->option_text(word);
    };
    option(TakesReason, "--reason", args_.reason, "TEXT");
    option(TakesNote, "--note", args_.reason, "TEXT");
    option(TakesPlanDigest, "--plan", args_.plan, "DIGEST");
    option(TakesApproval, "--key", args_.approval.key, "FILE");
    option(TakesDecision, "--decision", args_.approval.decision, "DECISION");
    option(TakesApproval, "--role", args_.approval.role, "ROLE");
    option(TakesApproval, "--by", args_.approval.person, "PERSON");
    option(TakesApproval, "--print", args_.approval.print, "FILE");
    option(TakesApproval, "--signed", args_.approval.signed_file, "FILE");
    option(TakesApproval, "--valid-for", args_.approval.valid_for, "DURATION");
    option(TakesSpeed, "--speed", speed_word_, "N[,M]");
    option(TakesPage, "--output", args_.output, "FOLDER");
    if ((takes & TakesAgain) != 0)
      command.add_option("--again", args_.again, text("cli.help.option.again"))
          ->option_text("STEP")
          ->allow_extra_args(false);
    if ((takes & TakesOut) != 0) add_audit_option(command, "--out", args_.audit.out, "FILE");
    if ((takes & TakesBehind) != 0) add_audit_option(command, "--behind", args_.audit.behind, "N");
  }

  void add_flags(CLI::App& command, unsigned takes) {
    const auto flag = [&](unsigned bit, const char* name, bool& target, const char* key) {
      if ((takes & bit) != 0) command.add_flag(name, target, text(key));
    };
    flag(TakesResume, "--resume", args_.resume, "cli.help.option.resume");
    flag(TakesAllDifferences, "--all-differences", args_.all_differences,
         "cli.help.option.all-differences");
    flag(TakesRecord, "--record", args_.audit.record, "cli.help.option.audit.record");
    flag(TakesBytes, "--bytes", args_.audit.bytes, "cli.help.option.audit.bytes");
    flag(TakesEverything, "--all", args_.all, "cli.help.option.approve-all");
    flag(TakesAll, "--all", args_.all, "cli.help.option.all");
  }

  void add_simulation(CLI::App& command) {
    SimulateWords& words = args_.simulate;
    const auto option = [&](const char* name, std::string& target, const char* word) {
      const std::string key = std::string("cli.help.option.simulate.") + (name + 2);
      command.add_option(name, target, text(key))->option_text(word);
    };
    option("--seeds", words.seeds, "N");
    option("--seed", words.seed, "N");
    option("--requests", words.requests, "N");
    option("--errors", words.errors, "PERCENT");
    option("--slow", words.slow, "PERCENT");
    option("--lag", words.lag, "N");
    option("--bad-from", words.bad_from, "WAVE");
    option("--faults", words.faults, "WORDS");
    option("--speed", words.speed, "N");
    option("--threads", words.threads, "N");
    command.add_flag("--no-variations", words.no_variations,
                     text("cli.help.option.simulate.no-variations"));
  }

  void add_init(CLI::App& command) {
    InitWords& words = args_.init;
    command.add_option("FOLDER", words.folder, text("cli.help.argument.init-folder"));
    const auto option = [&](const char* name, std::string& target, const char* word) {
      const std::string key = std::string("cli.help.option.init.") + (name + 2);
      command.add_option(name, target, text(key))->option_text(word);
    };
    option("--service", words.service, "NAME");
    option("--run", words.run, "LINE");
    option("--health", words.health, "PATH");
    option("--port", words.port, "PORT");
    option("--from", words.from, "VERSION");
    option("--to", words.to, "VERSION");
    option("--tenants", words.tenants, "NAMES");
    command.add_flag("--yes,-y", words.yes, text("cli.help.option.init.yes"));
  }

  void add_audit_option(CLI::App& command, const char* name, std::string& target,
                        const char* word) {
    const std::string key = std::string("cli.help.option.audit.") + (name + 2);
    command.add_option(name, target, text(key))->option_text(word);
  }

  void add_audit_log(CLI::App& command) {
    AuditWords& words = args_.audit;
    add_audit_option(command, "--release", words.release, "ID");
    add_audit_option(command, "--type", words.type, "TYPE");
    add_audit_option(command, "--actor", words.actor, "NAME");
    add_audit_option(command, "--since", words.since, "TIME");
    add_audit_option(command, "--until", words.until, "TIME");
    add_audit_option(command, "--limit", words.limit, "N");
    add_audit_option(command, "--last", words.last, "N");
    command.add_flag("--follow", words.follow, text("cli.help.option.audit.follow"));
  }

  void add_verify(CLI::App& command) {
    AuditWords& words = args_.audit;
    command.add_option("LOG", words.log, text("cli.help.argument.log"));
    add_audit_option(command, "--since-checkpoint", words.since_checkpoint, "FILE");
    add_audit_option(command, "--policy", words.policy, "FILE");
    const auto repeated = [&](const char* name, std::vector<std::string>& target) {
      const std::string key = std::string("cli.help.option.audit.") + (name + 2);
      command.add_option(name, target, text(key))->option_text("VKEY")->allow_extra_args(false);
    };
    repeated("--key", words.keys);
    repeated("--witness", words.witnesses);
    add_audit_option(command, "--tsa-ca", words.authorities, "FILE");
    add_audit_option(command, "--entry", words.entry, "FILE");
    command.add_flag("--print-script", words.print_script,
                     text("cli.help.option.audit.print-script"));
    command.add_flag("--tree-only", words.tree_only, text("cli.help.option.audit.tree-only"));
    command.add_option("-j,--threads", words.threads, text("cli.help.option.audit.threads"))
        ->option_text("N");
  }

  void add_witness(CLI::App& command) {
    WitnessWords& words = args_.witness;
    command.add_option("--log", words.logs, text("cli.help.option.witness.log"))
        ->option_text("KEY")
        ->allow_extra_args(false);
    const auto option = [&](const char* name, std::string& target, const char* word) {
      const std::string key = std::string("cli.help.option.witness.") + (name + 2);
      command.add_option(name, target, text(key))->option_text(word);
    };
    option("--policy", words.policy, "FILE");
    option("--name", words.name, "NAME");
    option("--listen", words.listen, "ADDRESS:PORT");
    option("--tls-cert", words.tls_cert, "FILE");
    option("--tls-key", words.tls_key, "FILE");
    command.add_flag("--show-key", words.show_key, text("cli.help.option.witness.show-key"));
  }

  // ---- describing

  static OptionInfo described(const CLI::Option& option) {
    OptionInfo info;
    for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
    const bool takes_value = option.get_items_expected_max() > 0;
    if (info.names.empty())
      info.word = option.get_name();
    else if (takes_value)
      info.word = option.get_option_text();
    info.text = option.get_description();
    info.repeated = option.get_expected_max() > 1 || option.get_items_expected_max() > 1;
    return info;
  }

  void describe_into(const CLI::App& app, std::vector<std::string> path,
                     std::vector<CommandInfo>& all) {
    CommandInfo info;
    info.path = path;
    info.text = app.get_description();
    info.commands = command_names(app);
    for (const CLI::Option* option : app.get_options()) {
      OptionInfo each = described(*option);
      const bool is_help = !path.empty() && option == app.get_help_ptr();
      if (each.names.empty())
        info.arguments.push_back(std::move(each));
      else if (!is_help)
        info.options.push_back(std::move(each));
    }
    all.push_back(std::move(info));
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
      path.push_back(sub->get_name());
      describe_into(*sub, path, all);
      path.pop_back();
    }
  }

  /// The innermost command that was named.
  CLI::App& chosen() {
    CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return *app;
  }

  /// The parser puts a command's own name behind what it is given.
  static std::string help_of(const CLI::App& app) {
    return app.help(app.get_parent() == nullptr ? std::string() : path_of(*app.get_parent()));
  }

  static std::string path_of(const CLI::App& app) {
    if (app.get_parent() == nullptr) return app.get_name();
    return path_of(*app.get_parent()) + " " + app.get_name();
  }

  base::Error with_help(base::Error error) {
    return std::move(error).then(path_of(chosen()) + " --help", "what there is");
  }

  base::Result<CommandLine> check() {
    if (const auto extra = app_.remaining(true); !extra.empty()) return base::fail(unknown(extra));
    const auto found = rows_.find(&chosen());
    if (found == rows_.end()) {
      return base::fail(with_help(not_understood(
          "a command is missing", fmt::format("after \"{}\" comes one of {}", path_of(chosen()),
                                              base::and_list(command_names(chosen()))))));
    }
    const CommandRow& row = *found->second;
    args_.command = row.command;
    if (row.command == Command::Steer) args_.verb = row.name;
    if (auto missing = missing_argument(row)) return base::fail(with_help(std::move(*missing)));
    if (auto read = read_words(); !read) return base::fail(std::move(read.error()));
    return CommandLine{args_, {}};
  }

  static std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(sub->get_name());
    return names;
  }

  static void add_option_names(const CLI::App& app, std::vector<std::string>& names) {
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    if (app.get_parent() != nullptr) add_option_names(*app.get_parent(), names);
  }

  static std::string there_are(const std::vector<std::string>& candidates) {
    if (candidates.empty()) return {};
    return (candidates.size() == 1 ? "there is only " : "there are ") + base::and_list(candidates);
  }

  base::Error unknown(const std::vector<std::string>& extras) {
    const auto dashed = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
      return word.size() > 1 && word.front() == '-';
    });
    const bool is_option = dashed != extras.end();
    const std::string word = is_option ? *dashed : extras.front();
    std::vector<std::string> candidates = command_names(chosen());
    const bool wants_command = !candidates.empty();
    if (is_option) {
      candidates.clear();
      add_option_names(chosen(), candidates);
    }
    const std::string what = is_option       ? "is no option"
                             : wants_command ? "is no command"
                                             : "is one argument too many";
    const auto meant = base::nearest(word.substr(0, word.find('=')), candidates);
    base::Error error =
        not_understood(fmt::format("{} {} of {}", base::in_quotes(word), what, path_of(chosen())),
                       meant ? fmt::format("did you mean {}?", *meant) : there_are(candidates));
    return with_help(std::move(error));
  }

  [[nodiscard]] std::optional<base::Error> missing_argument(const CommandRow& row) const {
    const auto lacks = [&](unsigned bit, bool empty) { return (row.takes & bit) != 0 && empty; };
    const auto missing = [&](std::string_view name, std::string_view why) {
      return not_understood(fmt::format("{} is missing", name), std::string(why));
    };
    if (lacks(TakesFile, args_.file.empty())) return missing("RELEASE", "name the release's file");
    if (lacks(TakesRelease, args_.release.empty()))
      return missing("ID", "name the release by its id");
    if (lacks(TakesSequence, args_.audit.sequence.empty()))
      return missing("SEQ", "name an entry by its index, as stellwerk audit log prints it");
    if (lacks(TakesSteps, args_.steps.empty())) return missing("STEP", "name at least one step");
    if (lacks(TakesTopic, args_.topic != "release" && args_.topic != "environment"))
      return missing("TOPIC", "it is release or environment");
    const bool must_say_why = row.name == "rollback" || row.name == "reject";
    const bool has_said = !args_.approval.signed_file.empty();  // with what was signed
    if (must_say_why && !has_said && base::trim(args_.reason).empty())
      return missing("--reason TEXT", "the record must say why");
    return std::nullopt;
  }

  base::Result<void> read_words() {
    if (!locale_word_.empty()) {
      auto locale = base::parse_locale(locale_word_);
      if (!locale) return base::fail(std::move(locale.error()));
      args_.locale = *locale;
    }
    if (args_.release.empty() || base::parse_name(args_.release)) return read_speed();
    auto name = base::parse_name(args_.release);
    return base::fail(std::move(name.error()).during("reading the id of a release"));
  }

  /// `N`, or `N,M`: N until the rollout starts, M from then on.
  base::Result<void> read_speed() {
    if (speed_word_.empty()) return {};
    const std::size_t comma = speed_word_.find(',');
    args_.speed = speed_of(std::string_view(speed_word_).substr(0, comma));
    if (comma != std::string::npos)
      args_.rollout_speed = speed_of(std::string_view(speed_word_).substr(comma + 1));
    if (args_.speed && (comma == std::string::npos || args_.rollout_speed)) return {};
    return base::fail(with_help(not_understood(
        fmt::format("{} is no speed", base::in_quotes(speed_word_)),
        "a speed is a whole number from 1 to 3600; a second one, after a comma, holds from the "
        "rollout on")));
  }

  static std::optional<std::int64_t> speed_of(std::string_view text) {
    constexpr std::int64_t kSpeedMax = 3600;
    std::int64_t speed = 0;
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, speed);
    if (problem != std::errc() || stop != end || speed < 1 || speed > kSpeedMax) return {};
    return speed;
  }

  base::Locale locale_;
  CLI::App app_;
  std::map<std::string_view, CLI::App*> groups_;
  std::map<const CLI::App*, const CommandRow*> rows_;
  Arguments args_;
  std::string locale_word_;
  std::string speed_word_;
};

/// Help needs its language before anything is parsed.
base::Locale locale_asked_for(const std::vector<std::string>& words, base::Locale otherwise) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--locale" && i + 1 < words.size())
      return base::parse_locale(words[i + 1]).value_or(otherwise);
    if (words[i].starts_with("--locale="))
      return base::parse_locale(words[i].substr(9)).value_or(otherwise);
  }
  return otherwise;
}

}  // namespace

std::vector<CommandInfo> describe_commands(base::Locale locale) {
  return Parser(locale).describe();
}

base::Result<CommandLine> parse_command_line(const std::vector<std::string>& words,
                                             base::Locale locale) {
  return Parser(locale_asked_for(words, locale)).parse(words);
}

}  // namespace stellwerk::cli
