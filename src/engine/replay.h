// replay.h — a release's journal through the same code again: every decision from what it was made
// on, every verdict from its windows, and where this program would have decided otherwise.
//
// Role: `stellwerk audit replay`, tests and the simulator call it; it only reads. Start here:
// replay_release(), or replay() for entries at hand.
// Thread-safety: one thread at a time per store object. Invariants: what cannot be derived is in
// `gaps`, never passed over; after a difference the recorded entries are folded and the rest is
// compared too.                                     Spec: docs/journal.md "Replay"
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/decide.h"
#include "ports/journal_store.h"

namespace stellwerk::engine {

enum class DifferenceKind : std::uint8_t {
  Entry,       ///< another entry stands there than would be written
  Missing,     ///< an entry would be written that the journal does not have
  Surplus,     ///< the journal has an entry of this decision that would not be written
  State,       ///< the stored entries do not fold to the state that the decision led to
  Verdict,     ///< the verdict does not follow from the evidence recorded with it
  Windows,     ///< the raw windows give other evidence or another verdict, or none for that time
  Impossible,  ///< no state to which this entry could be added: nothing after it is looked at
  Comparison,  ///< before and after: another conclusion from the recorded figures
  Input,       ///< what it was decided on is not said or unknown, and its program says and knows it
};
std::string_view to_string(DifferenceKind);

/// One side of a difference: `type`, `actor`, `data`, `effects` … or only what is compared; null:
/// nothing.
struct Difference {
  DifferenceKind kind = DifferenceKind::Entry;
  std::uint64_t index = 0;    ///< in the whole journal
  std::uint64_t decided = 0;  ///< index of the first entry of its decision
  std::string input;          ///< what it was decided on: `verdict-reached`
  std::string where;          ///< first place that differs: `data.detail`, or why; may be empty
  base::Json recorded;
  base::Json derived;
  std::string program;  ///< version that wrote it; empty: not recorded
};

enum class GapKind : std::uint8_t {
  InputNotSaid,    ///< before any program said its version: nor is said what it was decided on
  InputUnknown,    ///< a newer program wrote it, on something this one does not know
  FieldsNotSaid,   ///< an older program's entry lacks what this one would add; all else is the same
  NotReached,      ///< an entry before them is impossible
  WindowsOpen,     ///< the wave is not over: its windows are not kept yet
  WindowsLost,     ///< a process ended before it kept them; the journal says so
  WindowsCut,      ///< the evidence file had reached its bound
  WindowsMissing,  ///< an entry names the evidence file, and it is not there
  WindowsDamaged,  ///< it is not what was stored
};
std::string_view to_string(GapKind);
/// The record promises it and does not hold it: a failed verification, not only a gap.
bool is_failure(GapKind kind);

/// What could not be derived, and from where on.
struct Gap {
  GapKind kind = GapKind::InputNotSaid;
  std::uint64_t first_index = 0;
  std::uint64_t count = 0;  ///< entries; for windows: verdicts, whose recorded evidence was judged
  std::string detail;       ///< digest of the file, name of the input or field
};

/// Which program wrote from where on.
struct Writer {
  std::uint64_t from_index = 0;
  std::string version;  ///< empty: not recorded
};

struct ReplayReport {
  base::ReleaseId release;
  bool ended = false;
  std::uint64_t entries = 0;
  std::uint64_t decisions = 0;           ///< made again
  std::uint64_t decisions_inferred = 0;  ///< of them, on what could be told from older entries
  std::uint64_t verdicts = 0;
  std::uint64_t verdicts_judged = 0;   ///< again, from the evidence recorded with them
  std::uint64_t verdicts_derived = 0;  ///< of them, evidence and all, from the raw windows
  std::uint64_t comparisons = 0;       ///< concluded again from their figures
  std::vector<Writer> writers;
  std::vector<Difference> differences;  ///< in the order of their indexes
  std::vector<Gap> gaps;

  /// Nothing differs, and nothing that the record names is missing or damaged.
  [[nodiscard]] bool same() const;
};

/// @param entries  a whole stream, in order  @param content  for data and windows by digest
/// @errors Corruption ENG-0002, AUD-0003; Rejected AUD-0004: an entry cannot be read; Corruption
/// PLN-0013; those of the content store for an entry's own data
base::Result<ReplayReport> replay(const core::Plan& plan,
                                  std::span<const ports::StoredEntry> entries,
                                  ports::ContentStore& content);

/// Reads the stream and the plan's kept bytes (which must have their digest; nothing is compiled
/// anew). @errors NotFound ENG-0020; those of replay() and load_plan()
base::Result<ReplayReport> replay_release(ports::JournalStore& journal,
                                          ports::ContentStore& content,
                                          const base::ReleaseId& release);

}  // namespace stellwerk::engine
