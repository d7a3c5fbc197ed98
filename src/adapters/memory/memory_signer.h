// memory_signer.h — signs with a key that everybody knows: verifies, and proves nothing.
//
// Role: ports::Signer in tests and simulations.          Start here: MemorySigner
// Thread-safety: any thread.
#pragma once

#include "ports/signer.h"

namespace stellwerk::adapters {

class MemorySigner final : public ports::Signer {
 public:
  base::Result<std::string> sign_note(std::string_view text) override;
  [[nodiscard]] std::string verifier_key() const override;
  [[nodiscard]] std::string name() const override { return "memory"; }
};

}  // namespace stellwerk::adapters
