// entry.h — one journal entry: what it says, and the exact bytes that are hashed and kept.
//
// Role: the engine encodes entries for JournalStore::append and decodes what it reads back; the
// stores and the verifier decode to check. Start here: Entry, encode_entry, decode_entry.
// Thread-safety: values; any thread.
// Invariants: the bytes are canonical JSON (RFC 8785) of integers, strings and booleans; decoding
// accepts nothing that encoding would not have written; old versions stay readable for ever.
// Spec: docs/journal.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::audit {

/// What is larger goes into the content store by digest (an entry bundle has 16-bit lengths).
constexpr std::size_t kEntryBytesMax = 65535;

/// What an entry answers to: an earlier entry, or the effect that was run.
using Cause = std::variant<std::uint64_t, base::EffectKey>;

struct Entry {
  std::uint64_t index = 0;                     ///< given by the store; ignored by encode_entry
  base::WallTime time;                         ///< written in milliseconds
  std::optional<base::Duration> runbook_time;  ///< offset from T+0; none before the announcement
  base::ReleaseId release;                     ///< empty: the installation's own stream
  std::string type;                            ///< `scheduler.release.started`
  std::string actor;                           ///< a person's id, or `stellwerk`
  std::optional<Cause> cause;
  base::Json data = base::Json::object();
  base::Json effects = base::Json::array();  ///< intents, each an object
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// The bytes of an entry but for its index, which only the locked head knows.
struct EncodedEntry {
  std::string type;
  std::string before_index;
  std::string after_index;
  [[nodiscard]] std::string with_index(std::uint64_t index) const;
};

/// @errors InvalidArgument AUD-0003: a field that no entry may have, `why` names it;
/// InvalidArgument BAS-0007: data or effects hold null, a fraction or a huge number;
/// InvalidArgument JRN-0004: larger than kEntryBytesMax.
base::Result<EncodedEntry> encode_entry(const Entry& entry);

/// Reads an entry of any version up to the present one.
/// @errors Corruption AUD-0003: not an entry, `why` says where; Rejected AUD-0004: written by a
/// newer Stellwerk.
base::Result<Entry> decode_entry(std::string_view bytes);

/// Lifts the document of one version to the next; gets and returns the whole entry as JSON.
using Upcaster = base::Result<base::Json> (*)(base::Json document);
/// decode_entry with a given chain: upcasters[i] lifts version i+1, so the present version is
/// size+1.
base::Result<Entry> decode_entry_with(std::string_view bytes, std::span<const Upcaster> upcasters);

/// Lower-case words of a-z 0-9 - _, joined by dots: `audit.release.logged`.
bool valid_entry_type(std::string_view type);

}  // namespace stellwerk::audit
