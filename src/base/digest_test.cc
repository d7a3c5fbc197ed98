#include "base/digest.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace stellwerk::base {
namespace {

constexpr std::string_view kAbcHex =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string digest_problem(std::string_view text) {
  const auto parsed = Digest::parse(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().id, "BAS-0008");
  return parsed.error().why;
}

// FIPS 180-4 examples (NIST, "SHA256.pdf").
TEST(DigestStream, IsTheDigestOfAllThatWasAdded) {
  DigestStream stream;
  EXPECT_EQ(stream.finish(), sha256(""));
  stream.add(as_bytes("one, "));
  stream.add(as_bytes(""));
  const Digest between = sha256("another on this thread");
  stream.add(as_bytes("two"));
  EXPECT_EQ(stream.finish(), sha256("one, two"));
  EXPECT_NE(between, sha256("one, two"));
  stream.add(as_bytes("two"));
  EXPECT_EQ(stream.finish(), sha256("two")) << "the next one begins anew";
}

TEST(Sha256, GivesTheDigestsOfTheSpecification) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), kAbcHex);
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, HashesPartsAsIfTheyWereOneText) {
  EXPECT_EQ(sha256({as_bytes("a"), as_bytes(""), as_bytes("bc")}), sha256("abc"));
  EXPECT_EQ(sha256({}), sha256(""));
}

TEST(Digest, IsReadBackFromItsText) {
  const auto digest = sha256("abc");
  EXPECT_EQ(digest.to_string(), "sha256:" + std::string(kAbcHex));
  EXPECT_EQ(digest.short_text(), "ba7816bf8f01");
  EXPECT_EQ(Digest::parse(digest.to_string()).value(), digest);
  const std::unordered_set<Digest> set{digest, sha256("abc"), sha256("")};
  EXPECT_EQ(set.size(), 2U);
}

TEST(Digest, IsRefusedWithTheReasonWhenItIsNotWellFormed) {
  const std::string hex(kAbcHex);
  EXPECT_EQ(digest_problem(hex), "it must begin with sha256:");
  EXPECT_EQ(digest_problem("sha256:abc"), "64 hex digits follow sha256:, not 3");
  EXPECT_EQ(digest_problem("sha256:" + hex + "0"), "64 hex digits follow sha256:, not 65");
  EXPECT_EQ(digest_problem("sha256:B" + hex.substr(1)),
            "unexpected 'B' at position 8: expected 0-9 or a-f");
  EXPECT_EQ(digest_problem("sha256:g" + hex.substr(1)),
            "unexpected 'g' at position 8: expected 0-9 or a-f");
}

TEST(Hex, RoundTripsAndRefusesOtherText) {
  const std::string bytes("\x00\x7f\xff", 3);
  EXPECT_EQ(to_hex(as_bytes(bytes)), "007fff");
  EXPECT_EQ(from_hex("007FfF").value(), bytes);
  EXPECT_EQ(from_hex("").value(), "");
  EXPECT_EQ(from_hex("abc").error().why, "the number of digits is odd");
  EXPECT_EQ(from_hex("0g").error().why, "unexpected 'g' at position 2");
}

// RFC 4648 §10.
TEST(Base64, GivesTheTextsOfTheSpecification) {
  constexpr std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(to_base64(as_bytes(bytes)), text);
    EXPECT_EQ(from_base64(text).value(), bytes);
  }
  EXPECT_EQ(to_base64(as_bytes("\xfb\xff\xfe")), "+//+");
}

TEST(Base64, RefusesEveryOtherSpellingOfTheSameBytes) {
  for (const auto* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 8=",
                           "Zm9v\n", "-__-", "=Zg="}) {
    const auto parsed = from_base64(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().id, "BAS-0008");
  }
}

}  // namespace
}  // namespace stellwerk::base
