#include "engine/private_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace stellwerk::engine {
namespace {

constexpr std::string_view kHeader = "stellwerk-salted-v1 ";
constexpr std::size_t kHeaderSize = kHeader.size() + 2 * std::tuple_size_v<Salt> + 1;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string sealed(std::string_view text, const Salt& salt) {
  std::string bytes(kHeader);
  for (const std::uint8_t each : salt) bytes += fmt::format("{:02x}", each);
  bytes += '\n';
  return bytes.append(text);
}

std::string sealed_if_possible(std::string_view text, ports::Entropy& entropy) {
  Salt salt{};
  return entropy.fill(salt) ? sealed(text, salt) : std::string(text);
}

std::string_view opened(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with(kHeader)) return bytes;
  const std::string_view salt = bytes.substr(kHeader.size(), 2 * std::tuple_size_v<Salt>);
  const bool is_header =
      std::all_of(salt.begin(), salt.end(), is_hex) && bytes[kHeaderSize - 1] == '\n';
  return is_header ? bytes.substr(kHeaderSize) : bytes;
}

base::Result<base::Digest> keep_text(std::string_view text, ports::ContentStore& content,
                                     ports::Entropy& entropy) {
  Salt salt{};
  if (auto filled = entropy.fill(salt); !filled) return base::fail(std::move(filled.error()));
  return content.put(sealed(text, salt));
}

base::Result<std::string> read_text(const base::Digest& digest, ports::ContentStore& content) {
  auto bytes = content.get(digest);
  if (!bytes) return base::fail(std::move(bytes.error()));
  return std::string(opened(*bytes));
}

}  // namespace stellwerk::engine
