#include "audit/encoding.h"

#include <algorithm>
#include <charconv>

namespace stellwerk::audit {

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return value;
}

void append_big_endian(std::string& bytes, std::uint64_t value, std::size_t size_bytes) {
  for (std::size_t left = size_bytes; left-- != 0;) {
    bytes += static_cast<char>((value >> (8 * left)) & 0xff);
  }
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

std::optional<base::Digest> digest_from(std::string_view bytes) {
  base::Digest digest;
  if (bytes.size() != digest.bytes.size()) return std::nullopt;
  std::transform(bytes.begin(), bytes.end(), digest.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

std::optional<base::Digest> digest_from_base64(std::string_view text) {
  const auto bytes = base::from_base64(text);
  return bytes ? digest_from(*bytes) : std::nullopt;
}

}  // namespace stellwerk::audit
