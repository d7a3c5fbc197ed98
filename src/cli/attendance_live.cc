// Being there at a terminal with the live view: keys, the commands they give, their answers.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/text.h"
#include "base/translated.h"
#include "cli/attendance.h"
#include "cli/error_text.h"
#include "engine/entries.h"
#include "engine/person_command.h"

namespace stellwerk::cli {
namespace {

constexpr std::uint64_t kPastEntries = 400;  ///< of the journal; some of them are public

/// Runs in a lane.
base::Result<std::vector<engine::ReadEntry>> past_entries(
    const std::function<base::Result<std::unique_ptr<ports::JournalStore>>()>& open,
    ports::ContentStore& content, const base::ReleaseId& release, std::uint64_t until) {
  auto reader = open();
  if (!reader) return base::fail(std::move(reader.error()));
  const std::uint64_t count = std::min(until, kPastEntries);
  auto stored = (*reader)->read_stream(release, until - count, count);
  if (!stored) return base::fail(std::move(stored.error()));
  std::vector<engine::ReadEntry> entries;
  for (const ports::StoredEntry& each : *stored) {
    if (!core::is_public(each.type)) continue;
    auto entry = engine::decode(each, content);
    if (!entry) return base::fail(std::move(entry.error()));
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace

/// What happened last before this process, for the view only. A lane reads it, with a reader of its
/// own: the engine's is its lane's, and a disk may hang.
void Attendance::read_past() {
  engine::EnginePorts& ports = host_.engine().ports();
  if (began_ == 0 || !ports.open_reader) return;
  past_ = std::make_shared<std::optional<Past>>();
  ports.lanes.submit(
      {"past", {}, kAnswerPatience, {}, false},
      [past = past_, open = ports.open_reader, &content = ports.content, release = subject_.release,
       until = began_](const ports::Call&) -> ports::Completion {
        auto entries = past_entries(open, content, release, until);
        Past read;
        if (entries)
          read.entries = std::move(*entries);
        else
          read.trouble = std::move(entries.error());
        return [past, read = std::move(read)] { *past = read; };
      });
}

void Attendance::tell_past() {
  const engine::ReleaseRun* its = run();
  if (!past_ || !*past_ || its == nullptr) return;
  const std::shared_ptr<std::optional<Past>> past = std::exchange(past_, nullptr);
  if ((*past)->trouble) return report_once(*(*past)->trouble);
  std::vector<EventParts> lines;
  for (const engine::ReadEntry& entry : (*past)->entries) {
    const EventAt at{entry.event, entry.at, entry.by, its->state().t0, its->state().t0_wall, {}};
    lines.push_back(event_parts(its->plan(), at, console_.locale));
  }
  live_->events_before(lines);
}

std::optional<Exit> Attendance::look_live() {
  for (const LiveAction& action : live_->look(world_.now().mono))
    if (const auto exit = on_action(action)) return exit;
  tell_past();
  tell_answers();
  return std::nullopt;
}

std::optional<Exit> Attendance::on_action(const LiveAction& action) {
  switch (action.kind) {
    case LiveAction::Kind::Leave:
      ask_person();
      return std::nullopt;
    case LiveAction::Kind::LeaveNow:
      return detach();
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
  engine::Engine& engine = host_.engine();
  if (run() == nullptr) return;
  const auto asked = std::make_shared<Asked>();
  asked->verb = action.verb;
  asked->until = world_.now().mono + kAnswerPatience;
  asked->people = look_up_people();
  asked->people_until = world_.now().mono + kPeoplePatience;
  live_->tell({console_.text("cli.live.asked", {{"verb", key_text(action.verb, console_.locale)}})},
              false);
  asked_.push_back(asked);
  if (command.reason.empty() || command.verb == "rollback") {
    auto body = engine::input_of(command, engine);
    if (body)
      asked->body = std::move(*body);
    else
      asked->answer = engine::Answer{body.error(), {}, {}};
    return;
  }
  engine.ports().lanes.submit({"person", {}, kAnswerPatience, {}, false},
                              [command, asked, &engine](const ports::Call&) -> ports::Completion {
                                auto body = engine::input_of(command, engine);
                                return [asked, body = std::move(body)] {
                                  if (body)
                                    asked->body = *body;
                                  else
                                    asked->answer = engine::Answer{body.error(), {}, {}};
                                };
                              });
}

/// As soon as it is known who stands in stellwerk.yaml, or that this cannot be known now.
void Attendance::send(const std::shared_ptr<Asked>& asked) {
  if (!asked->body || (!asked->people->read && world_.now().mono < asked->people_until)) return;
  const core::InputBody body = *std::exchange(asked->body, std::nullopt);
  host_.engine().command_by_user(subject_.release, body, {world_.os_user(), asked->people->now},
                                 [asked](const engine::Answer& given) { asked->answer = given; });
}

void Attendance::tell_answers() {
  for (const std::shared_ptr<Asked>& asked : asked_) {
    send(asked);
    if (!asked->answer) {
      if (world_.now().mono >= asked->until) refuse(unanswered());
      continue;
    }
    if (asked->answer->refusal) {
      refuse(*asked->answer->refusal);
      continue;
    }
    const std::string& ignored = asked->answer->ignored_because;
    const std::string verb = key_text(asked->verb, console_.locale);
    live_->tell({ignored.empty()
                     ? console_.text("cli.steer.done", {{"verb", verb}})
                     : console_.text(
                           "cli.steer.ignored",
                           {{"verb", verb}, {"why", base::translated(console_.locale, ignored)}})},
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
