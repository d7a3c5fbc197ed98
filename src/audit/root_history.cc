#include "audit/root_history.h"

#include <algorithm>

namespace stellwerk::audit {

void RootHistory::want(std::uint64_t size) {
  if (size < now_.size()) return;
  wanted_.try_emplace(size, size == now_.size() ? now_.root() : base::Digest{});
  next_wanted_ = wanted_.upper_bound(now_.size());
}

void RootHistory::append(std::span<const base::Digest> leaves) {
  for (const base::Digest& leaf : leaves) {
    if (recent_.empty() || recent_.back().leaves.size() == kStride) recent_.push_back({now_, {}});
    recent_.back().leaves.push_back(leaf);
    now_.append(leaf);
    keep_if_wanted();
  }
  forget_oldest();
}

void RootHistory::append(std::span<const base::Digest> leaves, const base::Digest& root) {
  const std::uint64_t begin = now_.size();
  const bool is_stride = begin % kStride == 0 && leaves.size() == kStride;
  const bool is_wanted_inside =
      next_wanted_ != wanted_.end() && next_wanted_->first < begin + kStride;
  if (!is_stride || is_wanted_inside) return append(leaves);
  recent_.push_back({now_, {leaves.begin(), leaves.end()}});
  now_.append_complete(kStrideLevel, root);
  keep_if_wanted();
  forget_oldest();
}

void RootHistory::keep_if_wanted() {
  if (next_wanted_ == wanted_.end() || next_wanted_->first != now_.size()) return;
  next_wanted_->second = now_.root();
  ++next_wanted_;
}

void RootHistory::forget_oldest() {
  while (recent_.size() > kLeavesKept / kStride + 1) recent_.pop_front();
}

std::optional<base::Digest> RootHistory::root_at(std::uint64_t size) const {
  if (size > now_.size()) return std::nullopt;
  if (size == now_.size()) return now_.root();
  if (const auto found = wanted_.find(size); found != wanted_.end()) return found->second;
  const auto behind = std::upper_bound(
      recent_.begin(), recent_.end(), size,
      [](std::uint64_t wanted, const Stretch& each) { return wanted < each.before.size(); });
  if (behind == recent_.begin()) return std::nullopt;
  const Stretch& stretch = *std::prev(behind);
  TreeFrontier tree = stretch.before;
  for (std::size_t i = 0; tree.size() < size; ++i) tree.append(stretch.leaves[i]);
  return tree.root();
}

}  // namespace stellwerk::audit
