// key_rotation.h — another key for the log: made beside the old one, named in the journal by a note
// that both signed, and put in its place.
//
// Role: app, while it holds the data folder. Start here: begin()
// Thread-safety: one call at a time per folder, whose lock the caller holds.
// Invariants: the new key signs nothing before the journal names it; the old private key is gone
// when it is in place. A crash at any point is finished by settle().
// Spec: docs/journal.md "The key"
#pragma once

#include <filesystem>
#include <string>

#include "adapters/file/file_signer.h"
#include "base/time.h"

namespace stellwerk::adapters {

class KeyRotation {
 public:
  struct Begun {
    std::string old_key;
    std::string new_key;
    std::string note;  ///< says that one follows the other; signed by both
  };

  /// @param key  the file of the present key
  explicit KeyRotation(std::filesystem::path key) : key_(std::move(key)) {}

  /// Makes `<key>.next`, or takes one that an earlier attempt made, and the note.
  /// @errors those of FileSigner::open
  base::Result<Begun> begin(FileSigner& present, base::WallTime now);
  /// Puts the new key in place. Afterwards the old private key is gone.
  /// @errors Unavailable AUD-0001
  base::Result<void> finish();
  /// What an earlier attempt left: put in place when the journal names it, else removed by nobody.
  /// @param named  the key that the journal's last rotation names; empty: there was none
  /// @errors those of finish() and FileSigner::open
  base::Result<void> settle(const std::string& name, const std::string& named);
  [[nodiscard]] bool is_begun() const;

 private:
  [[nodiscard]] std::filesystem::path next() const { return key_.native() + ".next"; }

  std::filesystem::path key_;
};

}  // namespace stellwerk::adapters
