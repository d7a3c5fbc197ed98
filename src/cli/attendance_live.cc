// Being there at a terminal with the live view: keys, the commands they give, their answers.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/text.h"
#include "base/translated.h"
#include "cli/attendance.h"
#include "cli/error_text.h"
#include "engine/entries.h"
#include "engine/person_command.h"

namespace stellwerk::cli {
namespace {

constexpr base::Duration kAnswerPatience = base::seconds(15);
constexpr std::uint64_t kPastEntries = 400;  ///< of the journal; some of them are public

}  // namespace

/// Before this process: what happened last, for the view only.
void Attendance::show_past() {
  const engine::ReleaseRun* its = run();
  if (its == nullptr) return;
  engine::EnginePorts& ports = host_.engine().ports();
  const std::uint64_t version = its->state().version;
  const std::uint64_t from = version > kPastEntries ? version - kPastEntries : 0;
  // A reader of its own: the engine's is at work in another thread.
  if (!ports.open_reader) return;
  auto reader = ports.open_reader();
  if (!reader) return report_once(reader.error());
  const auto entries = (*reader)->read_stream(subject_.release, from, kPastEntries);
  if (!entries) return report_once(entries.error());
  for (const ports::StoredEntry& stored : *entries) {
    if (!core::is_public(stored.type)) continue;
    const auto entry = engine::decode(stored, ports.content);
    if (!entry) return report_once(entry.error());
    if (entry->at.wall >= began_) return;
    const EventAt at{entry->event, entry->at, entry->by, its->state().t0, its->state().t0_wall, {}};
    live_->past_event(event_parts(its->plan(), at, console_.locale));
  }
}

std::optional<Exit> Attendance::look_live() {
  for (const LiveAction& action : live_->look(world_.now().mono))
    if (const auto exit = on_action(action)) return exit;
  tell_answers();
  return std::nullopt;
}

std::optional<Exit> Attendance::on_action(const LiveAction& action) {
  switch (action.kind) {
    case LiveAction::Kind::Leave:
    case LiveAction::Kind::LeaveNow:
      return on_signal(SIGINT);
    case LiveAction::Kind::RollBack:
      return roll_back_by_hand();
    case LiveAction::Kind::Steer:
      steer(action);
      return std::nullopt;
    case LiveAction::Kind::None:
    case LiveAction::Kind::Suspend:
    case LiveAction::Kind::Redraw:
      return std::nullopt;
  }
  return std::nullopt;
}

/// The way of the commands; the loop goes on while the answer is awaited. A reason is stored by a
/// lane, since a disk may hang; that of a rollback the engine keeps itself.
void Attendance::steer(const LiveAction& action) {
  const engine::PersonCommand command{action.verb, action.reason, {}, {}, {}};
  const auto asked = std::make_shared<Asked>();
  asked->verb = action.verb;
  asked->until = world_.now().mono + kAnswerPatience;
  engine::Engine& engine = host_.engine();
  if (run() == nullptr) return;
  live_->tell({console_.text("cli.live.asked", {{"verb", action.verb}})}, false);
  asked_.push_back(asked);
  if (command.reason.empty() || command.verb == "rollback") {
    const auto body = engine::input_of(command, engine);
    return body ? send(asked, *body) : refuse(body.error());
  }
  engine.ports().lanes.submit(
      {"person", {}, kAnswerPatience, {}, false},
      [command, asked, &engine, release = subject_.release,
       user = world_.os_user()](const ports::Call&) -> ports::Completion {
        auto body = engine::input_of(command, engine);
        return [asked, &engine, release, user, body = std::move(body)] {
          if (!body)
            asked->answer = engine::Answer{body.error(), {}, {}};
          else
            engine.command_by_user(release, *body, user,
                                   [asked](const engine::Answer& given) { asked->answer = given; });
        };
      });
}

void Attendance::send(const std::shared_ptr<Asked>& asked, const core::InputBody& body) {
  host_.engine().command_by_user(subject_.release, body, world_.os_user(),
                                 [asked](const engine::Answer& given) { asked->answer = given; });
}

void Attendance::tell_answers() {
  for (const std::shared_ptr<Asked>& asked : asked_) {
    if (!asked->answer) {
      if (world_.now().mono >= asked->until) refuse(unanswered());
      continue;
    }
    if (asked->answer->refusal) {
      refuse(*asked->answer->refusal);
      continue;
    }
    const std::string& ignored = asked->answer->ignored_because;
    live_->tell(
        {ignored.empty() ? console_.text("cli.steer.done", {{"verb", asked->verb}})
                         : console_.text("cli.steer.ignored",
                                         {{"verb", asked->verb},
                                          {"why", base::translated(console_.locale, ignored)}})},
        !ignored.empty());
  }
  std::erase_if(asked_, [this](const std::shared_ptr<Asked>& asked) {
    return asked->answer || world_.now().mono >= asked->until;
  });
}

void Attendance::refuse(const base::Error& error) {
  live_->tell(refusal_words(error, console_.locale), true);
}

}  // namespace stellwerk::cli
