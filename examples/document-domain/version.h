// version.h — the version that an instance says it is, and what that version offers.
//
// Thread-safety: immutable.                                              Start here: Version::parse
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace document_domain {

class Version {
 public:
  /// `1.3.0`, `1.3.0-rc.1` or `1.3.0+build.5`; nullopt for anything else.
  static std::optional<Version> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Batches exist from 1.3.0 on; its pre-releases have them too, since they exist to try just
  /// that.
  [[nodiscard]] bool offers_batches() const { return major_ > 1 || (major_ == 1 && minor_ >= 3); }

 private:
  std::string text_;
  unsigned major_ = 0;
  unsigned minor_ = 0;
};

}  // namespace document_domain
