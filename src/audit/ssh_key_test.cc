// Goal: keys are read as OpenSSH writes them and named as it names them; whatever is no key of a
// supported type is refused, and the reason says where it is wrong.
#include "audit/ssh_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/note_key.h"
#include "audit/ssh_wire.h"
#include "audit/testing/ssh_examples.h"
#include "audit/testing/ssh_signer.h"
#include "base/digest.h"

namespace stellwerk::audit {
namespace {

using testing::kEcdsaLine;
using testing::kEd25519Line;
using testing::kRsaLine;
using testing::SshSigner;

std::string why_of(const base::Result<SshPublicKey>& key) {
  return key ? "it was read" : key.error().id + ": " + key.error().why;
}

std::string blob_of(std::initializer_list<std::string_view> strings) {
  std::string blob;
  for (const auto text : strings) append_ssh_string(blob, text);
  return blob;
}

TEST(SshKey, ReadsWhatSshKeygenWritesAndPrintsItsFingerprints) {
  const std::pair<std::string_view, std::string_view> examples[] = {
      {kEd25519Line, testing::kEd25519Fingerprint},
      {kEcdsaLine, testing::kEcdsaFingerprint},
      {kRsaLine, testing::kRsaFingerprint}};
  for (const auto& [line, fingerprint] : examples) {
    const auto key = SshPublicKey::parse(line);
    ASSERT_TRUE(key) << why_of(key);
    EXPECT_EQ(key->fingerprint(), fingerprint);
    EXPECT_EQ(key->to_string(), line);
  }
}

TEST(SshKey, IsTheSameWithCommentLineEndAndOtherBlanks) {
  const auto key = SshPublicKey::parse(kEd25519Line).value();
  const std::string line(kEd25519Line);
  std::string tabbed = line;
  tabbed.replace(tabbed.find(' '), 1, "\t ");
  for (const std::string& other : {line + " anna@example, her laptop", line + "\n", line + "\r\n",
                                   "  " + line + " c \n", tabbed}) {
    const auto read = SshPublicKey::parse(other);
    ASSERT_TRUE(read) << other << why_of(read);
    EXPECT_EQ(*read, key);
  }
}

TEST(SshKey, RoundTripsForEveryType) {
  for (int i = 0; i <= static_cast<int>(kLastSshKeyType); ++i) {
    const auto type = static_cast<SshKeyType>(i);
    const auto signer = SshSigner::make(type);
    EXPECT_EQ(signer.key().type(), type);
    EXPECT_EQ(SshPublicKey::parse(signer.key().to_string()), signer.key());
    EXPECT_EQ(SshPublicKey::from_blob(signer.key().blob()), signer.key());
    EXPECT_TRUE(names_ssh_key_type(to_string(type)));
  }
}

TEST(SshKey, RefusesLinesThatAreNone) {
  const std::string ed25519(kEd25519Line);
  const std::string base64 = ed25519.substr(ed25519.find(' ') + 1);
  const std::pair<std::string, std::string> cases[] = {
      {"", "a key's line is TYPE BASE64 [COMMENT]"},
      {"ssh-ed25519", "a key's line is TYPE BASE64 [COMMENT]"},
      {ed25519 + "\n" + ed25519, "a key's line is TYPE BASE64 [COMMENT]"},
      {std::string(8193, 'x'), "it is longer than 8,192 bytes"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA",
       "it is a private key, to be shown to nobody: the public one is in FILE.pub"},
      {"restrict " + ed25519, "column 1: \"restrict\" is no known type of key"},
      {"  ssh-ed448 " + base64, "column 3: \"ssh-ed448\" is no known type of key"},
      {std::string(testing::kDsaLine), "column 1: DSA keys are too weak and not supported"},
      {std::string(testing::kCertificateLine),
       "column 1: it is a certificate, and only plain keys are supported"},
      {"ssh-rsa " + base64,
       "the base64 at column 9: it is of the type ssh-ed25519, not \"ssh-rsa\""},
      {"ssh-ed25519 AAAA*AAA", "the base64 at column 13: unexpected '*' at position 5"},
      {ed25519.substr(0, ed25519.size() - 1),
       "the base64 at column 13: its length is not a multiple of 4"},
      {"ssh-ed25519 AAAA", "the base64 at column 13: byte 0: the type takes 4 bytes, 3 are left"},
      {std::string(testing::kWeakRsaLine),
       "the base64 at column 9: byte 18: an RSA key of 1024 bits is too weak, 2048 are the least"},
  };
  for (const auto& [line, why] : cases) {
    EXPECT_EQ(why_of(SshPublicKey::parse(line)), "AUD-0020: " + why) << line;
  }
}

TEST(SshKey, NeverRepeatsAPrivateKey) {
  const auto key = SshPublicKey::parse("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().one_line().find("c2VjcmV0"), std::string::npos);
}

TEST(SshKey, RefusesBytesThatAreNoKey) {
  const std::string point(32, 'p');
  const auto ecdsa = SshPublicKey::parse(kEcdsaLine).value();
  const auto ec = ecdsa.material().point;
  std::string off_curve(ec);
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  const std::string p256 = "ecdsa-sha2-nistp256";
  const std::string sk = "sk-ssh-ed25519@openssh.com";
  const std::pair<std::string, std::string> cases[] = {
      {"", "byte 0: the type takes 4 bytes, 0 are left"},
      {blob_of({"ssh-ed25519"}), "byte 15: the public key takes 4 bytes, 0 are left"},
      {blob_of({"ssh-ed25519", point.substr(1)}), "byte 15: the public key takes 31 bytes, not 32"},
      {blob_of({"ssh-ed25519", point + "p"}),
       "byte 15: the public key takes 33 bytes, at most 32 are allowed"},
      {blob_of({"ssh-ed25519", point}) + "x", "byte 51: 1 bytes follow the key"},
      {blob_of({std::string(65, 't')}), "byte 0: the type takes 65 bytes, at most 64 are allowed"},
      {"\xff\xff\xff\xff", "byte 0: the type takes 4294967295 bytes, at most 64 are allowed"},
      {blob_of({p256, "nistp384", ec}), "byte 23: the curve is \"nistp384\", not nistp256"},
      {blob_of({p256, "nistp256", off_curve}),
       "byte 35: the public key is no uncompressed point of nistp256"},
      {blob_of({p256, "nistp256", std::string("\x02", 1) + std::string(64, 'x')}),
       "byte 35: the public key is no uncompressed point of nistp256"},
      {blob_of({p256, "nistp256", std::string(1, '\0')}),
       "byte 35: the public key takes 1 bytes, not 65"},
      {blob_of({sk, point}), "byte 66: the application takes 4 bytes, 0 are left"},
      {blob_of({sk, point, "https://example.com"}),
       "byte 66: the application does not begin with ssh:, or is not plain text"},
      {blob_of({sk, point, "ssh:\n"}),
       "byte 66: the application does not begin with ssh:, or is not plain text"},
  };
  for (const auto& [blob, why] : cases) {
    EXPECT_EQ(why_of(SshPublicKey::from_blob(blob)), "AUD-0020: " + why);
  }
}

TEST(SshKey, RefusesWeakPointsOfEd25519) {
  std::string zero(32, '\0');
  std::string one = "\x01" + zero.substr(1);
  std::string minus_one = "\xec" + std::string(30, '\xff') + "\x7f";
  // Why: this signature, R = 1 and S = 0, fits any text with the key 1.
  const std::string for_all = one + zero;
  Ed25519PublicKey key{1};
  EXPECT_TRUE(verify_ed25519(key, "one text", base::as_bytes(for_all)));
  EXPECT_TRUE(verify_ed25519(key, "another", base::as_bytes(for_all)));
  for (std::string point : {zero, one, minus_one}) {
    for (const std::string_view type : {"ssh-ed25519", "sk-ssh-ed25519@openssh.com"}) {
      const auto why = why_of(SshPublicKey::from_blob(blob_of({type, point, "ssh:"})));
      EXPECT_NE(why.find("weak"), why.npos) << why;
    }
    point.back() = static_cast<char>(point.back() | 0x80);  // the other sign
    const auto why = why_of(SshPublicKey::from_blob(blob_of({"ssh-ed25519", point})));
    EXPECT_NE(why.find("weak"), why.npos) << why;
  }
}

std::string rsa_blob(std::string_view exponent, std::string_view modulus) {
  return blob_of({"ssh-rsa", exponent, modulus});
}

TEST(SshKey, BoundsRsa) {
  const std::string e = "\x01" + std::string(1, '\0') + "\x01";
  const auto modulus = [](std::size_t bytes) {
    return std::string(1, '\0') + std::string(bytes, '\xff');
  };
  EXPECT_TRUE(SshPublicKey::from_blob(rsa_blob(e, modulus(256))));
  EXPECT_TRUE(SshPublicKey::from_blob(rsa_blob("\x03", modulus(2048))));
  const std::pair<std::string, std::string> cases[] = {
      {rsa_blob(e, modulus(2049)),
       "byte 18: the modulus takes 2050 bytes, at most 2049 are allowed"},
      {rsa_blob(e, "\x7f" + std::string(2048, '\xff')), "byte 18: the modulus has over 2048 bytes"},
      {rsa_blob(e, "\x7f" + std::string(255, '\xff')),
       "byte 18: an RSA key of 2047 bits is too weak, 2048 are the least"},
      {rsa_blob(e, std::string(256, '\xff')), "byte 18: the modulus is negative"},
      {rsa_blob(e, std::string(1, '\0') + modulus(256)), "byte 18: the modulus has a leading zero"},
      {rsa_blob(e, modulus(255) + "\xfe"), "byte 18: the modulus is even"},
      {rsa_blob(e, ""), "byte 18: the modulus is zero"},
      {rsa_blob("\x01", modulus(256)), "byte 11: the exponent is 1 or even"},
      {rsa_blob("\x04", modulus(256)), "byte 11: the exponent is 1 or even"},
      {rsa_blob("\x01" + std::string(8, '\x01'), modulus(256)),
       "byte 11: the exponent has over 8 bytes"},
  };
  for (const auto& [blob, why] : cases) {
    EXPECT_EQ(why_of(SshPublicKey::from_blob(blob)), "AUD-0020: " + why);
  }
}

}  // namespace
}  // namespace stellwerk::audit
