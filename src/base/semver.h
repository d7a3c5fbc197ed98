// semver.h — Semantic Versioning 2.0.0, in full (semver.org): parse, print, order.
//
// Thread-safety: values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stellwerk::base {

struct SemVer {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> pre_release;  ///< dot-separated identifiers, `rc`, `1`
  std::vector<std::string> build;        ///< build metadata: shown, never compared (§10)

  /// Accepts exactly the grammar of SemVer 2.0.0; a leading `v` is an error that says so.
  /// @errors InvalidArgument BAS-0002: the text is no version; `why` names the first offending
  /// character.
  static Result<SemVer> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_pre_release() const { return !pre_release.empty(); }

  /// Precedence of §11: build metadata is ignored, so two versions may be equivalent without being
  /// equal.
  friend std::weak_ordering precedence(const SemVer& a, const SemVer& b);
  friend bool operator==(const SemVer&, const SemVer&) = default;
};
std::weak_ordering precedence(const SemVer& a, const SemVer& b);

}  // namespace stellwerk::base
