// Steering a release: pause, resume, promote, rollback, approve, reject, attest.
#include <fmt/format.h>

#include <ostream>

#include "base/text.h"
#include "base/translated.h"
#include "cli/api_client.h"
#include "cli/attendance.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/people.h"
#include "cli/release_command.h"
#include "cli/signing.h"
#include "engine/loader.h"
#include "engine/person_command.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kPrefixDigitsMin = 12;
constexpr int kApprovalsMax = 10;  ///< that one person can give at once

/// What is asked for, and what was signed of it.
struct Spoken {
  engine::PersonCommand command;
  std::optional<engine::SignedWord> word;
};

/// approve, reject and attest say something about a release; they do not carry it on.
bool is_a_statement(const std::string& verb) {
  return verb == "approve" || verb == "reject" || verb == "attest";
}

base::Error needs_engine(const std::string& verb, const base::ReleaseId& release) {
  return base::error(base::Code::Conflict, "CLI-0005",
                     fmt::format("{} needs somebody to carry release {} on", verb, release.str()))
      .because("the release has not ended, and no engine runs on this data folder")
      .now("the release is unchanged; nobody guards it")
      .then("stellwerk run RELEASE.yaml --resume", "in another terminal; then repeat this");
}

/// The digest that `--plan` means: whole, or at least 12 digits of the plan under way.
base::Result<base::Digest> digest_meant(const std::string& text, const base::Digest& under_way) {
  if (text.empty()) return under_way;
  constexpr std::string_view kPrefix = "sha256:";
  const std::string digits = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
  if (digits.size() >= kPrefixDigitsMin && under_way.hex().starts_with(digits)) return under_way;
  if (digits.size() == kDigestDigits) return base::Digest::parse(std::string(kPrefix) + digits);
  return base::fail(
      base::error(base::Code::InvalidArgument, "CLI-0001",
                  fmt::format("{} is not the plan under way", base::printable(text, 80)))
          .because(fmt::format("that is {}; give its digest whole, or at least 12 digits of it",
                               under_way.to_string()))
          .now("nothing was approved"));
}

class Steering {
 public:
  Steering(World& world, Console& console, const Arguments& arguments, std::string data_folder)
      : world_(world),
        console_(console),
        arguments_(arguments),
        data_folder_(std::move(data_folder)),
        release_(arguments.release) {}

  Exit steer() {
    if (!arguments_.approval.print.empty()) return print_text();
    if (arguments_.all) return steer_all();
    return world_.engine_runs(data_folder_) ? through_socket() : here();
  }

 private:
  /// One command a step for attest, one in all for the others.
  [[nodiscard]] std::vector<engine::PersonCommand> commands(const base::Digest& plan) const {
    engine::PersonCommand command{arguments_.verb,
                                  arguments_.reason,
                                  {},
                                  arguments_.again,
                                  {},
                                  arguments_.approval.decision,
                                  {}};
    if (command.verb == "approve" || command.verb == "reject") command.plan = plan;
    if (command.verb != "attest") return {command};
    std::vector<engine::PersonCommand> all;
    for (const std::string& step : arguments_.steps) {
      command.step = step;
      all.push_back(command);
    }
    return all;
  }

  /// approve --all: one after the other, until none of this person's is missing. An engine runs.
  Exit steer_all() {
    if (!world_.engine_runs(data_folder_))
      return failed(console_, needs_engine("approve --all", release_));
    for (int given = 0; given < kApprovalsMax; ++given) {
      nothing_missing_ = false;
      const Exit exit = through_socket();
      if (exit == Exit::Done) continue;
      return nothing_missing_ && given > 0 ? Exit::Done : exit;
    }
    return Exit::Done;
  }

  /// Told, unless it only says that --all is through.
  Exit refused(const base::Error& error) {
    nothing_missing_ = error.id == "ENG-0015";
    return arguments_.all && nothing_missing_ && !answered_.empty() ? Exit::Usage
                                                                    : failed(console_, error);
  }

  /// The text that somebody signs elsewhere.
  Exit print_text() {
    auto stored = load();
    if (!stored) return failed(console_, stored.error());
    if (auto meant = only_this_plan(*stored); !meant) return failed(console_, meant.error());
    const bool one = arguments_.verb != "attest" || arguments_.steps.size() == 1;
    if (!one)
      return failed(console_,
                    base::error(base::Code::InvalidArgument, "CLI-0001", "one text, one step")
                        .because("--print writes what is signed for one step")
                        .now("nothing was written"));
    const std::string step = arguments_.steps.empty() ? "" : arguments_.steps.front();
    if (auto printed = print_to_sign(world_, {*stored, arguments_, data_folder_, step}); !printed)
      return failed(console_, printed.error());
    console_.err << console_.text("cli.sign.printed",
                                  {{"file", arguments_.approval.print},
                                   {"namespace", std::string(audit::kApprovalNamespace)},
                                   {"command", signed_command_text()}})
                 << '\n';
    return Exit::Done;
  }

  [[nodiscard]] std::string signed_command_text() const {
    const bool steers = !is_a_statement(arguments_.verb);
    const std::string step = arguments_.verb == "attest" ? " " + arguments_.steps.front() : "";
    return fmt::format("stellwerk {}{} {}{} --signed {}", steers ? "release " : "", arguments_.verb,
                       release_.str(), step, arguments_.approval.print);
  }

  /// The commands, each with what is signed of it where a signature was asked for.
  base::Result<std::vector<Spoken>> spoken(const engine::LoadedRelease& stored,
                                           const base::Digest& plan) {
    std::vector<Spoken> all;
    for (engine::PersonCommand& command : commands(plan)) {
      all.push_back({std::move(command), {}});
      if (!wants_signature(arguments_.approval)) continue;
      const std::string& step = all.back().command.step;
      auto word = signed_word(world_, {stored, arguments_, data_folder_, step});
      if (!word) return base::fail(std::move(word.error()));
      all.back().word = std::move(*word);
    }
    return all;
  }

  // ---- an engine runs: it is asked

  Exit through_socket() {
    if (wants_signature(arguments_.approval)) return signed_through_socket();
    base::Digest plan;
    if (is_a_statement(arguments_.verb) && arguments_.verb != "attest") {
      auto meant = plan_meant();
      if (!meant) return failed(console_, meant.error());
      plan = *meant;
    }
    const ApiClient client(world_.socket_path(data_folder_));
    const std::string path = fmt::format("/v1/releases/{}/commands", release_.str());
    Exit worst = Exit::Done;
    for (const engine::PersonCommand& command : commands(plan)) {
      const auto answer = client.post(path, body_of(command));
      if (answer)
        tell(command, answer->value("ignored_because", ""),
             answer->value("entries", std::vector<std::string>{}));
      else
        worst = std::max(worst, refused(answer.error()));
    }
    finish();
    hint_at_watching(worst);
    return worst;
  }

  void hint_at_watching(Exit worst) {
    if (arguments_.verb != "rollback" || worst != Exit::Done || console_.json) return;
    console_.err << console_.text("cli.steer.watch",
                                  {{"command", "stellwerk release watch " + release_.str()}})
                 << '\n';
  }

  Exit signed_through_socket() {
    auto stored = load();
    if (!stored) return failed(console_, stored.error());
    if (auto meant = only_this_plan(*stored); !meant) return failed(console_, meant.error());
    const auto all = spoken(*stored, {});
    if (!all) return refused(all.error());
    const ApiClient client(world_.socket_path(data_folder_));
    Exit worst = Exit::Done;
    for (const Spoken& each : *all) {
      const base::Json body = {{"command", each.command.verb},
                               {"signed_text", each.word->text},
                               {"signature", each.word->signature},
                               {"sealed_reason", each.word->sealed_reason}};
      const auto answer =
          client.post(fmt::format("/v1/releases/{}/commands", release_.str()), body);
      if (answer)
        tell(each.command, answer->value("ignored_because", ""),
             answer->value("entries", std::vector<std::string>{}));
      else
        worst = std::max(worst, refused(answer.error()));
    }
    finish();
    hint_at_watching(worst);
    return worst;
  }

  static base::Json body_of(const engine::PersonCommand& command) {
    base::Json body = {{"command", command.verb}};
    if (!command.reason.empty()) body["reason"] = command.reason;
    if (!command.step.empty()) body["step"] = command.step;
    if (!command.again.empty()) body["again"] = command.again;
    if (command.plan) body["plan"] = command.plan->to_string();
    if (!command.decision.empty()) body["decision"] = command.decision;
    return body;
  }

  /// What is signed is of the plan under way: --plan may only say the same.
  base::Result<void> only_this_plan(const engine::LoadedRelease& stored) {
    const base::Digest& plan = stored.state.plan;
    const auto meant = digest_meant(arguments_.plan, plan);
    if (!meant) return base::fail(meant.error());
    if (*meant == plan) return {};
    return base::fail(
        base::error(base::Code::Conflict, "ENG-0013",
                    fmt::format("{} is not the plan under way", meant->short_text()))
            .because("the release is carried out by the plan " + plan.to_string())
            .now("nothing was signed")
            .then(fmt::format("stellwerk release show {}", release_.str()), "the plan under way"));
  }

  base::Result<base::Digest> plan_meant() {
    auto view = view_of_release(world_, data_folder_, release_);
    if (!view) return base::fail(std::move(view.error()));
    auto under_way = base::Digest::parse(view->value("plan", ""));
    if (!under_way) return base::fail(std::move(under_way.error()));
    return digest_meant(arguments_.plan, *under_way);
  }

  // ---- no engine runs: here

  Exit here() {
    auto stored = load();
    if (!stored) return failed(console_, stored.error());
    const bool ended = core::is_terminal(stored->state.stage);
    if (is_a_statement(arguments_.verb) && !ended)
      return failed(console_, needs_engine(arguments_.verb, release_));
    if (ended)
      if (const auto refusal = refusal_at_end(*stored)) return failed(console_, *refusal);
    auto plan = digest_meant(arguments_.plan, stored->state.plan);
    if (!plan) return failed(console_, plan.error());

    auto environment = arguments_.verb == "rollback"
                           ? load_environment_at_any_rate(world_, console_, arguments_)
                           : load_environment(world_, arguments_);
    if (!environment.value) {
      report(console_, environment.problems);
      return Exit::Usage;
    }
    auto all = spoken(*stored, *plan);
    if (!all) return failed(console_, all.error());
    if (auto people = people_now(environment.value->path))
      for (Spoken& each : *all)
        if (each.word) each.word->people_now = *people;
    auto host = world_.open_engine(*environment.value);
    if (!host) return failed(console_, host.error());
    return in_host(**host, ended, *all);
  }

  base::Result<engine::LoadedRelease> load() {
    auto reader = world_.open_reader(data_folder_);
    if (!reader) return base::fail(std::move(reader.error()));
    return engine::load_release(*reader->journal, *reader->content, release_);
  }

  /// What has ended cannot be steered; the decision core says why, without an engine being started.
  std::optional<base::Error> refusal_at_end(const engine::LoadedRelease& stored) {
    core::InputBody body = core::PauseRequested{};
    if (arguments_.verb == "attest" || arguments_.verb == "approve")
      return std::nullopt;  // follow-ups are due after the end
    if (arguments_.verb == "resume") body = core::ResumeRequested{};
    if (arguments_.verb == "promote") body = core::PromoteRequested{};
    if (arguments_.verb == "rollback") body = core::RollbackRequested{};
    if (arguments_.verb == "reject") body = core::Rejected{stored.state.plan, {}};
    const base::PersonId by = engine::person_of(stored.plan, world_.os_user());
    return core::decide(stored.plan, stored.state, {world_.now(), by, body}).refusal;
  }

  Exit in_host(EngineHost& host, bool ended, const std::vector<Spoken>& all) {
    Attendance attendance(world_, console_, host, {release_, {}});
    if (auto recovered = host.engine().recover(); !recovered)
      return failed(console_, recovered.error());
    Exit worst = Exit::Done;
    for (const auto& [command, word] : all) {
      auto answer = word ? attendance.ask(*word, command.verb) : asked(attendance, host, command);
      if (answer)
        tell(command, answer->ignored_because, answer->entries);
      else
        worst = std::max(worst, failed(console_, answer.error()));
    }
    finish();
    if (!ended && worst == Exit::Done) return attendance.stay();
    attendance.settle();
    return worst;
  }

  static base::Result<engine::Answer> asked(Attendance& attendance, EngineHost& host,
                                            const engine::PersonCommand& command) {
    auto body = engine::input_of(command, host.engine());
    if (!body) return base::fail(std::move(body.error()));
    return attendance.ask(*body);
  }

  // ---- telling

  void tell(const engine::PersonCommand& command, const std::string& ignored,
            const std::vector<std::string>& entries) {
    answered_ = command.verb;
    const std::string what = command.step.empty() ? command.verb : "attest " + command.step;
    if (console_.json) {
      base::Json row = {{"command", command.verb}, {"entries", entries}};
      if (!command.step.empty()) row["step"] = command.step;
      if (!ignored.empty()) row["ignored_because"] = ignored;
      answers_.push_back(std::move(row));
      return;
    }
    console_.err << (ignored.empty()
                         ? console_.text("cli.steer.done", {{"verb", what}})
                         : console_.text("cli.steer.ignored",
                                         {{"verb", what},
                                          {"why", base::translated(console_.locale, ignored)}}))
                 << '\n';
  }

  /// One line: where the release is carried on here, its entries stand around it.
  void finish() {
    if (console_.json && !answers_.empty()) console_.print_json_line({{"answers", answers_}});
  }

  World& world_;
  Console& console_;
  const Arguments& arguments_;
  std::string data_folder_;
  base::ReleaseId release_;
  base::Json answers_ = base::Json::array();
  std::string answered_;          ///< the verb of the last command that was carried out
  bool nothing_missing_ = false;  ///< why the last one was not
};

}  // namespace

Exit steer_command(World& world, Console& console, const Arguments& arguments) {
  auto folder = data_folder(arguments);
  if (!folder.value) {
    report(console, folder.problems);
    return Exit::Usage;
  }
  return Steering(world, console, arguments, std::move(*folder.value)).steer();
}

}  // namespace stellwerk::cli
