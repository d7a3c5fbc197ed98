// root_history.h — the roots that a growing tree had, told from its leaves as they pass by.
//
// Role: a verifier that reads a log once from its beginning asks which root it had when a
// checkpoint was signed. Start here: RootHistory. Thread-safety: one call at a time.
// Invariants: in memory are the latest kLeavesKept leaves, and the roots of the sizes that were
// asked for beforehand. Spec: RFC 6962 §2.1
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "audit/merkle.h"
#include "base/digest.h"

namespace stellwerk::audit {

class RootHistory {
 public:
  RootHistory() = default;
  RootHistory(const RootHistory&) = delete;
  RootHistory& operator=(const RootHistory&) = delete;
  /// A checkpoint is named within some entries of the last one it covers.
  static constexpr std::uint64_t kLeavesKept = 65536;
  static constexpr int kStrideLevel = 8;
  static constexpr std::uint64_t kStride = std::uint64_t{1} << kStrideLevel;  ///< a bundle

  /// Keeps the root of that size, however long ago it will have been. Before its leaves come.
  void want(std::uint64_t size);
  void append(std::span<const base::Digest> leaves);
  /// The same when the root over the leaves is known: kStride complete ones cost one hash then.
  void append(std::span<const base::Digest> leaves, const base::Digest& root);

  [[nodiscard]] std::uint64_t size() const { return now_.size(); }
  [[nodiscard]] base::Digest root() const { return now_.root(); }
  /// @return nothing when the tree was not yet so large, or it was too long ago.
  [[nodiscard]] std::optional<base::Digest> root_at(std::uint64_t size) const;

 private:
  /// The tree at a multiple of kStride, and the leaves behind it.
  struct Stretch {
    TreeFrontier before;
    std::vector<base::Digest> leaves;
  };

  void forget_oldest();
  void keep_if_wanted();

  TreeFrontier now_;
  std::deque<Stretch> recent_;
  std::map<std::uint64_t, base::Digest> wanted_;
  std::map<std::uint64_t, base::Digest>::iterator next_wanted_ = wanted_.end();
};

}  // namespace stellwerk::audit
