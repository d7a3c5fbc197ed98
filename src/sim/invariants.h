// invariants.h — what must hold in every simulated world, whatever happens in it.
//
// Role: the simulated ports say what is about to happen in the world (the hooks), the world says
// when a step is over (check) and when all is over (at_end). The first violation is kept.
// Start here: docs/simulator.md "Invariants", then invariants.cc       Thread-safety: one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_workload.h"
#include "engine/engine.h"
#include "engine/replay.h"
#include "ports/event_bus.h"
#include "ports/notifier.h"
#include "ports/step_runner.h"
#include "sim/excuses.h"
#include "sim/ledger.h"
#include "sim/own_time.h"
#include "sim/reaction.h"
#include "sim/sim_lanes.h"
#include "sim/sim_store.h"

namespace stellwerk::sim {

struct Violation {
  std::string invariant;  ///< `a-wave-waits-for-its-gate`
  std::string detail;
};

/// What the world knows and no port says.
struct Facts {
  const engine::Engine* engine = nullptr;  ///< nullptr: no process lives
  bool frozen = false;                     ///< it lives and stands still
  bool source_silent = false;              ///< nothing measured reaches anybody
  bool source_sound = true;                ///< what is measured comes at once, and is true
  bool router_reachable = true;
  std::optional<base::MonoTime> router_crashed_at = {};  ///< last; it may be up again since
  std::map<base::ReleaseId, const Exposure*> exposures = {};
};

class Invariants {
 public:
  Invariants(const ports::Clock& clock, SimStore& store, adapters::MemoryRouter& router,
             adapters::MemoryWorkload& workload, Trace& trace);
  /// @param rollout_speed  of the runbook's clock, from the rollout on
  void watch(const core::Plan& plan, std::int64_t rollout_speed);

  // ---- before an effect acts
  void routes_written(const core::RoutingTable& table);
  void lease_granted(const base::ReleaseId& release);
  void leases_renewed(const std::vector<base::ReleaseId>& releases);
  void lease_revoked(const base::ReleaseId& release);
  void servers_set(const std::vector<ports::Endpoints>& versions);
  void version_started(const ports::VersionRef& version);
  void version_stopped(const ports::VersionRef& version);
  void step_run(const ports::StepRequest& request);
  // ---- when it reached somebody
  void published(const ports::PublicEvent& event);
  void told(const ports::Notice& notice);
  /// @param failed  refused, or its answer is lost: a rollback may go ahead of its entry
  void appended(const base::ReleaseId& release, bool failed);
  /// The engine says of which release it goes ahead of an entry.
  void goes_ahead(const std::string& report);
  /// A change of the router was refused, or its answer is lost.
  void router_failed() { router_failed_at_ = clock_.mono(); }
  /// Somebody else than the engine changes the routes now (or it does, long after it gave up).
  void foreign_change() { tampered_ = true; }
  /// A process lives, with these lanes; nullptr: none does.
  void process(const engine::Engine* engine, const SimLanes* lanes);

  /// After every step of the world.
  void check(const Facts& facts);
  /// Everything has come to rest: every release has ended, everybody was told.
  void at_end(const engine::Engine& engine);

  void fail(std::string invariant, std::string detail);
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] const std::map<base::ReleaseId, Ledger>& ledgers() const { return ledgers_; }
  /// Told of every entry, once it is folded; may be empty.
  std::function<void(const Ledger& after, const engine::ReadEntry& entry)> on_entry;
  /// Folds what is durable and not folded yet.
  void read_journal();

 private:
  /// The world after a step.
  struct Seen {
    const Facts& facts;
    std::optional<ports::RouterState> router;  ///< empty: it is not there
    base::Duration passed;                     ///< since the step before
    bool stood_still = false;                  ///< in that time, the process
  };
  struct Served {  ///< one tenant of one component
    bool by_new = false;
    bool ever_back = false;      ///< it went back since …
    std::uint64_t wave_run = 0;  ///< … this run of a wave
  };
  struct Lasting {  ///< something that should not last
    base::Duration spent;
  };
  /// Of one release: what must happen in bounded time while nothing hinders the engine.
  struct Watch {
    OwnTime time;
    Reaction reaction;
    std::uint64_t wave_run = 0;
    Lasting unanswered;  ///< beyond the rollback's limit, and nothing was decided
    Lasting unreturned;  ///< …, and traffic is still there
    Lasting unheard;     ///< the source is silent
    Lasting asking;
    Lasting returning;
    bool return_hindered = false;
    std::optional<base::MonoTime> renewing_since;
    bool had_lease = false;
    base::MonoTime held_from;  ///< of `held`
    base::Duration held;       ///< in this hold, while a process lived
    base::Duration stood;      ///< … and stands still now
  };

  void take(const ports::StoredEntry& stored);
  [[nodiscard]] bool is_kept(const base::Digest& digest) const;
  void check_entry(const Ledger& before, const engine::ReadEntry& entry);
  void check_order(const Ledger& before, const std::string& type);
  void check_gate(const Ledger& before, const core::TrafficIntended& wave);
  void check_hold(const Ledger& before, const core::HoldCompleted& hold);
  void check_returned(const Ledger& before);
  void check_approval(const Ledger& ledger, const core::ApprovalGranted& approval,
                      const base::PersonId& by);
  // ---- invariants_time.cc
  void check_times(const Ledger& before, const engine::ReadEntry& entry);
  void check_counted(const Ledger& before, const core::HoldSaved& saved);
  void count_hold(const Ledger& ledger, const Seen& seen);
  void follow_time(const Ledger& after, const engine::ReadEntry& entry);
  void restart_times();
  [[nodiscard]] bool wall_was_moved() const;
  // ---- invariants_guard.cc
  void check_guard(const Ledger& ledger, const Seen& seen);
  void check_reaction(const Ledger& ledger, const Seen& seen, Watch& watch);
  void check_silence(const Ledger& ledger, const Seen& seen, Watch& watch);
  void check_return(const Ledger& ledger, const Seen& seen, Watch& watch);
  void check_lease(const Ledger& ledger, const Seen& seen, Watch& watch);
  [[nodiscard]] bool is_judged(const Ledger& ledger, const Seen& seen) const;
  [[nodiscard]] bool decided(const Ledger& ledger) const;
  [[nodiscard]] bool store_answers() const;
  [[nodiscard]] bool router_answers(const Seen& seen) const;
  [[nodiscard]] bool old_answers(const Ledger& ledger) const;
  [[nodiscard]] bool runs_long(const std::string& lane) const;

  void check_traffic(const Ledger& ledger, const Seen& seen);
  void check_capacity(const Ledger& ledger, const Seen& seen);
  void check_routes(const Ledger& ledger, const Seen& seen);
  void check_tenants(Ledger& ledger, const Seen& seen);
  void check_state(const Ledger& ledger, const Seen& seen);
  void check_ending(const Ledger& ledger);
  void check_told(const Ledger& ledger);
  void check_replay(const Ledger& ledger);
  void check_gaps(const engine::ReplayReport& replayed);
  [[nodiscard]] static bool on_new(const Ledger& ledger, const ports::RouterState& router);
  [[nodiscard]] static bool on_new(const Ledger& ledger, const Seen& seen) {
    return seen.router && on_new(ledger, *seen.router);
  }
  /// It acts ahead of its entry, and may.
  bool acts_early(const Ledger& ledger);
  [[nodiscard]] bool append_hangs() const;
  [[nodiscard]] const Excuses& excuse_of(const Ledger& ledger) const;
  /// Asked for, and the process has not heard of any end of it yet.
  [[nodiscard]] bool arranges(const Ledger& ledger, const base::ComponentName& component) const;
  [[nodiscard]] bool asked_for(const Ledger& ledger, core::EffectKind kind,
                               std::string_view subject = {}) const;
  Ledger* holder_of(const base::ComponentName& component);
  /// How long it may last, by which rule.
  struct Bound {
    base::Duration most;
    const char* invariant;
  };
  void spend(Lasting& lasting, bool exposed, base::Duration passed, const Bound& bound,
             const Ledger& ledger);

  const ports::Clock& clock_;
  SimStore& store_;
  adapters::MemoryRouter& router_;
  adapters::MemoryWorkload& workload_;
  Trace& trace_;
  std::optional<Violation> violation_;
  std::map<base::ReleaseId, Ledger> ledgers_;
  std::uint64_t folded_ = 0;
  base::MonoTime checked_at_;
  bool was_frozen_ = false;
  const engine::Engine* engine_ = nullptr;
  const SimLanes* lanes_ = nullptr;
  base::Duration wall_ahead_;                   ///< of the monotonic clock, at the beginning
  std::map<base::ReleaseId, Excuses> excuses_;  ///< of this process
  std::map<base::ReleaseId, Watch> watches_;
  std::optional<base::MonoTime> router_failed_at_;
  bool owes_gap_ = false;  ///< it did, and this process has not written so in the journal
  bool tampered_ = false;  ///< and it was not put right yet
  bool strange_ = false;   ///< routes are not those of the journal now
  std::map<base::ReleaseId, std::vector<Served>> served_;  ///< by component, then tenant
  std::map<base::ReleaseId, std::uint64_t> compared_;      ///< versions of the state
  std::map<base::ReleaseId, Lasting> without_engine_;
  std::map<base::ReleaseId, Lasting> without_data_;
  std::map<base::ReleaseId, Lasting> going_back_;
  std::map<base::ReleaseId, Lasting> strange_routes_;
  std::map<std::string, std::uint32_t> runs_;    ///< of a *once* step in the world
  std::map<std::uint64_t, std::string> events_;  ///< delivered, by index
  std::map<std::string, std::string> notices_;   ///< delivered, by id: what they said
  std::map<std::pair<base::ReleaseId, std::string>, std::uint32_t> told_;  ///< different ones
};

}  // namespace stellwerk::sim
