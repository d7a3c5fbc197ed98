#include "cli/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/translated.h"
#include "cli/api_client.h"
#include "cli/attendance.h"
#include "cli/error_text.h"
#include "cli/event_lines.h"
#include "cli/release_command.h"
#include "cli/release_view.h"
#include "engine/loader.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kChunk = 500;
constexpr std::size_t kPastShown = 200;
constexpr base::Duration kWatchInterval = base::milliseconds(250);
constexpr base::Duration kKeyInterval = base::milliseconds(50);
constexpr base::Duration kLookInterval = base::milliseconds(500);
/// Without an engine the view is made of the whole stream.
constexpr base::Duration kStoredInterval = base::seconds(2);
/// Keys wait as long as the engine is asked for its view.
constexpr base::Duration kViewPatience = base::seconds(2);
constexpr std::string_view kGoOn = "stellwerk run RELEASE.yaml --resume";

}  // namespace

Watcher::Watcher(World& world, const Console& console, const std::string& data_folder,
                 base::ReleaseId release)
    : world_(world),
      console_(console),
      data_folder_(data_folder),
      release_(std::move(release)),
      status_(console) {}

Exit Watcher::watch() {
  auto reader = world_.open_reader(data_folder_);
  if (!reader) return failed(console_, reader.error());
  auto plan = engine::load_plan(*reader->journal, *reader->content, release_);
  if (!plan) return failed(console_, plan.error());
  plan_ = std::move(*plan);
  while (true)
    if (const auto exit = turn(*reader)) return *exit;
}

std::optional<Exit> Watcher::turn(Reader& reader) {
  const base::MonoTime now = world_.now().mono;
  if (!live_ || !read_at_ || now - *read_at_ >= kWatchInterval) {
    read_at_ = now;
    auto more = print_new(reader);
    if (!more) {
      live_.reset();
      return failed(console_, more.error());
    }
    if (!console_.out) return exit_of(state_.stage);  // nobody sees it any more
    if (*more) return std::nullopt;
    if (core::is_terminal(state_.stage)) return end();
    if (!live_) go_live();
  }
  if (live_) {
    if (const auto exit = look_live()) return exit;
  } else {
    show_progress();
  }
  if (!world_.sleep(live_ ? kKeyInterval : kWatchInterval)) return exit_of(state_.stage);
  return std::nullopt;
}

/// True when there may be more at once.
base::Result<bool> Watcher::print_new(Reader& reader) {
  auto chunk = reader.journal->read_stream(release_, state_.version, kChunk);
  if (!chunk) return base::fail(std::move(chunk.error()));
  for (const ports::StoredEntry& stored : *chunk) {
    auto entry = engine::decode(stored, *reader.content);
    if (!entry) return base::fail(std::move(entry.error()));
    if (auto folded = engine::fold(plan_, state_, *entry); !folded)
      return base::fail(std::move(folded.error()));
    if (core::is_public(stored.type))
      print(stored, *entry, private_text(entry->event, *reader.content, console_.locale));
  }
  if (!live_) console_.out.flush();
  return chunk->size() == kChunk;
}

void Watcher::print(const ports::StoredEntry& stored, const engine::ReadEntry& entry,
                    std::string said) {
  status_.clear();
  if (console_.json) {
    console_.out << stored.bytes << '\n';
    return;
  }
  const EventAt at{entry.event, entry.at, entry.by, state_.t0, state_.t0_wall, std::move(said)};
  const EventParts parts = event_parts(plan_, at, console_.locale);
  if (live_) return live_->event(parts);
  console_.out << event_line(parts, console_.colour_out) << '\n';
  past_.push_back(parts);
  if (past_.size() > kPastShown) past_.pop_front();
}

/// With what ended, as `run` says it: the scrollback of a live view would else end in the middle.
Exit Watcher::end() {
  if (live_) {
    const std::string text = console_.text(
        "cli.run.ended",
        {{"release", release_.str()},
         {"stage", stage_text(std::string(core::to_string(state_.stage)), console_.locale)}});
    live_->note(text, text, Colour::Bold);
  }
  return exit_of(state_.stage);
}

// ---- lines

void Watcher::show_progress() {
  const base::MonoTime now = world_.now().mono;
  if (!status_.due(now)) return;
  if (!world_.engine_runs(data_folder_)) return say_unguarded();
  unguarded_said_ = false;
  const auto view = view_of_release(world_, data_folder_, release_);
  if (view) status_.show(progress_text(*view, console_.locale), now);
}

void Watcher::say_unguarded() {
  if (unguarded_said_) return;
  unguarded_said_ = true;
  status_.note(console_.text("cli.run.unguarded", {{"command", std::string(kGoOn)}}));
}

// ---- the live view

void Watcher::go_live() {
  if (console_.json) return;
  live_ =
      LiveScreen::open(console_, true, fmt::format("stellwerk release watch {}", release_.str()));
  if (!live_) return;
  for (const EventParts& parts : past_) live_->past_event(parts);
  past_.clear();
}

std::optional<Exit> Watcher::look_live() {
  const base::MonoTime now = world_.now().mono;
  look_at_release(now);
  for (const LiveAction& action : live_->look(now)) {
    if (action.kind == LiveAction::Kind::Leave) return exit_of(state_.stage);
    if (action.kind == LiveAction::Kind::Steer) steer(action);
  }
  return std::nullopt;
}

void Watcher::look_at_release(base::MonoTime now) {
  const base::Duration interval = unguarded_said_ ? kStoredInterval : kLookInterval;
  if (looked_at_ && now - *looked_at_ < interval) return;
  looked_at_ = now;
  const auto view = view_of_release(world_, data_folder_, release_, kViewPatience);
  if (!view) {
    live_->tell(refusal_words(view.error(), console_.locale), true);
    return;
  }
  unguarded_said_ = view->value("engine", "") != "running";
  live_->show(*view, world_.now());
}

/// The same way as the commands (steer_command.cc); without an engine nobody could carry it out.
void Watcher::steer(const LiveAction& action) {
  const std::string verb = key_text(action.verb, console_.locale);
  if (!world_.engine_runs(data_folder_))
    return live_->tell(
        {console_.text("cli.live.no-engine", {{"verb", verb}, {"command", std::string(kGoOn)}})},
        true);
  live_->tell({console_.text("cli.live.asked", {{"verb", verb}})}, false);
  live_->draw(world_.now().mono);
  base::Json body = {{"command", action.verb}};
  if (!action.reason.empty()) body["reason"] = action.reason;
  const auto answer = ApiClient(world_.socket_path(data_folder_))
                          .post(fmt::format("/v1/releases/{}/commands", release_.str()), body);
  if (!answer) return live_->tell(refusal_words(answer.error(), console_.locale), true);
  const std::string ignored = answer->value("ignored_because", "");
  live_->tell(
      {ignored.empty()
           ? console_.text("cli.steer.done", {{"verb", verb}})
           : console_.text("cli.steer.ignored",
                           {{"verb", verb}, {"why", base::translated(console_.locale, ignored)}})},
      !ignored.empty());
}

}  // namespace stellwerk::cli
