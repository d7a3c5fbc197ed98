// Journal entries: the bytes (audit), entries of an older version through upcasters, events and
// intents (core), and what the engine folds into a release's state. Input: entries, one a line.
#include <array>

#include "adapters/memory/memory_content.h"
#include "audit/entry.h"
#include "base/text.h"
#include "core/decide.h"
#include "core/misfit.h"
#include "engine/entries.h"
#include "fuzz/fuzz.h"
#include "support/sample_release.h"

namespace stellwerk::fuzz {
namespace {

using base::Json;

/// As a version 2 might be that calls the actor `by` in version 1.
base::Result<Json> lift(Json document) {
  const auto by = document.find("by");
  if (by == document.end()) return document;
  Json actor = std::move(*by);
  document.erase(by);
  document["actor"] = std::move(actor);
  return document;
}

void check_refusal(const base::Error& error) {
  FUZZ_REQUIRE(error.id == "AUD-0003" || error.id == "AUD-0004");
  FUZZ_REQUIRE(base::valid_utf8(error.one_line()));
}

void check_event(const audit::Entry& entry) {
  const auto event = core::decode_event(entry.type, entry.data);
  if (!event) {
    FUZZ_REQUIRE(event.error().id == "ENG-0002");
    return;
  }
  FUZZ_REQUIRE(core::is_public(entry.type) == core::is_public(core::type_of(*event)));
  const Json written = core::encode_event(*event);
  FUZZ_REQUIRE(base::canonical(written).has_value());
  const auto again = core::decode_event(core::type_of(*event), written);
  FUZZ_REQUIRE(again.has_value() && core::encode_event(*again) == written);
  static_cast<void>(core::private_text_of(*event));
}

void check_intents(const audit::Entry& entry) {
  for (const Json& effect : entry.effects) {
    const auto intent = core::decode_intent(effect);
    if (!intent) continue;
    const Json written = core::encode_intent(*intent);
    const auto again = core::decode_intent(written);
    FUZZ_REQUIRE(again.has_value() && core::encode_intent(*again) == written);
  }
}

const core::Plan& plan() {
  static const core::Plan kPlan = testing::sample_plan();
  return kPlan;
}

/// What recovery does with it: read, fold, write again.
void check_read(std::string_view bytes, core::State& state) {
  static adapters::MemoryContent content;
  ports::StoredEntry stored;
  stored.bytes = bytes;
  const auto read = engine::decode(stored, content);
  if (!read) return;
  if (core::misfit(plan(), state, read->event, read->intents).empty()) {
    state = core::evolve_intents(
        core::evolve(plan(), std::move(state), read->event, read->at, read->by), read->intents);
    FUZZ_REQUIRE(state.wave <= plan().waves.size());
  }
  const core::NewEvent event{read->event, read->by, read->intents};
  const auto written = engine::encode(plan().release, event, read->at, std::nullopt);
  FUZZ_REQUIRE(written.has_value());
}

void check(std::string_view bytes, core::State& state) {
  const auto entry = audit::decode_entry(bytes);
  if (!entry) return check_refusal(entry.error());
  FUZZ_REQUIRE(audit::valid_entry_type(entry->type));
  const auto again = audit::encode_entry(*entry);
  FUZZ_REQUIRE(again.has_value() && again->with_index(entry->index) == bytes);
  check_event(*entry);
  check_intents(*entry);
  check_read(bytes, state);
}

void check_older(std::string_view bytes) {
  constexpr std::array<audit::Upcaster, 1> kChain{&lift};
  const auto entry = audit::decode_entry_with(bytes, kChain);
  if (!entry) check_refusal(entry.error());
}

}  // namespace

void take(std::string_view bytes) {
  core::State state;
  for (const auto line : base::split(bytes, '\n')) {
    check_older(line);
    const auto json = base::parse_json(line);
    const auto text = json ? base::canonical(*json) : base::Result<std::string>(std::string(line));
    if (!text || *text != line) {
      core::State other;
      check(line, other);
    }
    // A changed entry is seldom canonical by itself; made so, it gets past the first hurdle.
    if (text) check(*text, state);
  }
}

}  // namespace stellwerk::fuzz
