// cosigner.h — port: the key of a witness.
//
// Thread-safety: any thread.   Adapters: adapters/file (Ed25519 key in a file, mode 0600, made on
// first use).                                              Spec: c2sp.org/tlog-cosignature
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace stellwerk::ports {

class Cosigner {
 public:
  virtual ~Cosigner() = default;
  /// The signature line (with its newline) of type 0x04 for a checkpoint's note text.
  /// @errors InvalidArgument AUD-0005: not the text of a note, or a time before 1970;
  /// Unavailable AUD-0001: the key cannot be used.
  virtual base::Result<std::string> cosign(std::string_view note_text, base::WallTime at) = 0;
  /// `<name>+<key id>+<base64>` of type 0x04: what verifiers of cosignatures need.
  [[nodiscard]] virtual std::string cosigner_key() const = 0;
};

}  // namespace stellwerk::ports
