// effects.h — carries out what decisions ask for: each kind of effect on its lane, with its
// deadline, and an answer.
//
// Role: called by the engine after the entry is durable (or by the emergency path).       Start
// here: start() Thread-safety: the engine's thread; the work itself runs in lanes and shares only
// what it captures. Spec: docs/engine.md "Effects"
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/decide.h"
#include "engine/checkpoint_watch.h"
#include "engine/committer.h"
#include "engine/engine_ports.h"

namespace stellwerk::engine {

/// What an effect came to, in its lane.
struct EffectResult {
  core::Outcome outcome = core::Outcome::Done;
  std::string summary;   ///< for the entry: words of ours, codes and counts
  std::string evidence;  ///< kept in the content store when not empty
  base::Json data = base::Json::object();
  std::optional<base::Error> error = {};  ///< why it is not done, in full
  std::string text = {};  ///< what may hold words from outside: kept privately, if not empty
  bool private_evidence = false;  ///< the evidence may as well
};

/// The effect and all it may look at, copied: work in lanes touches nothing of the engine's.
struct EffectContext {
  std::shared_ptr<const core::Plan> plan;
  core::State state;  ///< when it was asked for
  core::Intent intent;
  bool emergency = false;  ///< its entry is not durable yet
};

class Effects {
 public:
  /// What the engine does for effects, on its thread.
  struct Host {
    std::function<void(const base::ReleaseId&, core::EffectReturned)> returned;
    /// Reports that only the engine can write: the comparison and the summaries.
    std::function<EffectResult(const EffectContext&)> report;
    /// An effect is not done for a reason that people should read in full.
    std::function<void(const EffectContext&, const base::Error&)> trouble;
    /// A check of the journal that begins now or later, never one that runs already.
    std::function<void(const base::ReleaseId&, std::function<void(EffectResult)> then)>
        check_journal;
    /// A checkpoint of at least this head in the published log.
    std::function<void(const ports::Head&, CheckpointWatch::Then)> publish;
    /// Names a text that is stored when the store can; the emergency path waits for nothing.
    std::function<base::Digest(const std::string&)> keep;
    /// A text kept like that and not stored yet; nullptr otherwise.
    std::function<const std::string*(const base::Digest&)> kept;
  };

  Effects(EnginePorts& ports, Committer& committer, Host host)
      : ports_(ports), committer_(committer), host_(std::move(host)) {}

  void start(EffectContext context);
  /// What of it still waits never acts; what runs is told to stop and is its last act.
  void cancel(const base::EffectKey& key);

 private:
  using Context = std::shared_ptr<const EffectContext>;
  using Work = std::function<EffectResult(const ports::Call&)>;
  using Next = std::function<void(EffectResult)>;
  struct Place {
    std::string lane;
    base::Duration timeout;
    bool urgent = false;
  };

  /// Runs `work` in its lane; then `next` on the engine's thread (by default: the answer).
  void run(const Context& context, Place place, Work work, Next next = {});
  using Given = std::shared_ptr<const EffectResult>;
  using Answered = std::shared_ptr<core::EffectReturned>;
  void answer(const Context& context, EffectResult result);
  void store(const Context& context, const Given& given, const Answered& returned,
             base::Duration delay);
  void stored(const Context& context, const Given& given, const Answered& returned);
  void keep(core::EffectKind kind, const EffectResult& result,
            core::EffectReturned& returned) const;
  void answer_emergency(const Context& context, core::EffectReturned returned);

  /// The router serves another version than the release goes from: before that one is started.
  [[nodiscard]] std::optional<base::Error> wrong_version(const ports::VersionRef& old,
                                                         const ports::Call& call) const;

  void run_step(const Context& context);
  EffectResult ask(ports::StepRequest request, const core::HttpCheck& check, const core::Plan& plan,
                   const ports::Call& call) const;
  [[nodiscard]] ports::HealthStep health_step(const core::Step& step, const core::Plan& plan) const;
  void deploy(const Context& context);
  void restore_capacity(const Context& context);
  // capacity_effects.cc
  void arrange_capacity(const Context& context);
  void resize(const Context& context, std::string cut);
  void serve_both(const Context& context, EffectResult result);
  void retire(const Context& context, bool old_version);
  void remove(const Context& context, const ports::VersionRef& version, std::string cut);
  void sign_checkpoint(const Context& context);
  void check_integrity(const Context& context);
  void write_report(const Context& context);
  void keep_windows(const Context& context);
  // traffic_effects.cc
  void serve(const Context& context, const ports::VersionRef& version, EffectResult result);
  void serve_part(const Context& context, const ports::VersionRef& old, EffectResult result);
  void move_traffic(const Context& context);
  std::optional<EffectResult> hold_lease(const EffectContext& context, const ports::Call& call);
  void return_traffic(const Context& context);
  void return_some_traffic(const Context& context);
  void settle_traffic(const Context& context);
  void begin_downtime(const Context& context);
  void end_downtime(const Context& context);

  EnginePorts& ports_;
  Committer& committer_;
  Host host_;
  std::set<base::EffectKey> cancelled_;
};

/// Failed with the error's line; OutcomeUnknown stays unknown.
EffectResult failure(const base::Error& error);
/// Probes for every service of the plan and the given instances.
std::vector<ports::HealthTarget> health_targets(const core::Plan& plan,
                                                const std::vector<ports::WorkloadStatus>& running);
/// How a version is run; the new one only from the artifact that the plan names.
core::WorkloadSpec workload_of(const core::PlannedComponent& component, bool new_version);

}  // namespace stellwerk::engine
