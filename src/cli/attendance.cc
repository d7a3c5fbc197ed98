#include "cli/attendance.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <ostream>

#include "base/text.h"
#include "cli/error_text.h"
#include "cli/event_lines.h"
#include "cli/release_view.h"
#include "cli/verdict_text.h"
#include "engine/entries.h"
#include "engine/person_command.h"
#include "engine/view.h"

namespace stellwerk::cli {
namespace {

constexpr base::Duration kSubscriberPatience = base::seconds(10);
constexpr base::Duration kLookInterval = base::milliseconds(500);
constexpr base::Duration kKeyInterval = base::milliseconds(50);
constexpr base::Duration kReportAgain = base::seconds(60);

}  // namespace

base::Error unanswered() {
  return base::error(base::Code::OutcomeUnknown, "CLI-0009", "the engine did not answer in time")
      .because("its store may hang")
      .now("the command may still be carried out")
      .then("stellwerk release show ID", "where the release stands");
}

Exit exit_of(core::Stage stage) {
  switch (stage) {
    case core::Stage::Completed:
      return Exit::Done;
    case core::Stage::RolledBack:
    case core::Stage::Cancelled:
      return Exit::RolledBack;
    case core::Stage::Failed:
      return Exit::Failed;
    case core::Stage::Unborn:
    case core::Stage::Preparing:
    case core::Stage::Announced:
    case core::Stage::PreChecking:
    case core::Stage::Ready:
    case core::Stage::Deploying:
    case core::Stage::Deployed:
    case core::Stage::Moving:
    case core::Stage::Holding:
    case core::Stage::PostChecking:
    case core::Stage::Concluding:
    case core::Stage::RollingBack:
    case core::Stage::Cancelling:
      return Exit::Paused;
  }
  return Exit::Paused;
}

Attendance::Attendance(World& world, const Console& console, EngineHost& host, Subject subject)
    : world_(world),
      console_(console),
      host_(host),
      subject_(std::move(subject)),
      began_(run() == nullptr ? 0 : run()->state().version),
      status_(console) {
  host_.engine().keep(subject_.release);
  host_.engine().on_written = [this](const engine::Written& entry) { print(entry); };
  host_.engine().on_report = [this](const base::Error& error) { report_once(error); };
}

Attendance::~Attendance() {
  host_.engine().on_written = nullptr;
  host_.engine().on_report = nullptr;
}

const engine::ReleaseRun* Attendance::run() const { return host_.engine().find(subject_.release); }

void Attendance::note(std::string_view key, const base::MessageArguments& arguments) {
  note_text(console_.text(key, arguments));
}

void Attendance::note_text(const std::string& text) {
  if (console_.json || text.empty()) return;
  if (live_)
    live_->note(text, text, Colour::Yellow);
  else
    status_.note(text);
}

std::string Attendance::resume_command() const {
  return fmt::format("stellwerk run {} --resume",
                     subject_.file.empty() ? "RELEASE.yaml" : subject_.file);
}

// ---- what is printed ----------------------------------------------------------------------------

void Attendance::print(const engine::Written& entry) {
  const std::string type = core::type_of(entry.event.event);
  if (!core::is_public(type)) return;
  status_.clear();
  if (console_.json) {
    const auto encoded = engine::encode(entry.release, entry.event, entry.at, entry.t0);
    if (encoded) console_.out << encoded->entry.bytes_at(entry.index) << '\n';
  } else if (const engine::ReleaseRun* its = host_.engine().find(entry.release)) {
    const EventAt at{
        entry.event.event,
        entry.at,
        entry.event.by,
        entry.t0,
        its->state().t0_wall,
        private_text(entry.event.event, host_.engine().ports().content, console_.locale)};
    print_line(event_parts(its->plan(), at, console_.locale), entry.release);
  }
  if (live_) return;
  // A run goes on whoever reads along.
  if (const auto flushed = console_.flush(); !flushed) report_once(flushed.error());
  hint_at_pause(entry);
}

void Attendance::print_line(const EventParts& parts, const base::ReleaseId& release) {
  const bool others = release != subject_.release;
  if (live_) {
    EventParts named = parts;
    if (others) named.name = release.str() + "  " + parts.name;
    return live_->event(named);
  }
  if (console_.open_terminal && !others) printed_.push_back(parts);
  if (others) console_.out << release.str() << "  ";
  console_.out << event_line(parts, console_.colour_out) << '\n';
}

/// What a person can do about a pause that is not the beginning of a rollback.
void Attendance::hint_at_pause(const engine::Written& entry) {
  const auto* paused = std::get_if<core::ReleasePaused>(&entry.event.event);
  if (paused == nullptr || paused->cause == core::PauseCause::Rollback) return;
  const std::string& id = entry.release.str();
  if (const engine::ReleaseRun* its = host_.engine().find(entry.release)) {
    const auto undecided = core::undecided_steps(its->plan(), its->state());
    for (const base::StepId& step : undecided)
      note("cli.run.undecided",
           {{"step", step.str()},
            {"attest", fmt::format("stellwerk attest {} {}", id, step.str())},
            {"again", fmt::format("stellwerk release resume {} --again {}", id, step.str())}});
    if (!undecided.empty()) return;
  }
  note("cli.run.paused",
       {{"resume", fmt::format("stellwerk release resume {}", id)},
        {"rollback", fmt::format("stellwerk release rollback {} --reason TEXT", id)}});
}

/// The same trouble many times a second is one line a minute, whatever its details (a pid, a port).
void Attendance::report_once(const base::Error& error) {
  const base::MonoTime now = world_.now().mono;
  std::erase_if(reported_, [&](const auto& each) { return now - each.second >= kReportAgain; });
  const auto [seen, is_new] = reported_.try_emplace(error.id + " " + error.message, now);
  if (!is_new && now - seen->second < kReportAgain) return;
  seen->second = now;
  if (live_) {
    const ErrorStyle style{console_.columns, console_.colour_err, Severity::Error, console_.locale};
    return live_->note(error_text({&error, 1}, style), error.one_line(), Colour::Red);
  }
  status_.clear();
  report(console_, error);
}

void Attendance::show_progress() {
  const base::MonoTime now = world_.now().mono;
  const bool too_soon = looked_at_ && now - *looked_at_ < kLookInterval;
  if (console_.json || question_open_ || too_soon || run() == nullptr) return;
  looked_at_ = now;
  const engine::LiveFigures live{host_.engine().watch_of(subject_.release), run()->now()};
  const base::Json view = engine::view_of(run()->plan(), run()->state(), live);
  if (live_) return live_->show(view, world_.now());
  show_waiting(view);
  if (status_.due(now)) status_.show(progress_text(view, console_.locale), now);
}

void Attendance::show_waiting(const base::Json& view) {
  std::set<std::string> waiting;
  for (const base::Json& step : view["waiting_for"]) waiting.insert(step.get<std::string>());
  const bool grown = std::any_of(waiting.begin(), waiting.end(), [this](const std::string& step) {
    return !waiting_shown_.contains(step);
  });
  waiting_shown_ = std::move(waiting);
  if (!grown) return;
  const ViewStyle style{console_.locale, console_.columns, false};
  status_.note(console_.text("cli.run.waiting") + "\n" + waiting_text(view, style));
}

// ---- the loop -----------------------------------------------------------------------------------

base::Result<engine::Answer> Attendance::ask(const core::InputBody& body) {
  const std::shared_ptr<People> people = look_up_people();
  const base::MonoTime until = world_.now().mono + kPeoplePatience;
  while (!people->read && world_.now().mono < until) host_.turn_within(kKeyInterval);
  const auto answer = std::make_shared<std::optional<engine::Answer>>();
  host_.engine().command_by_user(subject_.release, body, {world_.os_user(), people->now},
                                 [answer](const engine::Answer& given) { *answer = given; });
  return wait_for(*answer);
}

std::shared_ptr<Attendance::People> Attendance::look_up_people() {
  auto people = std::make_shared<People>();
  host_.engine().ports().lanes.submit(
      {"people", {}, kPeoplePatience, {}, false},
      [people, read = host_.people_now()](const ports::Call&) -> ports::Completion {
        auto found = read();
        return [people, found = std::move(found)] {
          people->read = true;
          if (found) people->now = *found;
        };
      });
  return people;
}

base::Result<engine::Answer> Attendance::ask(const engine::SignedWord& word,
                                             std::string_view verb) {
  auto document = engine::keep_signed(word, verb, host_.engine());
  if (!document) return base::fail(std::move(document.error()));
  const auto answer = std::make_shared<std::optional<engine::Answer>>();
  host_.engine().command_signed(subject_.release, word, *document,
                                [answer](const engine::Answer& given) { *answer = given; });
  return wait_for(*answer);
}

base::Result<engine::Answer> Attendance::wait_for(const std::optional<engine::Answer>& answer) {
  const base::MonoTime until = world_.now().mono + kAnswerPatience;
  while (!answer && world_.now().mono < until) host_.turn();
  if (!answer) return base::fail(unanswered());
  if (answer->refusal) return base::fail(*answer->refusal);
  return *answer;
}

Exit Attendance::stay() {
  if (!console_.json)
    live_ = LiveScreen::open(console_, false,
                             fmt::format("stellwerk release watch {}", subject_.release.str()));
  if (live_) {
    for (const EventParts& parts : printed_) live_->past_event(parts);
    read_past();
  }
  printed_.clear();
  const Exit exit = attend();
  live_.reset();
  return exit;
}

Exit Attendance::attend() {
  welcome_others();
  while (true) {
    if (live_)
      host_.turn_within(kKeyInterval);
    else
      host_.turn();
    if (const auto exit = look()) return *exit;
  }
}

void Attendance::settle() {
  const base::MonoTime until = world_.now().mono + kSubscriberPatience;
  while (!host_.engine().quiet() && world_.now().mono < until) host_.turn();
}

std::optional<Exit> Attendance::look() {
  if (const int signal = host_.take_signal(); signal != 0)
    if (const auto exit = on_signal(signal)) return exit;
  if (live_) {
    if (const auto exit = look_live()) return exit;
  } else if (question_open_ && console_.read_line) {
    if (const auto line = console_.read_line())
      if (const auto exit = on_typed(*line)) return exit;
  }
  show_progress();
  const engine::ReleaseRun* its = run();
  if (its == nullptr || !core::is_terminal(its->state().stage)) return std::nullopt;

  const base::MonoTime now = world_.now().mono;
  if (!ended_at_) ended_at_ = now;
  const bool patient = now - *ended_at_ < kSubscriberPatience;
  if (!host_.engine().quiet() && patient) return std::nullopt;
  if (others_guarded()) return std::nullopt;
  if (!host_.engine().quiet()) note("cli.run.subscribers");
  note("cli.run.ended",
       {{"release", subject_.release.str()},
        {"stage", stage_text(std::string(core::to_string(its->state().stage)), console_.locale)}});
  return exit_of(its->state().stage);
}

void Attendance::welcome_others() {
  for (const base::ReleaseId& id : host_.engine().live())
    if (id != subject_.release) note("cli.run.other", {{"release", id.str()}});
}

bool Attendance::others_guarded() const {
  for (const base::ReleaseId& id : host_.engine().live())
    if (id != subject_.release && core::guard_armed(host_.engine().find(id)->state())) return true;
  return false;
}

// ---- signals ------------------------------------------------------------------------------------

/// Only a person who presses Ctrl-C again leaves at once; a termination takes what the plan says,
/// also while somebody is being asked.
std::optional<Exit> Attendance::on_signal(int signal) {
  const bool person = signal == SIGINT;
  const bool asked = question_open_ || (live_ && live_->asks_to_leave());
  if (person && (asked || stopping_)) return detach();
  if (stopping_) return std::nullopt;  // it is being stopped already
  if (!person || !console_.live) return stop();
  ask_person();
  return std::nullopt;
}

void Attendance::ask_person() {
  const std::string question =
      console_.text("cli.run.question", {{"release", subject_.release.str()}});
  std::vector<std::string> words{question};
  if (std::string lease = lease_text(); !lease.empty()) words.push_back(std::move(lease));
  if (live_) return live_->ask_to_leave(std::move(words));
  question_open_ = true;
  for (const std::string& each : words) note_text(each);
}

/// What becomes of traffic when nobody is here any more; empty: no version needs a guard.
std::string Attendance::lease_text() const {
  const engine::ReleaseRun* its = run();
  if (its == nullptr || !core::guard_armed(its->state())) return {};
  const core::GuardPolicy& guard = its->plan().guard;
  if (its->state().settled) return console_.text("cli.run.settled");
  if (guard.guard_lost == core::GuardLost::Hold) return console_.text("cli.run.no-lease");
  return console_.text("cli.run.lease", {{"lease", base::to_string(guard.lease)},
                                         {"time", clock_text(world_.now().wall + guard.lease)}});
}

std::optional<Exit> Attendance::on_typed(const std::string& line) {
  const std::string word = base::lower_ascii(base::trim(line));
  if (word == "d") return detach();
  if (word == "r") {
    question_open_ = false;
    return roll_back_by_hand();
  }
  if (word != "s") {
    ask_person();
    return std::nullopt;
  }
  question_open_ = false;
  return std::nullopt;
}

/// Where only one letter can be typed: Ctrl-C is what opened the question.
std::optional<Exit> Attendance::roll_back_by_hand() {
  engine::PersonCommand command;
  command.verb = "rollback";
  command.reason = "Ctrl-C";
  auto body = engine::input_of(command, host_.engine());
  auto answer = body ? ask(*body) : base::fail(std::move(body.error()));
  if (!answer) report_once(answer.error());
  return std::nullopt;
}

/// What the plan says a termination does: roll back below 100 %, else leave it to the lease.
std::optional<Exit> Attendance::stop() {
  stopping_ = true;
  question_open_ = false;
  bool goes_back = false;
  for (const base::ReleaseId& id : host_.engine().live()) {
    const engine::ReleaseRun& its = *host_.engine().find(id);
    const core::Stage stage = its.state().stage;
    if (stage == core::Stage::RollingBack || stage == core::Stage::Cancelling) goes_back = true;
    if (its.plan().guard.on_stop != core::OnStop::RollBack) continue;
    const auto answer = std::make_shared<std::optional<engine::Answer>>();
    host_.engine().command(id, core::StopRequested{}, {},
                           [answer](const engine::Answer& given) { *answer = given; });
    const base::MonoTime until = world_.now().mono + kAnswerPatience;
    while (!*answer && world_.now().mono < until) host_.turn();
    if (!*answer || !(*answer)->entries.empty()) goes_back = true;
  }
  if (!goes_back) return detach();
  note("cli.run.stop");
  return std::nullopt;
}

Exit Attendance::detach() {
  const engine::ReleaseRun* its = run();
  if (its == nullptr) return Exit::Paused;
  const core::Stage stage = its->state().stage;
  if (core::is_terminal(stage)) return exit_of(stage);
  note("cli.run.detached",
       {{"release", subject_.release.str()},
        {"stage", stage_text(std::string(core::to_string(stage)), console_.locale)},
        {"command", resume_command()}});
  note_text(lease_text());
  return Exit::Paused;
}

}  // namespace stellwerk::cli
