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
#include "adapters/memory/memory_entropy.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/memory/memory_notifier.h"
#include "adapters/memory/memory_probe.h"
#include "adapters/memory/memory_reserve.h"
#include "adapters/memory/memory_router.h"
#include "adapters/memory/memory_workload.h"
#include "engine/engine_ports.h"

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

class NoEmergency final : public ports::EmergencyLog {
 public:
  base::Result<void> append(std::string_view) override { return {}; }
  base::Result<std::vector<std::string>> read() override { return std::vector<std::string>{}; }
  base::Result<void> clear() override { return {}; }
};

class NoSigner final : public ports::Signer {
 public:
  base::Result<std::string> sign_note(std::string_view text) override { return std::string(text); }
  [[nodiscard]] std::string verifier_key() const override { return {}; }
  [[nodiscard]] std::string name() const override { return "none"; }
};

class NoSteps final : public ports::StepRunner {
 public:
  base::Result<ports::StepReport> run(const ports::StepRequest&, const ports::Call&) override {
    return ports::StepReport{};
  }
};

/// A view of a journal that outlives it, as a second connection would be.
class Reader final : public ports::JournalStore {
 public:
  explicit Reader(adapters::MemoryJournal& journal) : journal_(journal) {}
  base::Result<std::vector<ports::Appended>> append(
      const std::vector<ports::AppendRequest>& batches, const ports::Call& call) override {
    return journal_.append(batches, call);
  }
  base::Result<ports::Head> head() override { return journal_.head(); }
  base::Result<std::vector<ports::StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                            std::uint64_t after,
                                                            std::size_t limit) override {
    return journal_.read_stream(stream, after, limit);
  }
  base::Result<std::vector<ports::StoredEntry>> read(std::uint64_t from,
                                                     std::size_t limit) override {
    return journal_.read(from, limit);
  }
  base::Result<std::vector<ports::StreamInfo>> streams(bool only_live) override {
    return journal_.streams(only_live);
  }
  base::Result<ports::Head> verify(std::optional<ports::Head> trusted) override {
    return journal_.verify(trusted);
  }
  base::Result<std::optional<std::string>> get_note(const std::string& key) override {
    return journal_.get_note(key);
  }
  base::Result<void> put_note(const std::string& key, const std::string& value) override {
    return journal_.put_note(key, value);
  }

 private:
  adapters::MemoryJournal& journal_;
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
    return std::unique_ptr<ports::JournalStore>(std::make_unique<Reader>(journal));
  }

  adapters::MemoryClock clock;
  adapters::MemoryJournal journal;
  adapters::MemoryContent content;
  NoEmergency emergency;
  adapters::MemoryReserve reserve;
  adapters::MemoryEntropy entropy;
  NoSigner signer;
  NoSteps steps;
  adapters::MemoryWorkload workload;
  adapters::MemoryRouter router{clock, {}};
  adapters::MemoryProbe probe{clock};
};

}  // namespace stellwerk::testing
