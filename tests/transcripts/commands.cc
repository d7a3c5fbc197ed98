#include "transcripts/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/release_view.h"
#include "core/names.h"
#include "engine/view.h"

namespace stellwerk::transcripts {
namespace {

constexpr std::string_view kManager = "release-manager-123";

base::PersonId person_of(Command& command, std::string_view usually = kManager) {
  return base::PersonId(command.value_or("by", std::string(usually)));
}

std::optional<base::Digest> reason_of(Scene& scene, Command& command) {
  const auto text = command.value("reason");
  if (!text) return std::nullopt;
  return scene.names().text(*text);
}

base::Digest demanded_reason(Scene& scene, Command& command) {
  const auto reason = reason_of(scene, command);
  if (!reason) throw BadCommand(fmt::format("{}: reason= is missing", command.name()));
  return *reason;
}

// --- people --------------------------------------------------------------------------------------

void run(Scene& scene, Command& command) {
  const auto speed = static_cast<std::int64_t>(command.number_or("speed", 1));
  const base::PersonId by = person_of(command);
  command.finish();
  scene.send(core::RunRequested{core::digest_of(scene.plan()), speed}, by);
}

/// The plan that somebody names: the one under way, or `plan=other`.
base::Digest plan_of(Scene& scene, Command& command) {
  constexpr std::array<std::string_view, 2> kPlans{"this", "other"};
  if (command.choice("plan", kPlans, "this") == "this") return core::digest_of(scene.plan());
  const base::Digest other = base::sha256("another plan");
  scene.names().name(other, "another plan");
  return other;
}

void approve(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  core::Approved approved{plan_of(scene, command), command.flag("signed")};
  if (const auto decision = command.value("decision"))
    approved.decision = must(core::parse_approval_kind(*decision));
  approved.reason = reason_of(scene, command);
  command.finish();
  scene.send(approved, by);
}

void reject(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  const base::Digest plan = plan_of(scene, command);
  const base::Digest reason = demanded_reason(scene, command);
  command.finish();
  scene.send(core::Rejected{plan, reason}, by);
}

void attest(Scene& scene, Command& command) {
  const base::StepId step(command.word("the step"));
  const core::Step* known = scene.plan().find_step(step);
  const base::PersonId anybody = known == nullptr ? base::PersonId(std::string(kManager))
                                                  : scene.story().plan.somebody_with(known->roles);
  const base::PersonId by = person_of(command, anybody.str());
  std::optional<base::Digest> note;
  if (const auto text = command.value("note")) note = scene.names().text(*text);
  std::optional<std::string> figures;
  std::optional<base::Digest> evidence;
  if (const auto text = command.value("figures")) {
    figures = std::string(*text);
    evidence = scene.names().text(*text);
  }
  command.finish();
  scene.send(core::Attested{step, note, figures, evidence}, by);
}

void pause(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  const auto reason = reason_of(scene, command);
  command.finish();
  scene.send(core::PauseRequested{reason}, by);
}

void resume(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  core::ResumeRequested request{reason_of(scene, command), {}};
  if (const auto step = command.value("again")) request.again.emplace_back(*step);
  command.finish();
  scene.send(std::move(request), by);
}

void promote(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  command.finish();
  scene.send(core::PromoteRequested{}, by);
}

void rollback(Scene& scene, Command& command) {
  const base::PersonId by = person_of(command);
  const base::Digest reason = demanded_reason(scene, command);
  command.finish();
  scene.send(core::RollbackRequested{reason}, by);
}

// --- effects -------------------------------------------------------------------------------------

core::EffectKind kind_of(Command& command) {
  std::vector<std::string_view> kinds;
  for (const auto& [kind, text] : core::names_of(core::EffectKind{})) kinds.push_back(text);
  const std::string word = command.word("the effect", kinds);
  for (const auto& [kind, text] : core::names_of(core::EffectKind{}))
    if (text == word) return kind;
  throw BadCommand("not reached: the word is one of the kinds");
}

constexpr std::array<std::string_view, 3> kOutcomes{"done", "failed", "unknown"};

core::Outcome outcome_of(const std::string& word) {
  if (word == "done") return core::Outcome::Done;
  if (word == "failed") return core::Outcome::Failed;
  if (word == "unknown") return core::Outcome::Unknown;
  throw BadCommand(fmt::format("answer: {} is not {}", word, one_of(word, kOutcomes)));
}

/// `answer all`, `answer KIND [SUBJECT] OUTCOME [lease-expired|stale] [times=N]`.
void answer(Scene& scene, Command& command) {
  if (command.flag("all")) {
    command.finish();
    return scene.answer_all();
  }
  const core::EffectKind kind = kind_of(command);
  std::string word = command.word("the outcome");
  std::optional<std::string> subject;
  if (std::find(kOutcomes.begin(), kOutcomes.end(), word) == kOutcomes.end()) {
    subject = word;
    word = command.word("the outcome");
  }
  const core::Outcome outcome = outcome_of(word);
  base::Json more = base::Json::object();
  if (command.flag("lease-expired")) more[core::kLeaseExpired] = true;
  if (command.flag("stale")) more["stream_version"] = scene.state().version - 1;
  const std::uint64_t times = command.number_or("times", 1);
  command.finish();
  for (std::uint64_t i = 0; i < times; ++i) {
    const core::Intent* intent = scene.open(kind, subject);
    if (intent == nullptr)
      throw BadCommand(
          fmt::format("answer: no {} {} is under way", to_string(kind), subject.value_or("")));
    scene.answer(core::Intent(*intent), outcome, more);
  }
}

void late(Scene& scene, Command& command) {
  const core::EffectKind kind = kind_of(command);
  const core::Outcome outcome = outcome_of(command.word("the outcome", kOutcomes));
  command.finish();
  const core::Intent* intent = scene.closed(kind);
  if (intent == nullptr)
    throw BadCommand(fmt::format("late: no {} was answered or cancelled", to_string(kind)));
  scene.answer(core::Intent(*intent), outcome);
}

// --- time ----------------------------------------------------------------------------------------

/// `pass 15m [silent|idle]`.
void pass(Scene& scene, Command& command) {
  const base::Duration span = must(base::parse_duration(command.word("how long")));
  Flow flow = Flow::Good;
  if (command.flag("silent")) flow = Flow::Silent;
  if (command.flag("idle")) flow = Flow::Idle;
  command.finish();
  scene.pass(span, flow);
}

void hold(Scene& scene, Command& command) {
  command.finish();
  scene.hold();
}

/// `clock step=3s`, `clock speed=60`.
void clock(Scene& scene, Command& command) {
  if (const auto by = command.duration("step")) {
    command.finish();
    scene.story().now.wall = scene.now().wall + *by;
    scene.send(core::WallClockStepped{*by});
    return;
  }
  const std::uint64_t speed = command.number_or("speed", 0);
  command.finish();
  if (speed == 0) throw BadCommand("clock: step= or speed= is missing");
  scene.send(core::ClockBound{scene.now().runbook, static_cast<std::int64_t>(speed)});
}

// --- the world -----------------------------------------------------------------------------------

/// `traffic requests=1000 errors=11 slow=0 in_flight=0 aborts=0`.
void traffic(Scene& scene, Command& command) {
  const core::PlannedComponent& component = scene.plan().components.front();
  kpi::RequestGroup group;
  group.component = component.name;
  group.version = component.to;
  if (command.flag("old")) group.version = component.from;
  group.tenant = base::TenantId(command.value_or("tenant", "pilot-1"));
  group.second = scene.now().mono;
  group.requests = command.number_or("requests", 0);
  group.errors = command.number_or("errors", 0);
  group.slow = command.number_or("slow", 0);
  group.client_aborts = command.number_or("aborts", 0);
  kpi::MetricBatch batch;
  batch.alive_at = scene.now().mono;
  if (const std::uint64_t hanging = command.number_or("in_flight", 0); hanging > 0)
    batch.in_flight.push_back({component.name, component.to, hanging, scene.now().mono});
  command.finish();
  batch.groups.push_back(std::move(group));
  scene.observe(std::move(batch));
}

void lag(Scene& scene, Command& command) {
  const std::uint64_t events = parse_number("lag", command.word("how many events"));
  command.finish();
  scene.set_lag(static_cast<std::int64_t>(events));
}

/// `health SERVICE good|bad [times=N]`: of a component its new version's instance, or with `old`
/// the old one's. Probes come a second apart.
void health(Scene& scene, Command& command) {
  constexpr std::array<std::string_view, 2> kAnswers{"good", "bad"};
  kpi::HealthObservation seen;
  seen.service = base::ServiceName(command.word("the service"));
  seen.good = command.word("good or bad", kAnswers) == "good";
  const bool old_version = command.flag("old");
  const auto* component = scene.plan().find_component(base::ComponentName(seen.service.str()));
  seen.is_component = component != nullptr;
  seen.is_new_version = component != nullptr && !old_version;
  seen.target = seen.service.str();
  if (component != nullptr)
    seen.target += "-" + (old_version ? component->from : component->to).to_string() + "-1";
  const std::uint64_t times = command.number_or("times", 1);
  command.finish();
  for (std::uint64_t i = 0; i < times; ++i) {
    if (i > 0) scene.pass(base::seconds(1), Flow::Good);
    seen.at = scene.now().mono;
    scene.observe(seen);
  }
}

void integrity(Scene& scene, Command& command) {
  constexpr std::array<std::string_view, 1> kAnswers{"failed"};
  static_cast<void>(command.word("failed", kAnswers));
  command.finish();
  scene.integrity_failed();
}

void capacity(Scene& scene, Command& command) {
  constexpr std::array<std::string_view, 2> kAnswers{"gone", "back"};
  const base::ComponentName component(command.word("the component"));
  const bool gone = command.word("gone or back", kAnswers) == "gone";
  command.finish();
  scene.send(core::OldCapacityChanged{component, gone});
}

void lease_lost(Scene& scene, Command& command) {
  const std::uint64_t since = command.flag("earlier") ? 1 : scene.state().lease_since;
  command.finish();
  scene.send(core::LeaseLost{since});
}

/// `restart lease=alive|expired [routes=new|old] [guard=lost] [after=90s]`.
void restart(Scene& scene, Command& command) {
  constexpr std::array<std::string_view, 2> kLeases{"alive", "expired"};
  constexpr std::array<std::string_view, 2> kRoutes{"new", "old"};
  constexpr std::array<std::string_view, 2> kGuards{"kept", "lost"};
  core::Restarted how;
  const std::string lease = command.choice("lease", kLeases, "");
  if (lease.empty()) throw BadCommand("restart: lease= is missing");
  how.lease_alive = lease == "alive";
  how.routes_moved = command.choice("routes", kRoutes, "new") == "new";
  if (command.choice("guard", kGuards, "kept") == "lost") how.guard_lost = "ENG-0033";
  const auto after = command.duration("after");
  command.finish();
  if (after) scene.stand_still(*after);
  scene.restart(std::move(how));
}

void stop(Scene& scene, Command& command) {
  command.finish();
  scene.send(core::StopRequested{});
}

void routes_changed(Scene& scene, Command& command) {
  command.finish();
  scene.send(core::RoutesChanged{});
}

void router_up(Scene& scene, Command& command) {
  command.finish();
  scene.send(core::RouterBroughtUp{});
}

/// `emergency [returned]`: lines of the emergency file, among them a traffic write.
void emergency(Scene& scene, Command& command) {
  const bool returned = command.flag("returned");
  command.finish();
  scene.send(core::EmergencyFound{scene.names().text("emergency lines"), 1, returned});
}

// --- the scene -----------------------------------------------------------------------------------

core::Stage stage_of(const std::string& word) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < core::kStages; ++i) {
    const auto stage = static_cast<core::Stage>(i);
    if (to_string(stage) == word) return stage;
    names.emplace_back(to_string(stage));
  }
  const std::vector<std::string_view> choices(names.begin(), names.end());
  throw BadCommand(fmt::format("reach: {} is not {}", word, one_of(word, choices)));
}

/// `reach STAGE [wave=N]`: only the state is told, not the way there.
void reach(Scene& scene, Command& command) {
  const core::Stage stage = stage_of(command.word("the stage"));
  const auto wave = static_cast<std::uint32_t>(command.number_or("wave", 0));
  command.finish();
  scene.reach(stage, wave);
}

void sequence(Scene& scene, Command& command) {
  command.finish();
  for (const std::string& line : scene.sequence()) scene.say(line);
}

/// All that `release show` prints, without its blank lines.
void show(Scene& scene, Command& command) {
  command.finish();
  const base::Json view =
      engine::view_of(scene.plan(), scene.state(), engine::LiveFigures{nullptr, scene.now()});
  for (const std::string& line : lines_of(cli::release_text(view, {base::Locale::En, 100, false})))
    if (!line.empty()) scene.say("| " + line);
}

struct Entry {
  std::string_view name;
  void (*handle)(Scene&, Command&);
};
constexpr std::array kCommands{Entry{"release", release_command},
                               Entry{"plan", plan_command},
                               Entry{"run", run},
                               Entry{"approve", approve},
                               Entry{"reject", reject},
                               Entry{"attest", attest},
                               Entry{"pause", pause},
                               Entry{"resume", resume},
                               Entry{"promote", promote},
                               Entry{"rollback", rollback},
                               Entry{"answer", answer},
                               Entry{"late", late},
                               Entry{"pass", pass},
                               Entry{"hold", hold},
                               Entry{"clock", clock},
                               Entry{"traffic", traffic},
                               Entry{"lag", lag},
                               Entry{"health", health},
                               Entry{"integrity", integrity},
                               Entry{"capacity", capacity},
                               Entry{"lease-lost", lease_lost},
                               Entry{"restart", restart},
                               Entry{"stop", stop},
                               Entry{"emergency", emergency},
                               Entry{"reach", reach},
                               Entry{"sequence", sequence},
                               Entry{"show", show},
                               Entry{"router-up", router_up},
                               Entry{"routes-changed", routes_changed}};

const Entry& entry_of(const std::string& name) {
  for (const Entry& entry : kCommands)
    if (entry.name == name) return entry;
  const std::vector<std::string> names = command_names();
  const std::vector<std::string_view> choices(names.begin(), names.end());
  throw BadCommand(fmt::format("there is no command {}; {}", name, one_of(name, choices)));
}

}  // namespace

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kCommands) names.emplace_back(entry.name);
  return names;
}

void run_command(Scene& scene, const std::string& line) {
  Command command(line);
  const Entry& entry = entry_of(command.name());
  if (!scene.has_release() && command.name() != "release")
    throw BadCommand(fmt::format("{}: a transcript begins with `release`", command.name()));
  entry.handle(scene, command);
  command.finish();
}

Script run_script(Script script) {
  Scene scene;
  for (Block& block : script.blocks) {
    for (std::size_t i = 0; i < block.commands.size(); ++i) {
      try {
        run_command(scene, block.commands[i]);
      } catch (const BadCommand& bad) {
        throw Problem(script.file, block.first_command + i, bad.what());
      } catch (const std::logic_error& impossible) {
        throw Problem(script.file, block.first_command + i, impossible.what());
      }
    }
    block.output = scene.take_told();
    block.has_output = true;
  }
  return script;
}

}  // namespace stellwerk::transcripts
