#include "audit/note.h"

#include <gtest/gtest.h>

namespace stellwerk::audit {
namespace {

// The example of c2sp.org/signed-note.
constexpr std::string_view kSpecKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kSpecNote =
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n";
// The example of golang.org/x/mod/sumdb/note, with the signatures of two keys.
constexpr std::string_view kPeterKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kPeterNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n";

std::vector<VerifierKey> keys(std::initializer_list<std::string_view> texts) {
  std::vector<VerifierKey> parsed;
  for (const auto text : texts) parsed.push_back(VerifierKey::parse(text).value());
  return parsed;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(VerifierKey, ReadsAndWritesThePublishedKeys) {
  for (const auto text : {kSpecKey, kPeterKey}) {
    const auto key = VerifierKey::parse(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(key->to_string(), text);
  }
  EXPECT_EQ(VerifierKey::parse(kSpecKey)->id(), 0x530d903aU);
}

TEST(VerifierKey, RefusesWhatIsNoEd25519Key) {
  for (const std::string_view text :
       {"", "example.com/foo", "example.com/foo+530d903a",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
        "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}) {
    const auto key = VerifierKey::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().id, "AUD-0005");
  }
}

TEST(KeyName, HasNoSpacesOfAnyKindAndNoPlus) {
  EXPECT_TRUE(valid_key_name("erp.example/stellwerk"));
  EXPECT_TRUE(valid_key_name("größe"));
  for (const std::string_view name : {"", "a b", "a\tb", "a+b", "a\u00a0b", "a\u2003b", "\xff"}) {
    EXPECT_FALSE(valid_key_name(name)) << name;
  }
}

TEST(Note, VerifiesThePublishedExamples) {
  EXPECT_EQ(verify_note(kSpecNote, keys({kSpecKey}))->text, "This is an example message.\n");
  EXPECT_TRUE(verify_note(kPeterNote, keys({kSpecKey, kPeterKey})));
}

TEST(Note, IsWrittenAsItWasRead) {
  const auto note = parse_note(kSpecNote);
  ASSERT_TRUE(note);
  EXPECT_EQ(format_note(*note), kSpecNote);
}

TEST(Note, PassesOverSignaturesOfUnknownKeys) {
  const std::string two = kSpecNote + "— somebody.else AAAAAAAAAA==\n";
  const auto note = verify_note(two, keys({kSpecKey}));
  ASSERT_TRUE(note);
  ASSERT_EQ(note->signatures.size(), 1U);
  EXPECT_EQ(note->signatures[0].name, "example.com/foo");
}

TEST(Note, IsRefusedWhenAKnownSignatureDoesNotFit) {
  const auto forged = verify_note(replaced(kSpecNote, "example message", "forged message"),
                                  keys({kSpecKey, kPeterKey}));
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().id, "AUD-0006");
  // A good signature does not make up for a bad one of another known key.
  auto both = parse_note(kSpecNote).value();
  both.signatures.push_back(parse_note(kPeterNote)->signatures[0]);
  EXPECT_FALSE(verify_note(format_note(both), keys({kSpecKey, kPeterKey})));
}

TEST(Note, IsRefusedWhenNoKnownKeySigned) {
  EXPECT_EQ(verify_note(kSpecNote, keys({kPeterKey})).error().id, "AUD-0006");
  EXPECT_EQ(verify_note(kSpecNote, {}).error().id, "AUD-0006");
}

TEST(Note, DividesTextAndSignaturesAtTheLastBlankLine) {
  const Note note{"a\n\nb\n", {{"k", 1, "xy"}}};
  const auto again = parse_note(format_note(note));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, note);
}

TEST(Note, RefusesOtherForms) {
  for (const std::string& bytes :
       {std::string{}, std::string("text\n"), std::string("text\n\n"),
        std::string("text\n\n— k AAAAAAAA"), std::string("text\n\nk AAAAAAAA\n"),
        std::string("text\n\n— k\n"), std::string("text\n\n— k AAAAAA==\n"),
        std::string("text\n\n— k ?\n"), std::string("te\rxt\n\n— k AAAAAAAA\n"),
        std::string("te\xffxt\n\n— k AAAAAAAA\n"), std::string("text\n\n— a+b AAAAAAAA\n"),
        std::string((1 << 20) + 1, 'x')}) {
    const auto note = parse_note(bytes);
    ASSERT_FALSE(note) << bytes.substr(0, 80);
    EXPECT_EQ(note.error().id, "AUD-0005");
  }
}

TEST(Note, AcceptsAHundredSignaturesAndNoMore) {
  Note note{"text\n", std::vector<NoteSignature>(100, {"k", 1, "xy"})};
  EXPECT_TRUE(parse_note(format_note(note)));
  note.signatures.push_back(note.signatures.front());
  EXPECT_FALSE(parse_note(format_note(note)));
}

}  // namespace
}  // namespace stellwerk::audit
