// test_key.h — Ed25519 keys of logs and witnesses that sign, made of one byte. For tests only.
//
// Thread-safety: values; any thread.                                      Start here: TestKey
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "audit/cosignature.h"
#include "audit/note.h"

namespace stellwerk::audit::testing {

class TestKey {
 public:
  /// @param seed  the byte that the private key's 32 consist of
  TestKey(std::string name, std::uint8_t seed, KeyType type = KeyType::Ed25519) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(seed);
    key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
    verifier_.name = std::move(name);
    verifier_.type = type;
    std::size_t size = verifier_.public_key.size();
    const bool made =
        EVP_PKEY_get_raw_public_key(key_.get(), verifier_.public_key.data(), &size) == 1;
    if (!made) std::abort();
  }

  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }

  [[nodiscard]] Ed25519Signature sign(std::string_view message) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    Ed25519Signature signature{};
    std::size_t size = signature.size();
    const auto bytes = base::as_bytes(message);
    const bool is_signed =
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
        EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) == 1;
    if (!is_signed) std::abort();
    return signature;
  }

  /// The line of a log's signature.
  [[nodiscard]] std::string signature_line(std::string_view text) const {
    const auto signature = sign(text);
    return format_signature({.name = verifier_.name,
                             .key_id = verifier_.id(),
                             .bytes = std::string(signature.begin(), signature.end())});
  }

  /// The line of a witness's cosignature.
  [[nodiscard]] std::string cosign(std::string_view text, std::uint64_t unix_seconds) const {
    return cosignature_line(verifier_, {.unix_seconds = unix_seconds,
                                        .signature = sign(cosigned_message(unix_seconds, text))});
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, &EVP_PKEY_free};
  VerifierKey verifier_;
};

}  // namespace stellwerk::audit::testing
