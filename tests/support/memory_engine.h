// memory_engine.h — everything an engine needs, in memory, for tests of what stands around it.
//
// Role: a journal and a content store that outlive each "process" (start(), end()), lanes that run
// on the caller's thread, adapters from adapters/memory.                Start here: MemoryEngine
// Thread-safety: one thread.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/memory/memory_bus.h"
#include "adapters/memory/memory_clock.h"
#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_emergency.h"
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_log.h"
#include "adapters/memory/memory_notifier.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_reserve.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_signer.h"
#include "adapters/memory/memory_workload.h"
#include "engine/engine_ports.h"
#include "support/shared_journal.h"

namespace stellwerk::testing {

/// Runs each job when it is asked for the finished ones, in the order of submission.
class PatientLanes final : public ports::Lanes {
 public:
  void submit(ports::JobOptions, ports::Job job) override { jobs_.push_back(std::move(job)); }
  void cancel(const base::EffectKey&) override {}
  std::vector<ports::Completion> finished() override {
    std::vector<ports::Completion> done;
    constexpr base::MonoTime kNever{std::numeric_limits<std::int64_t>::max()};
    for (; !jobs_.empty(); jobs_.pop_front()) done.push_back(jobs_.front()({kNever, {}}));
    return done;
  }
  void wait(base::MonoTime) override {}
  void wake() override {}
  [[nodiscard]] bool busy() const override { return !jobs_.empty(); }

 private:
  std::deque<ports::Job> jobs_;
};

class NoSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest&, const ports::Call&) override {
    return ports::StepReport{};
  }
};

/// What outlives a process, and what it is made of.
class MemoryEngine {
 public:
  std::unique_ptr<engine::EnginePorts> ports(ports::Lanes& lanes,
                                             std::vector<ports::EventBus*> buses = {},
                                             std::vector<ports::Notifier*> notifiers = {}) {
    return std::unique_ptr<engine::EnginePorts>(
        new engine::EnginePorts{clock,
                                lanes,
                                journal,
                                content,
                                emergency,
                                reserve,
                                signer,
                                log,
                                entropy,
                                workload,
                                router,
                                probe,
                                steps,
                                {},
                                std::move(buses),
                                std::move(notifiers),
                                [this] { return reader(); }});
  }
  base::Result<std::unique_ptr<ports::JournalStore>> reader() {
    return std::unique_ptr<ports::JournalStore>(std::make_unique<SharedJournal>(journal));
  }

  adapters::MemoryClock clock;
  adapters::MemoryJournal journal;
  adapters::MemoryContent content;
  adapters::MemoryEmergency emergency;
  adapters::MemoryReserve reserve;
  adapters::MemoryEntropy entropy;
  adapters::MemorySigner signer;
  adapters::MemoryLog log;
  NoSteps steps;
  adapters::MemoryWorkload workload;
  adapters::MemoryRouter router{clock, {}};
  adapters::MemoryProbe probe{clock};
};

}  // namespace stellwerk::testing
