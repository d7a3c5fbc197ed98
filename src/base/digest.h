// digest.h — SHA-256 and the texts of digests: hex and base64.
//
// Thread-safety: values; any thread.                        Spec: FIPS 180-4, RFC 4648.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stellwerk::base {

using Bytes = std::span<const std::uint8_t>;
Bytes as_bytes(std::string_view text);

/// A SHA-256 digest. Written `sha256:<64 hex digits>` in files and entries.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const Digest&, const Digest&) = default;

  [[nodiscard]] std::string hex() const;
  [[nodiscard]] std::string to_string() const;  ///< `sha256:…`
  /// The first 12 hex digits, for people.
  [[nodiscard]] std::string short_text() const;
  /// Reads `sha256:<64 lower-case hex>`. @errors InvalidArgument BAS-0008
  static Result<Digest> parse(std::string_view text);
};

/// SHA-256 of the concatenation of the parts.
Digest sha256(std::initializer_list<Bytes> parts);
Digest sha256(std::string_view text);

/// SHA-256 of what comes piece by piece, for more than memory should hold. Used by one thread.
class DigestStream {
 public:
  DigestStream();
  ~DigestStream();
  DigestStream(const DigestStream&) = delete;
  DigestStream& operator=(const DigestStream&) = delete;

  void add(Bytes bytes);
  /// Of everything added; the next piece begins a new digest.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string to_hex(Bytes bytes);
Result<std::string> from_hex(std::string_view text);  ///< @errors InvalidArgument BAS-0008
std::string to_base64(Bytes bytes);                   ///< standard alphabet, padded
Result<std::string> from_base64(
    std::string_view text);  ///< strict: padded, canonical. @errors InvalidArgument BAS-0008

}  // namespace stellwerk::base

template <>
struct std::hash<stellwerk::base::Digest> {
  std::size_t operator()(const stellwerk::base::Digest& d) const noexcept {
    std::size_t h = 0;
    for (std::size_t i = 0; i < sizeof h; ++i) h = (h << 8) | d.bytes[i];
    return h;
  }
};
