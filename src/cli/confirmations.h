// confirmations.h — how far those outside have got who confirm the published log: witnesses, the
// time stamping service.
//
// Role: `audit witnesses`. What was kept of them below the log's folder is verified, the latest of
// each is told. Start here: read_confirmations(). Thread-safety: pure but for reading files.
// Invariants: nothing is written, nobody is asked; what does not fit is a problem and never counts.
// Spec: docs/audit.md "Who has confirmed how much"; docs/journal.md "The published log"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/timestamp.h"
#include "cli/log_files.h"
#include "config/load.h"

namespace stellwerk::cli {

struct WitnessStanding {
  std::string name;
  std::string url;
  std::uint64_t size = 0;                     ///< of the latest tree it cosigned; 0: none
  std::optional<std::uint64_t> unix_seconds;  ///< when, as it says; none: it never cosigned
};

struct TimestampStanding {
  std::string url;
  std::uint64_t size = 0;                 ///< of the latest tree that is stamped; 0: none
  std::optional<audit::Timestamp> stamp;  ///< verified with the configured certificates
};

struct Confirmations {
  std::string origin;      ///< the log's name
  std::uint64_t size = 0;  ///< of the latest checkpoint, whose signature fits
  std::vector<WitnessStanding> witnesses;
  std::optional<TimestampStanding> timestamps;
  std::vector<base::Error> problems;  ///< AUD-0070: kept, and does not fit

  [[nodiscard]] std::uint64_t behind(std::uint64_t confirmed) const {
    return confirmed < size ? size - confirmed : 0;
  }
  /// Of whoever is furthest behind; 0: nobody is set up.
  [[nodiscard]] std::uint64_t furthest_behind() const;
};

/// @errors NotFound AUD-0057: no log is there; InvalidArgument AUD-0005, Rejected AUD-0006: its
/// checkpoint is none, or no key beside it signed that; a witness's key in stellwerk.yaml is none;
/// Unavailable BAS-0012: a file cannot be read
base::Result<Confirmations> read_confirmations(const LogFiles& files,
                                               const config::AuditSettings& settings);

}  // namespace stellwerk::cli
