// engine.h — the loop: collect what happened, decide, append, act. One thread, all releases.
//
// Role: app calls step() in a loop and waits for next_wake() in between; API and signals hand work
// in through the mailbox. The engine starts no thread and reads no clock but ports.clock. Start
// here: step() Thread-safety: the engine's thread, except mailbox(). Invariants: nothing acts
// before its entry is durable (but for the emergency path); the guard of a release is armed as long
// as its new version may carry traffic.                                          Spec:
// docs/engine.md
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/attestors.h"
#include "engine/checkpoint_watch.h"
#include "engine/content_keeper.h"
#include "engine/effects.h"
#include "engine/guard_watch.h"
#include "engine/integrity.h"
#include "engine/mailbox.h"
#include "engine/outbox.h"
#include "engine/release_run.h"
#include "engine/signed_word.h"
#include "engine/user_word.h"

namespace stellwerk::engine {

struct EngineSettings {
  base::Duration guard_interval = base::milliseconds(50);  ///< between two turns at the least
  base::Duration watchdog_interval = base::seconds(2);     ///< how often the router is read back
  base::Duration integrity_interval = base::seconds(5);    ///< how often the journal is checked
  base::Duration idle_interval = base::seconds(1);         ///< a turn at least so often, always
};

/// Where the engine is with watching the router.
struct RouterWatch {
  bool renewing = false;
  bool reading = false;
  bool raising = false;        ///< a router that is gone is being brought up
  bool look_now = false;       ///< before the watchdog's time
  std::uint32_t failures = 0;  ///< to bring it up, in a row
  base::MonoTime renewed_at;
  base::MonoTime read_at;
  base::MonoTime raise_at;                    ///< not before
  std::optional<base::MonoTime> answered_at;  ///< when it was asked what it answered last
};

struct LoadedRelease;

class Engine final : private RunHost {
 public:
  Engine(EnginePorts ports, EngineSettings settings);
  ~Engine() override;

  /// Takes up every unfinished release: folds its journal, reads the router, decides what the gap
  /// means, and starts what was asked for and not answered. Call once, before step(). `speed`:
  /// another speed from now on.
  /// @errors those of load_release; ENG-0023 when the router cannot be read while a release carries
  /// traffic
  base::Result<void> recover(std::optional<std::int64_t> speed = {});
  /// Begins a release. Its plan is stored first, and space for its rollback set aside. `reply` is
  /// called when its first entries are durable.
  /// @errors Conflict ENG-0024: the id was used before; Conflict ENG-0025: a live release holds one
  /// of its components; Unavailable JRN-0009: no space for a rollback
  base::Result<void> begin(core::Plan plan, const base::PersonId& by, std::int64_t speed,
                           Reply reply);
  /// For demonstrations: another speed from the rollout's start on.
  void set_rollout_speed(const base::ReleaseId& release, std::int64_t speed);
  /// Hands a person's command (or a stop) to a release. A release that has ended is loaded for it.
  void command(const base::ReleaseId& release, core::InputBody body, const Asker& by, Reply reply);

  /// The same for whoever the operating system says asks; the release's plan says who that is.
  /// @errors in the reply: those of said_by_user()
  void command_by_user(const base::ReleaseId& release, core::InputBody body, const UserWord& word,
                       const Reply& reply);

  /// The same for a word that its person signed: the signature says whose it is. It is judged now,
  /// on the engine's thread; `document` names where the content store keeps it.
  /// @errors in the reply: those of said_by(); Conflict ENG-0040: the text was taken before
  void command_signed(const base::ReleaseId& release, const SignedWord& word,
                      const base::Digest& document, const Reply& reply);

  /// Writes an entry of the installation's own, which belongs to no release; what it names is kept
  /// already. Called before step(), or on the engine's thread.
  void record_alone(const core::Event& event, const base::PersonId& by, const Reply& reply);

  /// No checkpoint is asked for any more, so that the old key signs nothing behind its replacement.
  void sign_no_more() { checkpoints_.stop(); }
  /// Has a checkpoint of that head signed; `then` is called on the engine's thread.
  void publish_now(const ports::Head& head, CheckpointWatch::Then then) {
    checkpoints_.publish(head, std::move(then));
  }

  /// Names a private text that an entry may refer to before it is stored; stored as soon as the
  /// store takes it. Any thread.
  base::Digest keep_soon(const std::string& text);
  /// The same for bytes that are kept as they are.
  base::Digest keep_bytes_soon(const std::string& bytes);

  /// One turn. Returns when something must be looked at again at the latest.
  base::MonoTime step();

  /// Somebody attends this release: it stays in memory after its end, too.
  void keep(const base::ReleaseId& release) { kept_.insert(release); }

  [[nodiscard]] Mailbox& mailbox() { return mailbox_; }
  [[nodiscard]] const ReleaseRun* find(const base::ReleaseId& release) const;
  [[nodiscard]] const GuardWatch* watch_of(const base::ReleaseId& release) const;
  [[nodiscard]] std::vector<base::ReleaseId> live() const;
  /// A release whose new version may take traffic is watched.
  [[nodiscard]] bool armed() const;
  [[nodiscard]] EnginePorts& ports() { return ports_; }
  /// Subscribers have everything, no append and no job is under way.
  [[nodiscard]] bool quiet() const;

  /// Called on the engine's thread for every durable entry, in order (terminal view).
  std::function<void(const Written&)> on_written;
  /// Called for what cannot be journaled (store trouble); default: nothing.
  std::function<void(const base::Error&)> on_report;

 private:
  struct Live;

  void start_effect(const base::ReleaseId& release, const core::Intent& intent) override;
  void start_emergency(const base::ReleaseId& release, const core::Intent& intent,
                       const core::State& state) override;
  void make_room() override;
  void cancel_effect(const base::EffectKey& key) override;
  void written(const std::vector<Written>& entries) override;
  void state_changed(const base::ReleaseId& release) override;
  void report(const base::Error& error) override;

  Live& adopt(core::Plan plan, core::State state, RunbookClock clock,
              const std::optional<base::Json>& saved);
  /// What a release left in the emergency file.
  using EmergencyLines = std::map<base::ReleaseId, std::vector<std::string>>;
  base::Result<void> take_up(const base::ReleaseId& release, const ports::RouterState* router,
                             std::optional<std::int64_t> speed, EmergencyLines& lines);
  /// What is done to a release that may have to be loaded first.
  using WithLive = std::function<void(Live&)>;
  struct WaitingCommand {
    Reply reply;
    WithLive then;
  };
  /// Now, or once the release, which has ended, is loaded in a lane; the reply says why it cannot.
  void with_release(const base::ReleaseId& release, const Reply& reply, WithLive then);
  void release_loaded(const base::ReleaseId& release, base::Result<LoadedRelease>& loaded);
  Live& adopt_loaded(LoadedRelease loaded);
  void carry_out(Live& live, core::InputBody body, const Asker& by, const Reply& reply);
  void compare_head(const base::ReleaseId& release, const SaidBy& said, const Reply& reply);
  void take_signed(Live& live, const SaidBy& said, const Reply& reply);
  /// Takes ended releases out of memory when nothing of them has been under way for a while.
  void let_go_ended(base::MonoTime now);
  void attest_logs(Live& live, core::Attested attested, const Asker& by, Reply reply);
  void accept_complete(Live& live, core::InputBody body, const Asker& by, const Reply& reply);
  void change_speed(Live& live);
  void restart_effects(Live& live);
  Effects::Host effects_host();
  void effect_returned(const base::ReleaseId& release, core::EffectReturned returned);
  base::Result<EmergencyLines> emergency_lines();
  void take_in_rest(const EmergencyLines& by_release);
  void take_in(Live& live, const std::vector<std::string>& lines);
  void take_in_alone(const std::vector<std::string>& lines);
  void gap_written();
  void clear_emergency();
  void renew_reserve();
  void integrity_failed(const base::Error& error);
  EffectResult windows_of(Live& live, const EffectContext& context);
  [[nodiscard]] base::Result<void> check_free(const core::Plan& plan) const;
  [[nodiscard]] EffectContext context_of(const Live& live, const core::Intent& intent) const;
  EffectResult report_of(const EffectContext& context);
  void report_trouble(const EffectContext& context, const base::Error& error);

  void poll_sources();
  void guard_rounds();
  void guard_round(Live& live, base::MonoTime now);
  void send_hold(Live& live, core::HoldProgressed hold, bool complete);
  void watch_clock();
  void follow_world();
  void look_again();
  // router_watch.cc
  struct HeldLease;
  struct Renewals;
  void renew_leases(base::MonoTime now);
  [[nodiscard]] base::Duration renewal_interval() const;
  static bool keeps_lease(Live& live, base::MonoTime now);
  void leases_renewed(const std::map<base::Duration, std::vector<HeldLease>>& held,
                      const Renewals& found);
  void look_at_router(base::MonoTime now);
  void router_read(const base::Result<ports::RouterState>& state,
                   const std::map<base::ReleaseId, std::uint64_t>& versions, base::MonoTime asked);
  void compare_router(Live& live, const ports::RouterState& state);
  void confirm_lease(const Live& live);
  bool router_confirms(Live& live, base::MonoTime now);
  void raise_router();
  void call_off_raising(const core::Intent& intent);
  void router_raised(bool was_there, const base::Result<ports::RouterState>& found);
  void note_capacity(Live& live, const ports::HealthResult& result);
  [[nodiscard]] base::MonoTime next_wake() const;
  [[nodiscard]] bool any_under_way() const;

  EnginePorts ports_;
  EngineSettings settings_;
  Mailbox mailbox_;
  Committer committer_;
  ContentKeeper keeper_;
  IntegrityWatch integrity_;
  CheckpointWatch checkpoints_;
  Attestors attestors_;
  Effects effects_;
  Outbox outbox_;
  std::map<base::ReleaseId, std::unique_ptr<Live>> live_;  ///< see let_go_ended()
  std::map<base::ReleaseId, std::vector<WaitingCommand>> loading_;
  std::set<base::ReleaseId> kept_;  ///< also when they have ended
  base::Duration wall_offset_;      ///< wall minus monotonic clock, to see the wall step
  bool world_changed_ = true;       ///< what is watched must be set anew
  bool watching_ = false;           ///< a job that sets it is under way
  std::optional<base::MonoTime> look_again_at_;  ///< not all could be told, or an instance fails
  /// By the name of a probed target: the releases whose guards expect its answers.
  std::map<std::string, std::vector<Live*>> probed_for_;
  RouterWatch router_;
  std::size_t gaps_open_ = 0;    ///< of the emergency file, not yet durable in the journal
  bool emergency_used_ = false;  ///< the emergency file has lines
  bool making_room_ = false;
};

}  // namespace stellwerk::engine
