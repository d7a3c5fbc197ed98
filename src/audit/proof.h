// proof.h — proofs about a tree: that a leaf is in it, and that one tree continues another.
//
// Role: whoever keeps a tree makes proofs through a HashReader; verifiers need only the proof.
// Start here: inclusion_proof, verify_inclusion. Thread-safety: values; any thread.
// Invariants: making a proof reads O(log n) hashes; verifying costs O(log n), whatever is given.
// Spec: RFC 6962 §2.1.1 and §2.1.2 (= RFC 9162 §2.1.3, §2.1.4)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace stellwerk::audit {

/// Trees of more leaves than this are refused; so their sizes and indexes can be added.
constexpr std::uint64_t kTreeSizeMax = std::uint64_t{1} << 63;

/// The hashes of a tree's complete subtrees, from wherever they are kept (tiles, stored leaves).
class HashReader {
 public:
  HashReader() = default;
  HashReader(const HashReader&) = delete;
  HashReader& operator=(const HashReader&) = delete;
  virtual ~HashReader() = default;

  /// The hash of the 2^level leaves from index * 2^level on.
  /// @param level 0 to 63; at level 0 it is the leaf's hash
  /// @errors as the place they are kept in has; a subtree that is not complete is an error.
  virtual base::Result<base::Digest> subtree(int level, std::uint64_t index) = 0;
};

/// Leaves in memory, and the hashes of all their complete subtrees. For small trees.
class LeafReader final : public HashReader {
 public:
  explicit LeafReader(std::vector<base::Digest> leaves);
  /// @errors NotFound AUD-0010: beyond the leaves.
  base::Result<base::Digest> subtree(int level, std::uint64_t index) override;

 private:
  std::vector<std::vector<base::Digest>> levels_;  ///< from the leaves up
};

/// What a checkpoint says of its tree.
struct TreeHead {
  std::uint64_t size = 0;
  base::Digest root;
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// A leaf of a tree of that many leaves.
struct LeafPosition {
  std::uint64_t index = 0;
  std::uint64_t tree_size = 0;
};

/// A tree and the one it grew into.
struct TreeSizes {
  std::uint64_t older = 0;
  std::uint64_t newer = 0;
};

/// The root of the first `size` leaves.
/// @errors InvalidArgument AUD-0010: larger than kTreeSizeMax; else the reader's.
base::Result<base::Digest> root_at(std::uint64_t size, HashReader& reader);

/// The hashes from the leaf's sibling up to the root's child.
/// @errors InvalidArgument AUD-0010: no such leaf; else the reader's.
base::Result<std::vector<base::Digest>> inclusion_proof(LeafPosition position, HashReader& reader);

/// Empty when the older tree is empty, or as large as the newer.
/// @errors InvalidArgument AUD-0010: the older is the larger; else the reader's.
base::Result<std::vector<base::Digest>> consistency_proof(TreeSizes sizes, HashReader& reader);

/// @errors InvalidArgument AUD-0010: no such leaf; Rejected AUD-0010: too few or too many hashes,
/// or they lead to another root.
base::Result<void> verify_inclusion(const base::Digest& leaf, LeafPosition position,
                                    std::span<const base::Digest> proof, const base::Digest& root);

/// @errors InvalidArgument AUD-0010: the older is the larger; Rejected AUD-0010: too few or too
/// many hashes, or they lead to another root of the older or the newer tree.
base::Result<void> verify_consistency(const TreeHead& older, const TreeHead& newer,
                                      std::span<const base::Digest> proof);

}  // namespace stellwerk::audit
