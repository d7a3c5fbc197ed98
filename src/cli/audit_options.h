// audit_options.h — what `audit …` was told, read: numbers, times, which entries are meant.
//
// Start here: read_filter(), LogFilter::takes(). Thread-safety: pure functions.
// Spec: docs/reference/commands.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/entry.h"
#include "base/time.h"
#include "cli/command_line.h"

namespace stellwerk::cli {

struct LogFilter {
  base::ReleaseId release;  ///< empty: every one, and the installation's own entries
  std::string type;         ///< whole, or its beginning where `prefix`; empty: every one
  bool prefix = false;
  std::string actor;
  std::optional<base::WallTime> since;
  std::optional<base::WallTime> until;
  std::optional<std::uint64_t> limit;  ///< the first so many
  std::optional<std::uint64_t> last;   ///< the last so many
  [[nodiscard]] bool takes(const audit::Entry& entry) const;
};

/// @param now  for times that are meant back from it: `2h`
/// @errors InvalidArgument CLI-0001: a value that is none
base::Result<LogFilter> read_filter(const AuditWords& words, base::WallTime now);

struct NumberRange {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};
/// @errors InvalidArgument CLI-0001: no number, or beyond the range
base::Result<std::uint64_t> read_number(std::string_view option, std::string_view text,
                                        const NumberRange& range);
/// SEQ. @errors InvalidArgument CLI-0001
base::Result<std::uint64_t> read_sequence(const AuditWords& words);
/// -j: as typed, else one a core. @errors InvalidArgument CLI-0001
base::Result<std::size_t> read_threads(const AuditWords& words);

}  // namespace stellwerk::cli
