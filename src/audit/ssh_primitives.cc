#include "audit/ssh_primitives.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <memory>

#include "base/check.h"
#include "base/digest.h"

namespace stellwerk::audit {
namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using HashContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using EcdsaPair = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

struct CurveRow {
  const char* group;
  const char* hash;
  std::size_t point_size;
};
const CurveRow& row_of(SshCurve curve) {
  static constexpr std::array<CurveRow, 3> kCurves = {
      {{"P-256", "SHA256", 65}, {"P-384", "SHA384", 97}, {"P-521", "SHA512", 133}}};
  return kCurves.at(static_cast<std::size_t>(curve));
}

const char* openssl_name(SshHash hash) { return hash == SshHash::Sha256 ? "SHA256" : "SHA512"; }

Number number_of(std::string_view magnitude) {
  const auto bytes = base::as_bytes(magnitude);
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

/// Null when the parameters make no key.
KeyPointer public_key(const char* algorithm, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return KeyPointer(key);
}

KeyPointer ec_key(SshCurve curve, std::string_view point) {
  const auto& row = row_of(curve);
  if (point.size() != row.point_size || point.front() != 0x04) return nullptr;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, row.group, 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return public_key("EC", builder.get());
}

KeyPointer rsa_key(const RsaKey& key) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const Number modulus = number_of(key.modulus);
  const Number exponent = number_of(key.exponent);
  if (!builder || !modulus || !exponent ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return public_key("RSA", builder.get());
}

/// What OpenSSL expects: SEQUENCE { r INTEGER, s INTEGER }. Empty when it cannot be made.
std::string der_of(const EcdsaSignature& signature) {
  const EcdsaPair pair(ECDSA_SIG_new());
  Number r = number_of(signature.r);
  Number s = number_of(signature.s);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the pair owns both now
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  if (i2d_ECDSA_SIG(pair.get(), &end) != size) return {};
  return der;
}

struct Signed {
  const char* hash;
  std::string_view signature;
};
bool fits(const KeyPointer& key, const Signed& sign, std::string_view data) {
  const HashContext context(EVP_MD_CTX_new());
  if (!key || !context ||
      EVP_DigestVerifyInit_ex(context.get(), nullptr, sign.hash, nullptr, nullptr, key.get(),
                              nullptr) != 1) {
    return false;
  }
  const auto signature = base::as_bytes(sign.signature);
  const auto bytes = base::as_bytes(data);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(),
                          bytes.size()) == 1;
}

}  // namespace

std::string_view to_string(SshHash hash) { return hash == SshHash::Sha256 ? "sha256" : "sha512"; }

std::string ssh_hash(SshHash hash, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  std::size_t size = 0;
  STELLWERK_CHECK(EVP_Q_digest(nullptr, openssl_name(hash), nullptr, data.data(), data.size(),
                               bytes.data(), &size) == 1);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

bool valid_ec_point(SshCurve curve, std::string_view point) {
  return ec_key(curve, point) != nullptr;
}

bool weak_ed25519_point(std::string_view point) {
  // The y of all points whose order divides 8, and what else is read as one of them; the last bit
  // is the sign of x.
  static constexpr std::string_view kWeak[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
  std::string y(point);
  if (!y.empty()) y.back() = static_cast<char>(y.back() & 0x7f);
  return std::find(std::begin(kWeak), std::end(kWeak), base::to_hex(base::as_bytes(y))) !=
         std::end(kWeak);
}

bool verify_ecdsa(const EcdsaKey& key, const EcdsaSignature& signature, std::string_view data) {
  const std::string der = der_of(signature);
  if (der.empty()) return false;
  return fits(ec_key(key.curve, key.point), {row_of(key.curve).hash, der}, data);
}

bool verify_rsa(const RsaKey& key, const RsaSignature& signature, std::string_view data) {
  return fits(rsa_key(key), {openssl_name(signature.hash), signature.bytes}, data);
}

}  // namespace stellwerk::audit
