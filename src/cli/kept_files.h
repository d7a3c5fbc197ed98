// kept_files.h — what lies beside a log's latest checkpoint: earlier ones with their cosignatures,
// time stamps, partial tiles of then; compared with the tree as it is now.
//
// Role: part of verify_log(), once all entries fit. Start here: KeptFiles. Thread-safety: one
// thread. Invariants: sizes are listed before the latest checkpoint is read, so that what an engine
// publishes meanwhile is not taken for something that the log does not have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/clock_check.h"
#include "audit/cosignature.h"
#include "audit/proof.h"
#include "audit/record_check.h"
#include "audit/root_history.h"
#include "cli/log_files.h"

namespace stellwerk::cli {

/// A signed checkpoint, and the known key of its log that signed it.
struct SignedCheckpoint {
  audit::Checkpoint checkpoint;
  std::optional<audit::VerifierKey> key;  ///< none: no key was known, the signature is not judged
};
/// @errors InvalidArgument AUD-0005: no note or no checkpoint; Rejected AUD-0006: none of `keys`
/// signed it
base::Result<SignedCheckpoint> read_signed(std::string_view bytes,
                                           const std::vector<audit::VerifierKey>& keys);

/// AUD-0055: something that was kept is not the beginning of the log.
base::Error not_continued(std::string why);

/// AUD-0056: said to be signed or stamped before the last entry that it covers was written.
base::Error too_early(std::string what, base::WallTime said, base::WallTime covered);

/// No later than the year 9999.
base::WallTime wall_time(std::uint64_t unix_seconds);

/// A witness's word, or a stamp's, on the tree of that size.
struct Confirmed {
  std::uint64_t size = 0;
  std::string by;  ///< the witness's name; the authority
  base::WallTime at;
};

/// Against what kept files are judged.
struct KeptAgainst {
  std::string origin;
  audit::TreeHead head;                        ///< of the latest checkpoint
  std::vector<audit::VerifierKey> keys;        ///< of the log, retired ones too
  std::vector<audit::VerifierKey> witnesses;   ///< one of them must have signed what they cosigned
  std::string authorities;                     ///< certificates (PEM); empty: stamps are not judged
  const audit::ClockCheck* clock = nullptr;    ///< of all entries
  const audit::RecordCheck* record = nullptr;  ///< … which keys were replaced, and where
};

class KeptFiles {
 public:
  /// Lists what there is.
  explicit KeptFiles(const LogFiles& files);

  static constexpr std::size_t kConfirmedKept = 1000;

  /// Roots and times that check() will ask for.
  void want(audit::RootHistory& history, audit::ClockCheck& clock) const;
  /// Judges all of it; counts and problems stand below.
  void check(const audit::RootHistory& history, const KeptAgainst& against);

  std::uint64_t cosigned = 0;
  std::uint64_t timestamps = 0;
  std::uint64_t timestamps_unchecked = 0;
  std::vector<Confirmed> cosigners;  ///< of kept checkpoints; the latest kConfirmedKept, as stamps
  std::vector<Confirmed> stamps;
  std::vector<base::Error> problems;

 private:
  void check_earlier_partials(const KeptAgainst& against);
  void check_partials_of(const audit::TileId& tile);
  void check_cosigned(std::uint64_t size, const audit::RootHistory& history,
                      const KeptAgainst& against);
  void check_timestamp(std::uint64_t size, const audit::RootHistory& history,
                       const KeptAgainst& against);
  void check_cosigners(std::string_view note, const SignedCheckpoint& kept,
                       const KeptAgainst& against);
  void take_stamp(const Confirmed& stamp, const KeptAgainst& against);
  [[nodiscard]] std::vector<std::string> stamped(std::uint64_t size,
                                                 const audit::RootHistory& history,
                                                 const KeptAgainst& against) const;

  const LogFiles& files_;
  std::vector<std::uint64_t> cosigned_sizes_;
  std::vector<std::uint64_t> timestamp_sizes_;
};

}  // namespace stellwerk::cli
