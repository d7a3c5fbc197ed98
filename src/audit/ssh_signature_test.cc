// Goal: a signature verifies for its own text, namespace and key, and for nothing else; whatever
// ssh-keygen would not write is refused (PROTOCOL.sshsig, PROTOCOL.u2f).
#include "audit/ssh_signature.h"

#include <gtest/gtest.h>

#include "audit/ssh_wire.h"
#include "audit/testing/ssh_examples.h"
#include "audit/testing/ssh_signer.h"
#include "base/digest.h"

namespace stellwerk::audit {
namespace {

using testing::kSignedArmor;
using testing::SignOptions;
using testing::SshSigner;

constexpr SshSigned kExample{testing::kSignedMessage, "approval@stellwerk"};

std::vector<SshKeyType> all_types() {
  std::vector<SshKeyType> types;
  for (int i = 0; i <= static_cast<int>(kLastSshKeyType); ++i) {
    types.push_back(static_cast<SshKeyType>(i));
  }
  return types;
}

std::string id_of(const base::Result<SshSignature>& signature) {
  return signature ? "" : signature.error().id;
}
std::string why_of(const base::Result<SshSignature>& signature) {
  return signature ? "it was read" : signature.error().id + ": " + signature.error().why;
}

std::string in_armor(std::string_view blob) {
  const std::string text = base::to_base64(base::as_bytes(blob));
  std::string lines = "-----BEGIN SSH SIGNATURE-----\n";
  for (std::size_t i = 0; i < text.size(); i += 70) lines += text.substr(i, 70) + "\n";
  return lines + "-----END SSH SIGNATURE-----\n";
}

TEST(SshSignature, VerifiesWhatSshKeygenSigned) {
  const auto signature = verify_ssh_signature(kExample, kSignedArmor);
  ASSERT_TRUE(signature) << why_of(signature);
  EXPECT_EQ(signature->key.fingerprint(), testing::kEd25519Fingerprint);
  EXPECT_EQ(signature->to_armored(), kSignedArmor);
}

TEST(SshSignature, VerifiesForEveryTypeOfKeyAndHash) {
  for (const auto type : all_types()) {
    const auto signer = SshSigner::make(type);
    for (const auto hash : {SshHash::Sha256, SshHash::Sha512}) {
      for (const std::string rsa : {"rsa-sha2-256", "rsa-sha2-512"}) {
        const auto text = signer.armored(kExample, {.hash = hash, .rsa_algorithm = rsa});
        const auto verified = verify_ssh_signature(kExample, text);
        ASSERT_TRUE(verified) << to_string(type) << why_of(verified);
        EXPECT_EQ(verified->key, signer.key());
        EXPECT_EQ(verified->to_armored(), text);
        EXPECT_EQ(verified->security_key.has_value(), is_security_key(type));
      }
    }
  }
}

TEST(SshSignature, IsRefusedForAnotherTextOrNamespaceOrByAnotherKey) {
  for (const auto type : all_types()) {
    const auto signer = SshSigner::make(type);
    const auto text = signer.armored(kExample);
    EXPECT_EQ(id_of(verify_ssh_signature({"stellwerk", kExample.name_space}, text)), "AUD-0022");
    EXPECT_EQ(id_of(verify_ssh_signature({kExample.message, "git"}, text)), "AUD-0023");
    EXPECT_EQ(id_of(verify_ssh_signature({kExample.message, ""}, text)), "AUD-0023");
    EXPECT_EQ(id_of(verify_ssh_signature({kExample.message, "approval@stellwerk "}, text)),
              "AUD-0023");
    auto other = SshSignature::parse(text).value();
    other.key = SshSigner::make(type).key();
    if (type != SshKeyType::Rsa) {
      EXPECT_EQ(id_of(verify_ssh_signature(kExample, other.to_armored())), "AUD-0022");
    }
    // The namespace is signed: renaming it inside the signature does not help.
    other = SshSignature::parse(text).value();
    other.name_space = "git";
    EXPECT_EQ(id_of(verify_ssh_signature({kExample.message, "git"}, other.to_armored())),
              "AUD-0022");
  }
}

TEST(SshSignature, IsRefusedWithAnyBitOfItsTextFlipped) {
  for (std::size_t i = 0; i < kSignedArmor.size() * 8; ++i) {
    std::string text(kSignedArmor);
    text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(verify_ssh_signature(kExample, text)) << "bit " << i;
  }
}

TEST(SshSignature, IsRefusedWithAnyByteFlippedForEveryTypeOfKey) {
  for (const auto type : all_types()) {
    const auto blob = SshSigner::make(type).sign(kExample).to_blob();
    for (std::size_t i = 0; i < blob.size(); ++i) {
      for (const int change : {0x01, 0x80}) {
        auto changed = blob;
        changed[i] = static_cast<char>(changed[i] ^ change);
        EXPECT_FALSE(verify_ssh_signature(kExample, in_armor(changed)))
            << to_string(type) << " byte " << i;
      }
    }
  }
}

TEST(SshSignature, IsRefusedWhenCutOrLonger) {
  for (const auto type : all_types()) {
    const auto blob = SshSigner::make(type).sign(kExample).to_blob();
    for (std::size_t size = 0; size < blob.size(); ++size) {
      EXPECT_FALSE(SshSignature::from_blob(blob.substr(0, size))) << to_string(type) << size;
    }
    EXPECT_FALSE(SshSignature::from_blob(blob + std::string(1, '\0'))) << to_string(type);
  }
}

TEST(SshSignature, RefusesOtherSpellingsOfItsArmor) {
  const std::string text(kSignedArmor);
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  std::string one_line = text;
  one_line.erase(one_line.find('\n', 40), 1);
  std::string blank_line = text;
  blank_line.insert(text.find('\n') + 1, "\n");
  for (const std::string& other :
       {std::string{}, crlf, one_line, blank_line, text + "\n", text + "x", " " + text, "\n" + text,
        text.substr(0, text.size() - 1), text + text, text.substr(text.find('\n') + 1),
        std::string("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"),
        std::string("-----BEGIN SSH SIGNATURE-----\n"), std::string(16385, 'x')}) {
    EXPECT_EQ(id_of(SshSignature::parse(other)), "AUD-0021") << other;
  }
}

struct Parts {
  std::string magic = "SSHSIG";
  std::uint32_t version = 1;
  std::string name_space = "approval@stellwerk";
  std::string reserved = {};
  std::string hash = "sha512";
  std::string algorithm = "ssh-ed25519";
  std::string value = std::string(64, 'v');
  std::string after_value = {};
  std::string after = {};
};
std::string blob_of(const SshPublicKey& key, const Parts& parts) {
  std::string signature;
  append_ssh_string(signature, parts.algorithm);
  append_ssh_string(signature, parts.value);
  std::string blob = parts.magic;
  append_ssh_uint32(blob, parts.version);
  append_ssh_string(blob, key.blob());
  append_ssh_string(blob, parts.name_space);
  append_ssh_string(blob, parts.reserved);
  append_ssh_string(blob, parts.hash);
  append_ssh_string(blob, signature + parts.after_value);
  return blob + parts.after;
}

TEST(SshSignature, RefusesFieldsThatAreNotOfTheFormat) {
  const auto key = SshPublicKey::parse(testing::kEd25519Line).value();
  ASSERT_TRUE(SshSignature::from_blob(blob_of(key, {})));
  const std::pair<Parts, std::string> cases[] = {
      {{.magic = "SSHSIX"}, "byte 0: it is not SSHSIG"},
      {{.version = 0}, "byte 6: version 0 is not known, only 1 is"},
      {{.version = 2}, "byte 6: version 2 is not known, only 1 is"},
      {{.name_space = ""}, "byte 65: the namespace is empty or not plain text"},
      {{.name_space = "a\nb"}, "byte 65: the namespace is empty or not plain text"},
      {{.name_space = std::string(256, 'n')},
       "byte 65: the namespace takes 256 bytes, at most 255 are allowed"},
      {{.reserved = "x"}, "byte 87: the reserved field takes 1 bytes, at most 0 are allowed"},
      {{.hash = "sha1"}, "byte 91: \"sha1\" is no hash that is accepted: sha512 and sha256 are"},
      {{.hash = "SHA512"},
       "byte 91: \"SHA512\" is no hash that is accepted: sha512 and sha256 are"},
      {{.algorithm = "ssh-rsa"},
       "byte 105: RSA with SHA-1 is not accepted: rsa-sha2-512 or -256 is"},
      {{.algorithm = "rsa-sha2-512"},
       "byte 105: \"rsa-sha2-512\" is no algorithm of a key of the type ssh-ed25519"},
      {{.value = std::string(63, 'v')}, "byte 120: the value takes 63 bytes, not 64"},
      {{.after_value = "x"}, "byte 188: 1 bytes follow the signature"},
      {{.after = "x"}, "byte 188: 1 bytes follow the signature"},
  };
  for (const auto& [parts, why] : cases) {
    EXPECT_EQ(why_of(SshSignature::from_blob(blob_of(key, parts))), "AUD-0021: " + why);
  }
}

TEST(SshSignature, RefusesSha1OfAnRsaKey) {
  const auto signer = SshSigner::make(SshKeyType::Rsa);
  const auto signature = SshSignature::from_blob(
      blob_of(signer.key(), {.algorithm = "ssh-rsa", .value = std::string(256, 'v')}));
  ASSERT_FALSE(signature);
  EXPECT_NE(signature.error().why.find("SHA-1"), std::string::npos);
}

TEST(SshSignature, RefusesSignaturesOfBrowsers) {
  const auto signer = SshSigner::make(SshKeyType::SkEcdsaP256);
  const auto signature = SshSignature::from_blob(blob_of(
      signer.key(), {.algorithm = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", .value = "v"}));
  ASSERT_FALSE(signature);
  EXPECT_NE(signature.error().why.find("browsers"), std::string::npos);
}

TEST(SshSignature, RefusesOtherSpellingsOfEcdsaNumbers) {
  const auto signer = SshSigner::make(SshKeyType::EcdsaP256);
  const auto number = [](std::string_view bytes) {
    std::string text;
    append_ssh_string(text, bytes);
    return text;
  };
  const std::string zero(1, '\0');
  for (const std::string& value :
       {std::string{}, number("\x01"), number("\x01") + number(""), number(zero) + number("\x01"),
        number("\x81") + number("\x01"), number(zero + "\x01") + number("\x01"),
        number("\x01") + number("\x01") + "x", number(std::string(68, '\x01')) + number("\x01")}) {
    const auto signature = SshSignature::from_blob(
        blob_of(signer.key(), {.algorithm = "ecdsa-sha2-nistp256", .value = value}));
    EXPECT_EQ(id_of(signature), "AUD-0021") << why_of(signature);
  }
  // Well formed, but beyond the order of the curve.
  const auto huge = number(std::string(66, '\x7f'));
  EXPECT_EQ(id_of(verify_ssh_signature(
                kExample, in_armor(blob_of(signer.key(), {.algorithm = "ecdsa-sha2-nistp256",
                                                          .value = huge + huge})))),
            "AUD-0022");
}

TEST(SecurityKey, MustHaveBeenTouched) {
  for (const auto type : {SshKeyType::SkEd25519, SshKeyType::SkEcdsaP256}) {
    const auto signer = SshSigner::make(type, "ssh:stellwerk");
    for (const int flags : {0x00, 0x04, 0xc4}) {
      const auto text = signer.armored(kExample, {.flags = static_cast<std::uint8_t>(flags)});
      EXPECT_EQ(id_of(verify_ssh_signature(kExample, text)), "AUD-0029");
    }
    const auto text = signer.armored(kExample, {.flags = 0x05, .counter = 0xfedcba98});
    const auto verified = verify_ssh_signature(kExample, text);
    ASSERT_TRUE(verified) << why_of(verified);
    EXPECT_TRUE(verified->security_key->user_present());
    EXPECT_TRUE(verified->security_key->user_verified());
    EXPECT_EQ(verified->security_key->counter, 0xfedcba98U);
  }
}

TEST(SecurityKey, SignsItsFlagsCounterAndApplication) {
  for (const auto type : {SshKeyType::SkEd25519, SshKeyType::SkEcdsaP256}) {
    auto signature = SshSigner::make(type).sign(kExample, {.flags = 0x00});
    ASSERT_FALSE(verify_ssh_signature(kExample, signature));
    signature.security_key->flags = 0x01;  // claimed, not signed
    EXPECT_EQ(verify_ssh_signature(kExample, signature).error().id, "AUD-0022");
    signature = SshSigner::make(type).sign(kExample);
    ++signature.security_key->counter;
    EXPECT_EQ(verify_ssh_signature(kExample, signature).error().id, "AUD-0022");
    signature = SshSigner::make(type, "ssh:one").sign(kExample);
    std::string blob = signature.key.blob();
    blob.replace(blob.size() - 3, 3, "two");
    signature.key = SshPublicKey::from_blob(blob).value();
    EXPECT_EQ(verify_ssh_signature(kExample, signature).error().id, "AUD-0022");
  }
}

}  // namespace
}  // namespace stellwerk::audit
