// memory_signer.h — signs with a line that says so: no key, no proof.
//
// Role: ports::Signer in tests and simulations.          Start here: MemorySigner
// Thread-safety: any thread.
#pragma once

#include "ports/signer.h"

namespace stellwerk::adapters {

class MemorySigner final : public ports::Signer {
 public:
  base::Result<std::string> sign_note(std::string_view text) override {
    return std::string(text) + "\n— memory AAAA\n";
  }
  [[nodiscard]] std::string verifier_key() const override { return "memory+00000000+AAAA"; }
  [[nodiscard]] std::string name() const override { return "memory"; }
};

}  // namespace stellwerk::adapters
