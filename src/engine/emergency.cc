// The emergency path from the engine's side: acting before the entry is durable, making room on a
// full disk, and bringing what was done into the journal afterwards.
#include <fmt/format.h>

#include <algorithm>

#include "engine/entries.h"
#include "engine/live.h"
#include "engine/loader.h"
#include "engine/private_text.h"

namespace stellwerk::engine {
namespace {

/// The release a line is about; empty when it does not say so.
base::ReleaseId release_of(const std::string& line) {
  const auto json = base::parse_json(line);
  if (!json || !json->is_object()) return {};
  const auto release = json->find("release");
  if (release == json->end() || !release->is_string()) return {};
  return base::ReleaseId(release->get<std::string>());
}

bool says_failed(const std::string& line) {
  const auto json = base::parse_json(line);
  if (!json || !json->is_object()) return false;
  const auto failed = json->find("failed");
  return failed != json->end() && failed->is_boolean() && failed->get<bool>();
}

std::string text_of(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace

void Engine::start_emergency(const base::ReleaseId& release, const core::Intent& intent,
                             const core::State& state) {
  const std::string what = intent.kind == core::EffectKind::EndDowntime
                               ? "the page of maintenance is being taken away"
                               : "traffic is being returned";
  report(base::error(base::Code::Unavailable, "ENG-0026",
                     fmt::format("{} {} before the journal has the entry",
                                 state.rollback ? "rolling back" : "calling off", release.str()))
             .because("the store refused, or its turn and its answer took more than 250 ms")
             .now(what + "; it is recorded in the emergency file"));
  call_off_raising(intent);
  ++gaps_open_;
  emergency_used_ = true;
  EffectContext context = context_of(*live_.at(release), intent);
  context.state = state;
  context.emergency = true;
  effects_.start(std::move(context));
}

void Engine::make_room() {
  if (making_room_) return;
  making_room_ = true;
  ports_.lanes.submit(
      {"emergency", {}, base::seconds(10), {}, true},
      [this](const ports::Call&) -> ports::Completion {
        auto freed = ports_.reserve.release();
        return [this, freed] {
          making_room_ = false;
          if (!freed) return report(freed.error());
          if (*freed)
            report(base::error(base::Code::Unavailable, "JRN-0009",
                               "the space reserved for a rollback is given up")
                       .because("something of a rollback could not be written")
                       .now("it is tried again; the space is set aside anew after the end"));
        };
      });
}

/// Not while a rollback may still need what it freed.
void Engine::renew_reserve() {
  for (const auto& [id, live] : live_)
    if (core::goes_back(live->run.state())) return;
  ports_.lanes.submit({"emergency", {}, base::seconds(10), {}, false},
                      [this](const ports::Call&) -> ports::Completion {
                        auto held = ports_.reserve.hold();
                        return [this, held] {
                          if (!held) report(held.error());
                        };
                      });
}

/// What an earlier process left in the emergency file.
base::Result<Engine::EmergencyLines> Engine::emergency_lines() {
  auto lines = ports_.emergency.read();
  if (!lines) return base::fail(std::move(lines.error()));
  emergency_used_ = emergency_used_ || !lines->empty();
  EmergencyLines by_release;
  for (const std::string& line : *lines) by_release[release_of(line)].push_back(line);
  return by_release;
}

/// Lines of a release go into its stream, also when it has ended; what belongs to none goes into
/// the installation's own.
void Engine::take_in_rest(const EmergencyLines& by_release) {
  std::vector<std::string> alone;
  for (const auto& [release, texts] : by_release) {
    const auto known = live_.find(release);
    Live* live = known == live_.end() ? nullptr : known->second.get();
    if (live == nullptr && !release.empty()) {
      // Before step(): no lane uses the journal yet.
      auto loaded = load_release(ports_.journal, ports_.content, release);
      if (!loaded) report(loaded.error());
      if (loaded) live = &adopt_loaded(std::move(*loaded));
    }
    if (live != nullptr)
      take_in(*live, texts);
    else
      alone.insert(alone.end(), texts.begin(), texts.end());
  }
  if (!alone.empty()) take_in_alone(alone);
}

void Engine::take_in(Live& live, const std::vector<std::string>& lines) {
  ++gaps_open_;
  core::EmergencyFound found{keeper_.keep(sealed_if_possible(text_of(lines), ports_.entropy)),
                             static_cast<std::uint32_t>(lines.size()), true};
  if (std::any_of(lines.begin(), lines.end(), says_failed)) found.failed = true;
  live.run.handle(found, {}, [this](const Answer&) { gap_written(); });
}

/// Into the installation's own stream.
void Engine::take_in_alone(const std::vector<std::string>& lines) {
  ++gaps_open_;
  const core::JournalGap gap{keeper_.keep(sealed_if_possible(text_of(lines), ports_.entropy)),
                             static_cast<std::uint32_t>(lines.size())};
  record_alone(gap, {}, [this](const Answer& answer) {
    if (answer.refusal) return report(*answer.refusal);  // the file keeps them for the next start
    gap_written();
  });
}

void Engine::record_alone(const core::Event& event, const base::PersonId& by, const Reply& reply) {
  const auto refuse = [&](const base::Error& error) {
    if (reply) reply({error, {}, {}});
  };
  auto streams = ports_.journal.streams(false);
  if (!streams) return refuse(streams.error());
  CommitRequest request;
  for (const ports::StreamInfo& stream : *streams)
    if (stream.release.empty()) request.expected_version = stream.version;
  core::NewEvent said{event, by, {}};
  add_known_by(said.input, by);
  auto entry = encode({}, said, {ports_.clock.wall(), ports_.clock.mono(), {}}, {});
  if (!entry) return refuse(entry.error());
  request.entries.push_back(std::move(entry->entry));
  request.done = [this, reply,
                  type = core::type_of(event)](const base::Result<std::uint64_t>& first) {
    if (first) {
      outbox_.wake(*first + 1);
      checkpoints_.grown(*first + 1);
    }
    if (!reply) return;
    if (first)
      reply({std::nullopt, {}, {type}});
    else
      reply({first.error(), {}, {}});
  };
  committer_.commit(std::move(request));
}

void Engine::gap_written() { --gaps_open_; }

/// Only when everything in the file is durable in the journal, with the texts it names.
void Engine::clear_emergency() {
  if (!emergency_used_ || gaps_open_ > 0 || !keeper_.empty()) return;
  emergency_used_ = false;
  ports_.lanes.submit({"emergency", {}, base::seconds(10), {}, false},
                      [this](const ports::Call&) -> ports::Completion {
                        auto cleared = ports_.emergency.clear();
                        return [this, cleared] {
                          if (!cleared) report(cleared.error());
                        };
                      });
}

}  // namespace stellwerk::engine
