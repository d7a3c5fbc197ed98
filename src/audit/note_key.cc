#include "audit/note_key.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
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

std::string typed_key_bytes(const VerifierKey& key) {
  std::string bytes(1, static_cast<char>(kEd25519KeyType));
  bytes.append(key.public_key.begin(), key.public_key.end());
  return bytes;
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

std::uint32_t VerifierKey::id() const {
  const std::string bytes = typed_key_bytes(*this);
  const auto digest =
      base::sha256({base::as_bytes(name), base::as_bytes("\n"), base::as_bytes(bytes)});
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = (id << 8) | digest.bytes[i];
  return id;
}

std::string VerifierKey::to_string() const {
  return fmt::format("{}+{:08x}+{}", name, id(),
                     base::to_base64(base::as_bytes(typed_key_bytes(*this))));
}

base::Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const auto first = text.find('+');
  const auto second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return not_a_key("it has not the form NAME+ID+BASE64");
  VerifierKey key{.name = std::string(text.substr(0, first)), .public_key = {}};
  if (!valid_key_name(key.name)) return not_a_key("its name is empty or holds spaces");
  const auto bytes = base::from_base64(text.substr(second + 1));
  if (!bytes) return not_a_key("its last part is not base64");
  if (bytes->size() != 1 + key.public_key.size() ||
      static_cast<std::uint8_t>(bytes->front()) != kEd25519KeyType) {
    return not_a_key("only Ed25519 keys (type 0x01) are known");
  }
  std::transform(bytes->begin() + 1, bytes->end(), key.public_key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  if (text.substr(first + 1, second - first - 1) != fmt::format("{:08x}", key.id())) {
    return not_a_key(fmt::format("its id should be {:08x}", key.id()));
  }
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
