// Goal: the file says what it says to OpenSSH: who may sign with a key, for what and until when;
// a line that cannot be read is an error with its place (ssh-keygen(1), ALLOWED SIGNERS).
#include "audit/allowed_signers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <limits>

#include "audit/signer_line.h"
#include "audit/testing/ssh_examples.h"

namespace stellwerk::audit {
namespace {

const std::string kAnnasKey(testing::kEd25519Line);
const std::string kBertsKey(testing::kEcdsaLine);

SshPublicKey key_of(std::string_view line) { return SshPublicKey::parse(line).value(); }
base::WallTime utc(std::string_view text) { return base::parse_rfc3339(text).value(); }

AllowedSigners read_signers(std::string_view text) {
  auto read = AllowedSigners::parse(text, "signers");
  EXPECT_TRUE(read) << read.error().one_line();
  return read.value();
}

/// `code: why` of what allows() says of the first key.
std::string answer(const AllowedSigners& file, std::string_view principal,
                   std::string_view time = "2026-06-01T12:00:00Z",
                   std::string_view name_space = "approval@stellwerk") {
  const auto allowed = file.allows(principal, key_of(kAnnasKey), {name_space, utc(time)});
  if (allowed) return "yes";
  EXPECT_EQ(allowed.error().id, "AUD-0025");
  return fmt::format("{}: {}", base::to_string(allowed.error().code), allowed.error().why);
}

TEST(AllowedSigners, PassesOverBlankLinesAndComments) {
  const auto file =
      read_signers("# Comments\n\n   \t\r\n  # further in\nanna " + kAnnasKey + "\n#" + kAnnasKey);
  ASSERT_EQ(file.entries().size(), 1U);
  EXPECT_EQ(file.entries()[0].principals.patterns, std::vector<std::string>{"anna"});
}

TEST(AllowedSigners, ReadsEveryField) {
  const auto file = read_signers(
      "\"*@example.com,!x@example.com,two words\" "
      "NameSpaces=\"file,git@*\",valid-after=\"20260101Z\","
      "valid-before=\"202612312359Z\"\t" +
      kBertsKey + "  of the office \r\n" + "anna " + kAnnasKey);
  ASSERT_EQ(file.entries().size(), 2U);
  const auto& first = file.entries()[0];
  EXPECT_EQ(first.principals.patterns,
            (std::vector<std::string>{"*@example.com", "!x@example.com", "two words"}));
  EXPECT_EQ(first.namespaces->patterns, (std::vector<std::string>{"file", "git@*"}));
  EXPECT_EQ(first.valid_after, utc("2026-01-01T00:00:00Z"));
  EXPECT_EQ(first.valid_before, utc("2026-12-31T23:59:00Z"));
  EXPECT_EQ(first.key, key_of(kBertsKey));
  EXPECT_EQ(first.comment, "of the office");
  EXPECT_EQ(file.entries()[1].namespaces, std::nullopt);
  EXPECT_EQ(file.entries()[1].comment, "");
}

struct WrongLine {
  std::string line;
  int column;
  std::string why;
};
/// Each as the third line of a file.
void expect_refused(std::initializer_list<WrongLine> lines) {
  for (const auto& each : lines) {
    const auto file = AllowedSigners::parse("# head\nbert " + kBertsKey + "\n" + each.line + "\n\n",
                                            "keys/signers");
    ASSERT_FALSE(file) << each.line;
    EXPECT_EQ(file.error().id, "AUD-0024");
    EXPECT_EQ(file.error().why, each.why) << each.line;
    EXPECT_EQ(file.error().where.to_string(), fmt::format("keys/signers:3:{}", each.column))
        << each.line;
  }
}

TEST(AllowedSigners, SaysWhereAKeyIsWrong) {
  const std::string base64 = kAnnasKey.substr(kAnnasKey.find(' ') + 1);
  expect_refused({
      {"anna", 5, "the key is missing: PRINCIPALS [OPTIONS] TYPE BASE64 [COMMENT]"},
      {"anna ssh-ed25519", 17, "the base64 of the key is missing"},
      {"anna ssh-ed448 " + base64, 6, "\"ssh-ed448\" is neither an option nor a type of key"},
      {"anna ssh-ed25519 AAAA", 18, "byte 0: the type takes 4 bytes, 3 are left"},
      {"anna ssh-rsa " + base64, 14, "it is of the type ssh-ed25519, not \"ssh-rsa\""},
      {"anna " + std::string(testing::kDsaLine), 6, "DSA keys are too weak and not supported"},
      {"anna " + std::string(testing::kCertificateLine), 6,
       "it is a certificate, and only plain keys are supported"},
  });
}

TEST(AllowedSigners, SaysWhereAnOptionIsWrong) {
  expect_refused({
      {"anna cert-authority " + kAnnasKey, 6,
       "certificates are not supported: list every key by itself"},
      {"anna namespaces=\"git\",CERT-AUTHORITY " + kAnnasKey, 23,
       "certificates are not supported: list every key by itself"},
      {"anna zeus=\"git\" " + kAnnasKey, 6,
       "\"zeus\" is no option: namespaces, valid-after and valid-before are"},
      {"anna namespaces " + kAnnasKey, 16, "= is missing after namespaces"},
      {"anna namespaces=git " + kAnnasKey, 17, "a quote \" is missing here"},
      {"anna namespaces=\"git " + kAnnasKey, 17, "this quote is never closed"},
      {"anna namespaces=\"\" " + kAnnasKey, 18, "a pattern is empty"},
      {"anna namespaces=\"a,,b\" " + kAnnasKey, 20, "a pattern is empty"},
      {"anna namespaces=\"a,!\" " + kAnnasKey, 20, "a pattern is empty"},
      {"anna namespaces=\"a\\\"b\" " + kAnnasKey, 18, "a pattern holds quotes or backslashes"},
      {"anna namespaces=\"a, b\" " + kAnnasKey, 20, "a pattern begins or ends with a blank"},
      {"anna namespaces=\"a\",namespaces=\"b\" " + kAnnasKey, 21, "namespaces is there twice"},
      {"anna namespaces=\"a\"valid-after=\"20260101Z\" " + kAnnasKey, 20,
       "a comma or a blank is missing after an option"},
      {"anna namespaces=\"a\"", 20, "the key is missing after the options"},
      {"anna namespaces=\"a\", " + kAnnasKey, 21, "\"\" is neither an option nor a type of key"},
  });
}

TEST(AllowedSigners, SaysWhereATimeIsWrong) {
  const std::string time_form = "a time is YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ";
  expect_refused({
      {"anna valid-after=\"\" " + kAnnasKey, 19, time_form},
      {"anna valid-after=\"2026\" " + kAnnasKey, 19, time_form},
      {"anna valid-after=\"2026010112Z\" " + kAnnasKey, 19, time_form},
      {"anna valid-after=\"20260101z\" " + kAnnasKey, 19, time_form},
      {"anna valid-after=\"20260101UTC\" " + kAnnasKey, 19, time_form},
      {"anna valid-after=\"202601011200\" " + kAnnasKey, 19,
       "a time without Z is local time, which differs from place to place"},
      {"anna valid-after=\"20260231Z\" " + kAnnasKey, 19, "there is no day 2026-02-31"},
      {"anna valid-after=\"202601012400Z\" " + kAnnasKey, 19, "there is no hour 24"},
      {"anna valid-after=\"20261231235960Z\" " + kAnnasKey, 19, "there is no second 60"},
      {"anna valid-after=\"19700101Z\" " + kAnnasKey, 19, "it is not after 1970-01-01T00:00:00Z"},
      {"anna valid-after=\"20260101Z\",valid-after=\"20260101Z\" " + kAnnasKey, 30,
       "valid-after is there twice"},
      {"anna valid-after=\"20260102Z\",valid-before=\"20260101Z\" " + kAnnasKey, 30,
       "valid-before is not later than valid-after"},
      {"anna valid-before=\"20260101Z\",valid-after=\"20260101Z\" " + kAnnasKey, 31,
       "valid-before is not later than valid-after"},
  });
}

TEST(AllowedSigners, SaysWherePrincipalsOrCommentAreWrong) {
  expect_refused({
      {",anna " + kAnnasKey, 1, "a pattern is empty"},
      {"anna, " + kAnnasKey, 6, "a pattern is empty"},
      {"\"anna " + kAnnasKey, 1, "this quote is never closed"},
      {"\"anna\"x " + kAnnasKey, 7, "a blank is missing after the quote"},
      {"an\"na\" " + kAnnasKey, 1, "a pattern holds quotes or backslashes"},
      {"anna,be\x01rt " + kAnnasKey, 6, "a pattern holds control characters or is not UTF-8"},
      {"anna,be\xffrt " + kAnnasKey, 6, "a pattern holds control characters or is not UTF-8"},
      {"  anna,#bert " + kAnnasKey, 8, "a pattern begins with #, like a comment"},
      {std::string(256, 'a') + " " + kAnnasKey, 1, "a pattern has over 255 bytes"},
      {"anna " + kAnnasKey + " c\x1b[0m", static_cast<int>(kAnnasKey.size()) + 7,
       "the comment holds control characters or is not UTF-8"},
  });
}

TEST(AllowedSigners, BoundsFilesLinesAndPatterns) {
  EXPECT_FALSE(AllowedSigners::parse(std::string((1 << 20) + 1, '#'), "f"));
  EXPECT_TRUE(AllowedSigners::parse(std::string(1 << 20, '#'), "f"));
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "a " + kAnnasKey + "\n";
  EXPECT_EQ(read_signers(many).entries().size(), 10000U);
  const auto over = AllowedSigners::parse(many + "b " + kAnnasKey, "f");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().where.line, 10001);
  std::string patterns = "a";
  for (int i = 1; i < 64; ++i) patterns += ",a";
  EXPECT_TRUE(AllowedSigners::parse(patterns + " " + kAnnasKey, "f"));
  EXPECT_FALSE(AllowedSigners::parse(patterns + ",a " + kAnnasKey, "f"));
}

TEST(AllowedSigners, SaysWhyAKeyMayNot) {
  const auto file = read_signers(
      "anna namespaces=\"approval@*\",valid-after=\"20260101000000Z\","
      "valid-before=\"20261231235959Z\" " +
      kAnnasKey + "\nbert " + kBertsKey + "\n");
  EXPECT_EQ(answer(file, "anna"), "yes");
  EXPECT_EQ(answer(file, "bert"), "unauthenticated: it is known, but not as a key of \"bert\"");
  EXPECT_EQ(answer(file, "Anna"), "unauthenticated: it is known, but not as a key of \"Anna\"");
  EXPECT_EQ(answer(file, ""), "unauthenticated: it is known, but not as a key of \"\"");
  EXPECT_EQ(answer(file, "anna", "2026-06-01T12:00:00Z", "git"),
            "forbidden: it may be used for other namespaces only");
  EXPECT_EQ(answer(file, "anna", "2025-12-31T23:59:59.999Z"),
            "forbidden: it is not yet valid: from 2026-01-01T00:00:00.000Z on");
  EXPECT_EQ(answer(file, "anna", "2026-01-01T00:00:00Z"), "yes");
  EXPECT_EQ(answer(file, "anna", "2026-12-31T23:59:59.999Z"), "yes");  // the second is the last
  EXPECT_EQ(answer(file, "anna", "2027-01-01T00:00:00Z"),
            "forbidden: it is no longer valid: until 2026-12-31T23:59:59.000Z");
  EXPECT_EQ(answer(read_signers("bert " + kBertsKey), "anna"), "unauthenticated: it is unknown");
  EXPECT_EQ(answer(read_signers(""), "anna"), "unauthenticated: it is unknown");
}

TEST(AllowedSigners, AllowsWhatAnyLineAllows) {
  const auto file =
      read_signers("anna namespaces=\"git\" " + kAnnasKey + "\nanna valid-before=\"20250101Z\" " +
                   kAnnasKey + "\nann? " + kAnnasKey + "\n");
  EXPECT_EQ(answer(file, "anna"), "yes");
  EXPECT_EQ(answer(file, "annX", "2020-01-01T00:00:00Z"), "yes");
}

TEST(AllowedSigners, TellsWhoMayUseAKey) {
  const auto file = read_signers("anna,b* " + kAnnasKey + "\ncleo namespaces=\"git\" " + kAnnasKey +
                                 "\ndora valid-before=\"20250101Z\" " + kAnnasKey + "\nemil " +
                                 kBertsKey + "\nanna,!franz " + kAnnasKey + "\n");
  const SignatureUse use{"approval@stellwerk", utc("2026-06-01T00:00:00Z")};
  EXPECT_EQ(file.who(key_of(kAnnasKey), use), (std::vector<std::string>{"anna", "b*", "!franz"}));
  EXPECT_EQ(file.who(key_of(kBertsKey), use), std::vector<std::string>{"emil"});
  EXPECT_EQ(file.who(key_of(testing::kRsaLine), use), std::vector<std::string>{});
}

TEST(PatternList, MatchesAsOpenSshDoes) {
  struct Case {
    std::vector<std::string> patterns;
    std::string text;
    bool matches;
  };
  const Case cases[] = {
      {{"anna"}, "anna", true},     {{"anna"}, "Anna", false},  {{"*"}, "", true},
      {{"*"}, "anything", true},    {{"?"}, "", false},         {{"a?c"}, "abc", true},
      {{"a*c"}, "ac", true},        {{"a*c"}, "abcbc", true},   {{"a*c"}, "abcb", false},
      {{"a*b*c"}, "a-b-b-c", true}, {{"*@b.c"}, "x@b.c", true}, {{"**a**"}, "bab", true},
      {{"a", "b"}, "b", true},      {{"*", "!b"}, "b", false},  {{"!b", "*"}, "b", false},
      {{"!b"}, "a", false},         {{"!b", "a"}, "a", true},   {{}, "a", false},
      {{"?"}, "\xc3\xa9", false},   {{"??"}, "\xc3\xa9", true},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(PatternList{each.patterns}.matches(each.text), each.matches)
        << fmt::format("{} {}", fmt::join(each.patterns, ","), each.text);
  }
  // A pattern that takes exponential time when it is tried recursively.
  std::string stars;
  for (int i = 0; i < 120; ++i) stars += "*a";
  EXPECT_FALSE(PatternList{{stars + "b"}}.matches(std::string(100000, 'a')));
}

TEST(AllowedSigners, AreWrittenAsTheyAreReadInUtcAndWholeSeconds) {
  const std::vector<AllowedSigner> entries = {{.principals = {{"anna", "!b*"}},
                                               .key = key_of(kAnnasKey),
                                               .namespaces = PatternList{{"approval@stellwerk"}},
                                               .valid_after = utc("2026-01-01T00:00:00Z"),
                                               .valid_before = utc("2026-12-31T23:59:59Z"),
                                               .comment = "her laptop"},
                                              {.principals = {{"two words"}},
                                               .key = key_of(kBertsKey),
                                               .namespaces = std::nullopt,
                                               .valid_after = std::nullopt,
                                               .valid_before = std::nullopt,
                                               .comment = {}}};
  const auto text = format_allowed_signers(entries);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "anna,!b* namespaces=\"approval@stellwerk\",valid-after=\"20260101000000Z\","
            "valid-before=\"20261231235959Z\" " +
                kAnnasKey + " her laptop\n\"two words\" " + kBertsKey + "\n");
  EXPECT_EQ(read_signers(*text).entries(), entries);
  EXPECT_EQ(format_allowed_signers({}), "");
}

TEST(AllowedSigners, AreNotWrittenWhenTheyWouldBeReadAsSomethingElse) {
  const AllowedSigner good{.principals = {{"anna"}},
                           .key = key_of(kAnnasKey),
                           .namespaces = std::nullopt,
                           .valid_after = std::nullopt,
                           .valid_before = std::nullopt,
                           .comment = {}};
  ASSERT_TRUE(format_allowed_signers(std::array{good}));
  std::vector<AllowedSigner> bad(13, good);
  bad[0].principals.patterns = {};
  bad[1].principals.patterns = {"a,b"};
  bad[2].principals.patterns = {"a\" ssh-rsa"};
  bad[3].principals.patterns = {"a\n* "};
  bad[4].principals.patterns = {"#a"};
  bad[5].namespaces = PatternList{};
  bad[6].namespaces = PatternList{{"a\",valid-before=\"20990101Z"}};
  bad[7].valid_after = utc("2026-01-01T00:00:00.5Z");
  bad[8].valid_before = utc("1970-01-01T00:00:00Z");
  bad[9].comment = "c\n* " + kBertsKey;
  bad[10].comment = " c";
  bad[11].valid_before = base::WallTime{std::numeric_limits<std::int64_t>::max()};
  bad[12].valid_after = bad[12].valid_before = utc("2026-01-01T00:00:00Z");
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const auto text = format_allowed_signers(std::array{good, bad[i]});
    ASSERT_FALSE(text) << i << *text;
    EXPECT_EQ(text.error().id, "AUD-0024");
    EXPECT_FALSE(text.error().why.empty());
  }
}

TEST(OpensshTime, IsUtcAndWholeSeconds) {
  EXPECT_EQ(openssh_time(utc("2026-01-01T02:00:00+02:00")), "20260101000000Z");
  EXPECT_EQ(openssh_time(utc("2026-12-31T23:59:59.999Z")), "20261231235959Z");
  EXPECT_EQ(whole_second(base::WallTime{1999999}), base::WallTime{1000000});
  EXPECT_EQ(whole_second(base::WallTime{-1}), base::WallTime{-1000000});
  EXPECT_EQ(whole_second(base::WallTime{-1000000}), base::WallTime{-1000000});
}

}  // namespace
}  // namespace stellwerk::audit
