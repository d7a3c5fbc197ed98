// names.h — words for what is long and would change with every detail of the plan: digests as
// `<plan>`, keys of effects as `<move-traffic 2>`.
//
// Role: whoever makes a digest in a scene names it; telling replaces it. Thread-safety: values.
#pragma once

#include <map>
#include <string>

#include "base/digest.h"
#include "core/effect.h"

namespace stellwerk::testing {

class Names {
 public:
  void name(const base::Digest& digest, const std::string& word);
  void name(const core::Intent& intent);
  /// The digest of a text that a person wrote; named by the text.
  base::Digest text(const std::string& text);

  /// `text` with every known digest, in full or short, and every known key replaced.
  [[nodiscard]] std::string in(std::string text) const;

 private:
  std::map<std::string, std::string> digests_;
  std::map<std::string, std::string> keys_;
};

/// `move-traffic 2`, `sign-checkpoint "gate pre-check"`.
std::string effect_text(const core::Intent& intent);

}  // namespace stellwerk::testing
