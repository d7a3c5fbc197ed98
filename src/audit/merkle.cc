#include "audit/merkle.h"

#include <array>
#include <bit>

#include "audit/encoding.h"
#include "base/check.h"

namespace stellwerk::audit {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix{0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix{0x01};
constexpr std::size_t kSizeBytes = 8;

}  // namespace

base::Digest leaf_hash(std::string_view entry) {
  return base::sha256({kLeafPrefix, base::as_bytes(entry)});
}

base::Digest node_hash(const base::Digest& left, const base::Digest& right) {
  return base::sha256({kNodePrefix, left.bytes, right.bytes});
}

base::Digest empty_root() { return base::sha256(""); }

base::Digest root_of(std::span<const base::Digest> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves.front();
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

std::optional<base::Digest> join(std::span<const base::Digest> subtrees,
                                 std::optional<base::Digest> right) {
  while (!subtrees.empty()) {
    const std::size_t leaves = std::size_t{1} << std::countr_zero(subtrees.size());
    const auto left = root_of(subtrees.last(leaves));
    right = right ? node_hash(left, *right) : left;
    subtrees = subtrees.first(subtrees.size() - leaves);
  }
  return right;
}

void TreeFrontier::append_complete(int level, const base::Digest& root) {
  STELLWERK_CHECK(level >= 0 && level < 63);
  const std::uint64_t leaves = std::uint64_t{1} << level;
  STELLWERK_CHECK(size_ % leaves == 0);
  base::Digest node = root;
  // Each trailing one bit is a complete subtree of that size, which this one makes twice as large.
  for (std::uint64_t rest = size_ / leaves; (rest & 1) != 0; rest >>= 1) {
    node = node_hash(subtrees_.back(), node);
    subtrees_.pop_back();
  }
  subtrees_.push_back(node);
  size_ += leaves;
}

base::Digest TreeFrontier::root() const {
  if (subtrees_.empty()) return empty_root();
  base::Digest root = subtrees_.back();
  for (auto left = subtrees_.rbegin() + 1; left != subtrees_.rend(); ++left) {
    root = node_hash(*left, root);
  }
  return root;
}

std::string TreeFrontier::serialise() const {
  std::string bytes;
  bytes.reserve(kSizeBytes + subtrees_.size() * sizeof(base::Digest::bytes));
  append_big_endian(bytes, size_, kSizeBytes);
  for (const auto& subtree : subtrees_) bytes.append(subtree.bytes.begin(), subtree.bytes.end());
  return bytes;
}

std::optional<TreeFrontier> TreeFrontier::parse(std::string_view bytes) {
  constexpr std::size_t kDigestBytes = sizeof(base::Digest::bytes);
  if (bytes.size() < kSizeBytes) return std::nullopt;
  TreeFrontier frontier;
  frontier.size_ = read_big_endian(bytes.substr(0, kSizeBytes));
  bytes.remove_prefix(kSizeBytes);
  const auto subtrees = static_cast<std::size_t>(std::popcount(frontier.size_));
  if (bytes.size() != subtrees * kDigestBytes) return std::nullopt;
  for (; !bytes.empty(); bytes.remove_prefix(kDigestBytes)) {
    frontier.subtrees_.push_back(digest_from(bytes.substr(0, kDigestBytes)).value());
  }
  return frontier;
}

}  // namespace stellwerk::audit
