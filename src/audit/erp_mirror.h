// erp_mirror.h — a public event as the body that audit-domain is sent, and found again in its rows.
//
// Role: adapters/audit_domain sends it and reads back; erp_chain.h compares rows with the journal.
// Start here: MirroredEvent.                                   Thread-safety: values; any thread.
// Invariants: the body has every field that audit-domain hashes; the entry stands in it as one
// text, byte for byte, so that its leaf hash can be taken from the row.
// Spec: docs/audit-domain.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/erp_row.h"
#include "base/digest.h"

namespace stellwerk::audit {

struct MirroredEvent {
  std::uint64_t index = 0;   ///< of the journal entry
  std::string name;          ///< `scheduler.release.wave1`
  std::string release;       ///< empty: the installation's own stream
  std::string time;          ///< RFC 3339
  std::string runbook_time;  ///< `T+15m`; empty before the announcement
  std::string entry;         ///< the journal entry's bytes
};

/// Who sends it; the same for all events of an installation.
struct MirrorSource {
  std::string installation;
  std::string ip;  ///< any text; the field must not be missing

  /// `stellwerk/<installation>`: the userAgent of its rows, and how they are found again.
  [[nodiscard]] std::string user_agent() const { return "stellwerk/" + installation; }
};

/// The JSON of POST /events. Nested members of the payload stand in PostgreSQL's order of jsonb
/// (shorter names first), so that they come back in the order in which they were hashed.
std::string mirror_body(const MirroredEvent& event, const MirrorSource& source);

/// Which journal entry a row is a mirror of.
struct MirrorMark {
  std::uint64_t index = 0;
  std::string name;
  base::Digest digest;             ///< the leaf hash that the row states
  bool carries_that_entry = true;  ///< false: its text of the entry has another leaf hash

  friend bool operator==(const MirrorMark&, const MirrorMark&) = default;
};

/// Nothing when the row is not one of this user agent, or states no index and digest.
std::optional<MirrorMark> mirror_mark(const ErpRow& row, std::string_view user_agent);

}  // namespace stellwerk::audit
