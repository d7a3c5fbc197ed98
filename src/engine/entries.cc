#include "engine/entries.h"

#include <fmt/format.h>

#include "audit/entry.h"

namespace stellwerk::engine {
namespace {

constexpr std::string_view kSelf = "stellwerk";
/// Runbook time to the microsecond: the offset in `runbook_time` is for people.
constexpr const char* kRunbookKey = "at_us";

base::Failure unreadable(const ports::StoredEntry& entry, std::string why) {
  return base::fail(base::error(base::Code::Corruption, "ENG-0002",
                                fmt::format("entry {} cannot be read", entry.index))
                        .because(std::move(why)));
}

}  // namespace

base::Result<ports::NewEntry> encode(const base::ReleaseId& release, const core::NewEvent& event,
                                     const base::Now& now, std::optional<base::RunbookTime> t0) {
  audit::Entry entry;
  entry.time = now.wall;
  if (t0) entry.runbook_time = now.runbook - *t0;
  entry.release = release;
  entry.type = core::type_of(event.event);
  entry.actor = event.by.empty() ? std::string(kSelf) : event.by.str();
  entry.data = core::encode_event(event.event);
  entry.data[kRunbookKey] = now.runbook.us;
  for (const core::Intent& intent : event.intents)
    entry.effects.push_back(core::encode_intent(intent));
  auto encoded = audit::encode_entry(entry);
  if (!encoded) return base::fail(std::move(encoded.error()));
  return ports::NewEntry{std::move(encoded->type), std::move(encoded->before_index),
                         std::move(encoded->after_index)};
}

base::Result<ReadEntry> decode(const ports::StoredEntry& stored) {
  auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return base::fail(std::move(entry.error()));
  const auto runbook = entry->data.find(kRunbookKey);
  if (runbook == entry->data.end() || !runbook->is_number_integer())
    return unreadable(stored, "it has no runbook time");

  ReadEntry read;
  read.index = stored.index;
  read.at = {entry->time, {}, base::RunbookTime{runbook->get<std::int64_t>()}};
  if (entry->actor != kSelf) read.by = base::PersonId(entry->actor);
  entry->data.erase(kRunbookKey);
  auto event = core::decode_event(entry->type, entry->data);
  if (!event) return unreadable(stored, event.error().one_line());
  read.event = std::move(*event);
  for (const base::Json& effect : entry->effects) {
    auto intent = core::decode_intent(effect);
    if (!intent) return unreadable(stored, intent.error().one_line());
    read.intents.push_back(std::move(*intent));
  }
  return read;
}

}  // namespace stellwerk::engine
