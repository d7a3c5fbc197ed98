#include "base/translated.h"

#include <gtest/gtest.h>

#include "base/messages_table.h"

namespace stellwerk::base {
namespace {

TEST(Translated, SaysWordsOfOursInTheReadersLanguage) {
  EXPECT_EQ(translated(Locale::De, "approved by rm-1"), "freigegeben von rm-1");
  EXPECT_EQ(translated(Locale::De, "0 % on the new version, read back"),
            "0 % auf der neuen Version, zurückgelesen");
  EXPECT_EQ(translated(Locale::De, "exit 1 after 0.2 s, expected 0; last output: no; really"),
            "Exit-Code 1 nach 0.2 s, erwartet 0; letzte Ausgabe: no; really");
  EXPECT_EQ(translated(Locale::De, "1.3.0 stopped"), "1.3.0 beendet");
  EXPECT_EQ(translated(Locale::De, "gate pre-check"), "Gate Pre-Checks");
  EXPECT_EQ(translated(Locale::De,
                       "document-domain: error rate 0 % → 0.1 % (inconclusive), p95 8 ms → 9 ms "
                       "(met)"),
            "document-domain: Fehlerrate 0 % → 0.1 % (nicht entscheidbar), p95 8 ms → 9 ms "
            "(erfüllt)");
}

TEST(Translated, LeavesEnglishAndWhatItDoesNotKnow) {
  EXPECT_EQ(translated(Locale::En, "approved by rm-1"), "approved by rm-1");
  EXPECT_EQ(translated(Locale::De, "something else"), "something else");
  EXPECT_EQ(translated(Locale::De, "approved by "), "approved by ");
  EXPECT_EQ(translated(Locale::De, ""), "");
}

// Goal: whoever reads in another language than the installation's reads one language.
TEST(WordsOfPlan, AreInTheReadersLanguage) {
  EXPECT_EQ(words_of_plan(Locale::En, "greeter 1.1.0 starten und aufwärmen"),
            "Start and warm up greeter 1.1.0");
  EXPECT_EQ(words_of_plan(Locale::De, "Wave 1: 33.3333 % of traffic"),
            "Welle 1: 33.3333 % des Verkehrs");
  EXPECT_EQ(words_of_plan(Locale::En,
                          "Welle 1: Die genannten Mandanten tragen 33 %, mehr als die verlangten "
                          "10 %")
                .find("Welle"),
            std::string::npos);
}

TEST(WordsOfPlan, LeaveWhatIsInTheLanguageOrSomebodysOwn) {
  for (const Locale locale : {Locale::De, Locale::En})
    for (const auto section : message_sections())
      for (const MessageRow& row : section) {
        if (!row.key.starts_with("step.") || row.de.find('{') != std::string_view::npos) continue;
        const std::string_view own = locale == Locale::De ? row.de : row.en;
        EXPECT_EQ(words_of_plan(locale, own), own);
        EXPECT_EQ(words_of_plan(locale, locale == Locale::De ? row.en : row.de), own) << row.key;
      }
  EXPECT_EQ(words_of_plan(Locale::En, "Die Kasse öffnet"), "Die Kasse öffnet");
  EXPECT_EQ(words_of_plan(Locale::De, ""), "");
}

TEST(Translated, SaysWhatChecksAndHoldsCameTo) {
  EXPECT_EQ(translated(Locale::De, "2m guarded"), "2m bewacht");
  EXPECT_EQ(translated(Locale::De, "status 503 in 3 ms (attempt 2); GET /x: no"),
            "Status 503 nach 3 ms (Versuch 2); GET /x: no");
  EXPECT_EQ(translated(Locale::De, "status 200 in 3 ms"), "Status 200 nach 3 ms");
}

}  // namespace
}  // namespace stellwerk::base
