// approval.h — the text that a person signs to approve (or reject) something in a release, or to
// steer it, and whether such a signature counts.
//
// Role: who approves or asks for something signs it with `ssh-keygen -Y sign`; the engine checks it
// when it is taken into the journal, auditors check it again with stock OpenSSH.    Start here:
// Approval, check_approval Thread-safety: values; any thread. Invariants: one spelling for one
// approval: parse() accepts nothing that to_text() would not write. A signature is judged at the
// time it is taken, so a later revocation voids nothing. That a nonce is used once is the caller's
// to see: it knows the journal. Spec: docs/spec/approvals.md; OpenSSH PROTOCOL.sshsig
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/ssh_key.h"
#include "audit/ssh_signature.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/semver.h"
#include "base/time.h"

namespace stellwerk::audit {

/// What approvals are signed for (`ssh-keygen -Y sign -n`).
inline constexpr std::string_view kApprovalNamespace = "approval@stellwerk";
inline constexpr std::size_t kApprovalBytesMax = 32768;
inline constexpr std::size_t kApprovedArtifactsMax = 64;
inline constexpr std::size_t kSignedStepsMax = 64;

/// A component as it will run; without a digest where its image or command has none.
struct ApprovedArtifact {
  base::ComponentName component;
  base::SemVer version;
  std::optional<base::Digest> digest;
  friend bool operator==(const ApprovedArtifact&, const ApprovedArtifact&) = default;
};

/// `COMPONENT VERSION DIGEST`; `none` where there is no digest.
std::string to_string(const ApprovedArtifact& artifact);
/// By their names.
std::vector<ApprovedArtifact> in_order(std::vector<ApprovedArtifact> artifacts);

/// The journal's head that a person looked at.
struct ApprovedHead {
  std::uint64_t size = 0;
  base::Digest root;
  friend bool operator==(const ApprovedHead&, const ApprovedHead&) = default;
};

using ApprovalNonce = std::array<std::uint8_t, 16>;

struct Approval {
  base::InstallationId installation;
  base::ReleaseId release;
  base::Digest plan;
  std::vector<ApprovedArtifact> artifacts;  ///< written in the order of their names, each once
  std::string role;                         ///< 1 to 63 of a-z and -, as decision
  std::string decision;                     ///< `approve`, `reject`, `sign-off`, `pause`, …
  std::vector<std::string> steps = {};      ///< of the plan; written in order, each once
  std::optional<base::Digest> reason;       ///< of a text that is kept apart
  std::optional<ApprovedHead> head;
  ApprovalNonce nonce{};   ///< random, made by who asks for the approval
  base::WallTime expires;  ///< a whole second; from then on it counts no more
  friend bool operator==(const Approval&, const Approval&) = default;

  /// @errors InvalidArgument AUD-0026: a field that cannot be written
  [[nodiscard]] base::Result<std::string> to_text() const;
  /// @errors InvalidArgument AUD-0026: anything but what to_text() writes; `why` names the line
  static base::Result<Approval> parse(std::string_view text);
};

/// A person's key, and when it may sign; times are taken in whole seconds, rounded down. A key that
/// is listed more than once may sign when any of its rows allows it.
struct Signer {
  base::PersonId person;
  SshPublicKey key;
  std::optional<base::WallTime> valid_after;   ///< the first second in which it may
  std::optional<base::WallTime> valid_before;  ///< the last one
  std::optional<base::WallTime> revoked_at;    ///< from this second on it may not
};

struct SignedApproval {
  std::string_view text;
  std::string_view signature;  ///< armored
};

/// What the approval must be for, and when it is judged.
struct ExpectedApproval {
  base::InstallationId installation;
  base::ReleaseId release;
  base::Digest plan;
  std::vector<ApprovedArtifact> artifacts;  ///< in any order
  base::WallTime now;
};

struct CheckedApproval {
  Approval approval;      ///< role, decision, reason, head, nonce
  base::PersonId person;  ///< whose key signed
  std::string fingerprint;
  std::optional<SecurityKeyFacts> security_key;
};

/// Whether the signature is by a known key that may sign now, over an approval of exactly this.
/// Whether the person may hold that role is not asked here.
/// @errors InvalidArgument AUD-0026, AUD-0021, AUD-0020: no approval, no signature, no key.
/// Rejected AUD-0023: signed for another namespace; AUD-0022: forged; AUD-0029: security key not
/// touched; AUD-0027: replayed: for another installation, release, plan or artifact; AUD-0028:
/// expired. Unauthenticated AUD-0025: unknown key; Forbidden AUD-0025: not yet valid, no longer
/// valid, revoked; Conflict AUD-0025: a key of two persons.
base::Result<CheckedApproval> check_approval(const SignedApproval& given,
                                             const ExpectedApproval& expected,
                                             std::span<const Signer> signers);

/// The signers as an allowed_signers file for ssh-keygen, for approvals only: it allows what
/// check_approval() allows. A revoked key ends with the second before; one that was valid for less
/// than two seconds is left out, because the file cannot say it.
/// @errors InvalidArgument AUD-0024: a person's name that is none
base::Result<std::string> allowed_signers_of(std::span<const Signer> signers);

}  // namespace stellwerk::audit
