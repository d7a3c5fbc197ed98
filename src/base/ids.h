// ids.h — strong identifiers: a tenant is not a component is not a person.
//
// Thread-safety: values; any thread.
// Invariants: none here; `parse_name` checks what users wrote, the constructor takes trusted text.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace stellwerk::base {

/// A name of one kind. Ordered and hashable by its text.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
    return a.text_.compare(b.text_) <=> 0;
  }

 private:
  std::string text_;
};

using ReleaseId = Id<struct ReleaseTag>;        ///< `rel-2025-10-001`
using ComponentName = Id<struct ComponentTag>;  ///< `document-domain`
using ServiceName = Id<struct ServiceTag>;      ///< a service of the environment, component or not
using TenantId = Id<struct TenantTag>;          ///< `pilot-1`, as in the tenant header, lower case
using PersonId = Id<struct PersonTag>;          ///< `release-manager-123`
using StepId = Id<struct StepTag>;              ///< `rollout/wave-2`
using BackendName =
    Id<struct BackendTag>;  ///< a backend of the load balancer, `document-domain-v1.3.0`
using EffectKey =
    Id<struct EffectTag>;  ///< `<release>/<stream version>/<n>`: a function of the input
using InstallationId = Id<struct InstallationTag>;

/// Checks a name a user wrote: 1 to 63 of a-z 0-9 . _ - , beginning and ending with a letter or
/// digit. (It becomes part of file names, map keys and HAProxy names, so nothing else is safe.)
/// @errors InvalidArgument BAS-0001
[[nodiscard]] Result<std::string> parse_name(std::string_view text);

}  // namespace stellwerk::base

template <class Tag>
struct std::hash<stellwerk::base::Id<Tag>> {
  std::size_t operator()(const stellwerk::base::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
