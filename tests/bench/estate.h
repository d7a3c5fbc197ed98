// estate.h — one engine with many releases under way, for measurements: the real journal and
// content store on disk, a world in memory, a clock moved by hand.
//
// Role: what scale_bench measures. People answer as they are asked; nobody sends requests, so that
// a release stays in the hold of its first wave. Start here: Estate       Thread-safety: one
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_emergency.h"
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_lanes.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_metrics.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_reserve.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_signer.h"
#include "adapters/memory/memory_workload.h"
#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/file_content_store.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "engine/engine.h"

namespace stellwerk::bench {

/// Checks that pass.
class PassingSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest&, const ports::Call&) override {
    return ports::StepReport{true, "exit 0", "exit 0", "{}"};
  }
};

class Estate {
 public:
  /// In a folder that may hold the journal of an estate before it.
  /// @param speed  of the runbook's time
  Estate(const std::filesystem::path& folder, std::int64_t speed);
  ~Estate();
  Estate(const Estate&) = delete;
  Estate& operator=(const Estate&) = delete;

  /// Takes up what is under way in the folder; throws when that fails.
  void recover();
  /// The release of a component of its own; `number` names both.
  void begin(std::uint32_t number);
  /// Turns until all releases are announced (people have approved) or hold their first wave.
  void run_until(core::Stage stage);
  /// Time passes as in the program: a turn when the engine asks for one, or a measurement comes.
  void pass(base::Duration span);

  [[nodiscard]] std::uint64_t entries() { return journal_->head()->size; }
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  [[nodiscard]] std::size_t in_stage(core::Stage stage) const;
  adapters::SqliteJournal& journal() { return *journal_; }

 private:
  [[nodiscard]] engine::EnginePorts ports();
  void turn(base::Duration span);
  void say_alive();
  void step();
  void serve_people();

  std::int64_t speed_;
  /// Far ahead of the real one, by which the journal sees whether a deadline has passed.
  adapters::MemoryClock clock_{{1760558400000000}, {1000000000000000}};
  adapters::DataFolderLock lock_;
  std::unique_ptr<adapters::SqliteJournal> journal_;
  adapters::FileContentStore content_;
  std::filesystem::path folder_;
  adapters::MemoryEmergency emergency_;
  adapters::MemoryReserve reserve_;
  adapters::MemorySigner signer_;
  adapters::MemoryLog log_;
  adapters::MemoryEntropy entropy_;
  adapters::MemoryWorkload workload_;
  adapters::MemoryRouter router_{clock_, {}};
  adapters::MemoryProbe probe_{clock_};
  adapters::MemoryMetrics metrics_;
  PassingSteps steps_;
  adapters::MemoryLanes lanes_{clock_};
  std::unique_ptr<engine::Engine> engine_;
  base::MonoTime next_;
  std::uint64_t turns_ = 0;
};

}  // namespace stellwerk::bench
