// witness_request.h — what a log and a witness say to each other, byte for byte.
//
// Role: the client formats requests and reads answers, the witness the other way round.
// Start here: AddCheckpoint. Thread-safety: values; any thread.
// Invariants: one spelling each: what is parsed is formatted again as it was.
// Spec: c2sp.org/tlog-witness, add-checkpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

constexpr std::size_t kWitnessBodyBytesMax = std::size_t{64} << 10;
constexpr std::size_t kConsistencyHashesMax = 63;
/// Of the answer that gives the size a witness knows.
constexpr std::string_view kTreeSizeContentType = "text/x.tlog.size";

struct AddCheckpoint {
  std::uint64_t old_size = 0;             ///< of the tree the witness cosigned last
  std::vector<base::Digest> consistency;  ///< from that tree to the checkpoint's
  std::string checkpoint;                 ///< the signed note, as it is
  friend bool operator==(const AddCheckpoint&, const AddCheckpoint&) = default;

  /// `old <size>`, a line for each hash, an empty line, the checkpoint.
  [[nodiscard]] std::string to_body() const;
  /// The checkpoint itself is not read.
  /// @errors InvalidArgument WIT-0004: not that form, more than kConsistencyHashesMax hashes, or
  /// over kWitnessBodyBytesMax.
  static base::Result<AddCheckpoint> parse(std::string_view body);
};

/// `<size>\n`: the body of a 409.
std::string tree_size_body(std::uint64_t size);
/// @errors InvalidArgument WIT-0004: not that form.
base::Result<std::uint64_t> parse_tree_size_body(std::string_view body);

}  // namespace stellwerk::audit
