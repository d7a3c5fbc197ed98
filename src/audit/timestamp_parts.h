// timestamp_parts.h — OpenSSL's pieces of a time stamp as values: for timestamp.cc alone.
//
// Thread-safety: values; any thread.                                    Start here: store_of()
// Spec: RFC 3161 §2.4.2.
#pragma once

#include <openssl/asn1.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/timestamp.h"

namespace stellwerk::audit::ts {

template <auto Function>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Function(object);
  }
};
/// Owned<X509, X509_free>
template <class T, auto Function>
using Owned = std::unique_ptr<T, Freed<Function>>;

/// Frees the list, not what is in it.
struct FreeList {
  void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
};

using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;

/// The nonce as a number that is never negative.
Integer nonce_integer(const TimestampNonce& nonce);
/// genTime; none when it has another form than `YYYYMMDDhhmmss[.s…]Z`.
std::optional<base::WallTime> time_of(const TS_TST_INFO* info);
std::string policy_of(TS_TST_INFO* info);
std::string hex_of(const ASN1_INTEGER* number);
std::string subject_of(const X509* certificate);
/// The name in the token, else the subject of its signer.
std::string authority_of(TS_TST_INFO* info, const X509* signer);
/// What the authority says, and which failure it names; may be empty.
std::string refusal_text(const TS_STATUS_INFO* info);

/// Trusts the certificates of `pem`, also those that are not self-signed, at that time.
/// @errors InvalidArgument AUD-0034: none in it, more than 100, one that cannot be read, over
/// kTrustedBytesMax.
base::Result<Store> store_of(std::string_view pem, base::WallTime at);

/// OpenSSL's last words in this thread, or `otherwise`; afterwards it has none.
std::string take_reason(std::string_view otherwise);

}  // namespace stellwerk::audit::ts
