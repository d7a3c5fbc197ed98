#include "engine/integrity.h"

#include <fmt/format.h>

#include <utility>

#include "engine/loader.h"

namespace stellwerk::engine {
namespace {

/// The writer waits so long at most: some 100 ms.
constexpr std::uint64_t kEntriesPerTurn = 10'000;
/// Old entries checked again with each check: some 10 ms.
constexpr std::uint64_t kEntriesScrubbed = 1'000;

/// Reading compares every entry with the leaf beside it.
base::Result<void> read_again(ports::JournalStore& journal, const base::ReleaseId& release) {
  std::uint64_t read = 0;
  while (true) {
    auto chunk = journal.read_stream(release, read, kEntriesAtOnce);
    if (!chunk) return base::fail(std::move(chunk.error()));
    read += chunk->size();
    if (chunk->size() < kEntriesAtOnce) return {};
  }
}

base::Error not_what_was_written(const base::Error& found) {
  return base::error(base::Code::Corruption, "ENG-0035", "the journal is not what was written")
      .because(found.one_line())
      .now("every release whose new version may carry traffic is stopped and rolled back")
      .then("stellwerk explain ENG-0035", "what to save, and what to compare it with");
}

}  // namespace

/// Goes on from `memory.verified`. Nothing: more entries wait for another turn of the lane.
base::Result<std::optional<EffectResult>> IntegrityWatch::recompute(ports::JournalStore& journal,
                                                                    Memory& memory,
                                                                    const Asked& asked) {
  if (!asked.begun) memory.from = memory.verified ? memory.verified->size : 0;
  auto reached = journal.verify_some(memory.verified, kEntriesPerTurn);
  if (!reached) return base::fail(std::move(reached.error()));
  memory.verified = *reached;
  const auto head = journal.head();
  if (!head) return base::fail(head.error());
  if (reached->size < head->size) return std::nullopt;

  for (const base::ReleaseId& release : asked.releases)
    if (auto read = read_again(journal, release); !read) return base::fail(read.error());
  auto scrubbed = journal.verify_some(memory.scrubbed, kEntriesScrubbed);
  if (!scrubbed) return base::fail(std::move(scrubbed.error()));
  memory.scrubbed = scrubbed->size < reached->size ? std::optional(*scrubbed) : std::nullopt;

  const std::string text = fmt::format("entries {} to {} recomputed, root {}", memory.from,
                                       reached->size, reached->root.short_text());
  return EffectResult{core::Outcome::Done, text, text, base::Json::object()};
}

void IntegrityWatch::check(const base::ReleaseId& release, Then then) {
  next_.releases.insert(release);
  next_.waiters.push_back(std::move(then));
  if (!running_) start(std::exchange(next_, {}));
}

void IntegrityWatch::check_all(Then then) {
  Asked asked;
  asked.waiters.push_back(std::move(then));
  turn(std::make_shared<Memory>(), std::move(asked));
}

void IntegrityWatch::pump(base::MonoTime now, bool armed, base::Duration interval) {
  if (running_) return;
  if (!next_.waiters.empty()) return start(std::exchange(next_, {}));
  if (!armed || failure_ || now - checked_at_ < interval) return;
  start({});
}

void IntegrityWatch::start(Asked asked) {
  running_ = true;
  checked_at_ = ports_.clock.mono();
  turn(memory_, std::move(asked));
}

void IntegrityWatch::turn(const std::shared_ptr<Memory>& memory, Asked asked) {
  ports_.lanes.submit(
      {"store", {}, base::minutes(10), {}, false},
      [this, memory, asked = std::move(asked)](const ports::Call&) -> ports::Completion {
        auto result = recompute(ports_.journal, *memory, asked);
        return [this, memory, asked, result] { finished(memory, asked, result); };
      });
}

void IntegrityWatch::fail(const base::Error& found) {
  if (failure_) return;
  failure_ = not_what_was_written(found);
  host_.failed(*failure_);
}

void IntegrityWatch::finished(const std::shared_ptr<Memory>& memory, Asked asked,
                              const base::Result<std::optional<EffectResult>>& result) {
  if (result && !*result) {
    asked.begun = true;
    return turn(memory, std::move(asked));
  }
  if (memory == memory_) running_ = false;
  EffectResult told = result ? **result : engine::failure(result.error());
  const bool is_wrong = !result && result.error().code == base::Code::Corruption;
  if (!result && !is_wrong) told.outcome = core::Outcome::Unknown;
  if (is_wrong) fail(result.error());
  if (!result && !is_wrong) host_.trouble(result.error());
  for (const Then& then : asked.waiters) then(told);
}

}  // namespace stellwerk::engine
