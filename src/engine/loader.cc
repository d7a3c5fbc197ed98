#include "engine/loader.h"

#include <fmt/format.h>

#include "base/text.h"
#include "core/misfit.h"

namespace stellwerk::engine {
namespace {

base::Failure not_found(const base::ReleaseId& release) {
  return base::fail(base::error(base::Code::NotFound, "ENG-0020",
                                fmt::format("there is no release {} in this journal",
                                            base::printable(release.str(), 80)))
                        .then("stellwerk release list", "the releases there are"));
}

base::Result<core::Plan> plan_of(const ReadEntry& first, const base::ReleaseId& release,
                                 ports::ContentStore& content) {
  const auto* planned = std::get_if<core::ReleasePlanned>(&first.event);
  if (planned == nullptr)
    return base::fail(base::Code::Corruption, "ENG-0002",
                      fmt::format("entry {} begins a release but is no plan", first.index));
  auto bytes = content.get(planned->plan);
  if (!bytes) return base::fail(std::move(bytes.error()));
  auto plan = core::decode_plan(*bytes);
  if (!plan) return plan;
  if (auto sound = refuse_contradiction(*plan); !sound) return base::fail(std::move(sound.error()));
  if (plan->release != release)
    return base::fail(base::Code::Corruption, "ENG-0002",
                      fmt::format("entry {} begins {} with the plan of another release",
                                  first.index, base::printable(release.str(), 80)));
  return plan;
}

}  // namespace

base::Result<void> refuse_contradiction(const core::Plan& plan) {
  const auto why = core::contradiction(plan);
  if (why.empty()) return {};
  return base::fail(base::error(base::Code::Corruption, "PLN-0013",
                                fmt::format("the plan of {} contradicts itself",
                                            base::printable(plan.release.str(), 80)))
                        .because(std::string(why))
                        .now("nothing of the release was carried out or replayed")
                        .then("stellwerk audit replay", "which stored data is still good"));
}

base::Result<void> fold(const core::Plan& plan, core::State& state, const ReadEntry& entry) {
  if (const auto why = core::misfit(plan, state, entry.event, entry.intents); !why.empty())
    return base::fail(base::error(base::Code::Corruption, "ENG-0002",
                                  fmt::format("entry {} cannot follow in release {}", entry.index,
                                              base::printable(plan.release.str(), 80)))
                          .because(fmt::format("{}: {}", core::type_of(entry.event), why)));
  state = core::evolve_intents(
      core::evolve(plan, std::move(state), entry.event, entry.at, entry.by), entry.intents);
  return {};
}

base::Result<core::Plan> load_plan(ports::JournalStore& journal, ports::ContentStore& content,
                                   const base::ReleaseId& release) {
  auto first = journal.read_stream(release, 0, 1);
  if (!first) return base::fail(std::move(first.error()));
  if (first->empty()) return not_found(release);
  auto entry = decode(first->front(), content);
  if (!entry) return base::fail(std::move(entry.error()));
  return plan_of(*entry, release, content);
}

base::Result<LoadedRelease> load_release(ports::JournalStore& journal, ports::ContentStore& content,
                                         const base::ReleaseId& release) {
  LoadedRelease loaded;
  while (true) {
    auto chunk = journal.read_stream(release, loaded.state.version, kEntriesAtOnce);
    if (!chunk) return base::fail(std::move(chunk.error()));
    for (const ports::StoredEntry& stored : *chunk) {
      auto entry = decode(stored, content);
      if (!entry) return base::fail(std::move(entry.error()));
      if (loaded.state.version == 0) {
        auto plan = plan_of(*entry, release, content);
        if (!plan) return base::fail(std::move(plan.error()));
        loaded.plan = std::move(*plan);
      }
      if (auto folded = fold(loaded.plan, loaded.state, *entry); !folded)
        return base::fail(std::move(folded.error()));
      loaded.last_entry = entry->at.wall;
      if (std::string nonce = nonce_in(entry->input); !nonce.empty())
        loaded.nonces.insert(std::move(nonce));
    }
    if (chunk->size() < kEntriesAtOnce) break;
  }
  if (loaded.state.version == 0) return not_found(release);
  return loaded;
}

}  // namespace stellwerk::engine
