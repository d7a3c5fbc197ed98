#include "base/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/messages_table.h"
#include "base/text.h"

namespace stellwerk::base {
namespace {

const MessageArguments kNotice{{"release", "rel-2025-10-001"},
                               {"components", "document-domain 1.2.0 → 1.3.0"},
                               {"wave", "1"},
                               {"waves", "3"},
                               {"tenants", "pilot-1"},
                               {"share", "10 %"},
                               {"time", "2025-10-15T20:00:00Z"},
                               {"reason", "error rate 2.5 %"},
                               {"by", "release-manager-123"},
                               {"plan", "ba7816bf8f01"},
                               {"outlook", "It goes on when somebody resumes it."}};

/// The placeholders of a text; fails the test where braces are not well-formed.
std::set<std::string> placeholders(std::string_view text) {
  std::set<std::string> found;
  for (auto open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const Placeholder placeholder =
        placeholder_of(text.substr(open + 1, text.find('}', open) - open - 1));
    const auto name = placeholder.name;
    EXPECT_EQ(placeholder.one.empty(), placeholder.many.empty()) << text;
    const bool well_formed =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
    EXPECT_TRUE(well_formed) << text;
    found.emplace(name);
  }
  const auto count = [&](char brace) { return std::count(text.begin(), text.end(), brace); };
  EXPECT_EQ(count('{'), count('}')) << text;
  return found;
}

template <class Visit>
void for_each_row(Visit visit) {
  for (const auto section : message_sections()) {
    for (const auto& row : section) visit(row);
  }
}

TEST(MessageCatalogue, HasEveryTextInBothLanguagesWithTheSamePlaceholders) {
  for_each_row([](const MessageRow& row) {
    EXPECT_FALSE(row.de.empty()) << row.key;
    EXPECT_FALSE(row.en.empty()) << row.key;
    EXPECT_EQ(placeholders(row.de), placeholders(row.en)) << row.key;
    EXPECT_TRUE(valid_utf8(row.de) && valid_utf8(row.en)) << row.key;
  });
}

// Goal: no text was forgotten in one of the languages. What is the same in both is listed here:
// names, words that German took over, and rows that only put words in order.
TEST(MessageCatalogue, SaysNothingInTheOtherLanguage) {
  const std::set<std::string_view> same_in_both = {
      "cli.doctor.haproxy",  "cli.event.step",   "cli.init.done.type",      "cli.live.p95",
      "cli.man.option-word", "cli.progress.due", "cli.run.ended",           "cli.sim.chance",
      "plan.view.audit",     "plan.view.gate",   "plan.view.phase.rollout", "plan.view.tests",
      "role.audit-officer",  "role.devops",      "role.product-owner",      "role.qa",
      "role.release-manager"};
  for_each_row([&](const MessageRow& row) {
    // said.word.*: the one in both languages where German took the word over.
    if (row.key.starts_with("said.word.")) return;
    EXPECT_EQ(row.de == row.en, same_in_both.contains(row.key)) << row.key << ": " << row.en;
  });
  constexpr std::string_view kEnglish[] = {" the ",  " and ", " with ", " which ", " is not ",
                                           " will ", " who ", " its ",  " from "};
  for_each_row([&](const MessageRow& row) {
    const std::string german = " " + lower_ascii(row.de) + " ";
    for (const std::string_view word : kEnglish)
      EXPECT_EQ(german.find(word), std::string::npos) << row.key << ":" << word;
  });
}

TEST(MessageCatalogue, HasEveryKeyOnceAndWellFormed) {
  const auto keys = message_keys();
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  for (const auto key : keys) {
    EXPECT_EQ(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-"),
              std::string_view::npos)
        << key;
  }
}

TEST(MessageCatalogue, HasSubjectAndBodyOfEveryNotice) {
  for (const auto* const name :
       {"announced", "started", "progress", "paused", "resumed", "rollback_initiated",
        "rollback_executed", "rollback_completed", "successful", "cancelled", "failed"}) {
    EXPECT_TRUE(has_message(std::string("notice.") + name + ".subject")) << name;
    EXPECT_TRUE(has_message(std::string("notice.") + name + ".body")) << name;
  }
}

TEST(MessageCatalogue, FillsEveryNoticeFromTheArgumentsThatAllOfThemGet) {
  for (const auto key : message_keys()) {
    if (!key.starts_with("notice.")) continue;
    for (const auto locale : {Locale::De, Locale::En}) {
      const auto text = message(locale, key, kNotice);
      EXPECT_NE(text.find("rel-2025-10-001"), std::string::npos) << key;
      EXPECT_EQ(text.ends_with('\n'), key.ends_with(".body")) << key;
    }
  }
}

TEST(Message, IsFilledInTheLanguageAskedFor) {
  EXPECT_EQ(message(Locale::De, "notice.progress.subject", kNotice),
            "Fortschritt: Release rel-2025-10-001, Welle 1 von 3");
  EXPECT_EQ(message(Locale::En, "notice.progress.subject", kNotice),
            "Progress: release rel-2025-10-001, wave 1 of 3");
}

TEST(Message, TakesArgumentsAsTheyAreWhenTheyContainBraces) {
  const MessageArguments arguments{{"release", "{release}"}};
  EXPECT_EQ(message(Locale::En, "notice.started.subject", arguments), "Started: release {release}");
}

TEST(MessageDeathTest, StopsTheProgramWhenAKeyOrAnArgumentDoesNotExist) {
  EXPECT_DEATH((void)message(Locale::En, "no.such.key"), "broken invariant");
  EXPECT_DEATH((void)message(Locale::En, "notice.started.subject"), "broken invariant");
}

TEST(Locale, IsReadFromItsTwoLetters) {
  for (const auto locale : {Locale::De, Locale::En})
    EXPECT_EQ(parse_locale(to_string(locale)).value(), locale);
  const auto refused = parse_locale("fr").error();
  EXPECT_EQ(refused.id, "BAS-0011");
  EXPECT_EQ(refused.message, "\"fr\" is not a locale");
  EXPECT_EQ(refused.why, "the locales are de and en");
}

}  // namespace
}  // namespace stellwerk::base
