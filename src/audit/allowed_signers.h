// allowed_signers.h — OpenSSH's file of who may sign what with which key, and until when.
//
// Role: the engine's keys of people are exported in this form, so that anybody verifies approvals
// with ssh-keygen; files that others wrote are read.        Start here: AllowedSigners
// Thread-safety: values; any thread.
// Invariants: a line that cannot be read is an error (OpenSSH skips it). A time without Z is local
// time for OpenSSH; here only a date may lack it, and means UTC. What this writes, both read
// alike: whole seconds, always with Z.
// Spec: ssh-keygen(1), ALLOWED SIGNERS; ssh_config(5), PATTERNS; docs/spec/approvals.md
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/ssh_key.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::audit {

inline constexpr std::size_t kAllowedSignersBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kAllowedSignersMax = 10000;
inline constexpr std::size_t kPatternsMax = 64;
inline constexpr std::size_t kPatternBytesMax = 255;

/// Patterns separated by commas: `*` is any text, `?` any one byte, `!` before a pattern excludes.
struct PatternList {
  std::vector<std::string> patterns;  ///< as written

  /// One pattern matches, and none that excludes does.
  [[nodiscard]] bool matches(std::string_view text) const;
  friend bool operator==(const PatternList&, const PatternList&) = default;
};

/// One line of the file.
struct AllowedSigner {
  PatternList principals;
  SshPublicKey key;
  std::optional<PatternList> namespaces;      ///< none: for every use
  std::optional<base::WallTime> valid_after;  ///< the first second in which it may sign
  std::optional<base::WallTime>
      valid_before;  ///< the last one (ssh-keygen takes it for valid, too)
  std::string comment;
  friend bool operator==(const AllowedSigner&, const AllowedSigner&) = default;
};

/// What a key was used for, and when. The time is taken in whole seconds, rounded down.
struct SignatureUse {
  std::string_view name_space;
  base::WallTime at;
};

class AllowedSigners {
 public:
  /// @param file  its name, for errors
  /// @errors InvalidArgument AUD-0024: a line that cannot be used, with line and column (bytes,
  /// from 1); over 1 MiB or 10,000 lines with keys
  static base::Result<AllowedSigners> parse(std::string_view text, std::string file);

  [[nodiscard]] const std::vector<AllowedSigner>& entries() const { return entries_; }
  /// The principals, as patterns, of all lines by which the key may be used so; each once.
  [[nodiscard]] std::vector<std::string> who(const SshPublicKey& key,
                                             const SignatureUse& use) const;
  /// @param principal  a name, not a pattern
  /// @errors Unauthenticated AUD-0025: the key is unknown, or another's; Forbidden AUD-0025: it is
  /// not yet valid, no longer valid, or only for other namespaces
  [[nodiscard]] base::Result<void> allows(std::string_view principal, const SshPublicKey& key,
                                          const SignatureUse& use) const;

 private:
  std::vector<AllowedSigner> entries_;
};

/// The file; parse() gives the very same entries again.
/// @errors InvalidArgument AUD-0024: an entry that cannot be written so: a pattern that is empty or
/// holds quotes, a time that is no whole second, a validity without length
base::Result<std::string> format_allowed_signers(std::span<const AllowedSigner> signers);

}  // namespace stellwerk::audit
