// rounds.h — how much chance is given to the tests of this folder, from the environment.
//
// STELLWERK_FAULT_SEED    the seed of the first round, printed by each test
// STELLWERK_FAULT_ROUNDS  how many rounds
//
// Start here: Rounds                                           Thread-safety: any thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace stellwerk::faults {

class Rounds {
 public:
  static std::uint64_t seed() { return number("STELLWERK_FAULT_SEED", 1); }
  static std::uint64_t count() { return number("STELLWERK_FAULT_ROUNDS", 1); }
  /// For messages: how to repeat this run.
  static std::string text() {
    return fmt::format("STELLWERK_FAULT_SEED={} STELLWERK_FAULT_ROUNDS={}", seed(), count());
  }

 private:
  static std::uint64_t number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }
};

}  // namespace stellwerk::faults
