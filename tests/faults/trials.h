// trials.h — tries the disks that a power loss can leave behind, each of them once.
//
// Start here: Trials::cut_everywhere                           Thread-safety: one thread.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "faults/memory_folder.h"
#include "faults/power_loss.h"
#include "faults/rounds.h"
#include "faults/store_life.h"

namespace stellwerk::faults {

class Trials {
 public:
  using Check = std::function<std::string(const std::string& folder, const Promise& promise)>;

  /// @param promises  what the marks of a recording mean
  /// @param check     compares a folder with one; it says what is wrong
  explicit Trials(std::vector<Promise> promises, Check check = check_stores)
      : promises_(std::move(promises)), check_(std::move(check)) {}

  /// Lets the power fail at every `step`th operation of a recording from `first` on; what is wrong
  /// with a disk fails the test.
  void cut_everywhere(const std::vector<Operation>& recording, std::size_t first, std::size_t step);
  [[nodiscard]] std::size_t count() const { return tried_.size(); }
  PowerLoss::Chance& chance() { return chance_; }

 private:
  void cut(const PowerLoss& disk, Survival survival, std::size_t operation, std::size_t promise);

  std::vector<Promise> promises_;
  Check check_;
  MemoryFolder folder_;
  PowerLoss::Chance chance_{Rounds::seed()};
  std::set<std::size_t> tried_;
};

}  // namespace stellwerk::faults
