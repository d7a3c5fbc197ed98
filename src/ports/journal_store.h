// journal_store.h — port: the append-only journal of the installation, and the content store beside
// it.
//
// Role: adapters/sqlite (embedded), adapters/memory; later PostgreSQL shared by replicas
// (docs/decisions). Thread-safety: one call at a time per store object (the engine's `store` lane),
// readers use their own object. Invariants: indexes are dense from 0; what append() acknowledged is
// durable and in the Merkle tree; nothing is ever changed or removed. Spec: docs/journal.md, RFC
// 6962 §2.1
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "ports/call.h"

namespace stellwerk::ports {

/// One entry as it is stored: the exact bytes that were hashed.
struct StoredEntry {
  std::uint64_t index = 0;
  base::ReleaseId release;           ///< the stream; empty: the installation's own
  std::uint64_t stream_version = 0;  ///< position within the stream, from 1
  std::string type;
  std::string bytes;  ///< canonical JSON, at most 65,535 bytes
  base::Digest leaf;  ///< RFC 6962 leaf hash of bytes
};

/// One entry to append: everything but its index, which only the locked head knows.
struct NewEntry {
  std::string type;
  std::string before_index;
  std::string after_index;
  /// The bytes of the entry when it gets this index.
  [[nodiscard]] std::string bytes_at(std::uint64_t index) const {
    return before_index + std::to_string(index) + after_index;
  }
};

/// No limit, for verify_some().
constexpr std::uint64_t kAllEntries = std::numeric_limits<std::uint64_t>::max();

/// More entries than this in one batch are refused.
constexpr std::size_t kAppendEntriesMax = 1000;

struct Appended {
  std::uint64_t first_index = 0;
  std::uint64_t tree_size = 0;  ///< after the batch
  base::Digest root;            ///< of the tree of that size
};

struct Head {
  std::uint64_t size = 0;
  base::Digest root;
  friend bool operator==(const Head&, const Head&) = default;
};

/// A stream that has not reached a terminal entry, and where it stands.
struct StreamInfo {
  base::ReleaseId release;
  std::uint64_t version = 0;  ///< number of entries
  std::uint64_t first_index = 0;
  std::uint64_t last_index = 0;
  std::string last_type;
  bool ended = false;  ///< marked by append(ends_stream)
};

struct AppendRequest {
  base::ReleaseId stream;
  std::uint64_t expected_version =
      0;                          ///< entries the writer has seen; a different number is a Conflict
  std::vector<NewEntry> entries;  ///< 1 to kAppendEntriesMax
  bool ends_stream = false;       ///< the stream is terminal afterwards (recovery need not read it)
};

class JournalStore {
 public:
  virtual ~JournalStore() = default;
  /// Appends the batches (group commit) in one transaction; afterwards all are durable, or none.
  /// @errors Conflict JRN-0001: a stream moved on (nothing written); Unavailable JRN-0002: disk
  /// full, read-only or an
  ///         I/O error, nothing acknowledged: read head() before repeating (OutcomeUnknown if that
  ///         cannot be told); Corruption JRN-0003: the store is not what the head file says;
  ///         InvalidArgument JRN-0004: entry too large.
  virtual base::Result<std::vector<Appended>> append(const std::vector<AppendRequest>& batches,
                                                     const Call& call) = 0;
  virtual base::Result<Head> head() = 0;
  /// Entries of one stream with stream_version > after, at most `limit`, in order.
  virtual base::Result<std::vector<StoredEntry>> read_stream(const base::ReleaseId& stream,
                                                             std::uint64_t after,
                                                             std::size_t limit) = 0;
  /// Entries with index >= from, at most `limit`, in order, whatever their stream.
  virtual base::Result<std::vector<StoredEntry>> read(std::uint64_t from, std::size_t limit) = 0;
  /// All streams, newest first; `only_live` leaves out ended ones.
  virtual base::Result<std::vector<StreamInfo>> streams(bool only_live) = 0;
  /// Recomputes leaf hashes and the tree of at most `entries_max` entries behind `trusted` (which
  /// must be the head of that many entries; without it, from the first), and compares them with
  /// the stored ones; at the end of the journal with its head, too. Its cost is that of these
  /// entries when `trusted` is where one of the last verifications arrived.
  /// @return the head it arrived at
  /// @errors Corruption JRN-0003: `why` names the first wrong index and what is still good.
  virtual base::Result<Head> verify_some(const std::optional<Head>& trusted,
                                         std::uint64_t entries_max) = 0;
  /// All of them; without `trusted` what holds the entries (pages, indexes, other rows) as well.
  base::Result<Head> verify(const std::optional<Head>& trusted) {
    return verify_some(trusted, kAllEntries);
  }

  /// Small durable values beside the journal that are no history: outbox cursors, keys' names. Last
  /// write wins.
  virtual base::Result<std::optional<std::string>> get_note(const std::string& key) = 0;
  virtual base::Result<void> put_note(const std::string& key, const std::string& value) = 0;
};

/// Content by digest: plans, evidence, reports, reasons. Written before the entry that names it.
class ContentStore {
 public:
  virtual ~ContentStore() = default;
  /// Stores and syncs; storing the same bytes again changes nothing. @errors Unavailable CAS-0001
  virtual base::Result<base::Digest> put(std::string_view bytes) = 0;
  /// @errors NotFound CAS-0002; Corruption CAS-0003: the bytes no longer have this digest;
  /// Unavailable CAS-0001
  virtual base::Result<std::string> get(const base::Digest& digest) = 0;
  virtual base::Result<bool> has(const base::Digest& digest) = 0;
  /// Afterwards the bytes are gone for good; it is no error when they were not there. Only for what
  /// an entry says is erased. @errors Unavailable CAS-0001
  virtual base::Result<void> erase(const base::Digest& digest) = 0;
};

}  // namespace stellwerk::ports
