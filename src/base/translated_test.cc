#include "base/translated.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace stellwerk::base
