#include "base/digest.h"

#include <openssl/evp.h>

#include <memory>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Fetching the algorithm and allocating a context cost more than hashing an entry, so both are
/// kept: the algorithm for the life of the process, the context for that of the thread.
EVP_MD_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  STELLWERK_CHECK(context != nullptr);
  return context.get();
}

const EVP_MD* algorithm() {
  static const EVP_MD* const sha256_algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  STELLWERK_CHECK(sha256_algorithm != nullptr);
  return sha256_algorithm;
}

void begin_digest(EVP_MD_CTX* context) {
  STELLWERK_CHECK(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1);
}

void add_to_digest(EVP_MD_CTX* context, Bytes bytes) {
  STELLWERK_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

Digest end_digest(EVP_MD_CTX* context) {
  Digest digest;
  unsigned int size = 0;
  STELLWERK_CHECK(EVP_DigestFinal_ex(context, digest.bytes.data(), &size) == 1);
  STELLWERK_CHECK(size == digest.bytes.size());
  return digest;
}

Failure refuse(std::string_view text, std::string_view kind, std::string why) {
  return fail(
      error(Code::InvalidArgument, "BAS-0008", in_quotes(text) + " is not " + std::string(kind))
          .because(std::move(why)));
}

/// The value of a digit in `alphabet`, or -1.
int digit_value(std::string_view alphabet, char c) {
  const auto found = alphabet.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

int hex_value(char c) {
  return digit_value(kHexDigits, c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
}

}  // namespace

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Digest sha256(std::initializer_list<Bytes> parts) {
  auto* const context = thread_context();
  begin_digest(context);
  for (const auto part : parts) add_to_digest(context, part);
  return end_digest(context);
}

Digest sha256(std::string_view text) { return sha256({as_bytes(text)}); }

struct DigestStream::Context {
  std::unique_ptr<EVP_MD_CTX, FreeContext> own{EVP_MD_CTX_new()};
};

DigestStream::DigestStream() : context_(std::make_unique<Context>()) {
  STELLWERK_CHECK(context_->own != nullptr);
  begin_digest(context_->own.get());
}
DigestStream::~DigestStream() = default;

void DigestStream::add(Bytes bytes) { add_to_digest(context_->own.get(), bytes); }

Digest DigestStream::finish() {
  const Digest digest = end_digest(context_->own.get());
  begin_digest(context_->own.get());
  return digest;
}

std::string Digest::hex() const { return to_hex(bytes); }
std::string Digest::to_string() const { return std::string(kPrefix) + hex(); }
std::string Digest::short_text() const { return hex().substr(0, 12); }

Result<Digest> Digest::parse(std::string_view text) {
  constexpr std::string_view kKind = "a digest";
  if (!text.starts_with(kPrefix)) return refuse(text, kKind, "it must begin with sha256:");
  const auto digits = text.substr(kPrefix.size());
  Digest digest;
  if (digits.size() != 2 * digest.bytes.size()) {
    return refuse(text, kKind,
                  "64 hex digits follow sha256:, not " + std::to_string(digits.size()));
  }
  const auto bad = digits.find_first_not_of(kHexDigits);
  if (bad != std::string_view::npos) {
    return refuse(text, kKind, unexpected_at(text, kPrefix.size() + bad) + ": expected 0-9 or a-f");
  }
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int value = hex_value(digits[2 * i]) * 16 + hex_value(digits[2 * i + 1]);
    digest.bytes[i] = static_cast<std::uint8_t>(value);
  }
  return digest;
}

std::string to_hex(Bytes bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const auto byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

Result<std::string> from_hex(std::string_view text) {
  constexpr std::string_view kKind = "hexadecimal";
  if (text.size() % 2 != 0) return refuse(text, kKind, "the number of digits is odd");
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return refuse(text, kKind, unexpected_at(text, high < 0 ? i : i + 1));
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i));
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = (bits << 8) | (k < group.size() ? group[k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= group.size() ? kBase64Digits[(bits >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  constexpr std::string_view kKind = "base64";
  if (text.size() % 4 != 0) return refuse(text, kKind, "its length is not a multiple of 4");
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const auto digits = text.substr(0, text.size() - padding);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = digit_value(kBase64Digits, digits[i]);
    if (value < 0) return refuse(text, kKind, unexpected_at(text, i));
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes += static_cast<char>((bits >> bit_count) & 255);
  }
  // Other spellings of the same bytes would make one signature many texts.
  if ((bits & ((1U << bit_count) - 1)) != 0)
    return refuse(text, kKind, "its last digit has bits that mean nothing");
  return bytes;
}

}  // namespace stellwerk::base
