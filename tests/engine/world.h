// world.h — the engine in a world of memory: a clock moved by hand, lanes that run when told, and
// everything that outlives the process.
//
// Role: every engine test has one; killing and starting the engine again is a call.
// Start here: World, turn()    Thread-safety: one thread. Invariants: the same calls give the same
// journal, to the byte.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_bus.h"
#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_emergency.h"
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_lanes.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_metrics.h"
#include "adapters/memory/memory_notifier.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_reserve.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_signer.h"
#include "adapters/memory/memory_workload.h"
#include "engine/engine.h"
#include "engine/replay.h"
#include "support/sample_release.h"
#include "support/shared_journal.h"

namespace stellwerk::engine::testing {

using stellwerk::testing::SharedJournal;

/// Differences and gaps, one a line; the first line is the release.
std::string told(const ReplayReport& report);

/// Checks that pass unless a test says otherwise; remembers which ones ran.
class ScriptedSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest& request,
                                      const ports::Call& /*call*/) override {
    ran.push_back(request.step.str());
    if (answer) return answer(request);
    return ports::StepReport{true, "exit 0", "exit 0", "{}"};
  }
  std::vector<std::string> ran;
  std::function<base::Result<ports::StepReport>(const ports::StepRequest&)> answer;
};

class World {
 public:
  explicit World(core::Plan plan_in = stellwerk::testing::sample_plan());
  ~World();

  // ---- the process
  void start();  ///< a new one, which takes up what was under way
  void kill();   ///< with all that had not happened yet
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] adapters::MemoryLanes& lanes() { return *lanes_; }

  // ---- a release
  void begin() { begin(plan); }
  void begin(const core::Plan& other);
  /// What begin() or a command was answered.
  Answer command(core::InputBody body, const char* person = "release-manager-123");
  [[nodiscard]] const core::State& state() const;

  // ---- time: a tenth of a second, with load and whatever lanes do
  void turn(base::Duration span = base::milliseconds(100));
  /// Turns until `condition`; false when it never came true. People answer what is waited for.
  bool run_until(const std::function<bool()>& condition, int turns = 4000);
  bool run_until(core::Stage stage, std::uint32_t wave = 0);

  // ---- what happened
  [[nodiscard]] std::vector<ports::StoredEntry> entries();
  [[nodiscard]] std::vector<std::string> types();
  [[nodiscard]] std::size_t times(const std::string& type);
  /// The data of the last entry of that type.
  [[nodiscard]] base::Json data_of(const std::string& type);
  /// The version that serves a tenant, as text.
  [[nodiscard]] std::string serves(std::string_view tenant) const;

  core::Plan plan;
  std::int64_t speed = 3600;        ///< an hour of the runbook in a second
  std::uint64_t requests = 20;      ///< of each version, each turn
  std::uint64_t errors_of_new = 0;  ///< among them
  bool attended = true;
  bool heard = true;  ///< the request log and the gauges say something
  /// When it ends, every release's journal must replay as it is recorded.
  bool replays = true;

  adapters::MemoryClock clock;
  adapters::MemoryJournal journal;
  adapters::MemoryContent content;
  adapters::MemoryEmergency emergency;
  adapters::MemoryReserve reserve;
  adapters::MemorySigner signer;
  adapters::MemoryLog log;
  adapters::MemoryEntropy entropy;
  adapters::MemoryWorkload workload;
  adapters::MemoryRouter router;
  adapters::MemoryProbe probe{clock};
  adapters::MemoryMetrics metrics;
  adapters::MemoryBus bus;
  adapters::MemoryNotifier notifier;
  ScriptedSteps steps;
  SharedJournal writer{journal};
  std::vector<base::Error> reports;
  std::vector<WitnessPort> witnesses;  ///< of the next process

 private:
  [[nodiscard]] EnginePorts ports();
  void load();
  void expect_replay();
  void serve_people();
  void accept_comparison(const ReleaseRun& run);

  std::unique_ptr<adapters::MemoryLanes> lanes_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace stellwerk::engine::testing
