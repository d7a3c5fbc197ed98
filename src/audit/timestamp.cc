#include "audit/timestamp.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "audit/timestamp_parts.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

using ts::Owned;

/// Chains are short; a hostile token may hold many certificates.
constexpr int kSignersMax = 1;
constexpr int kCertificatesMax = 16;

base::Failure not_a_stamp(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0030", "not a time stamp")
                  .because(std::move(why)));
}

base::Failure not_for_this(std::string why) {
  return fail(base::error(base::Code::Rejected, "AUD-0032", "the time stamp is for something else")
                  .because(std::move(why))
                  .now("it proves nothing about what it was held against"));
}

base::Failure not_trusted_stamp(std::string why) {
  return fail(base::error(base::Code::Rejected, "AUD-0033", "the time stamp cannot be trusted")
                  .because(std::move(why)));
}

/// Granted, or what the authority says why not.
base::Result<void> check_granted(TS_RESP* response) {
  const TS_STATUS_INFO* info = TS_RESP_get_status_info(response);
  const ASN1_INTEGER* status = TS_STATUS_INFO_get0_status(info);
  const long number = ASN1_INTEGER_get(status);
  if (number == TS_STATUS_GRANTED || number == TS_STATUS_GRANTED_WITH_MODS) return {};
  std::string why = ts::refusal_text(info);
  if (why.empty()) why = fmt::format("it gives no reason (status {})", number);
  return fail(base::error(base::Code::Rejected, "AUD-0031", "the time stamping service refused")
                  .because(std::move(why))
                  .now("nothing was stamped"));
}

base::Result<void> check_imprint(TS_TST_INFO* info, const base::Digest& digest) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  if (OBJ_obj2nid(algorithm) != NID_sha256) return not_for_this("its digest is not a SHA-256");
  const ASN1_OCTET_STRING* bytes = TS_MSG_IMPRINT_get_msg(imprint);
  const base::Bytes stamped(ASN1_STRING_get0_data(bytes),
                            static_cast<std::size_t>(ASN1_STRING_length(bytes)));
  if (std::equal(stamped.begin(), stamped.end(), digest.bytes.begin(), digest.bytes.end()))
    return {};
  return not_for_this(
      fmt::format("it stamps the digest {}",
                  base::to_hex(stamped.first(std::min<std::size_t>(stamped.size(), 32)))));
}

base::Result<void> check_nonce(const TS_TST_INFO* info,
                               const std::optional<TimestampNonce>& nonce) {
  if (!nonce) return {};
  const ASN1_INTEGER* answered = TS_TST_INFO_get_nonce(info);
  if (answered == nullptr) return not_for_this("it answers a request without nonce");
  const auto asked = ts::nonce_integer(*nonce);
  if (asked && ASN1_INTEGER_cmp(asked.get(), answered) == 0) return {};
  return not_for_this("it answers another request: the nonce differs");
}

/// The certificate that signed; must be in the token, since it was asked for.
base::Result<X509*> signer_of(PKCS7* token) {
  if (PKCS7_type_is_signed(token) == 0) return not_a_stamp("its token is not signed data");
  const STACK_OF(X509)* held = token->d.sign->cert;
  if (held == nullptr || sk_X509_num(held) == 0)
    return not_trusted_stamp("it does not hold the certificate of its signer");
  if (sk_X509_num(held) > kCertificatesMax)
    return not_a_stamp(fmt::format("it holds more than {} certificates", kCertificatesMax));
  const std::unique_ptr<STACK_OF(X509), ts::FreeList> signers(
      PKCS7_get0_signers(token, nullptr, 0));
  if (!signers || sk_X509_num(signers.get()) != kSignersMax)
    return not_trusted_stamp("it does not hold the certificate of its signer");
  return sk_X509_value(signers.get(), 0);  // owned by the token
}

/// The chain of the signer at the token's time, for time stamping.
base::Result<void> check_chain(X509_STORE* store, PKCS7* token, X509* signer) {
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store, signer, token->d.sign->cert) != 1 ||
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_TIMESTAMP_SIGN) != 1)
    return not_trusted_stamp("OpenSSL cannot check its certificate");
  if (X509_verify_cert(context.get()) == 1) return {};
  const int problem = X509_STORE_CTX_get_error(context.get());
  const std::string subject = ts::subject_of(signer);
  // The chain is checked first for its purpose, at the certificate that lacks it.
  if (problem == X509_V_ERR_INVALID_PURPOSE)
    return not_trusted_stamp(
        fmt::format("the certificate of {} is not for time stamping", subject));
  return not_trusted_stamp(
      fmt::format("the certificate of {}: {}", subject, X509_verify_cert_error_string(problem)));
}

/// OpenSSL's own whole check: signature, which certificate signed (ESSCertID), version, name.
base::Result<void> check_signature(TS_RESP* response, Owned<X509_STORE, X509_STORE_free> store) {
  const Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free> context(TS_VERIFY_CTX_new());
  if (!context) return not_trusted_stamp("OpenSSL cannot check it");
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER);
  TS_VERIFY_CTX_set_store(context.get(), store.release());  // freed with the context
  if (TS_RESP_verify_response(context.get(), response) == 1) return {};
  return not_trusted_stamp(ts::take_reason("its signature does not fit"));
}

base::Result<Timestamp> judged(TS_RESP* response, const TimestampDemand& demand) {
  if (auto granted = check_granted(response); !granted) return fail(granted.error());
  PKCS7* token = TS_RESP_get_token(response);
  TS_TST_INFO* info = TS_RESP_get_tst_info(response);
  if (token == nullptr || info == nullptr) return not_a_stamp("it holds no token");
  if (auto fits = check_imprint(info, demand.digest); !fits) return fail(fits.error());
  if (auto fits = check_nonce(info, demand.nonce); !fits) return fail(fits.error());
  const auto time = ts::time_of(info);
  if (!time) return not_a_stamp("its time is not of the form that RFC 3161 demands");
  auto store = ts::store_of(demand.trusted, *time);
  if (!store) return fail(store.error());
  const auto signer = signer_of(token);
  if (!signer) return fail(signer.error());
  if (auto chain = check_chain(store->get(), token, *signer); !chain) return fail(chain.error());
  if (auto fits = check_signature(response, std::move(*store)); !fits) return fail(fits.error());
  return Timestamp{.time = *time,
                   .policy = ts::policy_of(info),
                   .serial = ts::hex_of(TS_TST_INFO_get_serial(info)),
                   .authority = ts::authority_of(info, *signer)};
}

}  // namespace

base::Result<std::string> timestamp_request(const base::Digest& digest,
                                            const TimestampNonce& nonce) {
  const Owned<TS_REQ, TS_REQ_free> request(TS_REQ_new());
  const Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Owned<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  const auto number = ts::nonce_integer(nonce);
  std::vector<std::uint8_t> hash(digest.bytes.begin(), digest.bytes.end());
  const bool made =
      request && imprint && algorithm && number &&
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(imprint.get(), hash.data(), static_cast<int>(hash.size())) == 1 &&
      TS_REQ_set_version(request.get(), 1) == 1 &&
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
      TS_REQ_set_nonce(request.get(), number.get()) == 1 &&
      TS_REQ_set_cert_req(request.get(), 1) == 1;
  unsigned char* bytes = nullptr;
  const int size = made ? i2d_TS_REQ(request.get(), &bytes) : -1;
  if (size <= 0)
    return fail(base::error(base::Code::Internal, "AUD-0030", "a time stamp cannot be asked for")
                    .because(ts::take_reason("OpenSSL does not say why")));
  std::string request_bytes(bytes, bytes + size);
  OPENSSL_free(bytes);
  return request_bytes;
}

base::Result<Timestamp> verify_timestamp(std::string_view response, const TimestampDemand& demand) {
  if (response.size() > kTimestampBytesMax) return not_a_stamp("it is larger than 64 KiB");
  ERR_clear_error();
  const auto bytes = base::as_bytes(response);
  const unsigned char* at = bytes.data();
  const Owned<TS_RESP, TS_RESP_free> parsed(
      d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size())));
  if (!parsed) return not_a_stamp(ts::take_reason("it is no DER of a TimeStampResp"));
  if (at != bytes.data() + bytes.size()) return not_a_stamp("something follows it");
  auto stamp = judged(parsed.get(), demand);
  ERR_clear_error();
  return stamp;
}

}  // namespace stellwerk::audit
