// log_counter.h — reads what an instance has written since the last look, and counts its lines.
//
// Role: one for each instance, looked at once a second; where it is stands in a record beside the
// log, so that a restart of Stellwerk goes on there. Start here: count()
// Thread-safety: the supervisor's lock.
// Invariants: no byte is counted twice, whenever a process ends: the record has counts and place
// together, and is written before a log is emptied. Recognised by the bytes before the place, a
// log that was emptied or replaced is read from its beginning.        Spec: docs/logs.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/process/line_tally.h"
#include "base/digest.h"
#include "base/json.h"

namespace stellwerk::adapters::process {

/// Where counting stands.
struct LogPlace {
  std::uint64_t offset = 0;  ///< all before it is counted
  base::Digest before;       ///< of the last bytes before it, at most kBeforeBytes
  kpi::LogCounts counts;
};
base::Json to_json(const LogPlace& place);
/// Nothing: it is not what to_json() writes.
std::optional<LogPlace> log_place_from_json(const base::Json& value);

class LogCounter {
 public:
  static constexpr std::size_t kBeforeBytes = 64;
  static constexpr std::uint64_t kLookBytesMax = std::uint64_t{8} << 20;

  /// @param place_path  of the record; read now, when it is there
  LogCounter(std::string log_path, std::string place_path);

  /// Without a record: what is in the log by now is not counted, what comes is. Call it before an
  /// instance is started or taken over.
  void begin();
  /// Reads on, at most kLookBytesMax, and returns the log's size; 0: it is not there.
  std::uint64_t count();
  /// Bytes that count() has left for its next call.
  [[nodiscard]] std::uint64_t behind() const { return behind_; }
  /// The log is about to be emptied: what is not read by then will never be.
  void before_emptied();
  void emptied();
  /// Nobody writes there any more.
  void end();
  [[nodiscard]] const kpi::LogCounts& counts() const { return tally_.counts(); }

 private:
  void from_beginning();
  [[nodiscard]] bool is_the_same(int fd, std::uint64_t size) const;
  void read_on(int fd, std::uint64_t size);
  void save(int fd) const;

  std::string log_path_;
  std::string place_path_;
  LineTally tally_;
  bool begun_ = false;
  std::uint64_t read_to_ = 0;
  base::Digest before_;  ///< of the last bytes before read_to_
  std::uint64_t behind_ = 0;
};

}  // namespace stellwerk::adapters::process
