// Goal: what ssh-keygen writes is read and verified here, what is written and signed here
// ssh-keygen reads and verifies, and both refuse the same (docs/spec/approvals.md).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <utility>

#include "audit/allowed_signers.h"
#include "audit/ssh_key.h"
#include "audit/ssh_signature.h"
#include "audit/ssh_wire.h"
#include "audit/testing/ssh_examples.h"
#include "audit/testing/ssh_signer.h"
#include "base/digest.h"
#include "openssh/workshop.h"

namespace stellwerk::openssh {
namespace {

using audit::testing::SshSigner;

constexpr std::string_view kNamespace = "approval@stellwerk";
constexpr std::string_view kMessage = "one\ntwo\n";

struct KeyKind {
  std::string type;
  std::string bits;
};
void PrintTo(const KeyKind& kind, std::ostream* out) { *out << kind.type << kind.bits; }

class EveryKeyOfSshKeygen : public ::testing::TestWithParam<KeyKind> {
 protected:
  void SetUp() override {
    shop_.make_key("key", GetParam().type, GetParam().bits);
    shop_.write("text", kMessage);
  }
  /// @param hash  "sha512" is what ssh-keygen takes by itself
  std::string sign(const std::string& hash) {
    const auto signing = shop_.ssh_keygen(
        {"-Y", "sign", "-n", std::string(kNamespace), "-O", "hashalg=" + hash, "-f", "key"},
        "text");
    EXPECT_TRUE(signing.good()) << signing.err;
    return signing.out;
  }

  Workshop shop_;
};

TEST_P(EveryKeyOfSshKeygen, IsReadAndHasTheSameFingerprint) {
  const auto key = audit::SshPublicKey::parse(shop_.read("key.pub"));
  ASSERT_TRUE(key) << key.error().one_line();
  const auto listed = shop_.ssh_keygen({"-l", "-f", "key.pub"});
  EXPECT_NE(listed.out.find(" " + key->fingerprint() + " "), std::string::npos) << listed.out;
  EXPECT_EQ(key->to_string() + " anna@example\n", shop_.read("key.pub"));
}

TEST_P(EveryKeyOfSshKeygen, SignsWhatVerifies) {
  const auto key = audit::SshPublicKey::parse(shop_.read("key.pub")).value();
  for (const std::string hash : {"sha256", "sha512"}) {
    const auto text = sign(hash);
    const auto signature = audit::verify_ssh_signature({kMessage, kNamespace}, text);
    ASSERT_TRUE(signature) << signature.error().one_line();
    EXPECT_EQ(signature->key, key);
    EXPECT_EQ(to_string(signature->hash), hash);
    EXPECT_EQ(signature->to_armored(), text);
    EXPECT_FALSE(audit::verify_ssh_signature({"one\ntwo", kNamespace}, text));
    EXPECT_FALSE(audit::verify_ssh_signature({kMessage, "git"}, text));
  }
}

INSTANTIATE_TEST_SUITE_P(OpenSsh, EveryKeyOfSshKeygen,
                         ::testing::Values(KeyKind{"ed25519", ""}, KeyKind{"ecdsa", "256"},
                                           KeyKind{"ecdsa", "384"}, KeyKind{"ecdsa", "521"},
                                           KeyKind{"rsa", "2048"}, KeyKind{"rsa", "4096"}),
                         [](const auto& kind) { return kind.param.type + kind.param.bits; });

audit::AllowedSigner entry_of(const audit::SshPublicKey& key) {
  return {.principals = {{"anna"}},
          .key = key,
          .namespaces = std::nullopt,
          .valid_after = std::nullopt,
          .valid_before = std::nullopt,
          .comment = {}};
}

struct Question {
  std::string principal = "anna";
  std::string time = "20260601120000Z";
  std::string zone = "UTC0";
};
Answer ask(const Workshop& shop, const Question& question) {
  return shop.shell(fmt::format(
      "TZ={} ssh-keygen -Y verify -f signers -I '{}' -n {} -s text.sig -Overify-time={} <text",
      question.zone, question.principal, kNamespace, question.time));
}

TEST(OpenSsh, VerifiesWhatIsSignedHereWithEveryTypeOfKey) {
  for (int i = 0; i <= static_cast<int>(audit::kLastSshKeyType); ++i) {
    const auto type = static_cast<audit::SshKeyType>(i);
    const auto signer = SshSigner::make(type, "ssh:stellwerk");
    const Workshop shop;
    shop.write("key.pub", signer.key().to_string() + "\n");
    shop.write("signers",
               audit::format_allowed_signers(std::array{entry_of(signer.key())}).value());
    const auto listed = shop.ssh_keygen({"-l", "-f", "key.pub"});
    EXPECT_NE(listed.out.find(signer.key().fingerprint()), std::string::npos) << listed.err;
    for (const auto hash : {audit::SshHash::Sha256, audit::SshHash::Sha512}) {
      shop.write("text.sig", signer.armored({kMessage, kNamespace}, {.hash = hash, .flags = 0x05}));
      shop.write("text", kMessage);
      const auto good = ask(shop, {});
      EXPECT_TRUE(good.good()) << to_string(type) << good.out << good.err;
      shop.write("text", "one\ntwo");
      EXPECT_FALSE(ask(shop, {}).good());
    }
  }
}

TEST(OpenSsh, RefusesChangedArmorAsItIsRefusedHere) {
  const auto signer = SshSigner::make(audit::SshKeyType::Ed25519);
  const Workshop shop;
  shop.write("signers", audit::format_allowed_signers(std::array{entry_of(signer.key())}).value());
  shop.write("text", kMessage);
  const auto text = signer.armored({kMessage, kNamespace});
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  for (const std::string& changed : {crlf, " " + text, text.substr(1), text.substr(0, 200)}) {
    shop.write("text.sig", changed);
    EXPECT_FALSE(ask(shop, {}).good()) << changed;
    EXPECT_FALSE(audit::verify_ssh_signature({kMessage, kNamespace}, changed));
  }
}

TEST(OpenSsh, LetsPassWhatThePageSaysItDoes) {
  const auto signer = SshSigner::make(audit::SshKeyType::SkEd25519);
  const Workshop shop;
  shop.write("signers", audit::format_allowed_signers(std::array{entry_of(signer.key())}).value());
  shop.write("text", kMessage);
  const auto text = signer.armored({kMessage, kNamespace});
  const auto untouched = signer.armored({kMessage, kNamespace}, {.flags = 0x00});
  // A reserved field that says something: 4 bytes of length, then it.
  auto reserved = signer.sign({kMessage, kNamespace}).to_blob();
  const auto place = reserved.find(kNamespace) + kNamespace.size();
  reserved.replace(place, 4, std::string("\0\0\0\x01x", 5));
  const auto in_one_line =
      fmt::format("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
                  base::to_base64(base::as_bytes(reserved)));
  for (const std::string& lax : {text + "and more\n", untouched, in_one_line}) {
    shop.write("text.sig", lax);
    const auto there = ask(shop, {});
    EXPECT_TRUE(there.good()) << lax << there.err;
    EXPECT_FALSE(audit::verify_ssh_signature({kMessage, kNamespace}, lax));
  }
  EXPECT_FALSE(audit::SshSignature::from_blob(reserved));
}

TEST(OpenSsh, TakesWeakKeysThatAreRefusedHere) {
  const Workshop shop;
  shop.write("text", kMessage);
  // R = 1, S = 0 with the key 1: it fits every text.
  const std::string zeros(32, '\0');
  std::string key;
  audit::append_ssh_string(key, "ssh-ed25519");
  audit::append_ssh_string(key, "\x01" + zeros.substr(1));
  auto signature = SshSigner::make(audit::SshKeyType::Ed25519).sign({kMessage, kNamespace});
  signature.value = "\x01" + zeros.substr(1) + zeros;
  auto blob = signature.to_blob();
  blob.replace(blob.find(signature.key.blob()), key.size(), key);
  shop.write("text.sig", fmt::format("-----BEGIN SSH SIGNATURE-----\n{}\n"
                                     "-----END SSH SIGNATURE-----\n",
                                     base::to_base64(base::as_bytes(blob))));
  shop.write("signers", "anna ssh-ed25519 " + base::to_base64(base::as_bytes(key)) + "\n");
  const auto there = ask(shop, {});
  EXPECT_TRUE(there.good()) << there.err;
  EXPECT_FALSE(audit::AllowedSigners::parse(shop.read("signers"), "signers"));
  EXPECT_FALSE(audit::SshSignature::from_blob(blob));
  // An RSA key that is too short.
  shop.make_key("short", "rsa", "1024");
  shop.write("signers", "anna " + shop.read("short.pub"));
  const auto signing =
      shop.ssh_keygen({"-Y", "sign", "-n", std::string(kNamespace), "-f", "short"}, "text");
  shop.write("text.sig", signing.out);
  EXPECT_TRUE(ask(shop, {}).good()) << signing.err;
  EXPECT_FALSE(audit::SshSignature::parse(signing.out));
}

/// A workshop with a signature by a key of ssh-keygen.
class AllowedSignersFile : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.make_key("key", "ed25519", "");
    shop_.write("text", kMessage);
    const auto signing =
        shop_.ssh_keygen({"-Y", "sign", "-n", std::string(kNamespace), "-f", "key", "text"});
    ASSERT_TRUE(signing.good()) << signing.err;
  }
  [[nodiscard]] audit::SshPublicKey key() const {
    return audit::SshPublicKey::parse(shop_.read("key.pub")).value();
  }
  /// Whether both say the same of the file `signers`; what they say.
  [[nodiscard]] bool both_allow(const Question& question) const {
    const auto file = audit::AllowedSigners::parse(shop_.read("signers"), "signers");
    EXPECT_TRUE(file) << file.error().one_line();
    std::string rfc = question.time;
    rfc.insert(12, ":").insert(10, ":").insert(8, "T").insert(6, "-").insert(4, "-");
    const auto at = base::parse_rfc3339(rfc).value();
    const bool here = file->allows(question.principal, key(), {kNamespace, at}).has_value();
    const auto there = ask(shop_, question);
    EXPECT_EQ(here, there.good()) << question.principal << " " << question.time << there.err;
    return here;
  }

  Workshop shop_;
};

TEST_F(AllowedSignersFile, MeansTheSameSecondsInEveryTimeZone) {
  auto entry = entry_of(key());
  entry.valid_after = base::parse_rfc3339("2026-01-01T00:00:00Z").value();
  entry.valid_before = base::parse_rfc3339("2026-06-30T21:59:59Z").value();
  shop_.write("signers", audit::format_allowed_signers(std::array{entry}).value());
  for (const std::string zone : {"UTC0", "CET-1CEST", "NZST-12", "PST8"}) {
    EXPECT_FALSE(both_allow({.time = "20251231235959Z", .zone = zone}));
    EXPECT_TRUE(both_allow({.time = "20260101000000Z", .zone = zone}));
    EXPECT_TRUE(both_allow({.time = "20260630215959Z", .zone = zone}));
    EXPECT_FALSE(both_allow({.time = "20260630220000Z", .zone = zone}));
  }
}

TEST_F(AllowedSignersFile, HasItsPatternsMatchedAlike) {
  const std::pair<std::string, std::vector<std::string>> lists[] = {
      {"anna", {"anna", "Anna", "ann", "annab"}},
      {"ann?", {"anna", "ann", "annab"}},
      {"*@example.com,!b*", {"a@example.com", "b@example.com", "a@example.org", "@example.com"}},
      {"!anna", {"anna", "bert"}},
      {"a*b*c,x", {"abc", "a-b-b-c", "ac", "x", "abcd"}},
      {"\"two words,?\"", {"two words", "two", "t"}},
      {"m\xc3\xbcller,t??l", {"m\xc3\xbcller", "t\xc3\xbcl", "muller"}},
  };
  int allowed = 0;
  for (const auto& [patterns, names] : lists) {
    shop_.write("signers", fmt::format("{} {}\n", patterns, key().to_string()));
    for (const auto& name : names) allowed += both_allow({.principal = name}) ? 1 : 0;
  }
  EXPECT_EQ(allowed, 11);
}

TEST_F(AllowedSignersFile, HasItsOptionsReadAlike) {
  const std::pair<std::string, bool> options[] = {
      {"", true},
      {"namespaces=\"git,approval@*\" ", true},
      {"NAMESPACES=\"approval@stellwerk\"\t", true},
      {"namespaces=\"git\" ", false},
      {"namespaces=\"!approval@stellwerk,*\" ", false},
      {"valid-before=\"20260101Z\" ", false},
      {"valid-after=\"202605312359Z\",namespaces=\"*\",valid-before=\"20260602Z\" ", true},
  };
  for (const auto& [text, expected] : options) {
    shop_.write("signers",
                fmt::format("# who\n\n  anna {}{} her key\r\n", text, key().to_string()));
    EXPECT_EQ(both_allow({}), expected) << text;
  }
}

TEST_F(AllowedSignersFile, NamesTheSamePrincipals) {
  shop_.write("signers",
              fmt::format("cleo namespaces=\"approval@*\",valid-before=\"20250101Z\" {0}\n"
                          "anna,b* namespaces=\"approval@*\" {0}\ndora {1}\n",
                          key().to_string(), audit::testing::kEcdsaLine));
  const auto file = audit::AllowedSigners::parse(shop_.read("signers"), "signers").value();
  const auto who =
      file.who(key(), {kNamespace, base::parse_rfc3339("2026-06-01T12:00:00Z").value()});
  const auto found = shop_.ssh_keygen({"-Y", "find-principals", "-f", "signers", "-s", "text.sig",
                                       "-Overify-time=20260601120000Z"});
  EXPECT_EQ(fmt::format("{}\n", fmt::join(who, "\n")), found.out) << found.err;
  EXPECT_EQ(who, (std::vector<std::string>{"anna", "b*"}));
}

}  // namespace
}  // namespace stellwerk::openssh
