// What must hold when all has come to rest: every release has ended in full, everybody was told,
// and the journal says so to whoever replays it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/invariants.h"

namespace stellwerk::sim {
namespace {

bool is_terminal_type(std::string_view type) {
  return type == "audit.release.logged" || type == "audit.rollback.logged" ||
         type == "scheduler.release.cancelled" || type == "scheduler.release.failed";
}

/// Left open by other programs only.
bool is_of_others(engine::GapKind kind) {
  return kind == engine::GapKind::InputNotSaid || kind == engine::GapKind::InputUnknown ||
         kind == engine::GapKind::FieldsNotSaid || kind == engine::GapKind::NotReached;
}

/// The first gap of that sort; empty: there is none.
std::string gap_text(const engine::ReplayReport& replayed, bool (*sort)(engine::GapKind)) {
  for (const engine::Gap& gap : replayed.gaps)
    if (sort(gap.kind))
      return fmt::format("entry {}: {} {}", gap.first_index, engine::to_string(gap.kind),
                         gap.detail);
  return {};
}

}  // namespace

void Invariants::check_ending(const Ledger& ledger) {
  const core::Plan& plan = *ledger.plan;
  const core::State& state = ledger.state;
  const auto ends = [&](std::string what) { fail("an-end-is-complete", std::move(what)); };
  if (!core::is_terminal(state.stage)) return ends("it has not ended");
  if (std::none_of(ledger.count.begin(), ledger.count.end(),
                   [](const auto& each) { return is_terminal_type(each.first); }))
    ends("no last event");
  for (const auto& [key, intent] : state.open) ends(fmt::format("{} is open", key.str()));
  const bool new_stays = state.stage == core::Stage::Completed;
  const auto router = router_.current({});
  for (const core::PlannedComponent& component : plan.components) {
    if (holder_of(component.name) != &ledger) continue;
    const auto gone = workload_.status({component.name, new_stays ? component.from : component.to});
    const auto stays =
        workload_.status({component.name, new_stays ? component.to : component.from});
    const bool gave_up = ledger.given_up;
    if (gone && !gone->instances.empty() && !gave_up) ends("instances are left over");
    const bool began = ledger.has("audit.precheck.completed");
    if (began && stays && stays->instances.empty()) ends("nothing serves");
    if (!router) continue;
    const auto routes = router->table.components.find(component.name);
    if (routes == router->table.components.end()) continue;
    if (routes->second.candidate ||
        routes->second.stable != (new_stays ? component.to : component.from))
      ends("routes are not those of the end");
    if (router->leases.contains(plan.release)) ends("a lease is left over");
  }
}

/// Everything public was published, and every notification told, once.
void Invariants::check_told(const Ledger& ledger) {
  for (const auto& [type, count] : ledger.count) {
    if (!type.starts_with("notification.")) continue;
    const auto told = told_.find({ledger.plan->release, type});
    if (told == told_.end() || told->second != count) fail("everybody-was-told", type);
  }
}

/// This program wrote every entry, and says what it was decided on.
void Invariants::check_gaps(const engine::ReplayReport& replayed) {
  const std::string gap = gap_text(replayed, is_of_others);
  if (!gap.empty()) fail("replay-says-the-same", gap);
}

/// Every decision again from what it was made on, every verdict from its windows.
void Invariants::check_replay(const Ledger& ledger) {
  const auto replayed =
      engine::replay_release(store_.journal, store_.content.stored, ledger.plan->release);
  if (!replayed) return fail("replay-says-the-same", replayed.error().one_line());
  if (replayed->same()) return check_gaps(*replayed);
  if (replayed->differences.empty())
    return fail("replay-says-the-same", gap_text(*replayed, engine::is_failure));
  const engine::Difference& first = replayed->differences.front();
  fail("replay-says-the-same", fmt::format("entry {}, {}: {} or {}", first.index, first.where,
                                           first.recorded.dump(), first.derived.dump()));
}

void Invariants::at_end(const engine::Engine& engine) {
  for (const std::string& each : store_.log.contradictions) fail("checkpoints-agree", each);
  read_journal();
  for (const auto& [id, ledger] : ledgers_) {
    if (ledger.state.version == 0) continue;
    check_ending(ledger);
    check_told(ledger);
    check_replay(ledger);
  }
  if (!engine.live().empty()) fail("an-end-is-complete", "a release is still live");
  const auto entries = store_.journal.read(0, 1'000'000);
  for (const ports::StoredEntry& entry : *entries)
    if (core::is_public(entry.type) && !events_.contains(entry.index))
      fail("everything-public-is-published", entry.type);
  if (owes_gap_) fail("what-was-done-early-is-in-the-journal", "no audit.journal.gap");
  if (!store_.emergency.stored.lines().empty())
    fail("what-was-done-early-is-in-the-journal", store_.emergency.stored.lines().front());
  if (const auto verified = store_.journal.verify({}); !verified)
    fail("the-journal-can-be-verified", verified.error().one_line());
}

}  // namespace stellwerk::sim
