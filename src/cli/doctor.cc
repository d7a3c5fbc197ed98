#include "cli/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/probes.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kSpaceMinMib = 256;
constexpr std::string_view kInstallHaproxy =
    "sudo apt-get install --no-install-recommends haproxy && "
    "sudo systemctl disable --now haproxy";

enum class Level : std::uint8_t { Good, Note, Lacks };

struct Row {
  Level level = Level::Good;
  std::string subject;
  std::string text;
  std::string mend;  ///< command or advice; empty: nothing to do
};

class Doctor {
 public:
  Doctor(World& world, const Console& console, const Arguments& arguments)
      : world_(world), console_(console), arguments_(arguments) {}

  Exit examine() {
    auto environment = load_environment(world_, arguments_);
    const bool none = !environment.value && environment.problems.front().id == "CLI-0002";
    if (!environment.value && !none) {
      report(console_, environment.problems);
      return Exit::Usage;
    }
    haproxy(environment.value ? &*environment.value : nullptr);
    add(Level::Good, "adapters", say("adapters", {{"adapters", world_.adapter_list()}}));
    if (environment.value)
      installation(environment.value->environment);
    else
      add(Level::Note, "environment", say("environment-missing"),
          "stellwerk doctor --environment FILE");
    return print();
  }

 private:
  [[nodiscard]] std::string say(std::string_view key,
                                const base::MessageArguments& words = {}) const {
    return console_.text("cli.doctor." + std::string(key), words);
  }
  void add(Level level, std::string subject, std::string text, std::string mend = {}) {
    rows_.push_back({level, std::move(subject), std::move(text), std::move(mend)});
  }

  void haproxy(const config::EnvironmentFile* file) {
    if (file != nullptr && file->router.adapter != "haproxy") return;
    std::string program = "haproxy";
    if (file != nullptr)
      if (const config::Entry* named = file->router.settings.find("program"))
        program = named->value.text;
    auto words = output_of({program, "-v"});
    if (!words) words = output_of({"/usr/sbin/haproxy", "-v"});  // not in everyone's PATH
    if (!words)
      return add(Level::Lacks, "haproxy", say("haproxy-missing"), std::string(kInstallHaproxy));
    const std::string version = version_in(*words);
    if (at_least(version, 2, 6))
      add(Level::Good, "haproxy", say("haproxy", {{"version", version}}));
    else
      add(Level::Lacks, "haproxy", say("haproxy-old", {{"version", version}}),
          std::string(kInstallHaproxy));
  }

  void installation(const core::Environment& environment) {
    data_folder(environment.data_folder);
    for (const core::Service& service : environment.services) {
      port(service);
      program(service);
      health(service);
    }
    person(environment);
    add(Level::Good, "locale",
        say("locale", {{"locale", std::string(base::to_string(environment.locale))}}));
  }

  void data_folder(const std::string& folder) {
    fs::path there = folder;
    std::error_code problem;
    while (!fs::exists(there, problem) && there.has_relative_path()) there = there.parent_path();
    if (::access(there.c_str(), W_OK | X_OK) != 0)
      return add(Level::Lacks, "data", say("folder-closed", {{"folder", folder}}),
                 fmt::format("sudo install -d -m 0700 -o {} {}", world_.os_user(), folder));
    constexpr std::uintmax_t kMib = std::uintmax_t{1} << 20;
    const std::uintmax_t free = fs::space(there, problem).available / kMib;
    const base::MessageArguments words{{"folder", folder}, {"space", std::to_string(free)}};
    if (!problem && free < kSpaceMinMib)
      add(Level::Lacks, "data", say("folder-full", words), "df -h " + there.string());
    else
      add(Level::Good, "data", say("folder", words));
    if (world_.engine_runs(folder))
      add(Level::Good, "engine", say("engine"), "stellwerk release list");
  }

  void port(const core::Service& service) {
    if (service.listen_port == 0) return;
    const std::string number = std::to_string(service.listen_port);
    const base::MessageArguments words{{"port", number}, {"service", service.name.str()}};
    if (port_is_free(service.listen_port))
      add(Level::Good, "port", say("port", words));
    else
      add(Level::Note, "port", say("port-taken", words),
          fmt::format("ss -ltnp 'sport = :{}'", number));
  }

  void program(const core::Service& service) {
    if (!service.workload || service.workload->command.arguments.empty()) return;
    const std::string& name = service.workload->command.arguments.front();
    const base::MessageArguments words{{"service", service.name.str()}, {"program", name}};
    if (can_be_started(name))
      add(Level::Good, "program", say("program", words));
    else
      add(Level::Lacks, "program", say("program-missing", words), fmt::format("ls -l {}", name));
  }

  /// A component's own instances are asked when they run; here only what runs elsewhere.
  void health(const core::Service& service) {
    if (service.workload) return;
    const core::HttpJudgement answer = ask_health(service.health);
    const base::MessageArguments words{{"service", service.name.str()}, {"detail", answer.detail}};
    if (answer.good)
      add(Level::Good, "health", say("health", words));
    else
      add(Level::Lacks, "health", say("health-bad", words),
          fmt::format("curl -i {}", service.health.url));
  }

  void person(const core::Environment& environment) {
    const std::string user = world_.os_user();
    const core::Person* person = environment.find_os_user(user);
    if (person == nullptr)
      return add(Level::Lacks, "person", say("person-missing", {{"user", user}}),
                 fmt::format("people: - {{id: {}, os_user: {}, roles: […]}}", user, user));
    std::vector<std::string_view> roles;
    for (const core::Role role : person->roles) roles.push_back(core::to_string(role));
    add(Level::Good, "person",
        say("person",
            {{"person", person->id.str()}, {"roles", fmt::format("{}", fmt::join(roles, ", "))}}));
  }

  Exit print() {
    std::size_t lacking = 0;
    for (const Row& row : rows_) lacking += row.level == Level::Lacks ? 1U : 0U;
    if (console_.json)
      print_json();
    else
      print_text(lacking);
    return lacking == 0 ? Exit::Done : Exit::Findings;
  }

  void print_json() {
    base::Json rows = base::Json::array();
    for (const Row& row : rows_) {
      const char* level = row.level == Level::Good   ? "good"
                          : row.level == Level::Note ? "note"
                                                     : "lacks";
      rows.push_back(
          {{"subject", row.subject}, {"level", level}, {"text", row.text}, {"mend", row.mend}});
    }
    console_.print_json({{"findings", std::move(rows)}});
  }

  void print_text(std::size_t lacking) {
    constexpr std::size_t kLevelWidth = 10;
    for (const Row& row : rows_) {
      const bool good = row.level == Level::Good;
      const Colour colour = good                       ? Colour::Green
                            : row.level == Level::Note ? Colour::Yellow
                                                       : Colour::Red;
      const std::string word = say(good ? "ok" : row.level == Level::Note ? "note" : "bad");
      console_.out << painted(padded(word, kLevelWidth), colour, console_.colour_out)
                   << wrapped(row.text, console_.columns, kLevelWidth) << '\n';
      if (!row.mend.empty() && !good)
        console_.out << std::string(kLevelWidth, ' ') << say("mend") << ": " << row.mend << '\n';
    }
    console_.out << (lacking == 0 ? say("done")
                                  : say("lacking", {{"count", std::to_string(lacking)}}))
                 << '\n';
  }

  World& world_;
  const Console& console_;
  const Arguments& arguments_;
  std::vector<Row> rows_;
};

}  // namespace

Exit doctor_command(World& world, const Console& console, const Arguments& arguments) {
  return Doctor(world, console, arguments).examine();
}

}  // namespace stellwerk::cli
