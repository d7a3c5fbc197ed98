// faulty_life.h — lives of the stores in each of which one call fails, and what they leave behind.
//
// Start here: fail_each_call, lose_power_after_failures        Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "faults/fault_disk.h"
#include "faults/image.h"
#include "faults/memory_folder.h"
#include "faults/store_life.h"
#include "faults/trials.h"

namespace stellwerk::faults {

/// A folder in which the stores have recorded a while, and what they promised.
struct Recorded {
  Image image;
  Promise promise;
};

/// A life with one fault, where it happens in it.
class FaultyLife {
 public:
  FaultyLife(const Image& image, Promise promise)
      : disk_(folder_.path(), image), life_(folder_.path(), std::move(promise)) {}

  FaultDisk& disk() { return disk_; }
  StoreLife& life() { return life_; }
  [[nodiscard]] std::string name_of(std::size_t call) const { return disk_.calls().at(call); }
  /// What is wrong with the life, and with what it leaves behind.
  std::string problem(const Trials::Check& check = check_stores);

 private:
  MemoryFolder folder_;
  FaultDisk disk_;
  StoreLife life_;
};

using Live = std::function<void(FaultyLife&)>;
/// @param call  as in FaultDisk::calls()
using Concerns = std::function<bool(CallKind kind, const std::string& call)>;

inline bool every_call(CallKind, const std::string&) { return true; }
inline bool is_write(CallKind kind, const std::string&) { return kind == CallKind::Write; }
inline bool is_sync(CallKind kind, const std::string&) { return kind == CallKind::Sync; }

/// Lives once for each call that `concerns` the fault (or each `step`th call, if it does), which
/// fails.
void fail_each_call(const Recorded& before, const Live& live, const Fault& fault,
                    const Concerns& concerns, std::size_t step = 1,
                    const Trials::Check& check = check_stores);

/// Lives once for each call that `concerns` it, which fails, and lets the power fail at some points
/// of each: every `step`th, beginning elsewhere for each call.
void lose_power_after_failures(const Recorded& before, const Live& live, const Concerns& concerns,
                               std::size_t step, const Trials::Check& check = check_stores);

}  // namespace stellwerk::faults
