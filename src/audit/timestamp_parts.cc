#include "audit/timestamp_parts.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace stellwerk::audit::ts {
namespace {

constexpr std::size_t kTrustedMax = 100;
constexpr std::size_t kTextMax = 400;
constexpr int kStatusTextsMax = 8;

base::Failure no_trust(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0034",
                          "the trusted certificates cannot be read")
                  .because(std::move(why))
                  .then("openssl x509 -in FILE -noout -subject", "shows what a PEM file holds"));
}

/// An encrypted block must not ask for a password at a terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

std::string name_text(const X509_NAME* name) {
  const Owned<BIO, BIO_free> out(BIO_new(BIO_s_mem()));
  if (!out || name == nullptr) return {};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return base::printable({bytes, static_cast<std::size_t>(std::max(size, 0L))}, kTextMax);
}

std::string_view failure_name(const ASN1_BIT_STRING* failures) {
  struct Row {
    int bit;
    std::string_view name;
  };
  constexpr std::array kRows = {
      Row{TS_INFO_BAD_ALG, "badAlg"},
      Row{TS_INFO_BAD_REQUEST, "badRequest"},
      Row{TS_INFO_BAD_DATA_FORMAT, "badDataFormat"},
      Row{TS_INFO_TIME_NOT_AVAILABLE, "timeNotAvailable"},
      Row{TS_INFO_UNACCEPTED_POLICY, "unacceptedPolicy"},
      Row{TS_INFO_UNACCEPTED_EXTENSION, "unacceptedExtension"},
      Row{TS_INFO_ADD_INFO_NOT_AVAILABLE, "addInfoNotAvailable"},
      Row{TS_INFO_SYSTEM_FAILURE, "systemFailure"},
  };
  if (failures == nullptr) return {};
  for (const Row& row : kRows)
    if (ASN1_BIT_STRING_get_bit(failures, row.bit) == 1) return row.name;
  return {};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), base::is_digit);
}

/// Why reading PEM ended: at its end, or at something that is damaged.
bool at_end_of_pem() {
  const unsigned long code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

}  // namespace

Integer nonce_integer(const TimestampNonce& nonce) {
  const Owned<BIGNUM, BN_free> number(
      BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr));
  return Integer(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

std::optional<base::WallTime> time_of(const TS_TST_INFO* info) {
  constexpr std::size_t kSeconds = 14;  // YYYYMMDDhhmmss
  const ASN1_GENERALIZEDTIME* time = TS_TST_INFO_get_time(info);
  if (time == nullptr) return std::nullopt;
  const auto* data = ASN1_STRING_get0_data(time);
  std::string text(data, data + ASN1_STRING_length(time));
  if (text.size() <= kSeconds || text.size() > 64 || text.back() != 'Z') return std::nullopt;
  text.pop_back();
  std::string fraction = text.substr(kSeconds);
  if (!fraction.empty() && (fraction.front() != '.' || !all_digits(fraction.substr(1))))
    return std::nullopt;
  fraction.resize(std::min<std::size_t>(fraction.size(), 10));
  text.resize(kSeconds);
  if (!all_digits(text)) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return text.substr(at, size); };
  const auto parsed =
      base::parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}{}Z", part(0, 4), part(4, 2), part(6, 2),
                                      part(8, 2), part(10, 2), part(12, 2), fraction));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string policy_of(TS_TST_INFO* info) {
  std::array<char, 128> text{};
  const int size =
      OBJ_obj2txt(text.data(), static_cast<int>(text.size()), TS_TST_INFO_get_policy_id(info), 1);
  return size > 0 ? std::string(text.data()) : std::string();
}

std::string hex_of(const ASN1_INTEGER* number) {
  const Owned<BIGNUM, BN_free> value(ASN1_INTEGER_to_BN(number, nullptr));
  char* text = value ? BN_bn2hex(value.get()) : nullptr;
  std::string hex = text == nullptr ? std::string() : base::lower_ascii(text);
  OPENSSL_free(text);
  return hex.substr(0, kTextMax);
}

std::string subject_of(const X509* certificate) {
  return name_text(X509_get_subject_name(certificate));
}

std::string authority_of(TS_TST_INFO* info, const X509* signer) {
  const GENERAL_NAME* name = TS_TST_INFO_get_tsa(info);
  if (name != nullptr && name->type == GEN_DIRNAME)
    if (auto text = name_text(name->d.directoryName); !text.empty()) return text;
  return subject_of(signer);
}

std::string refusal_text(const TS_STATUS_INFO* info) {
  std::string text;
  const STACK_OF(ASN1_UTF8STRING)* words = TS_STATUS_INFO_get0_text(info);
  const int count = words == nullptr ? 0 : sk_ASN1_UTF8STRING_num(words);
  for (int i = 0; i < std::min(count, kStatusTextsMax); ++i) {
    const ASN1_UTF8STRING* each = sk_ASN1_UTF8STRING_value(words, i);
    const auto* data = ASN1_STRING_get0_data(each);
    if (!text.empty()) text += "; ";
    text.append(data, data + ASN1_STRING_length(each));
  }
  text = base::printable(text, kTextMax);
  const auto failure = failure_name(TS_STATUS_INFO_get0_failure_info(info));
  if (failure.empty()) return text;
  return text.empty() ? std::string(failure) : fmt::format("{} ({})", text, failure);
}

base::Result<Store> store_of(std::string_view pem, base::WallTime at) {
  if (pem.size() > kTrustedBytesMax) return no_trust("they are larger than 1 MiB");
  const Owned<BIO, BIO_free> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Store store(X509_STORE_new());
  if (!in || !store) return no_trust("OpenSSL cannot keep them");
  std::size_t count = 0;
  while (true) {
    const Owned<X509, X509_free> certificate(
        PEM_read_bio_X509(in.get(), nullptr, &no_password, nullptr));
    if (!certificate) break;
    if (++count > kTrustedMax) return no_trust(fmt::format("more than {}", kTrustedMax));
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1)
      return no_trust(take_reason("OpenSSL does not take one of them"));
  }
  if (!at_end_of_pem()) return no_trust(take_reason("one of them is damaged"));
  ERR_clear_error();
  if (count == 0) return no_trust("there is no certificate in PEM among them");
  X509_VERIFY_PARAM* rules = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(rules, static_cast<time_t>(at.us / 1000000));
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::string take_reason(std::string_view otherwise) {
  const char* data = nullptr;
  int flags = 0;
  const unsigned long code = ERR_peek_last_error_all(nullptr, nullptr, nullptr, &data, &flags);
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text(reason == nullptr ? otherwise : std::string_view(reason));
  if (reason != nullptr && data != nullptr && *data != '\0' && (flags & ERR_TXT_STRING) != 0)
    text += fmt::format(": {}", base::printable(data, kTextMax));
  ERR_clear_error();
  return text;
}

}  // namespace stellwerk::audit::ts
