// test_authority.h — a time stamping authority in memory, with a CA of its own and a clock that a
// test sets. For tests only.
//
// Thread-safety: one thread.                                         Start here: TestAuthority
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "audit/timestamp_parts.h"

namespace stellwerk::audit::testing {

/// What the authority's certificate is like; seconds since 1970.
struct AuthorityTraits {
  std::int64_t valid_from = 1'700'000'000;
  std::int64_t valid_until = 1'800'000'000;
  const char* usage = "critical,timeStamping";  ///< extendedKeyUsage; null: none
  bool holds_certificate = true;                ///< its answers hold it
  const char* ca = "Test CA";
};

class TestAuthority {
 public:
  explicit TestAuthority(AuthorityTraits traits = {}) : traits_(traits) {
    ca_key_.reset(new_key());
    key_.reset(new_key());
    ca_.reset(certificate({traits.ca, 1, 1'600'000'000, 2'500'000'000}, ca_key_.get(), nullptr,
                          {{NID_basic_constraints, "critical,CA:TRUE"}}));
    const Naming naming{"Test TSA", 2, traits.valid_from, traits.valid_until};
    std::vector<Extension> extensions{{NID_key_usage, "critical,digitalSignature"},
                                      {NID_ext_key_usage, "critical,timeStamping"}};
    signing_.reset(certificate(naming, key_.get(), ca_.get(), extensions));
    extensions.pop_back();
    if (traits.usage != nullptr) extensions.push_back({NID_ext_key_usage, traits.usage});
    shown_.reset(certificate(naming, key_.get(), ca_.get(), extensions));
  }

  /// Its CA certificate.
  [[nodiscard]] std::string trusted() const {
    const ts::Owned<BIO, BIO_free> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), ca_.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }

  /// The answer to a request (DER) at that second; a refusal when it is not understood.
  [[nodiscard]] std::string answer(std::string_view request, std::int64_t at) {
    const ts::Owned<TS_RESP_CTX, TS_RESP_CTX_free> context(TS_RESP_CTX_new());
    const ts::Owned<ASN1_OBJECT, ASN1_OBJECT_free> policy(OBJ_txt2obj("1.2.3.4.1", 1));
    at_ = at;
    TS_RESP_CTX_set_serial_cb(context.get(), &serial, nullptr);
    TS_RESP_CTX_set_time_cb(context.get(), &time, &at_);
    require(TS_RESP_CTX_set_signer_key(context.get(), key_.get()));
    require(TS_RESP_CTX_set_signer_cert(context.get(), signing_.get()));
    require(TS_RESP_CTX_set_def_policy(context.get(), policy.get()));
    require(TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()));
    require(TS_RESP_CTX_add_md(context.get(), EVP_sha256()));
    TS_RESP_CTX_add_flags(context.get(), TS_TSA_NAME);
    const ts::Owned<BIO, BIO_free> in(
        BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
    const ts::Owned<TS_RESP, TS_RESP_free> response(
        TS_RESP_create_response(context.get(), in.get()));
    replace_certificate(TS_RESP_get_token(response.get()));
    unsigned char* bytes = nullptr;
    const int size = i2d_TS_RESP(response.get(), &bytes);
    require(size > 0);
    std::string answer(bytes, bytes + size);
    OPENSSL_free(bytes);
    return answer;
  }

 private:
  struct Extension {
    int nid;
    const char* value;
  };
  struct Naming {
    const char* name;
    long number;
    std::int64_t from;
    std::int64_t until;
  };
  using Key = ts::Owned<EVP_PKEY, EVP_PKEY_free>;
  using Certificate = ts::Owned<X509, X509_free>;

  static void require(int done) {
    if (done != 1) std::abort();
  }

  static EVP_PKEY* new_key() { return EVP_EC_gen("P-256"); }

  /// OpenSSL signs with no certificate that is not for it; so the token is given another
  /// afterwards.
  void replace_certificate(PKCS7* token) const {
    if (token == nullptr) return;
    STACK_OF(X509)*& held = token->d.sign->cert;
    sk_X509_pop_free(held, X509_free);
    held = sk_X509_new_null();
    if (!traits_.holds_certificate) return;
    const bool shows_other =
        std::string_view(traits_.usage == nullptr ? "" : traits_.usage) != "critical,timeStamping";
    X509* shown = shows_other ? shown_.get() : signing_.get();
    X509_up_ref(shown);
    sk_X509_push(held, shown);
  }

  X509* certificate(const Naming& naming, EVP_PKEY* key, X509* issuer,
                    const std::vector<Extension>& extensions) {
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), naming.number);
    ASN1_TIME_set(X509_getm_notBefore(made), naming.from);
    ASN1_TIME_set(X509_getm_notAfter(made), naming.until);
    X509_NAME* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(naming.name), -1, -1, 0);
    X509_set_issuer_name(made, issuer == nullptr ? subject : X509_get_subject_name(issuer));
    X509_set_pubkey(made, key);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer == nullptr ? made : issuer, made, nullptr, nullptr, 0);
    for (const Extension& each : extensions) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, each.nid, each.value);
      require(extension != nullptr ? 1 : 0);
      X509_add_ext(made, extension, -1);
      X509_EXTENSION_free(extension);
    }
    require(X509_sign(made, ca_key_.get(), EVP_sha256()) > 0 ? 1 : 0);
    return made;
  }

  static ASN1_INTEGER* serial(TS_RESP_CTX* /*context*/, void* /*data*/) {
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, 0x1234);
    return number;
  }
  static int time(TS_RESP_CTX* /*context*/, void* data, long* seconds, long* microseconds) {
    *seconds = static_cast<long>(*static_cast<std::int64_t*>(data));
    *microseconds = 0;
    return 1;
  }

  AuthorityTraits traits_;
  Key ca_key_;
  Key key_;
  Certificate ca_;
  Certificate signing_;
  Certificate shown_;
  std::int64_t at_ = 0;
};

}  // namespace stellwerk::audit::testing
