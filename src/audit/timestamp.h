// timestamp.h — time stamps of a digest by an outside authority: what is asked, what is answered.
//
// Role: whoever stamps checkpoints sends the request through ports::TimestampService and keeps the
// answer as it came; the verifier judges it, years later too.     Start here: verify_timestamp()
// Thread-safety: values; any thread.
// Invariants: certificates are judged at the token's own time, so a token outlives its authority's
// certificate; no clock is read. Revocation is not judged: nobody is asked.
// Spec: RFC 3161, RFC 5816.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::audit {

constexpr std::size_t kTimestampBytesMax = std::size_t{64} << 10;
constexpr std::size_t kTrustedBytesMax = std::size_t{1} << 20;

/// Random bytes of the caller; they tie an answer to one request.
using TimestampNonce = std::array<std::uint8_t, 16>;

/// What a stamp must be for, and whose word counts.
struct TimestampDemand {
  base::Digest digest;
  std::optional<TimestampNonce> nonce;  ///< none: the request is not at hand, any is taken
  std::string_view trusted;             ///< CA certificates, PEM; the last word on who is trusted
};

struct Timestamp {
  base::WallTime time;    ///< the digest was known then, says the authority
  std::string policy;     ///< object identifier, dotted
  std::string serial;     ///< of the token, hexadecimal
  std::string authority;  ///< the name in the token, else the subject of the certificate
  friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

/// The DER of a TimeStampReq: SHA-256 imprint, nonce, certificates wanted.
/// @errors Internal AUD-0030: OpenSSL did not make it.
base::Result<std::string> timestamp_request(const base::Digest& digest,
                                            const TimestampNonce& nonce);

/// Judges a TimeStampResp (DER).
/// @errors InvalidArgument AUD-0030: not one, or over kTimestampBytesMax;
/// Rejected AUD-0031: the authority refused, `why` has its words;
/// Rejected AUD-0032: it stamps another digest, or answers another request;
/// Rejected AUD-0033: its signature does not fit, its certificate leads to no trusted one, was not
/// valid at the token's time, or is not for time stamping;
/// InvalidArgument AUD-0034: `trusted` holds no certificates that can be read.
base::Result<Timestamp> verify_timestamp(std::string_view response, const TimestampDemand& demand);

}  // namespace stellwerk::audit
