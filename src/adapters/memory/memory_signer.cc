#include "adapters/memory/memory_signer.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>

#include "audit/note.h"
#include "base/check.h"

namespace stellwerk::adapters {
namespace {

constexpr std::array<std::uint8_t, 32> kSeed{7, 7, 7};
constexpr std::size_t kSignatureBytes = 64;

using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

PKey private_key() {
  PKey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, kSeed.data(), kSeed.size()),
           &EVP_PKEY_free);
  STELLWERK_CHECK(key != nullptr);
  return key;
}

audit::VerifierKey public_key() {
  static const audit::VerifierKey known = [] {
    audit::VerifierKey made{.name = "memory", .public_key = {}};
    std::size_t size = made.public_key.size();
    STELLWERK_CHECK(
        EVP_PKEY_get_raw_public_key(private_key().get(), made.public_key.data(), &size) == 1);
    return made;
  }();
  return known;
}

std::string signature_of(std::string_view text) {
  const PKey key = private_key();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::array<std::uint8_t, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  const auto bytes = base::as_bytes(text);
  STELLWERK_CHECK(
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) == 1);
  return {signature.begin(), signature.end()};
}

}  // namespace

base::Result<std::string> MemorySigner::sign_note(std::string_view text) {
  const audit::VerifierKey key = public_key();
  return audit::format_note({std::string(text), {{key.name, key.id(), signature_of(text)}}});
}

std::string MemorySigner::verifier_key() const { return public_key().to_string(); }

}  // namespace stellwerk::adapters
