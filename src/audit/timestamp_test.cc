// Goal: a time stamp is believed only when it stamps this digest, answers this request, and was
// made by somebody who was trusted for it at its time (RFC 3161 §2.4.2).
#include "audit/timestamp.h"

#include <gtest/gtest.h>

#include "audit/testing/test_authority.h"

namespace stellwerk::audit {
namespace {

using testing::TestAuthority;

constexpr std::int64_t kStampedAt = 1'750'000'000;
constexpr TimestampNonce kStampNonce = {0xff, 0x01, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
const base::Digest kStampedDigest = base::sha256("a checkpoint\n");

std::string stamp_request() { return timestamp_request(kStampedDigest, kStampNonce).value(); }

struct StampRefusal {
  std::string id;
  std::string why;
};
StampRefusal stamp_refusal(std::string_view response, const TimestampDemand& demand) {
  const auto stamp = verify_timestamp(response, demand);
  if (stamp) return {"none", ""};
  return {stamp.error().id, stamp.error().why};
}

TEST(TimestampRequest, IsTheDerThatRfc3161Demands) {
  const std::string der = stamp_request();
  const auto* at = base::as_bytes(der).data();
  const ts::Owned<TS_REQ, TS_REQ_free> read(
      d2i_TS_REQ(nullptr, &at, static_cast<long>(der.size())));
  ASSERT_TRUE(read);
  EXPECT_EQ(TS_REQ_get_version(read.get()), 1);
  EXPECT_EQ(TS_REQ_get_cert_req(read.get()), 1);
  EXPECT_EQ(ts::hex_of(TS_REQ_get_nonce(read.get())), "ff0102030405060708090a0b0c0d0e0f");
  const ASN1_OCTET_STRING* hash = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(read.get()));
  EXPECT_EQ(base::to_hex({ASN1_STRING_get0_data(hash), 32}), kStampedDigest.hex());
  EXPECT_EQ(stamp_request(), der);
}

TEST(TimestampRequest, IsTheSameForTheSameNonceAlsoWhenItBeginsWithZeros) {
  TimestampNonce nonce{};
  nonce.back() = 7;
  const auto der = timestamp_request(kStampedDigest, nonce);
  ASSERT_TRUE(der);
  TestAuthority authority;
  const auto stamp = verify_timestamp(authority.answer(*der, kStampedAt),
                                      {kStampedDigest, nonce, authority.trusted()});
  EXPECT_TRUE(stamp) << stamp.error().one_line();
}

TEST(Timestamp, SaysWhenTheDigestWasKnownAndToWhom) {
  TestAuthority authority;
  const std::string trusted = authority.trusted();
  const auto stamp = verify_timestamp(authority.answer(stamp_request(), kStampedAt),
                                      {kStampedDigest, kStampNonce, trusted});
  ASSERT_TRUE(stamp) << stamp.error().one_line();
  EXPECT_EQ(stamp->time.us, kStampedAt * 1'000'000);
  EXPECT_EQ(stamp->policy, "1.2.3.4.1");
  EXPECT_EQ(stamp->serial, "1234");
  EXPECT_EQ(stamp->authority, "CN=Test TSA");
}

TEST(Timestamp, IsJudgedAtItsOwnTimeNotThePresent) {
  // Its authority's certificate ended in 2020; the token is of before.
  TestAuthority authority({.valid_from = 1'600'000'000, .valid_until = 1'609'459'200});
  const std::string trusted = authority.trusted();
  const TimestampDemand demand{kStampedDigest, kStampNonce, trusted};
  EXPECT_TRUE(verify_timestamp(authority.answer(stamp_request(), 1'605'000'000), demand));
  const auto after = stamp_refusal(authority.answer(stamp_request(), 1'609'459'201), demand);
  EXPECT_EQ(after.id, "AUD-0033");
  EXPECT_NE(after.why.find("expired"), std::string::npos) << after.why;
  TestAuthority later({.valid_from = 1'760'000'000, .valid_until = 1'790'000'000});
  const auto before = stamp_refusal(later.answer(stamp_request(), kStampedAt),
                                    {kStampedDigest, kStampNonce, later.trusted()});
  EXPECT_EQ(before.id, "AUD-0033");
  EXPECT_NE(before.why.find("not yet valid"), std::string::npos) << before.why;
}

TEST(Timestamp, OfAnotherDigestOrRequestProvesNothing) {
  TestAuthority authority;
  const std::string trusted = authority.trusted();
  const std::string response = authority.answer(stamp_request(), kStampedAt);
  EXPECT_EQ(stamp_refusal(response, {base::sha256("x"), kStampNonce, trusted}).id, "AUD-0032");
  TimestampNonce other = kStampNonce;
  other[3] ^= 1;
  const auto replayed = stamp_refusal(response, {kStampedDigest, other, trusted});
  EXPECT_EQ(replayed.id, "AUD-0032");
  EXPECT_NE(replayed.why.find("nonce"), std::string::npos);
  // Without the request at hand any nonce is taken.
  EXPECT_TRUE(verify_timestamp(response, {kStampedDigest, std::nullopt, trusted}));
}

TEST(Timestamp, OfSomebodyElseIsNotTrusted) {
  TestAuthority authority;
  TestAuthority other;
  const auto why = stamp_refusal(authority.answer(stamp_request(), kStampedAt),
                                 {kStampedDigest, kStampNonce, other.trusted()});
  EXPECT_EQ(why.id, "AUD-0033");
  EXPECT_NE(why.why.find("CN=Test TSA"), std::string::npos) << why.why;
}

TEST(Timestamp, OfACertificateThatIsForSomethingElseIsNotTrusted) {
  for (const char* usage : {static_cast<const char*>(nullptr), "timeStamping",
                            "critical,serverAuth", "critical,timeStamping,serverAuth"}) {
    TestAuthority authority({.usage = usage});
    const std::string trusted = authority.trusted();
    const auto why = stamp_refusal(authority.answer(stamp_request(), kStampedAt),
                                   {kStampedDigest, kStampNonce, trusted});
    EXPECT_EQ(why.id, "AUD-0033");
    EXPECT_NE(why.why.find("not for time stamping"), std::string::npos) << why.why;
  }
}

TEST(Timestamp, WithoutTheCertificateOfItsSignerIsNotTrusted) {
  TestAuthority authority({.holds_certificate = false});
  const std::string trusted = authority.trusted();
  EXPECT_EQ(stamp_refusal(authority.answer(stamp_request(), kStampedAt),
                          {kStampedDigest, kStampNonce, trusted})
                .id,
            "AUD-0033");
}

TEST(Timestamp, RefusedByTheServiceIsSaidInItsWords) {
  TestAuthority authority;
  const auto why =
      stamp_refusal(authority.answer("garbage", kStampedAt), {kStampedDigest, kStampNonce, {}});
  EXPECT_EQ(why.id, "AUD-0031");
  EXPECT_NE(why.why.find("badDataFormat"), std::string::npos) << why.why;
}

TEST(Timestamp, NeedsTrustedCertificatesThatCanBeRead) {
  TestAuthority authority;
  const std::string response = authority.answer(stamp_request(), kStampedAt);
  const std::string good = authority.trusted();
  std::string damaged = good;
  damaged[damaged.size() / 2] = '!';
  const std::string encrypted =
      "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
      "00000000000000000000000000000000\n\nAAAA\n-----END CERTIFICATE-----\n";
  std::string many;
  for (int i = 0; i < 101; ++i) many += TestAuthority().trusted();
  for (const std::string& trusted :
       {std::string(), std::string("no PEM"), damaged, encrypted, good + encrypted, many,
        std::string(kTrustedBytesMax + 1, 'x')})
    EXPECT_EQ(stamp_refusal(response, {kStampedDigest, kStampNonce, trusted}).id, "AUD-0034")
        << trusted.substr(0, 200);
  EXPECT_TRUE(verify_timestamp(
      response, {kStampedDigest, kStampNonce, TestAuthority({.ca = "Other CA"}).trusted() + good}));
}

TEST(Timestamp, ThatWasChangedAnywhereIsRefused) {
  TestAuthority authority;
  const std::string trusted = authority.trusted();
  const std::string response = authority.answer(stamp_request(), kStampedAt);
  const auto good = verify_timestamp(response, {kStampedDigest, kStampNonce, trusted});
  ASSERT_TRUE(good);
  for (std::size_t i = 0; i < response.size(); ++i) {
    std::string changed = response;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const auto stamp = verify_timestamp(changed, {kStampedDigest, kStampNonce, trusted});
    // What is neither signed nor read may change (the text of the status, unused fields).
    EXPECT_TRUE(!stamp || *stamp == *good) << i;
  }
  for (std::size_t size = 0; size < response.size(); ++size)
    EXPECT_EQ(stamp_refusal(response.substr(0, size), {kStampedDigest, kStampNonce, trusted}).id,
              "AUD-0030")
        << size;
  EXPECT_EQ(stamp_refusal(response + "x", {kStampedDigest, kStampNonce, trusted}).id, "AUD-0030");
  EXPECT_EQ(stamp_refusal(std::string(kTimestampBytesMax + 1, '\x30'),
                          {kStampedDigest, kStampNonce, trusted})
                .id,
            "AUD-0030");
}

}  // namespace
}  // namespace stellwerk::audit
