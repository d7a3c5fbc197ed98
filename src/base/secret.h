// secret.h — a value that is used but never shown, and the scrubber for captured output.
//
// Thread-safety: Secret: a value. Scrubber: any thread (locks inside).
// Invariants: no formatter, no stream operator, no JSON conversion exists for Secret; it is wiped
// on destruction.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stellwerk::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();
  /// The only way to the value; grep for it to see every use.
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

/// Where a secret is kept; the configuration holds this, never the value.
struct SecretReference {
  std::string file;         ///< path; or
  std::string environment;  ///< name of an environment variable
};

/// Reads it now (one trailing newline of a file is dropped).
/// @errors NotFound BAS-0009: no such file or variable, or it is empty.
/// InvalidArgument BAS-0009: the reference names no source or two, or the file is no regular file
/// or larger than 64 KiB.
/// Forbidden BAS-0010: everybody may read or write the file, its group may write it, or we may not
/// read it.
Result<Secret> load_secret(const SecretReference& reference);

/// Replaces every known secret of at least 6 characters by `***` in text that leaves the process.
/// Occurrences that overlap become one `***`, so that no piece of either is left.
class Scrubber {
 public:
  /// Shorter secrets are not learned: replacing them would make ordinary text unreadable.
  void learn(const Secret& secret);
  [[nodiscard]] std::string scrub(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Secret> known_;
};

}  // namespace stellwerk::base
