#include "engine/entries.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/entry.h"
#include "core/words.h"

namespace stellwerk::engine {
namespace {

/// Runbook time to the microsecond: the offset in `runbook_time` is for people.
constexpr const char* kRunbookKey = "at_us";
/// No event has fields of these names.
constexpr const char* kContentKey = "content";
constexpr const char* kInputKey = "input";

base::Failure unreadable(const ports::StoredEntry& entry, std::string why) {
  return base::fail(base::error(base::Code::Corruption, "ENG-0002",
                                fmt::format("entry {} cannot be read", entry.index))
                        .because(std::move(why)));
}

/// Data too large for an entry goes into the content store as canonical JSON; the entry keeps the
/// times and names it.
base::Result<Encoded> encode_by_digest(audit::Entry entry) {
  auto content = base::canonical(entry.data);
  if (!content) return base::fail(std::move(content.error()));
  entry.data = {{kRunbookKey, entry.data[kRunbookKey]},
                {kContentKey, base::sha256(*content).to_string()}};
  auto encoded = audit::encode_entry(entry);
  if (!encoded) return base::fail(std::move(encoded.error()));
  return Encoded{
      {std::move(encoded->type), std::move(encoded->before_index), std::move(encoded->after_index)},
      std::move(*content)};
}

/// The whole data of an entry that names it by digest; nothing to do for any other.
base::Result<void> fetch_data(base::Json& data, ports::ContentStore& content) {
  const auto named = data.find(kContentKey);
  if (named == data.end() || !named->is_string()) return {};
  const auto digest = base::Digest::parse(named->get<std::string>());
  if (!digest) return base::fail(digest.error());
  auto bytes = content.get(*digest);
  if (!bytes) return base::fail(std::move(bytes.error()));
  auto json = base::parse_json(*bytes);
  if (!json) return base::fail(std::move(json.error()));
  data = std::move(*json);
  return {};
}

}  // namespace

void add_known_by(base::Json& input, const Asker& asker) {
  if (asker.person.empty()) return;
  input[kKnownByKey] = asker.signature ? "signature" : "os-user";
  if (!asker.signature) return;
  const SignedBy& how = *asker.signature;
  input[kSignedKey] = {{"document", how.document.to_string()},
                       {"key", how.key},
                       {"nonce", how.nonce},
                       {"role", how.role}};
}

std::string nonce_in(const base::Json& input) {
  const auto how = input.is_object() ? input.find(kSignedKey) : input.end();
  if (how == input.end() || !how->is_object()) return {};
  const auto nonce = how->find("nonce");
  return nonce != how->end() && nonce->is_string() ? nonce->get<std::string>() : std::string();
}

base::Result<Encoded> encode(const base::ReleaseId& release, const core::NewEvent& event,
                             const base::Now& now, std::optional<base::RunbookTime> t0) {
  audit::Entry entry;
  entry.time = now.wall;
  if (t0) entry.runbook_time = std::clamp(now.runbook - *t0, -base::kSpanMax, base::kSpanMax);
  entry.release = release;
  entry.type = core::type_of(event.event);
  entry.actor = core::actor_text(event.by);
  entry.data = core::encode_event(event.event);
  entry.data[kRunbookKey] = now.runbook.us;
  if (!event.input.is_null()) entry.data[kInputKey] = event.input;
  for (const core::Intent& intent : event.intents)
    entry.effects.push_back(core::encode_intent(intent));
  auto encoded = audit::encode_entry(entry);
  if (!encoded && encoded.error().id == "JRN-0004") return encode_by_digest(std::move(entry));
  if (!encoded) return base::fail(std::move(encoded.error()));
  return Encoded{
      {std::move(encoded->type), std::move(encoded->before_index), std::move(encoded->after_index)},
      {}};
}

base::Result<ReadEntry> decode(const ports::StoredEntry& stored, ports::ContentStore& content) {
  auto entry = audit::decode_entry(stored.bytes);
  if (!entry) return base::fail(std::move(entry.error()));
  if (auto whole = fetch_data(entry->data, content); !whole)
    return base::fail(
        std::move(whole.error()).during(fmt::format("reading entry {}", stored.index)));
  const auto runbook = entry->data.find(kRunbookKey);
  if (runbook == entry->data.end() || !runbook->is_number_integer())
    return unreadable(stored, "it has no runbook time");

  ReadEntry read;
  read.index = stored.index;
  read.at = {entry->time, {}, base::RunbookTime{runbook->get<std::int64_t>()}};
  if (entry->actor != core::kSelf) read.by = base::PersonId(entry->actor);
  entry->data.erase(kRunbookKey);
  if (const auto input = entry->data.find(kInputKey); input != entry->data.end()) {
    read.input = std::move(*input);
    entry->data.erase(kInputKey);
  }
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
