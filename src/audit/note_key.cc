#include "audit/note_key.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/text.h"

namespace stellwerk::audit {
namespace {

base::Failure not_a_key(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0005", "not a verifier key")
                  .because(std::move(why))
                  .then("copy it again from its owner", "it has the form NAME+ID+BASE64"));
}

constexpr std::size_t kKeyTextBytesMax = 4096;

KeyText text_of(const VerifierKey& key) {
  return {.name = key.name,
          .type = static_cast<std::uint8_t>(key.type),
          .material = std::string(key.public_key.begin(), key.public_key.end())};
}

/// Spaces beyond ASCII (Unicode White_Space) in UTF-8.
constexpr std::string_view kUnicodeSpaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                               "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                               "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                               "\u2029", "\u202f", "\u205f", "\u3000"};

}  // namespace

bool valid_key_name(std::string_view name) {
  if (name.empty() || !base::valid_utf8(name)) return false;
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || c == '+';
  });
  return plain &&
         std::none_of(std::begin(kUnicodeSpaces), std::end(kUnicodeSpaces),
                      [&](std::string_view space) { return name.find(space) != name.npos; });
}

std::uint32_t KeyText::id() const {
  const std::array kind{type};
  const auto digest =
      base::sha256({base::as_bytes(name), base::as_bytes("\n"), kind, base::as_bytes(material)});
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = (id << 8) | digest.bytes[i];
  return id;
}

std::string KeyText::to_string() const {
  std::string bytes(1, static_cast<char>(type));
  bytes += material;
  return fmt::format("{}+{:08x}+{}", name, id(), base::to_base64(base::as_bytes(bytes)));
}

base::Result<KeyText> KeyText::parse(std::string_view text) {
  if (text.size() > kKeyTextBytesMax) return not_a_key("it is larger than 4 KiB");
  const auto first = text.find('+');
  const auto second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return not_a_key("it has not the form NAME+ID+BASE64");
  KeyText key{.name = std::string(text.substr(0, first)), .type = 0, .material = {}};
  if (!valid_key_name(key.name)) return not_a_key("its name is empty or holds spaces");
  const auto bytes = base::from_base64(text.substr(second + 1));
  if (!bytes || bytes->empty()) return not_a_key("its last part is not base64");
  key.type = static_cast<std::uint8_t>(bytes->front());
  key.material = bytes->substr(1);
  if (text.substr(first + 1, second - first - 1) != fmt::format("{:08x}", key.id())) {
    return not_a_key(fmt::format("its id should be {:08x}", key.id()));
  }
  return key;
}

std::uint32_t VerifierKey::id() const { return text_of(*this).id(); }

std::string VerifierKey::to_string() const { return text_of(*this).to_string(); }

base::Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const auto key = KeyText::parse(text);
  if (!key) return fail(key.error());
  return from(*key);
}

base::Result<VerifierKey> VerifierKey::from(const KeyText& text) {
  VerifierKey key{.name = text.name, .public_key = {}, .type = static_cast<KeyType>(text.type)};
  if (key.type != KeyType::Ed25519 && key.type != KeyType::Ed25519Cosignature) {
    return not_a_key(fmt::format(
        "it is of type {:#04x}; only Ed25519 keys of logs (0x01) and witnesses (0x04) are verified",
        text.type));
  }
  if (text.material.size() != key.public_key.size()) {
    return not_a_key(fmt::format("an Ed25519 key has {} bytes, this one {}", key.public_key.size(),
                                 text.material.size()));
  }
  std::transform(text.material.begin(), text.material.end(), key.public_key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message, base::Bytes signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  if (!public_key || !context) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) != 1) {
    return false;
  }
  const auto bytes = base::as_bytes(message);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(),
                          bytes.size()) == 1;
}

}  // namespace stellwerk::audit
