// signer.h — port: signs checkpoints of the journal.
//
// Thread-safety: any thread.   Adapters: adapters/file (Ed25519 key in a file, mode 0600, made on
// first use).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::ports {

class Signer {
 public:
  virtual ~Signer() = default;
  /// The C2SP signed note of `text` (which ends in a newline): text, blank line, signature lines.
  /// @errors Unavailable AUD-0001: the key cannot be used; Forbidden AUD-0002: the key file is
  /// readable by others.
  virtual base::Result<std::string> sign_note(std::string_view text) = 0;
  /// `<name>+<key id>+<base64>`: what a verifier needs. Spec: c2sp.org/signed-note
  [[nodiscard]] virtual std::string verifier_key() const = 0;
  [[nodiscard]] virtual std::string name() const = 0;  ///< key name = log origin
};

}  // namespace stellwerk::ports
