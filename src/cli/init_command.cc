#include "cli/init_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ostream>
#include <set>
#include <system_error>

#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "cli/error_text.h"
#include "cli/init_files.h"
#include "core/compile.h"
#include "core/words.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTenantsMax = 1000;
constexpr const char* kTenants = "pilot-1,tenant-1,tenant-2,tenant-3";

/// Why an answer is not taken: a key of the catalogue under cli.init.wrong; empty: it is.
using Wrong = std::string_view;
using Take = std::function<Wrong(const std::string&)>;

struct Question {
  std::string_view name;  ///< of the option and of the question's text
  const std::string& given;
  std::string otherwise;
  Take take;
};

bool name_is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

class Init {
 public:
  Init(World& world, const Console& console, const Arguments& arguments)
      : world_(world), console_(console), given_(arguments.init) {
    first_.locale = console.locale;
    language_ = arguments.locale ? std::string(base::to_string(*arguments.locale)) : std::string();
    first_.person = name_from(world.os_user(), "release-manager-1");
    if (given_.folder.empty()) given_.folder = ".";
  }

  Exit run() {
    for (const std::string& file : {environment_file(), release_file()})
      if (name_is_taken(file)) return failed(console_, there_already(file));
    if (asks()) console_.err << say("intro") << '\n';
    if (auto answered = answer_all(); !answered) return failed(console_, answered.error());
    if (auto problems = problems_of_files(); !problems.empty()) {
      report(console_, problems);
      return Exit::Usage;
    }
    if (auto written = write(); !written) return failed(console_, written.error());
    tell();
    return Exit::Done;
  }

 private:
  // ---- answers

  [[nodiscard]] bool asks() const { return console_.ask_line && !given_.yes; }

  [[nodiscard]] base::MessageArguments words() const {
    return {{"open", "{"},
            {"close", "}"},
            {"from", first_.from.to_string()},
            {"most", std::to_string(kTenantsMax)}};
  }
  [[nodiscard]] std::string say(const std::string& key) const {
    return console_.text("cli.init." + key, words());
  }

  base::Result<void> answer_all() {
    const auto name = [this](const std::string& text) { return take_name(text); };
    if (auto done = answer({"service", given_.service, default_service(), name}); !done)
      return done;
    if (auto done = answer_command(); !done) return done;
    const auto health = [this](const std::string& text) { return take_health(text); };
    if (auto done = answer({"health", given_.health, "/health", health}); !done) return done;
    const auto from = [this](const std::string& text) {
      return take_version(text, first_.from) ? Wrong() : Wrong("version");
    };
    if (auto done = answer({"from", given_.from, "1.0.0", from}); !done) return done;
    const auto to = [this](const std::string& text) { return take_newer(text); };
    const std::string next = next_minor(first_.from).to_string();
    if (auto done = answer({"to", given_.to, next, to}); !done) return done;
    const auto tenants = [this](const std::string& text) { return take_tenants(text); };
    if (auto done = answer({"tenants", given_.tenants, kTenants, tenants}); !done) return done;
    if (auto done = take_port(); !done) return done;
    const auto locale = [this](const std::string& text) { return take_locale(text); };
    return answer({"locale", language_, std::string(base::to_string(console_.locale)), locale});
  }

  /// From the option, from the person, or by default.
  base::Result<void> answer(const Question& question) {
    if (!question.given.empty()) return take_option(question);
    if (!asks()) return take_default(question);
    for (;;) {
      console_.err << fmt::format("{} [{}]: ", say("ask." + std::string(question.name)),
                                  question.otherwise);
      console_.err.flush();
      const auto line = console_.ask_line();
      if (!line) {
        console_.err << '\n';
        return base::fail(input_ended());
      }
      std::string text(base::trim(*line));
      if (text.empty()) text = question.otherwise;
      const Wrong wrong = question.take(text);
      if (wrong.empty()) return {};
      console_.err << "  " << say("wrong." + std::string(wrong)) << '\n';
    }
  }

  base::Result<void> take_option(const Question& question) {
    return take_word(question, question.given);
  }
  base::Result<void> take_default(const Question& question) {
    return take_word(question, question.otherwise);
  }
  base::Result<void> take_word(const Question& question, const std::string& word) {
    const Wrong wrong = question.take(word);
    if (wrong.empty()) return {};
    return base::fail(
        base::error(base::Code::InvalidArgument, "CLI-0013",
                    fmt::format("--{} {} cannot be used", question.name, base::in_quotes(word)))
            .because(
                base::message(base::Locale::En, fmt::format("cli.init.wrong.{}", wrong), words()))
            .now("nothing was written")
            .then("stellwerk init --help", "the options"));
  }

  /// The words behind `--` as they are, or a line.
  base::Result<void> answer_command() {
    const auto take = [this](const std::string& line) {
      auto split = split_words(line);
      return split ? take_command(std::move(*split)) : Wrong("run");
    };
    const std::string otherwise =
        fmt::format("./{} --port {{port}} --version {{version}}", first_.service);
    if (given_.program.empty()) return answer({"run", given_.run, otherwise, take});
    std::string line;
    for (const std::string& word : given_.program)
      line += (line.empty() ? "" : " ") + shell_word(word);
    const auto take_words = [this](const std::string&) { return take_command(given_.program); };
    return answer({"run", line, {}, take_words});
  }

  [[nodiscard]] std::string default_service() const {
    std::error_code ignored;
    const fs::path whole = fs::absolute(given_.folder, ignored).lexically_normal();
    const fs::path last = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
    return name_from(last.string(), "my-service");
  }

  Wrong take_name(const std::string& text) {
    if (!base::parse_name(text)) return "name";
    first_.service = text;
    return {};
  }

  /// The reader of the file judges what it would read.
  Wrong take_command(std::vector<std::string> command) {
    const auto usable = [](const std::string& word) {
      return base::valid_utf8(word) && word.find('\0') == std::string::npos;
    };
    if (command.empty() || !std::all_of(command.begin(), command.end(), usable)) return "run";
    FirstRelease trial = first_;
    trial.command = std::move(command);
    if (!readable(trial)) return "run";
    first_.command = std::move(trial.command);
    return {};
  }

  Wrong take_health(const std::string& text) {
    if (!text.starts_with('/') || !base::valid_utf8(text)) return "health";
    FirstRelease trial = first_;
    trial.health = text;
    if (!readable(trial)) return "health";
    first_.health = text;
    return {};
  }

  /// With something in the place of what was not answered yet.
  [[nodiscard]] static bool readable(FirstRelease trial) {
    if (trial.tenants.empty()) trial.tenants = {"pilot-1"};
    if (trial.command.empty()) trial.command = {"true"};
    if (trial.health.empty()) trial.health = "/health";
    return config::read_environment({environment_yaml(trial), "stellwerk.yaml"}).value.has_value();
  }

  static bool take_version(const std::string& text, base::SemVer& target) {
    auto version = base::SemVer::parse(text);
    if (version) target = std::move(*version);
    return version.has_value();
  }

  Wrong take_newer(const std::string& text) {
    if (!take_version(text, first_.to)) return "version";
    return base::precedence(first_.to, first_.from) > 0 ? Wrong() : Wrong("newer");
  }

  Wrong take_tenants(const std::string& text) {
    std::vector<std::string> tenants;
    for (const std::string_view part : base::split(text, ','))
      tenants.emplace_back(base::trim(part));
    const bool names = std::all_of(tenants.begin(), tenants.end(), [](const std::string& tenant) {
      return base::parse_name(tenant).has_value();
    });
    const std::set<std::string> different(tenants.begin(), tenants.end());
    if (!names || different.size() != tenants.size() || tenants.size() > kTenantsMax)
      return "tenants";
    first_.tenants = std::move(tenants);
    return {};
  }

  Wrong take_locale(const std::string& text) {
    const auto locale = base::parse_locale(text);
    if (!locale) return "locale";
    first_.locale = *locale;
    return {};
  }

  /// Never asked for: the load balancer chooses one.
  base::Result<void> take_port() {
    if (given_.port.empty()) return {};
    const auto take = [this](const std::string& text) -> Wrong {
      std::uint16_t port = 0;
      const char* end = text.data() + text.size();
      const auto [stop, problem] = std::from_chars(text.data(), end, port);
      if (problem != std::errc() || stop != end || port == 0) return "port";
      first_.port = port;
      return {};
    };
    return answer({"port", given_.port, {}, take});
  }

  // ---- files

  [[nodiscard]] std::string path_of(const char* name) const {
    return given_.folder == "." ? std::string(name) : (fs::path(given_.folder) / name).string();
  }
  [[nodiscard]] std::string environment_file() const { return path_of("stellwerk.yaml"); }
  [[nodiscard]] std::string release_file() const { return path_of("release.yaml"); }

  /// What `stellwerk plan` would say of them; nothing, unless an answer got past its check.
  [[nodiscard]] std::vector<base::Error> problems_of_files() const {
    auto environment = config::read_environment(
        {environment_yaml(first_), environment_file()},
        [this](const config::EnvironmentFile& file) { return world_.section_problems(file); });
    auto release = config::read_release({release_yaml(first_), release_file()});
    std::vector<base::Error> problems = std::move(environment.problems);
    std::move(release.problems.begin(), release.problems.end(), std::back_inserter(problems));
    if (!environment.value || !release.value) return problems;
    return core::compile(*release.value, environment.value->environment).problems;
  }

  base::Result<void> write() {
    if (auto made = base::make_folders(given_.folder); !made) return made;
    constexpr auto kMode = base::FileMode::WorldReadable;
    if (auto made = base::create_file(environment_file(), environment_yaml(first_), kMode); !made)
      return made;
    auto made = base::create_file(release_file(), release_yaml(first_), kMode);
    if (!made) ::unlink(environment_file().c_str());  // both or none
    return made;
  }

  static base::Error there_already(const std::string& file) {
    return base::error(base::Code::Conflict, "CLI-0012",
                       fmt::format("{} is there already", base::printable(file)))
        .because("init never overwrites a file")
        .now("nothing was written")
        .then("stellwerk init FOLDER", "another installation, in a folder of its own")
        .then("cp release.yaml next.yaml",
              "another release of the same installation; give it another id and versions");
  }

  static base::Error input_ended() {
    return base::error(base::Code::InvalidArgument, "CLI-0014",
                       "the input ended before all questions were answered")
        .now("nothing was written")
        .then("stellwerk init", "asks again")
        .then("stellwerk init --yes", "takes options and defaults");
  }

  // ---- telling

  struct Next {
    std::string command;
    std::string_view what;
  };
  [[nodiscard]] std::vector<Next> next() const {
    const std::string release = shell_word(release_file());
    const std::string environment =
        given_.folder == "." ? "" : " --environment " + shell_word(environment_file());
    return {{"stellwerk plan " + release, "plan"},
            {"stellwerk doctor" + environment, "doctor"},
            {"stellwerk run " + release, "run"}};
  }

  void tell() const {
    const core::ReleaseType type = type_of_step(first_.from, first_.to);
    if (console_.json) return tell_json(type);
    const auto line = [this](std::string_view key, const base::MessageArguments& arguments) {
      console_.out << console_.text("cli.init.done." + std::string(key), arguments) << '\n';
    };
    line("written", {{"files", environment_file() + ", " + release_file()}});
    line("type", {{"release", release_id_of(first_)},
                  {"type", std::string(core::to_string(type))},
                  {"service", first_.service},
                  {"from", first_.from.to_string()},
                  {"to", first_.to.to_string()}});
    if (type == core::ReleaseType::Major) line("major", {});
    std::size_t width = 0;
    for (const Next& each : next()) width = std::max(width, width_of(each.command));
    for (const Next& each : next())
      console_.out << "  " << padded(each.command, width) << "  "
                   << say("next." + std::string(each.what)) << '\n';
  }

  void tell_json(core::ReleaseType type) const {
    base::Json steps = base::Json::array();
    for (const Next& each : next())
      steps.push_back({{"command", each.command}, {"what", say("next." + std::string(each.what))}});
    console_.print_json({{"files", {environment_file(), release_file()}},
                         {"release", release_id_of(first_)},
                         {"type", core::to_string(type)},
                         {"next", std::move(steps)}});
  }

  World& world_;
  const Console& console_;
  InitWords given_;
  std::string language_;
  FirstRelease first_;
};

}  // namespace

Exit init_command(World& world, const Console& console, const Arguments& arguments) {
  return Init(world, console, arguments).run();
}

}  // namespace stellwerk::cli
