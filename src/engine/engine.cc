#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "core/runbook_steps.h"
#include "engine/completeness.h"
#include "engine/live.h"
#include "engine/loader.h"
#include "engine/person_command.h"
#include "engine/private_text.h"
#include "engine/reports.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kClockStep = base::seconds(2);
/// What looks at an ended release, or asks something of it, mostly does so soon.
constexpr base::Duration kEndedKept = base::minutes(10);

base::Error reserved(const base::ComponentName& component, const base::ReleaseId& holder) {
  return base::error(base::Code::Conflict, "ENG-0025",
                     fmt::format("{} is reserved by release {}", component.str(), holder.str()))
      .because("two releases never touch one component at a time")
      .now("nothing was started")
      .then(fmt::format("stellwerk release show {}", holder.str()), "the release that holds it");
}

base::Error used_before(const base::ReleaseId& release) {
  return base::error(base::Code::Conflict, "ENG-0040", "what was signed was taken before")
      .because("each signed text counts once; an entry names the nonce of this one, or will")
      .now("the release is unchanged")
      .then(fmt::format("stellwerk release show {}", release.str()), "where it stands")
      .then("repeat the command with --key, or have a new text signed", "each is a new text");
}

/// With a reader of its own: the writer is another lane's.
std::shared_ptr<base::Result<LoadedRelease>> load_for_command(EnginePorts& ports,
                                                              const base::ReleaseId& release) {
  using Loaded = base::Result<LoadedRelease>;
  auto reader = ports.open_reader();
  if (!reader) return std::make_shared<Loaded>(base::fail(std::move(reader.error())));
  return std::make_shared<Loaded>(load_release(**reader, ports.content, release));
}

}  // namespace

Engine::Engine(EnginePorts ports, EngineSettings settings)
    : ports_(std::move(ports)),
      settings_(settings),
      mailbox_([this] { ports_.lanes.wake(); }),
      committer_(ports_),
      keeper_(ports_, [this](const base::Error& error) { report(error); }),
      integrity_(ports_, {[this](const base::Error& error) { integrity_failed(error); },
                          [this](const base::Error& error) { report(error); }}),
      checkpoints_(ports_, {[this](const base::Error& error) { integrity_.fail(error); },
                            [this](const base::Error& error) { report(error); },
                            [this](const Published& checkpoint, bool was_asked_for) {
                              attestors_.published(checkpoint, was_asked_for);
                            }}),
      attestors_(ports_, checkpoints_.publisher(),
                 [this](const base::Error& error) { report(error); }),
      effects_(ports_, committer_, effects_host()),
      outbox_(ports_, [this](const base::Error& error) { report(error); }) {
  // Called from the adapters' threads until they end, which may be after this object.
  const auto wake = [&lanes = ports_.lanes] { lanes.wake(); };
  for (ports::MetricSource* source : ports_.metrics) source->on_data(wake);
  ports_.health.on_data(wake);
  wall_offset_ = base::Duration{ports_.clock.wall().us - ports_.clock.mono().us};
}

Engine::~Engine() = default;

Effects::Host Engine::effects_host() {
  Effects::Host host;
  host.returned = [this](const base::ReleaseId& release, core::EffectReturned returned) {
    effect_returned(release, std::move(returned));
  };
  host.report = [this](const EffectContext& context) { return report_of(context); };
  host.trouble = [this](const EffectContext& context, const base::Error& error) {
    report_trouble(context, error);
  };
  host.check_journal = [this](const base::ReleaseId& release, IntegrityWatch::Then then) {
    integrity_.check(release, std::move(then));
  };
  host.publish = [this](const ports::Head& head, CheckpointWatch::Then then) {
    // What ends because the journal is damaged must be able to end.
    if (integrity_.failure())
      checkpoints_.sign_unpublished(head, std::move(then));
    else
      checkpoints_.publish(head, std::move(then));
  };
  host.keep = [this](const std::string& text) {
    return keeper_.keep(sealed_if_possible(text, ports_.entropy));
  };
  host.kept = [this](const base::Digest& digest) { return keeper_.find(digest); };
  return host;
}

void Engine::effect_returned(const base::ReleaseId& release, core::EffectReturned returned) {
  const auto found = live_.find(release);
  if (found == live_.end()) return;
  Live& live = *found->second;
  const core::State& state = live.run.state();
  const bool done = returned.outcome == core::Outcome::Done;
  // Whatever it was, it may be for want of space.
  if (!done && core::goes_back(state)) make_room();
  const auto intent = state.open.find(returned.key);
  if (done && intent != state.open.end() && intent->second.kind == core::EffectKind::KeepWindows)
    live.windows.erase(intent->second.subject);
  if (!returned.emergency_line) return live.run.handle(std::move(returned));
  live.run.handle(std::move(returned), {}, [this](const Answer&) { gap_written(); });
}

const ReleaseRun* Engine::find(const base::ReleaseId& release) const {
  const auto found = live_.find(release);
  return found == live_.end() ? nullptr : &found->second->run;
}

const GuardWatch* Engine::watch_of(const base::ReleaseId& release) const {
  const auto found = live_.find(release);
  return found == live_.end() ? nullptr : &found->second->watch;
}

std::vector<base::ReleaseId> Engine::live() const {
  std::vector<base::ReleaseId> ids;
  for (const auto& [id, live] : live_)
    if (!core::is_terminal(live->run.state().stage)) ids.push_back(id);
  return ids;
}

bool Engine::quiet() const {
  const bool idle = std::all_of(live_.begin(), live_.end(),
                                [](const auto& each) { return each.second->run.idle(); });
  return idle && !committer_.busy() && outbox_.drained() && !ports_.lanes.busy() &&
         keeper_.settled();
}

bool Engine::armed() const {
  return std::any_of(live_.begin(), live_.end(),
                     [](const auto& each) { return core::guard_armed(each.second->run.state()); });
}

Engine::Live& Engine::adopt(core::Plan plan, core::State state, RunbookClock clock,
                            const std::optional<base::Json>& saved) {
  const base::ReleaseId id = plan.release;
  GuardWatch watch(plan, state, saved, ports_.clock.mono());
  auto live = std::make_unique<Live>(
      ReleaseRun(ports_, committer_, *this, std::move(plan), std::move(state), clock),
      std::move(watch));
  if (integrity_.failure()) live->watch.integrity_failed(ports_.clock.mono());
  world_changed_ = true;
  const auto [kept, is_new] = live_.emplace(id, std::move(live));
  STELLWERK_CHECK(is_new);
  return *kept->second;
}

base::Result<void> Engine::check_free(const core::Plan& plan) const {
  for (const auto& [id, live] : live_) {
    if (core::is_terminal(live->run.state().stage)) continue;
    for (const core::PlannedComponent& held : live->run.plan().components)
      if (plan.find_component(held.name) != nullptr) return base::fail(reserved(held.name, id));
  }
  return {};
}

base::Result<void> Engine::begin(core::Plan plan, const base::PersonId& by, std::int64_t speed,
                                 Reply reply) {
  if (auto refusal = core::refusal_to_start(plan, by)) return base::fail(std::move(*refusal));
  if (auto free = check_free(plan); !free) return free;
  auto earlier = ports_.journal.read_stream(plan.release, 0, 1);
  if (!earlier) return base::fail(std::move(earlier.error()));
  if (!earlier->empty())
    return base::fail(base::error(base::Code::Conflict, "ENG-0024",
                                  fmt::format("the id {} was used before", plan.release.str()))
                          .because("an id stands for one run of the runbook, for ever")
                          .now("nothing was started")
                          .then("give the release another id in release.yaml", "a new record"));
  if (auto reserved = ports_.reserve.hold(); !reserved)
    return base::fail(std::move(reserved.error()).now("nothing was started"));
  auto digest = ports_.content.put(core::encode_plan(plan));
  if (!digest) return base::fail(std::move(digest.error()));

  const RunbookClock clock(ports_.clock.wall(), ports_.clock.mono(), speed);
  Live& live = adopt(std::move(plan), {}, clock, {});
  live.run.handle(core::RunRequested{*digest, speed}, by, std::move(reply));
  return {};
}

Engine::Live& Engine::adopt_loaded(LoadedRelease loaded) {
  const RunbookClock clock(loaded.state, ports_.clock.wall(), ports_.clock.mono());
  Live& live = adopt(std::move(loaded.plan), std::move(loaded.state), clock, {});
  live.nonces = std::move(loaded.nonces);
  return live;
}

void Engine::with_release(const base::ReleaseId& release, const Reply& reply, WithLive then) {
  if (const auto found = live_.find(release); found != live_.end()) {
    found->second->ended_at.reset();
    return then(*found->second);
  }
  auto& waiting = loading_[release];
  waiting.push_back({reply, std::move(then)});
  if (waiting.size() > 1) return;
  ports_.lanes.submit({"load", {}, base::minutes(1), {}, false},
                      [this, release](const ports::Call&) -> ports::Completion {
                        auto loaded = load_for_command(ports_, release);
                        return [this, release, loaded] { release_loaded(release, *loaded); };
                      });
}

void Engine::release_loaded(const base::ReleaseId& release, base::Result<LoadedRelease>& loaded) {
  const std::vector<WaitingCommand> waiting = std::move(loading_[release]);
  loading_.erase(release);
  const auto known = live_.find(release);  // begun or taken up meanwhile
  if (known == live_.end() && loaded) adopt_loaded(std::move(*loaded));
  for (const WaitingCommand& each : waiting) {
    if (const auto found = live_.find(release); found != live_.end())
      each.then(*found->second);
    else if (each.reply)
      each.reply({loaded.error(), {}, {}});
  }
}

void Engine::command(const base::ReleaseId& release, core::InputBody body, const Asker& by,
                     Reply reply) {
  with_release(release, reply, [this, body = std::move(body), by, reply](Live& live) {
    carry_out(live, body, by, reply);
  });
}

void Engine::carry_out(Live& live, core::InputBody body, const Asker& by, const Reply& reply) {
  if (auto* attested = std::get_if<core::Attested>(&body);
      attested != nullptr && attested->step.str() == core::kLogsStep)
    return attest_logs(live, std::move(*attested), by, reply);
  if (says_complete(live.run, body, by.person))
    return accept_complete(live, std::move(body), by, reply);
  live.run.handle(std::move(body), by, reply);
}

/// The figures are those of this moment, and durable before the entry that names them. A person's
/// word stands without them too.
void Engine::attest_logs(Live& live, core::Attested attested, const Asker& by, Reply reply) {
  const auto rows = live.watch.logs(ports_.clock.mono());
  if (rows.empty()) return live.run.handle(std::move(attested), by, std::move(reply));
  attested.summary = kpi::log_line(rows);
  const base::ReleaseId release = live.run.plan().release;
  auto text = std::make_shared<const std::string>(base::Json{{"logs", kpi::to_json(rows)}}.dump());
  ports_.lanes.submit(
      {"content", {}, base::seconds(10), {}, false},
      [this, release, attested, by, reply, text](const ports::Call&) -> ports::Completion {
        auto kept = ports_.content.put(*text);
        return [this, release, attested, by, reply, kept]() mutable {
          if (kept) attested.evidence = *kept;
          if (!kept) report(kept.error());
          with_release(release, reply,
                       [attested, by, reply](Live& its) { its.run.handle(attested, by, reply); });
        };
      });
}

void Engine::command_by_user(const base::ReleaseId& release, core::InputBody body,
                             const UserWord& word, const Reply& reply) {
  with_release(release, reply, [this, body = std::move(body), word, reply](Live& live) {
    const core::Plan& plan = live.run.plan();
    auto said = said_by_user(word, plan, live.run.next_state(), live.run.now(), body);
    if (said) return carry_out(live, std::move(*said), person_of(plan, word.os_user), reply);
    if (reply) reply({said.error(), {}, {}});
  });
}

void Engine::command_signed(const base::ReleaseId& release, const SignedWord& word,
                            const base::Digest& document, const Reply& reply) {
  with_release(release, reply, [this, release, word, document, reply](Live& live) {
    auto said =
        said_by(word, live.run.plan(), live.run.state().plan, ports_.clock.wall(), document);
    if (!said) {
      if (reply) reply({said.error(), {}, {}});
      return;
    }
    if (says_complete(live.run, said->body, said->asker.person))
      return compare_head(release, *said, reply);
    take_signed(live, *said, reply);
  });
}

/// The word that a record is complete counts when it names a head that covers the record.
void Engine::compare_head(const base::ReleaseId& release, const SaidBy& said, const Reply& reply) {
  ports_.lanes.submit({"log", {}, base::minutes(1), {}, false},
                      [this, release, said, reply](const ports::Call&) -> ports::Completion {
                        auto covered = covers_record(ports_, release, said.head);
                        return [this, release, said, reply, covered] {
                          if (covered)
                            return with_release(release, reply, [this, said, reply](Live& live) {
                              take_signed(live, said, reply);
                            });
                          if (reply) reply({covered.error(), {}, {}});
                        };
                      });
}

void Engine::take_signed(Live& live, const SaidBy& said, const Reply& reply) {
  const base::ReleaseId release = live.run.plan().release;
  // Taken until the answer, and for good once an entry names it.
  const std::string nonce = said.asker.signature->nonce;
  if (!live.nonces.insert(nonce).second) {
    if (reply) reply({used_before(release), {}, {}});
    return;
  }
  carry_out(live, said.body, said.asker, [this, release, nonce, reply](const Answer& answer) {
    const auto its = live_.find(release);
    if (its != live_.end() && answer.entries.empty()) its->second->nonces.erase(nonce);
    if (its != live_.end() && !answer.entries.empty()) its->second->nonces.insert(nonce);
    if (reply) reply(answer);
  });
}

/// The whole journal is checked before somebody's word that it is complete counts.
void Engine::accept_complete(Live& live, core::InputBody body, const Asker& by,
                             const Reply& reply) {
  integrity_.check_all([this, release = live.run.plan().release, body = std::move(body), by,
                        reply](const EffectResult& result) {
    if (result.outcome == core::Outcome::Done)
      return with_release(release, reply,
                          [body, by, reply](Live& its) { its.run.handle(body, by, reply); });
    if (reply) reply({not_sound(release, result.summary), {}, {}});
  });
}

bool Engine::any_under_way() const {
  return std::any_of(live_.begin(), live_.end(), [](const auto& each) {
    return !core::is_terminal(each.second->run.state().stage);
  });
}

void Engine::let_go_ended(base::MonoTime now) {
  std::erase_if(live_, [&](const auto& each) {
    Live& live = *each.second;
    const core::State& state = live.run.state();
    const bool done = core::is_terminal(state.stage) && state.open.empty() && live.run.idle() &&
                      live.windows.empty() && !live.sending_hold && !kept_.contains(each.first);
    if (!done) {
      live.ended_at.reset();
      return false;
    }
    if (!live.ended_at) live.ended_at = now;
    if (now - *live.ended_at < kEndedKept) return false;
    for (auto& [name, releases] : probed_for_) std::erase(releases, &live);
    return true;
  });
}

base::Digest Engine::keep_soon(const std::string& text) {
  return keep_bytes_soon(sealed_if_possible(text, ports_.entropy));
}

base::Digest Engine::keep_bytes_soon(const std::string& bytes) {
  mailbox_.post([this, bytes] { keeper_.keep(bytes); });
  return base::sha256(bytes);
}

base::MonoTime Engine::step() {
  for (const ports::Completion& completion : ports_.lanes.finished()) completion();
  mailbox_.run_all();
  poll_sources();
  guard_rounds();
  watch_clock();
  for (const auto& [id, live] : live_) live->run.pump();
  follow_world();
  const base::MonoTime now = ports_.clock.mono();
  renew_leases(now);
  look_at_router(now);
  integrity_.pump(now, armed(), settings_.integrity_interval);
  checkpoints_.pump(now, any_under_way());
  attestors_.pump(now);
  keeper_.pump(now);
  clear_emergency();
  outbox_.pump(now);
  let_go_ended(now);
  return next_wake();
}

base::MonoTime Engine::next_wake() const {
  const base::MonoTime now = ports_.clock.mono();
  base::MonoTime wake = now + settings_.idle_interval;
  for (const auto& [id, live] : live_) {
    if (core::guard_armed(live->run.state()))
      wake = std::min(wake, std::max(live->watch.due_at(now), now + settings_.guard_interval));
    if (const auto at = live->run.wake_at()) wake = std::min(wake, *at);
  }
  if (const auto at = outbox_.wake_at()) wake = std::min(wake, *at);
  if (const auto at = attestors_.wake_at()) wake = std::min(wake, *at);
  return wake;
}

void Engine::start_effect(const base::ReleaseId& release, const core::Intent& intent) {
  Live& live = *live_.at(release);
  live.started.insert(intent.key);
  call_off_raising(intent);
  effects_.start(context_of(live, intent));
}

void Engine::cancel_effect(const base::EffectKey& key) { effects_.cancel(key); }

EffectContext Engine::context_of(const Live& live, const core::Intent& intent) const {
  return {live.run.shared_plan(), live.run.state(), intent, false};
}

/// The comparison and the summaries: only this thread knows the figures.
EffectResult Engine::report_of(const EffectContext& context) {
  Live& live = *live_.at(context.plan->release);
  if (context.intent.kind == core::EffectKind::KeepWindows) return windows_of(live, context);
  const auto comparison = live.watch.comparison();
  if (context.intent.kind == core::EffectKind::CompareKpis) {
    EffectResult result;
    result.outcome = all_met(comparison) ? core::Outcome::Done : core::Outcome::Failed;
    result.summary = comparison_line(comparison);
    result.data["components"] = kpi::to_json(comparison);
    result.evidence = result.data.dump();
    return result;
  }
  const auto logs = live.watch.logs(ports_.clock.mono());
  return {core::Outcome::Done, "written",
          release_summary(*context.plan, live.run.state(), comparison, logs), base::Json::object()};
}

/// Taken when the wave ends: the log of the next one replaces it.
EffectResult Engine::windows_of(Live& live, const EffectContext& context) {
  const auto [kept, is_new] = live.windows.try_emplace(context.intent.subject);
  if (is_new)
    kept->second = context.state.rollback ? live.watch.windows_until(ports_.clock.mono())
                                          : live.watch.windows();
  EffectResult result;
  result.evidence = kept->second;
  result.outcome = kept->second.empty() ? core::Outcome::Failed : core::Outcome::Done;
  result.summary = kept->second.empty() ? "lost with the process that had them"
                                        : fmt::format("raw windows of {}", context.intent.subject);
  return result;
}

void Engine::integrity_failed(const base::Error& error) {
  report(error);
  const base::MonoTime now = ports_.clock.mono();
  for (const auto& [id, live] : live_) live->watch.integrity_failed(now);
}

void Engine::written(const std::vector<Written>& entries) {
  if (entries.empty()) return;
  if (on_written)
    for (const Written& entry : entries) on_written(entry);
  outbox_.wake(entries.back().index + 1);
  checkpoints_.grown(entries.back().index + 1);
}

void Engine::set_rollout_speed(const base::ReleaseId& release, std::int64_t speed) {
  if (const auto found = live_.find(release); found != live_.end())
    found->second->rollout_speed = speed;
}

void Engine::change_speed(Live& live) {
  if (live.run.state().stage != core::Stage::Deploying || !live.rollout_speed) return;
  const std::int64_t speed = *live.rollout_speed;
  live.rollout_speed.reset();
  const base::MonoTime now = ports_.clock.mono();
  live.run.clock().set_speed(speed, now);
  live.run.handle(core::ClockBound{live.run.clock().at(now), speed});
}

void Engine::state_changed(const base::ReleaseId& release) {
  Live& live = *live_.at(release);
  live.watch.follow(live.run.state(), ports_.clock.mono());
  if (core::is_terminal(live.run.state().stage)) renew_reserve();
  if (Followed now = followed_of(live.run.state()); live.followed != now) {
    live.followed = std::move(now);
    world_changed_ = true;
  }
  change_speed(live);
}

void Engine::report(const base::Error& error) {
  if (on_report) on_report(error);
}

/// What was cancelled meanwhile is no trouble any more; what ran before its entry is not open yet.
void Engine::report_trouble(const EffectContext& context, const base::Error& error) {
  const core::Intent& intent = context.intent;
  const auto found = live_.find(context.plan->release);
  if (found == live_.end()) return;
  const core::State& state = found->second->run.state();
  if (!context.emergency && !state.open.contains(intent.key)) return;
  const std::string what =
      std::string(core::to_string(intent.kind)) + (intent.subject.empty() ? "" : " ");
  if (intent.kind == core::EffectKind::MoveTraffic) router_.look_now = true;
  report(base::Error(error).during(what + intent.subject));
}

/// The wall clock stepped: recorded for every release; nothing moves because of it.
void Engine::watch_clock() {
  const base::Duration offset{ports_.clock.wall().us - ports_.clock.mono().us};
  const base::Duration step = offset - wall_offset_;
  if (step < kClockStep && -step < kClockStep) return;
  wall_offset_ = offset;
  for (const auto& [id, live] : live_)
    if (!core::is_terminal(live->run.state().stage)) live->run.handle(core::WallClockStepped{step});
}

}  // namespace stellwerk::engine
