// machine.h — an engine with everything around it in memory, moved by hand. For tests only.
//
// Role: carries the sample release into a wave and lets things happen there; the engine can be
// ended and started anew on the same disk.                               Start here: Machine
// Thread-safety: one thread.  Invariants: time passes only in turn(); a runbook hour is a second.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_metrics.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_signer.h"
#include "adapters/memory/memory_workload.h"
#include "engine/engine.h"
#include "engine/entries.h"
#include "engine/testing/disk.h"
#include "engine/testing/hand_lanes.h"
#include "support/sample_release.h"
#include "support/shared_journal.h"

namespace stellwerk::engine::testing {

class PassingSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest&, const ports::Call&) override {
    return ports::StepReport{true, "passed", "passed", "evidence"};
  }
};

class Machine {
 public:
  explicit Machine(core::Plan of = stellwerk::testing::sample_plan());
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // ---- the process
  void start();
  base::Result<std::unique_ptr<ports::JournalStore>> reader();
  /// As kill -9: what was under way is gone.
  void end();
  void recover() { ASSERT_TRUE(engine->recover()); }
  base::Result<void> begin() {
    return engine->begin(plan, base::PersonId("release-manager-123"), 3600, {});
  }

  // ---- time
  /// Some time passes, and the engine takes a turn.
  void turn(base::Duration span = base::milliseconds(200));
  void turns(int count) {
    for (int i = 0; i < count; ++i) turn();
  }
  /// Until it is so; fails the test after ten minutes of its own time.
  void until(const char* what, const std::function<bool()>& is_so);
  void reach(core::Stage stage);
  void reach_wave(std::uint32_t wave);

  // ---- the outside
  void tell(core::InputBody body, const char* person = "release-manager-123");
  /// A rollback as a person types it.
  base::Result<core::InputBody> roll_back(const std::string& reason);

  // ---- what is there
  [[nodiscard]] const core::State& state() const { return engine->find(plan.release)->state(); }
  [[nodiscard]] std::string serves(const char* tenant) const;
  /// Entries of the release, decoded.
  [[nodiscard]] std::vector<ReadEntry> entries();
  [[nodiscard]] std::vector<std::string> types();
  [[nodiscard]] bool has(const std::string& type);
  /// Of the last one of its kind.
  template <class E>
  [[nodiscard]] std::optional<E> last() {
    std::optional<E> found;
    for (const ReadEntry& entry : entries())
      if (const auto* event = std::get_if<E>(&entry.event)) found = *event;
    return found;
  }
  [[nodiscard]] bool reported(const std::string& id) const;

  core::Plan plan;
  adapters::MemoryClock clock;
  HandLanes lanes{clock};
  Disk disk;
  adapters::MemoryWorkload workload;
  adapters::MemoryRouter router;
  adapters::MemoryProbe health{clock};
  adapters::MemoryMetrics metrics;
  adapters::MemorySigner signer;
  adapters::MemoryLog log;
  adapters::MemoryEntropy entropy;
  PassingSteps steps;
  std::unique_ptr<Engine> engine;
  std::vector<base::Error> reports;
  /// Of the new version, with every turn.
  std::uint64_t requests = 10;
  std::uint64_t errors = 0;
  bool attended = true;  ///< people answer what the release waits for
  bool replays = true;   ///< when it ends, its journal must replay as it is recorded

 private:
  void measure();
  void serve_people();
};

}  // namespace stellwerk::engine::testing
