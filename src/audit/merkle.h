// merkle.h — the journal's Merkle tree: hashes, the root of a list, and the head kept
// incrementally.
//
// Role: the journal stores keep a TreeFrontier beside their entries; the verifier rebuilds one.
// Start here: TreeFrontier. Thread-safety: values; any thread.
// Invariants: a frontier of n leaves holds popcount(n) subtree roots, largest first.
// Spec: RFC 6962 §2.1 (= RFC 9162 §2.1) with SHA-256.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace stellwerk::audit {

/// SHA256(0x00 || entry).
base::Digest leaf_hash(std::string_view entry);
/// SHA256(0x01 || left || right).
base::Digest node_hash(const base::Digest& left, const base::Digest& right);
/// SHA256(""): the root of a tree without leaves.
base::Digest empty_root();
/// The root over all leaves, straight from the RFC's recursive definition. For tests and small
/// lists.
base::Digest root_of(std::span<const base::Digest> leaves);

/// The root over complete subtrees of one size and the root of what is right of them, which is
/// smaller than one of them; nothing when there is neither.
std::optional<base::Digest> join(std::span<const base::Digest> subtrees,
                                 std::optional<base::Digest> right);

/// The right edge of a growing tree: enough to append leaves and to tell the root, in O(log n)
/// space.
class TreeFrontier {
 public:
  void append(const base::Digest& leaf) { append_complete(0, leaf); }
  /// Appends 2^level leaves at once, by the root over them; size() is a multiple of 2^level.
  void append_complete(int level, const base::Digest& root);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] base::Digest root() const;

  /// 8 bytes of size (big-endian), then the subtree roots. Never changes: stores keep it on disk.
  [[nodiscard]] std::string serialise() const;
  /// @return nothing when `bytes` is not what serialise() writes.
  static std::optional<TreeFrontier> parse(std::string_view bytes);

  friend bool operator==(const TreeFrontier&, const TreeFrontier&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<base::Digest> subtrees_;
};

}  // namespace stellwerk::audit
