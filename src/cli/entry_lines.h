// entry_lines.h — one readable line for any entry of the journal, of whatever release.
//
//      41  2025-10-15 20:15:00Z  T+15m    rel-2025-10-001  scheduler.release.wave2   + pilot-2 …
//
// Role: `audit log`, `audit show`, the table of an export. Start here: EntryTeller
// Thread-safety: one thread. Invariants: the plans of the last kPlansKept releases are in memory.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "audit/entry.h"
#include "cli/event_lines.h"
#include "cli/world.h"
#include "core/state.h"

namespace stellwerk::cli {

class EntryTeller {
 public:
  static constexpr std::size_t kPlansKept = 16;

  EntryTeller(Reader& reader, base::Locale locale) : reader_(reader), locale_(locale) {}

  /// What the entry says to people, with the private text it names; empty: its type says it all,
  /// or this program does not know the type.
  std::string text(const ports::StoredEntry& stored, const audit::Entry& entry);
  /// @param one_release  its column is left out
  std::string line(const ports::StoredEntry& stored, const audit::Entry& entry, bool one_release,
                   bool colour);

 private:
  struct Kept {
    base::ReleaseId release;
    std::optional<core::Plan> plan;  ///< none: it cannot be read
    std::optional<core::ClockAnchor> anchor;
  };
  struct Told {
    std::string text;
    Colour colour = Colour::Plain;
  };
  Kept& kept(const base::ReleaseId& release);
  Told tell(const ports::StoredEntry& stored, const audit::Entry& entry);

  Reader& reader_;
  base::Locale locale_;
  std::list<Kept> plans_;  ///< the latest used first
};

}  // namespace stellwerk::cli
