// power_loss.h — what a disk may hold after the power failed at some point of a recording.
//
// Role: follows a recording operation by operation and makes images of the disk as it could be if
// the power failed now.                                        Start here: PowerLoss
// Thread-safety: one thread.
// Invariants: what was synced is in every image; of the rest each sector of 512 bytes, each change
// of a size and each name may be there or not, whatever came before or after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "faults/image.h"
#include "faults/operation.h"

namespace stellwerk::faults {

/// What of all that was not synced survives.
enum class Survival : std::uint8_t {
  Nothing,
  Everything,
  Torn,     ///< everything, but the last write only up to one of its bytes
  Names,    ///< names, but no bytes and no sizes
  Sizes,    ///< names and sizes, but the bytes are zeros
  Bytes,    ///< bytes, but no names
  Writes,   ///< each write, size and name or not, by chance
  Sectors,  ///< each sector of each write, size and name or not, by chance
};
const char* to_string(Survival survival);

class PowerLoss {
 public:
  using Chance = std::mt19937_64;

  /// Moves on by one operation. `chance` says what a failed sync has brought to the disk.
  void apply(const Operation& operation, Chance& chance);
  [[nodiscard]] Image image(Survival survival, Chance& chance) const;

 private:
  struct File {
    std::string durable;
    std::vector<Operation> pending;  ///< writes and sizes since the last sync
  };
  struct Name {
    bool is_folder = false;
    FileId file = 0;
  };
  using Names = std::map<std::string, Name>;

  static void change(std::string& bytes, const Operation& operation);
  static void change(Names& names, const Operation& operation);
  static void survive(std::string& bytes, const Operation& operation, Survival survival,
                      bool is_last, Chance& chance);
  [[nodiscard]] Names surviving_names(Survival survival, Chance& chance) const;
  [[nodiscard]] std::string surviving_bytes(FileId file, Survival survival, Chance& chance) const;

  std::map<FileId, File> files_;
  Names names_;                           ///< durable
  std::vector<Operation> pending_names_;  ///< of all folders, in order
  FileId last_written_ = 0;
};

}  // namespace stellwerk::faults
