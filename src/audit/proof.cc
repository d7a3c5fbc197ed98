#include "audit/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "audit/merkle.h"

namespace stellwerk::audit {
namespace {

using Hashes = std::vector<base::Digest>;
using HashSpan = std::span<const base::Digest>;

base::Failure no_such_proof(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0010", "no such proof can be")
                  .because(std::move(why))
                  .now("nothing was proven"));
}

constexpr std::string_view kNotInTree = "the entry is not in the tree";
constexpr std::string_view kNotConsistent = "the newer tree does not continue the older";

base::Failure not_proven(std::string_view what, std::string why) {
  return fail(base::error(base::Code::Rejected, "AUD-0010", std::string(what))
                  .because(std::move(why))
                  .now("nothing was proven")
                  .then("get proof and checkpoint again, both from one place",
                        "a proof fits the sizes it was made for only"));
}

/// Part of a tree as the RFC divides it: `begin` is a multiple of a power of two not below the
/// number of its leaves.
struct Part {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] std::uint64_t leaves() const { return end - begin; }
  /// Where the RFC splits it: after the largest power of two below the number of its leaves.
  [[nodiscard]] std::uint64_t split() const { return begin + std::bit_floor(leaves() - 1); }
};

/// The root of a part that is not empty, from its complete subtrees.
base::Result<base::Digest> root_of_part(Part part, HashReader& reader) {
  Hashes subtrees;
  for (std::uint64_t begin = part.begin; begin != part.end;) {
    const std::uint64_t leaves = std::bit_floor(part.end - begin);
    auto subtree = reader.subtree(std::countr_zero(leaves), begin / leaves);
    if (!subtree) return subtree;
    subtrees.push_back(*subtree);
    begin += leaves;
  }
  base::Digest root = subtrees.back();
  for (auto left = subtrees.rbegin() + 1; left != subtrees.rend(); ++left) {
    root = node_hash(*left, root);
  }
  return root;
}

/// Reads the roots of the parts, given from the tree's root downwards; a proof goes upwards.
base::Result<Hashes> roots_upwards(const std::vector<Part>& parts, HashReader& reader) {
  Hashes hashes;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    auto hash = root_of_part(*part, reader);
    if (!hash) return fail(std::move(hash).error());
    hashes.push_back(*hash);
  }
  return hashes;
}

/// The path from a leaf to the root: below `inner` the tree's right edge does not matter, above it
/// only left siblings are left.
struct Path {
  std::size_t inner = 0;
  std::size_t border = 0;
};

Path path_of(LeafPosition position) {
  const auto inner =
      static_cast<std::size_t>(std::bit_width(position.index ^ (position.tree_size - 1)));
  const int border = std::popcount(position.index >> inner);  // inner is below 64
  return {.inner = inner, .border = static_cast<std::size_t>(border)};
}

bool is_right_child(std::uint64_t index, std::size_t level) { return ((index >> level) & 1) != 0; }

base::Digest climb_border(base::Digest hash, HashSpan siblings) {
  for (const auto& sibling : siblings) hash = node_hash(sibling, hash);
  return hash;
}

base::Digest climb_inner(base::Digest hash, HashSpan siblings, std::uint64_t index) {
  for (std::size_t level = 0; level < siblings.size(); ++level) {
    hash = is_right_child(index, level) ? node_hash(siblings[level], hash)
                                        : node_hash(hash, siblings[level]);
  }
  return hash;
}

/// As climb_inner in the older tree, which has no right siblings there.
base::Digest climb_inner_older(base::Digest hash, HashSpan siblings, std::uint64_t index) {
  for (std::size_t level = 0; level < siblings.size(); ++level) {
    if (is_right_child(index, level)) hash = node_hash(siblings[level], hash);
  }
  return hash;
}

std::string count_differs(std::size_t given, std::size_t needed) {
  return fmt::format("the proof has {} hashes, {} are needed", given, needed);
}

base::Result<void> check_sizes(TreeSizes sizes) {
  if (sizes.newer > kTreeSizeMax) return no_such_proof("the tree has more than 2^63 leaves");
  if (sizes.older > sizes.newer) {
    return no_such_proof(
        fmt::format("the older tree has {} leaves, the newer {}", sizes.older, sizes.newer));
  }
  return {};
}

base::Result<void> check_position(LeafPosition position) {
  if (position.tree_size > kTreeSizeMax) return no_such_proof("the tree has more than 2^63 leaves");
  if (position.index >= position.tree_size) {
    return no_such_proof(fmt::format("leaf {} is beyond a tree of {}; its first is 0",
                                     position.index, position.tree_size));
  }
  return {};
}

/// Trees of which one is empty, or that are of one size: no hashes can help.
base::Result<void> verify_without_hashes(const TreeHead& older, const TreeHead& newer,
                                         HashSpan proof) {
  if (!proof.empty()) return not_proven(kNotConsistent, count_differs(proof.size(), 0));
  if (older.size == newer.size && older.root != newer.root) {
    return not_proven(kNotConsistent, fmt::format("two roots for {} leaves", older.size));
  }
  if (older.size == 0 && older.root != empty_root()) {
    return not_proven(kNotConsistent, "the root of the older, empty tree is not that of one");
  }
  return {};
}

}  // namespace

LeafReader::LeafReader(std::vector<base::Digest> leaves) {
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    Hashes parents;
    parents.reserve(levels_.back().size() / 2);
    for (std::size_t i = 1; i < levels_.back().size(); i += 2) {
      parents.push_back(node_hash(levels_.back()[i - 1], levels_.back()[i]));
    }
    levels_.push_back(std::move(parents));
  }
}

base::Result<base::Digest> LeafReader::subtree(int level, std::uint64_t index) {
  const bool has_level = level >= 0 && static_cast<std::size_t>(level) < levels_.size();
  if (has_level && index < levels_[static_cast<std::size_t>(level)].size()) {
    return levels_[static_cast<std::size_t>(level)][static_cast<std::size_t>(index)];
  }
  return fail(base::error(base::Code::NotFound, "AUD-0010", "no such subtree")
                  .because(fmt::format("number {} at level {} is not complete in a tree of {}",
                                       index, level, levels_.front().size()))
                  .now("nothing was proven"));
}

base::Result<base::Digest> root_at(std::uint64_t size, HashReader& reader) {
  if (size > kTreeSizeMax) return no_such_proof("the tree has more than 2^63 leaves");
  if (size == 0) return empty_root();
  return root_of_part({.begin = 0, .end = size}, reader);
}

base::Result<Hashes> inclusion_proof(LeafPosition position, HashReader& reader) {
  if (auto checked = check_position(position); !checked) return fail(std::move(checked).error());
  std::vector<Part> siblings;
  Part part{.begin = 0, .end = position.tree_size};
  while (part.leaves() > 1) {
    const std::uint64_t split = part.split();
    Part left{.begin = part.begin, .end = split};
    Part right{.begin = split, .end = part.end};
    if (position.index >= split) std::swap(left, right);
    siblings.push_back(right);
    part = left;
  }
  return roots_upwards(siblings, reader);
}

base::Result<Hashes> consistency_proof(TreeSizes sizes, HashReader& reader) {
  if (auto checked = check_sizes(sizes); !checked) return fail(std::move(checked).error());
  if (sizes.older == 0 || sizes.older == sizes.newer) return Hashes{};
  std::vector<Part> parts;
  Part part{.begin = 0, .end = sizes.newer};
  while (part.end != sizes.older) {
    const std::uint64_t split = part.split();
    if (sizes.older <= split) {
      parts.push_back({.begin = split, .end = part.end});
      part.end = split;
    } else {
      parts.push_back({.begin = part.begin, .end = split});
      part.begin = split;
    }
  }
  // The older tree's own root is known to who verifies; a part of it is not.
  if (part.begin != 0) parts.push_back(part);
  return roots_upwards(parts, reader);
}

base::Result<void> verify_inclusion(const base::Digest& leaf, LeafPosition position, HashSpan proof,
                                    const base::Digest& root) {
  if (auto checked = check_position(position); !checked) return checked;
  const Path path = path_of(position);
  if (proof.size() != path.inner + path.border) {
    return not_proven(kNotInTree, count_differs(proof.size(), path.inner + path.border));
  }
  const auto hash = climb_inner(leaf, proof.first(path.inner), position.index);
  if (climb_border(hash, proof.subspan(path.inner)) != root) {
    return not_proven(kNotInTree,
                      fmt::format("entry {} and the proof do not lead to the root of {} leaves",
                                  position.index, position.tree_size));
  }
  return {};
}

base::Result<void> verify_consistency(const TreeHead& older, const TreeHead& newer,
                                      HashSpan proof) {
  if (auto checked = check_sizes({.older = older.size, .newer = newer.size}); !checked) {
    return checked;
  }
  if (older.size == 0 || older.size == newer.size) {
    return verify_without_hashes(older, newer, proof);
  }
  // The climb begins at the last complete subtree of the older tree: its root, unless it is all.
  Path path = path_of({.index = older.size - 1, .tree_size = newer.size});
  const auto complete = static_cast<std::size_t>(std::countr_zero(older.size));
  path.inner -= complete;
  const std::size_t given = std::has_single_bit(older.size) ? 0 : 1;
  const std::size_t needed = given + path.inner + path.border;
  if (proof.size() != needed) {
    return not_proven(kNotConsistent, count_differs(proof.size(), needed));
  }
  const base::Digest start = given == 0 ? older.root : proof.front();
  const HashSpan inner = proof.subspan(given, path.inner);
  const HashSpan border = proof.subspan(given + path.inner);
  const std::uint64_t index = (older.size - 1) >> complete;
  if (climb_border(climb_inner_older(start, inner, index), border) != older.root) {
    return not_proven(
        kNotConsistent,
        fmt::format("the proof does not lead to the root of the older tree of {} leaves",
                    older.size));
  }
  if (climb_border(climb_inner(start, inner, index), border) != newer.root) {
    return not_proven(
        kNotConsistent,
        fmt::format("the proof does not lead to the root of the newer tree of {} leaves",
                    newer.size));
  }
  return {};
}

}  // namespace stellwerk::audit
