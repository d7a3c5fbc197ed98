#include "engine/integrity.h"

#include <fmt/format.h>

#include <utility>

#include "engine/loader.h"

namespace stellwerk::engine {
namespace {

constexpr base::Duration kWholeInterval = base::minutes(1);

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

base::Result<EffectResult> IntegrityWatch::recompute(ports::JournalStore& journal, Memory& memory,
                                                     const Wanted& wanted) {
  const bool rebuild = wanted.whole && memory.base && memory.base->size < memory.verified->size;
  const std::uint64_t before = memory.verified ? memory.verified->size : 0;
  auto head = journal.verify(rebuild ? memory.base : memory.verified);
  if (!head) return base::fail(std::move(head.error()));
  for (const base::ReleaseId& release : wanted.releases)
    if (auto read = read_again(journal, release); !read) return base::fail(read.error());
  if (!memory.verified || head->size > before) {
    memory.base = memory.verified;
    memory.verified = *head;
  }
  const std::string text = fmt::format("entries {} to {} recomputed, root {}", before, head->size,
                                       head->root.short_text());
  return EffectResult{core::Outcome::Done, text, text, base::Json::object()};
}

void IntegrityWatch::check(Then then) {
  waiting_.push_back(std::move(then));
  if (!running_) start(true);
}

void IntegrityWatch::pump(base::MonoTime now, bool armed, base::Duration interval) {
  if (running_) return;
  if (!waiting_.empty()) return start(true);
  if (!armed || failure_ || now - checked_at_ < interval) return;
  start(now - whole_at_ >= kWholeInterval);
}

void IntegrityWatch::start(bool whole) {
  running_ = true;
  checked_at_ = ports_.clock.mono();
  if (whole) whole_at_ = checked_at_;
  Wanted wanted{host_.releases(), whole};
  ports_.lanes.submit(
      {"store", {}, base::minutes(10), {}, false},
      [this, memory = memory_, wanted = std::move(wanted),
       waiters = std::exchange(waiting_, {})](const ports::Call&) -> ports::Completion {
        auto result = recompute(ports_.journal, *memory, wanted);
        return [this, result, waiters] { finished(result, waiters); };
      });
}

void IntegrityWatch::fail(const base::Error& found) {
  if (failure_) return;
  failure_ = not_what_was_written(found);
  host_.failed(*failure_);
}

void IntegrityWatch::finished(const base::Result<EffectResult>& result,
                              const std::vector<Then>& waiters) {
  running_ = false;
  EffectResult told = result ? *result : engine::failure(result.error());
  const bool is_wrong = !result && result.error().code == base::Code::Corruption;
  if (!result && !is_wrong) told.outcome = core::Outcome::Unknown;
  if (is_wrong) fail(result.error());
  if (!result && !is_wrong) host_.trouble(result.error());
  for (const Then& then : waiters) then(told);
}

}  // namespace stellwerk::engine
