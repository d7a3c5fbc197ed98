// What must hold. Each rule has a name that a failing seed prints, and a line in docs/simulator.md.
#include "sim/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace stellwerk::sim {
namespace {

/// A step of the world, and what an adapter may do after its caller has given up on it.
constexpr base::Duration kSlack = base::seconds(20);
/// Of time in which the engine lives and the router can be reached.
constexpr base::Duration kPutRight = base::minutes(2);
constexpr base::Duration kReturn = base::minutes(10);
constexpr base::Duration kPatience = base::milliseconds(50);  ///< with an append, at least

/// The runbook's event sequence: each once, none before those above it.
constexpr std::array<std::string_view, 7> kUpToWaves = {
    "audit.release.planned",     "scheduler.release.planned", "notification.maintenance.scheduled",
    "audit.precheck.completed",  "scheduler.release.started", "notification.release.started",
    "scheduler.release.deployed"};
constexpr std::array<std::string_view, 5> kAfterWaves = {
    "scheduler.release.completed", "analytics.release.metrics", "audit.release.completed",
    "notification.release.successful", "audit.release.logged"};
constexpr std::array<std::string_view, 6> kRollback = {
    "notification.rollback.initiated", "notification.rollback.executed",
    "scheduler.release.rolledback",    "notification.rollback.completed",
    "audit.release.rolledback",        "audit.rollback.logged"};
constexpr std::string_view kWave = "scheduler.release.wave";
constexpr std::string_view kProgress = "notification.release.progress";

/// What may still be written of a release that has ended.
bool after_the_end(std::string_view type) {
  return type == "audit.journal.gap" || type == "audit.checkpoint.signed" ||
         type == "stellwerk.effect.finished" || type == "stellwerk.effect.requested" ||
         type == "audit.step.attested" || type == "audit.step.passed";
}

/// The first of `wanted` that is missing; empty: all are there.
std::string_view missing(const Ledger& ledger, std::span<const std::string_view> wanted) {
  for (const std::string_view each : wanted)
    if (!ledger.has(std::string(each))) return each;
  return {};
}

std::optional<std::uint32_t> number_of_wave(std::string_view type) {
  if (!type.starts_with(kWave)) return std::nullopt;
  std::uint32_t number = 0;
  for (const char digit : type.substr(kWave.size())) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return number;
}

/// Evidence that the entry names: it must be there before. Private texts come when they can.
std::vector<std::string> kept_by_name(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> kFields = {
      R"("evidence":"sha256:)", R"("windows":"sha256:)", R"("note":"sha256:)",
      R"("guard_state":"sha256:)"};
  constexpr std::string_view kScheme = "sha256:";
  std::vector<std::string> named;
  for (const std::string_view field : kFields)
    for (auto at = bytes.find(field); at != std::string_view::npos;
         at = bytes.find(field, at + 1)) {
      const auto from = at + field.size() - kScheme.size();
      named.emplace_back(bytes.substr(from, bytes.find('"', from) - from));
    }
  return named;
}

/// An entry as the trace shows it.
std::string line_of(const ports::StoredEntry& stored, const engine::ReadEntry& entry) {
  constexpr std::size_t kShown = 160;
  std::string line = fmt::format("entry {:>4} {} {}", stored.index, stored.type,
                                 core::encode_event(entry.event).dump().substr(0, kShown));
  for (const core::Intent& intent : entry.intents)
    line += fmt::format(" → {} {}", core::to_string(intent.kind), intent.subject);
  return line;
}

}  // namespace

Invariants::Invariants(const ports::Clock& clock, SimStore& store, adapters::MemoryRouter& router,
                       adapters::MemoryWorkload& workload, Trace& trace)
    : clock_(clock),
      store_(store),
      router_(router),
      workload_(workload),
      trace_(trace),
      checked_at_(clock.mono()),
      wall_ahead_{clock.wall().us - clock.mono().us} {}

void Invariants::watch(const core::Plan& plan, std::int64_t rollout_speed) {
  ledgers_.insert_or_assign(plan.release, Ledger(plan));
  watches_[plan.release].time = OwnTime(rollout_speed);
}

void Invariants::fail(std::string invariant, std::string detail) {
  if (violation_) return;
  trace_.say([&] { return fmt::format("VIOLATED {}: {}", invariant, detail); });
  violation_ = Violation{std::move(invariant), std::move(detail)};
}

// ---- the journal is a legal history

void Invariants::read_journal() {
  const auto fresh = store_.journal.read(folded_, 10'000);
  if (!fresh) return fail("the-journal-can-be-read", fresh.error().one_line());
  for (const ports::StoredEntry& stored : *fresh) take(stored);
  folded_ += fresh->size();
}

void Invariants::take(const ports::StoredEntry& stored) {
  const auto found = ledgers_.find(stored.release);
  if (found == ledgers_.end()) {
    if (!stored.release.empty()) fail("entries-belong-to-a-release", stored.release.str());
    return;
  }
  auto entry = engine::decode(stored, store_.content.stored);
  if (!entry) return fail("every-entry-can-be-read", entry.error().one_line());
  Ledger& ledger = found->second;
  trace_.say([&] { return line_of(stored, *entry); });
  if (stored.stream_version != ledger.state.version + 1)
    fail("a-stream-has-no-gaps", fmt::format("entry {}", stored.index));
  if (stored.type == "audit.journal.gap") owes_gap_ = false;
  for (const std::string& named : kept_by_name(stored.bytes))
    if (const auto digest = base::Digest::parse(named); !digest || !is_kept(*digest))
      fail("what-an-entry-names-is-kept", fmt::format("{}: {}", stored.type, named));
  check_entry(ledger, *entry);
  const core::Stage stage = ledger.state.stage;
  ledger.take(*entry);
  if (on_entry) on_entry(ledger, *entry);
  if (ledger.state.rollback) excuses_[stored.release].recorded();
  follow_time(ledger, *entry);
  if (core::is_terminal(stage) && ledger.state.stage != stage)
    fail("what-has-ended-stays-ended", stored.type);
}

bool Invariants::is_kept(const base::Digest& digest) const {
  const auto has = store_.content.stored.has(digest);
  return has && *has;
}

void Invariants::check_entry(const Ledger& before, const engine::ReadEntry& entry) {
  const std::string type = core::type_of(entry.event);
  check_order(before, type);
  check_times(before, entry);
  if (core::is_terminal(before.state.stage) && !after_the_end(type))
    fail("what-has-ended-stays-ended", type);
  for (const core::Intent& intent : entry.intents)
    if (before.keys.contains(intent.key)) fail("an-effect-is-asked-for-once", intent.key.str());
  if (const auto* wave = std::get_if<core::TrafficIntended>(&entry.event))
    check_gate(before, *wave);
  if (const auto* hold = std::get_if<core::HoldCompleted>(&entry.event)) check_hold(before, *hold);
  if (const auto* approval = std::get_if<core::ApprovalGranted>(&entry.event))
    check_approval(before, *approval, entry.by);
  if (std::holds_alternative<core::TrafficReturned>(entry.event)) check_returned(before);
}

/// Read back, the router serves nobody the new version, unless somebody else has changed it since.
void Invariants::check_returned(const Ledger& before) {
  const auto router = router_.current({});
  if (router && !tampered_ && on_new(before, *router))
    fail("a-rollback-says-so-when-traffic-is-back", before.plan->release.str());
}

void Invariants::check_order(const Ledger& before, const std::string& type) {
  const auto ends = [&](std::string_view what) {
    fail("events-come-in-the-runbook's-order", fmt::format("{}: {}", type, what));
  };
  const bool going_back = before.has(std::string(kRollback.front()));
  const auto in = [&](auto& sequence) {
    return std::find(sequence.begin(), sequence.end(), type) - sequence.begin();
  };
  const auto position = [&](auto& sequence) -> std::optional<std::size_t> {
    const auto at = in(sequence);
    if (at == static_cast<std::ptrdiff_t>(sequence.size())) return std::nullopt;
    return static_cast<std::size_t>(at);
  };
  if (const auto at = position(kRollback)) {
    if (before.has(type)) ends("twice");
    const auto lacks = missing(before, std::span(kRollback).first(*at));
    if (!lacks.empty()) ends(lacks);
    if (*at == 0 && !before.state.paused) ends("not paused before");
    return;
  }
  if (const auto at = position(kUpToWaves)) {
    if (before.has(type)) ends("twice");
    const auto lacks = missing(before, std::span(kUpToWaves).first(*at));
    if (!lacks.empty()) ends(lacks);
  }
  const auto wave = number_of_wave(type);
  if (wave) {
    const auto lacks = missing(before, kUpToWaves);
    if (!lacks.empty()) ends(lacks);
    if (*wave > 1 && !before.has(fmt::format("{}{}", kWave, *wave - 1))) ends("a wave is missing");
    if (before.has(type) && !before.has("scheduler.lease.expired")) ends("twice");
  }
  if (const auto at = position(kAfterWaves)) {
    if (before.has(type)) ends("twice");
    const auto lacks = missing(before, std::span(kAfterWaves).first(*at));
    if (!lacks.empty()) ends(lacks);
    if (!before.has(fmt::format("{}{}", kWave, before.plan->waves.size())))
      ends("a wave is missing");
  }
  const bool goes_on = wave || type == kProgress || position(kUpToWaves) || position(kAfterWaves);
  if (going_back && goes_on) ends("after a rollback was decided");
}

void Invariants::check_gate(const Ledger& before, const core::TrafficIntended& wave) {
  const auto ends = [&](std::string_view what) {
    fail("no-wave-begins-before-its-gate", fmt::format("wave {}: {}", wave.wave, what));
  };
  const core::State& state = before.state;
  if (state.paused) ends("paused");
  if (state.rollback) ends("going back");
  if (!before.has("audit.precheck.completed")) ends("the pre-check's gate");
  if (!before.has("scheduler.release.deployed")) ends("not deployed");
  for (const core::Step& step : before.plan->steps) {
    const bool gates =
        step.phase == core::Phase::Preparation || step.phase == core::Phase::PreCheck;
    if (gates && !step.follow_up && state.status_of(step.id) != core::StepStatus::Passed)
      ends(step.id.str());
  }
  const bool is_next = wave.wave == state.wave + 1;
  const bool is_again = wave.wave == state.wave && wave.wave > 0;
  if (!is_next && !is_again) ends("not the next one");
  if (is_next && wave.wave > 1 && !state.hold_done) ends("the hold before it");
}

void Invariants::check_hold(const Ledger& before, const core::HoldCompleted& hold) {
  const auto ends = [&](std::string_view what) {
    fail("a-hold-lasts-as-long-as-planned", fmt::format("wave {}: {}", hold.wave, what));
  };
  const core::State& state = before.state;
  const core::Plan& plan = *before.plan;
  const bool watching = state.stage == core::Stage::PostChecking;
  const base::Duration wanted = watching ? plan.schedule.post_check : plan.wave(hold.wave).hold;
  if (state.guarded < wanted && !(before.promoted && !watching)) ends("too short");
  if (state.guarded_real < plan.guard.hold_real_min) ends("shorter than the guard's minimum");
  if (state.hold_requests < plan.guard.hold_requests_min) ends("too few requests");
  if (state.paused || state.rollback) ends("paused or going back");
}

void Invariants::check_approval(const Ledger& ledger, const core::ApprovalGranted& approval,
                                const base::PersonId& by) {
  const core::Person* person = ledger.plan->find_person(approval.person);
  const bool holds = person != nullptr && std::find(person->roles.begin(), person->roles.end(),
                                                    approval.role) != person->roles.end();
  if (approval.plan != ledger.digest || !holds || by != approval.person)
    fail("an-approval-counts-for-what-was-approved", approval.person.str());
}

// ---- every effect has its entry before it acts

Ledger* Invariants::holder_of(const base::ComponentName& component) {
  Ledger* holder = nullptr;
  for (auto& [id, ledger] : ledgers_)
    if (ledger.plan->find_component(component) != nullptr &&
        (holder == nullptr || !core::is_terminal(ledger.state.stage)))
      holder = &ledger;
  return holder;
}

void Invariants::appended(const base::ReleaseId& release, bool failed) {
  Excuses& excuses = excuses_[release];
  if (failed)
    excuses.append_failed(clock_.mono());
  else
    excuses.append_done(clock_.mono());
}

bool Invariants::append_hangs() const {
  const auto since = lanes_ == nullptr ? std::nullopt : lanes_->busy_since("store");
  return since && clock_.mono() - *since >= kPatience;
}

/// A rollback may go ahead of its entry, once its append has waited long enough or has failed.
void Invariants::goes_ahead(const std::string& report) {
  const base::MonoTime now = clock_.mono();
  const bool waited = append_hangs();
  owes_gap_ = true;
  for (const auto& [id, ledger] : ledgers_) {
    if (report.find(fmt::format(" {} ", id.str())) == std::string::npos) continue;
    Excuses& excuses = excuses_[id];
    if (!waited && !excuses.append_fails(now))
      fail("every-effect-has-its-entry", "ahead of it, without need");
    excuses.go_ahead(now);
  }
}

const Excuses& Invariants::excuse_of(const Ledger& ledger) const {
  static const Excuses none;
  const auto found = excuses_.find(ledger.plan->release);
  return found == excuses_.end() ? none : found->second;
}

bool Invariants::acts_early(const Ledger& ledger) {
  if (!excuse_of(ledger).may_act(clock_.mono())) return false;
  if (!ledger.state.rollback) excuses_[ledger.plan->release].go_back();
  return true;
}

void Invariants::process(const engine::Engine* engine, const SimLanes* lanes) {
  engine_ = engine;
  lanes_ = lanes;
  owes_gap_ = false;
  // What it did ahead of its entry stands in the emergency file at most; the next one puts it
  // right.
  for (const auto& [id, excuses] : excuses_) tampered_ = tampered_ || excuses.went_back();
  excuses_.clear();
  compared_.clear();
  restart_times();
}

bool Invariants::asked_for(const Ledger& ledger, core::EffectKind kind,
                           std::string_view subject) const {
  if (ledger.is_open(kind, subject)) return true;
  const auto* run = engine_ == nullptr ? nullptr : engine_->find(ledger.plan->release);
  if (run == nullptr) return false;
  Ledger heard;
  heard.state.open = run->state().open;
  return heard.is_open(kind, subject);
}

void Invariants::routes_written(const core::RoutingTable& table) {
  read_journal();
  for (const auto& [component, routes] : table.components) {
    const Ledger* ledger = holder_of(component);
    if (ledger == nullptr) return fail("every-effect-has-its-entry", component.str());
    const bool goes_back = ledger->goes_back(component, routes);
    const bool early = goes_back && acts_early(*ledger);
    if (early || ledger->allows(component, routes)) continue;
    fail("every-effect-has-its-entry", fmt::format("routes of {}", component.str()));
  }
}

void Invariants::lease_granted(const base::ReleaseId& release) {
  read_journal();
  if (!asked_for(ledgers_.at(release), core::EffectKind::MoveTraffic))
    fail("every-effect-has-its-entry", "a lease");
  without_engine_.clear();
}

/// The entry of a wave authorises its renewals.
void Invariants::leases_renewed(const std::vector<base::ReleaseId>& releases) {
  read_journal();
  for (const base::ReleaseId& release : releases)
    if (ledgers_.at(release).waves_begun == 0)
      fail("every-effect-has-its-entry", "a lease is renewed");
  without_engine_.clear();
}

void Invariants::lease_revoked(const base::ReleaseId& release) {
  read_journal();
  const Ledger& ledger = ledgers_.at(release);
  const bool ends = asked_for(ledger, core::EffectKind::ReturnTraffic) ||
                    asked_for(ledger, core::EffectKind::SettleTraffic);
  if (!ends && !acts_early(ledger)) fail("every-effect-has-its-entry", "a lease is revoked");
}

void Invariants::servers_set(const std::vector<ports::Endpoints>& versions) {
  for (const ports::Endpoints& each : versions)
    if (each.instances.empty())
      version_stopped(each.version);
    else
      version_started(each.version);
}

void Invariants::version_started(const ports::VersionRef& version) {
  read_journal();
  const Ledger* ledger = holder_of(version.component);
  if (ledger == nullptr) return fail("every-effect-has-its-entry", version.component.str());
  const bool is_new = ledger->plan->find_component(version.component)->to == version.version;
  const auto kind = is_new ? core::EffectKind::DeployVersion : core::EffectKind::RestoreCapacity;
  if (asked_for(*ledger, kind, version.component.str()) || (!is_new && acts_early(*ledger))) return;
  if (arranges(*ledger, version.component)) return;
  fail("every-effect-has-its-entry",
       fmt::format("{} {} is started", version.component.str(), version.version.to_string()));
}

void Invariants::version_stopped(const ports::VersionRef& version) {
  read_journal();
  const Ledger* ledger = holder_of(version.component);
  if (ledger == nullptr) return fail("every-effect-has-its-entry", version.component.str());
  const bool is_new = ledger->plan->find_component(version.component)->to == version.version;
  const auto kind = is_new ? core::EffectKind::RetireNew : core::EffectKind::RetireOld;
  if (!asked_for(*ledger, kind, version.component.str()))
    fail("every-effect-has-its-entry",
         fmt::format("{} {} is stopped", version.component.str(), version.version.to_string()));
}

void Invariants::step_run(const ports::StepRequest& request) {
  read_journal();
  const Ledger& ledger = ledgers_.at(request.release);
  const std::string& step = request.step.str();
  if (!asked_for(ledger, core::EffectKind::RunStep, step)) fail("every-effect-has-its-entry", step);
  const auto kind = core::class_of(*ledger.plan, core::EffectKind::RunStep, step);
  const std::uint32_t runs = ++runs_[request.release.str() + " " + step];
  const auto asked = ledger.runs_asked.find(step);
  const std::uint32_t wanted = asked == ledger.runs_asked.end() ? 0 : asked->second;
  if (kind == core::EffectClass::Once && runs > wanted)
    fail("what-is-done-once-is-started-once", step);
}

// ---- nobody is told twice, or what is not so

void Invariants::published(const ports::PublicEvent& event) {
  read_journal();
  if (event.index >= folded_) return fail("events-are-published-after-their-entry", event.name);
  const std::string text = event.name + " " + event.data;
  const auto [known, is_new] = events_.try_emplace(event.index, text);
  if (!is_new && known->second != text) fail("an-event-is-the-same-each-time", event.name);
}

void Invariants::told(const ports::Notice& notice) {
  read_journal();
  const std::string text = notice.subject + "\n" + notice.body;
  const auto [known, is_new] = notices_.try_emplace(notice.id, text);
  if (!is_new && known->second != text) fail("a-notice-is-the-same-each-time", notice.event);
  if (is_new) ++told_[{notice.release, notice.event}];
  const Ledger& ledger = ledgers_.at(notice.release);
  const auto count = ledger.count.find(notice.event);
  const std::uint32_t entries = count == ledger.count.end() ? 0 : count->second;
  if (told_[{notice.release, notice.event}] > entries) fail("nobody-is-told-twice", notice.event);
}

// ---- traffic is where the journal put it

/// Somebody may be served by the new version, which is not yet the stable one.
bool Invariants::on_new(const Ledger& ledger, const ports::RouterState& router) {
  const base::ReleaseId& release = ledger.plan->release;
  for (const auto& [component, routes] : router.table.components) {
    if (!routes.candidate || routes.candidate->release != release) continue;
    if (!routes.candidate->leased || router.leases.contains(release)) return true;
  }
  return false;
}

void Invariants::spend(Lasting& lasting, bool exposed, base::Duration passed, const Bound& bound,
                       const Ledger& ledger) {
  if (!exposed) {
    lasting.spent = {};
    return;
  }
  lasting.spent = lasting.spent + passed;
  if (lasting.spent > bound.most)
    fail(bound.invariant,
         fmt::format("{}: for {}", ledger.plan->release.str(), base::to_string(lasting.spent)));
}

void Invariants::check_traffic(const Ledger& ledger, const Seen& seen) {
  const core::Plan& plan = *ledger.plan;
  const base::ReleaseId& id = plan.release;
  const Facts& facts = seen.facts;
  const base::Duration passed = seen.passed;
  const bool exposed = on_new(ledger, seen);
  const bool leased = plan.guard.guard_lost == core::GuardLost::Old;
  const bool alive = facts.engine != nullptr && !facts.frozen;
  const base::Duration lease = plan.guard.lease + kSlack;
  spend(without_engine_[id], exposed && leased && !alive, passed,
        {lease, "no-traffic-without-an-engine-beyond-the-lease"}, ledger);
  if (!exposed || !facts.source_silent || alive)
    spend(without_data_[id], exposed && leased && facts.source_silent, passed,
          {plan.guard.no_data_rollback + lease, "no-traffic-without-data-beyond-its-deadline"},
          ledger);
  const bool rolls_back = ledger.state.rollback.has_value();
  if (leased)
    spend(going_back_[id], exposed && rolls_back, passed,
          {lease, "a-rollback-reaches-0-in-bounded-time"}, ledger);
  else if (!exposed || (alive && facts.router_reachable))
    spend(going_back_[id], exposed && rolls_back, passed,
          {kReturn, "a-rollback-reaches-0-in-bounded-time"}, ledger);
}

void Invariants::check_routes(const Ledger& ledger, const Seen& seen) {
  const auto& state = seen.router;
  const Facts& facts = seen.facts;
  if (!state) return;
  bool strange = false;
  for (const core::PlannedComponent& component : ledger.plan->components) {
    const auto routes = state->table.components.find(component.name);
    if (routes == state->table.components.end() || holder_of(component.name) != &ledger) continue;
    strange = strange || !ledger.allows(component.name, routes->second);
  }
  // While a change is under way, what a hand from outside did may look like either side of it.
  strange_ = strange_ || strange || ledger.tables.size() > 1;
  const bool early = excuse_of(ledger).is_back(clock_.mono()) ||
                     (strange && excuse_of(ledger).may_act(clock_.mono()));
  // What a hand from outside did is put right by an effect, which needs its entry.
  const bool can_put_right = !tampered_ || (!runs_long("router") && store_answers());
  const bool watched = facts.engine != nullptr && !facts.frozen && facts.router_reachable &&
                       can_put_right && core::guard_armed(ledger.state);
  if (!strange || watched)
    spend(strange_routes_[ledger.plan->release], strange && !early, seen.passed,
          {tampered_ ? kPutRight : base::Duration{}, "traffic-is-where-the-journal-put-it"},
          ledger);
}

void Invariants::check_tenants(Ledger& ledger, const Seen& seen) {
  const Excuses& excuses = excuse_of(ledger);
  const bool goes_back =
      ledger.state.rollback || excuses.is_back(clock_.mono()) || excuses.may_act(clock_.mono());
  const bool leased = ledger.plan->guard.guard_lost == core::GuardLost::Old;
  const bool has_lease =
      !leased || (seen.router && seen.router->leases.contains(ledger.plan->release));
  std::vector<Served>& all = served_[ledger.plan->release];
  all.resize(ledger.tenants.size() * ledger.plan->components.size());
  auto next = all.begin();
  for (const core::PlannedComponent& component : ledger.plan->components) {
    if (holder_of(component.name) != &ledger) return;
    for (const std::string& tenant : ledger.tenants) {
      const auto version = router_.serves(component.name, tenant);
      const bool by_new = version && *version == component.to;
      Served& served = *next++;
      if (served.by_new && !by_new) {
        // Behind a router that is gone nobody is served; it comes back without leases, or, where
        // there are none, as it was.
        if (!version && !leased) continue;
        if (version && !goes_back && has_lease && !tampered_)
          fail("a-tenant-goes-back-only-with-its-release", tenant);
        served.ever_back = !tampered_;
        served.wave_run = ledger.waves_begun;
      }
      const bool same_run = served.ever_back && served.wave_run == ledger.waves_begun;
      const bool verified = ledger.has("audit.release.completed");  // it becomes the stable one
      if (!served.by_new && by_new && same_run && !verified && !tampered_)
        fail("a-tenant-never-flips-twice", tenant);
      served.by_new = by_new;
    }
  }
}

void Invariants::check_state(const Ledger& ledger, const Seen& seen) {
  if (seen.facts.engine == nullptr) return;
  const engine::ReleaseRun* run = seen.facts.engine->find(ledger.plan->release);
  if (run == nullptr) return;
  const core::State& state = run->state();
  if (state.version > ledger.state.version)
    return fail("the-state-is-what-the-journal-says", "it is ahead of the journal");
  std::uint64_t& compared = compared_[ledger.plan->release];
  const bool is_new = state.version == ledger.state.version && compared != state.version;
  if (is_new) compared = state.version;
  if (is_new && !(state == ledger.state))
    fail("the-state-is-what-the-journal-says", fmt::format("at version {}", state.version));
  if (on_new(ledger, seen) && !state.rollback && !core::guard_armed(state) &&
      !core::guard_armed(run->next_state()) && !tampered_)
    fail("the-guard-never-disarms", std::string(core::to_string(state.stage)));
}

void Invariants::check(const Facts& facts) {
  read_journal();
  Seen seen{facts, std::nullopt, clock_.mono() - checked_at_, facts.frozen || was_frozen_};
  was_frozen_ = facts.frozen;
  if (auto state = router_.current({})) seen.router = std::move(*state);
  strange_ = false;
  if (append_hangs())
    for (auto& [id, excuses] : excuses_) excuses.append_hangs();
  for (auto& [id, ledger] : ledgers_) {
    if (ledger.state.version == 0) continue;
    check_traffic(ledger, seen);
    check_routes(ledger, seen);
    check_capacity(ledger, seen);
    check_tenants(ledger, seen);
    check_state(ledger, seen);
    check_guard(ledger, seen);
    count_hold(ledger, seen);
  }
  // Behind a router that is gone the foreign table stays, and comes back with it.
  if (seen.router) tampered_ = tampered_ && strange_;
  checked_at_ = clock_.mono();
}

}  // namespace stellwerk::sim
