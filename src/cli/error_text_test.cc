// What errors and lines of text look like, to the byte.
#include "cli/error_text.h"

#include <gtest/gtest.h>

#include "cli/console.h"

namespace stellwerk::cli {
namespace {

base::Error paused_release() {
  return base::error(base::Code::Conflict, "ENG-0012",
                     "release r-4127 (checkout 2.8.1) is paused at wave 2 of 4")
      .because("the gauge consumer_lag had no value from 14:02:10Z to 14:07:10Z (limit: 5 min)")
      .now("traffic is held at 25 % on the new version; nothing was rolled back")
      .then("stellwerk release resume r-4127", "look again, then go on")
      .then("stellwerk release rollback r-4127", "send everyone back to 2.8.0")
      .during("preparing wave 2");
}

std::string text_of(const std::vector<base::Error>& errors, ErrorStyle style = {}) {
  return error_text(errors, style);
}

TEST(ErrorText, SaysWhatWhyStateAndNextInColumns) {
  EXPECT_EQ(text_of({paused_release()}, {.columns = 100}),
            "error[ENG-0012]: release r-4127 (checkout 2.8.1) is paused at wave 2 of 4\n"
            "  while  preparing wave 2\n"
            "  why    the gauge consumer_lag had no value from 14:02:10Z to 14:07:10Z (limit: 5 "
            "min)\n"
            "  state  traffic is held at 25 % on the new version; nothing was rolled back\n"
            "  next   stellwerk release resume r-4127      look again, then go on\n"
            "         stellwerk release rollback r-4127    send everyone back to 2.8.0\n"
            "  help   stellwerk explain ENG-0012\n");
}

TEST(ErrorText, WrapsAtTheTerminalsWidth) {
  EXPECT_EQ(text_of({paused_release()}, {.columns = 50}),
            "error[ENG-0012]: release r-4127 (checkout 2.8.1)\n"
            "  is paused at wave 2 of 4\n"
            "  while  preparing wave 2\n"
            "  why    the gauge consumer_lag had no value from\n"
            "         14:02:10Z to 14:07:10Z (limit: 5 min)\n"
            "  state  traffic is held at 25 % on the new\n"
            "         version; nothing was rolled back\n"
            "  next   stellwerk release resume r-4127\n"
            "             look again, then go on\n"
            "         stellwerk release rollback r-4127\n"
            "             send everyone back to 2.8.0\n"
            "  help   stellwerk explain ENG-0012\n");
}

TEST(ErrorText, NamesThePlaceFirstAndExplainsACodeOnce) {
  const std::vector<base::Error> errors{
      base::error(base::Code::InvalidArgument, "CFG-0003", "\"wafes\" is no key of a release")
          .because("did you mean waves?")
          .at({"release.yaml", 12, 3}),
      base::error(base::Code::InvalidArgument, "CFG-0003", "\"titel\" is no key of a release")
          .at({"release.yaml", 14, 1})};
  EXPECT_EQ(text_of(errors),
            "release.yaml:12:3: error[CFG-0003]: \"wafes\" is no key of a release\n"
            "  why    did you mean waves?\n"
            "  help   stellwerk explain CFG-0003\n"
            "\n"
            "release.yaml:14:1: error[CFG-0003]: \"titel\" is no key of a release\n");
}

TEST(ErrorText, MarksWarningsAndColours) {
  const auto error = base::error(base::Code::Rejected, "PLN-0010", "rolling cannot be carried out");
  EXPECT_EQ(text_of({error}, {.colour = true, .severity = Severity::Warning}),
            "\x1b[33mwarning[PLN-0010]\x1b[0m: rolling cannot be carried out\n"
            "\x1b[2m  help   \x1b[0mstellwerk explain PLN-0010\n");
}

TEST(ErrorText, NeverLetsAFilesTextSteerTheTerminal) {
  const auto error = base::error(base::Code::Rejected, "HAP-0001", "refused \x1b[2J");
  EXPECT_EQ(text_of({error}).find('\x1b'), std::string::npos);
}

TEST(ErrorText, GivesTheSameFactsAsJson) {
  const std::vector<base::Error> errors{
      base::error(base::Code::InvalidArgument, "CFG-0003", "no key").at({"a.yaml", 1, 2})};
  const base::Json json = errors_json(errors);
  EXPECT_EQ(json["errors"][0]["id"], "CFG-0003");
  EXPECT_EQ(json["errors"][0]["file"], "a.yaml");
  EXPECT_EQ(json["errors"][0]["line"], 1);
}

TEST(Text, CountsCharactersNotBytes) {
  EXPECT_EQ(width_of("für 50 %…"), 9U);
  EXPECT_EQ(padded("ä", 3), "ä  ");
  EXPECT_EQ(cut("Prüfung", 5), "Prüf…");
  EXPECT_EQ(cut("Prüf", 4), "Prüf");
}

TEST(Text, WrapsBetweenWordsAndLeavesLongOnesWhole) {
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrapped("extraordinarily long", 6, 2), "extraordinarily\n  long");
}

TEST(ErrorText, HasItsFrameInTheReadersLanguage) {
  const base::Error error = base::error(base::Code::NotFound, "CLI-0002", "there is no file")
                                .because("it is missing")
                                .now("nothing was done")
                                .then("ls", "what there is");
  ErrorStyle style;
  style.locale = base::Locale::De;
  EXPECT_EQ(error_text(std::span(&error, 1), style),
            "error[CLI-0002]: there is no file\n"
            "  warum  it is missing\n"
            "  Stand  nothing was done\n"
            "  weiter ls    what there is\n"
            "  Hilfe  stellwerk explain CLI-0002\n");
}

}  // namespace
}  // namespace stellwerk::cli
