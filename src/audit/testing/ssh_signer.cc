#include "audit/testing/ssh_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>

#include "audit/ssh_wire.h"
#include "base/check.h"
#include "base/digest.h"

namespace stellwerk::audit::testing {
namespace {

std::string octets(EVP_PKEY* secret, const char* name) {
  std::array<unsigned char, 256> bytes{};
  std::size_t size = 0;
  STELLWERK_CHECK(
      EVP_PKEY_get_octet_string_param(secret, name, bytes.data(), bytes.size(), &size) == 1);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string magnitude(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::string number_param(EVP_PKEY* secret, const char* name) {
  BIGNUM* number = nullptr;
  STELLWERK_CHECK(EVP_PKEY_get_bn_param(secret, name, &number) == 1);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> owner(number, &BN_free);
  return magnitude(number);
}

EVP_PKEY* new_secret(SshKeyType type) {
  switch (type) {
    case SshKeyType::Ed25519:
    case SshKeyType::SkEd25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case SshKeyType::EcdsaP256:
    case SshKeyType::SkEcdsaP256:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    case SshKeyType::EcdsaP384:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
    case SshKeyType::EcdsaP521:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521");
    case SshKeyType::Rsa:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
  }
  return nullptr;
}

bool has_curve(SshKeyType type) {
  return type != SshKeyType::Ed25519 && type != SshKeyType::SkEd25519 && type != SshKeyType::Rsa;
}

const char* curve_name(SshKeyType type) {
  if (type == SshKeyType::EcdsaP384) return "nistp384";
  return type == SshKeyType::EcdsaP521 ? "nistp521" : "nistp256";
}

std::string key_blob(EVP_PKEY* secret, SshKeyType type, std::string_view application) {
  std::string blob;
  append_ssh_string(blob, to_string(type));
  if (type == SshKeyType::Rsa) {
    append_ssh_mpint(blob, number_param(secret, OSSL_PKEY_PARAM_RSA_E));
    append_ssh_mpint(blob, number_param(secret, OSSL_PKEY_PARAM_RSA_N));
    return blob;
  }
  if (has_curve(type)) append_ssh_string(blob, curve_name(type));
  append_ssh_string(blob, octets(secret, OSSL_PKEY_PARAM_PUB_KEY));
  if (is_security_key(type)) append_ssh_string(blob, application);
  return blob;
}

/// In OpenSSL's form of the signature.
std::string raw_signature(EVP_PKEY* secret, const char* hash, std::string_view data) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  STELLWERK_CHECK(
      EVP_DigestSignInit_ex(context.get(), nullptr, hash, nullptr, nullptr, secret, nullptr) == 1);
  const auto bytes = base::as_bytes(data);
  std::size_t size = 0;
  STELLWERK_CHECK(EVP_DigestSign(context.get(), nullptr, &size, bytes.data(), bytes.size()) == 1);
  std::string value(size, '\0');
  STELLWERK_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(value.data()),
                                 &size, bytes.data(), bytes.size()) == 1);
  value.resize(size);
  return value;
}

/// mpint r, mpint s.
std::string scalars(const std::string& der) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
      d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())), &ECDSA_SIG_free);
  std::string value;
  append_ssh_mpint(value, magnitude(ECDSA_SIG_get0_r(pair.get())));
  append_ssh_mpint(value, magnitude(ECDSA_SIG_get0_s(pair.get())));
  return value;
}

const char* hash_of(SshKeyType type, const SignOptions& options) {
  switch (type) {
    case SshKeyType::Ed25519:
    case SshKeyType::SkEd25519:
      return nullptr;
    case SshKeyType::EcdsaP256:
    case SshKeyType::SkEcdsaP256:
      return "SHA256";
    case SshKeyType::EcdsaP384:
      return "SHA384";
    case SshKeyType::EcdsaP521:
      return "SHA512";
    case SshKeyType::Rsa:
      return options.rsa_algorithm == "rsa-sha2-256" ? "SHA256" : "SHA512";
  }
  return nullptr;
}

/// As an authenticator does it: sha256(application) || flags || counter || sha256(message).
std::string authenticator_message(const SshPublicKey& key, const SignOptions& options,
                                  std::string_view data) {
  const auto application = base::sha256(key.material().application);
  const auto message = base::sha256(data);
  std::string bytes(application.bytes.begin(), application.bytes.end());
  bytes += static_cast<char>(options.flags);
  append_ssh_uint32(bytes, options.counter);
  return bytes.append(message.bytes.begin(), message.bytes.end());
}

}  // namespace

SshSigner SshSigner::make(SshKeyType type, std::string_view application) {
  SshSigner signer;
  auto* secret = new_secret(type);
  STELLWERK_CHECK(secret != nullptr);
  signer.secret_ = std::shared_ptr<EVP_PKEY>(secret, &EVP_PKEY_free);
  signer.key_ = std::make_shared<const SshPublicKey>(
      SshPublicKey::from_blob(key_blob(secret, type, application)).value());
  return signer;
}

SshSignature SshSigner::sign(const SshSigned& what, const SignOptions& options) const {
  const auto type = key_->type();
  std::string data = ssh_signed_data(what, options.hash);
  SshSignature signature{.key = *key_,
                         .name_space = std::string(what.name_space),
                         .hash = options.hash,
                         .algorithm = std::string(to_string(type)),
                         .value = {},
                         .security_key = std::nullopt};
  if (type == SshKeyType::Rsa) signature.algorithm = options.rsa_algorithm;
  if (is_security_key(type)) {
    data = authenticator_message(*key_, options, data);
    signature.security_key = SecurityKeyFacts{options.flags, options.counter};
  }
  auto* secret = static_cast<EVP_PKEY*>(secret_.get());
  signature.value = raw_signature(secret, hash_of(type, options), data);
  if (has_curve(type)) signature.value = scalars(signature.value);
  return signature;
}

}  // namespace stellwerk::audit::testing
