#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/completion.h"

namespace stellwerk::cli {
namespace {

base::Result<CommandLine> parse(const std::vector<std::string>& words) {
  return parse_command_line(words, base::Locale::En);
}

Arguments parsed(const std::vector<std::string>& words) {
  const auto line = parse(words);
  EXPECT_TRUE(line.has_value()) << (line ? "" : line.error().one_line());
  return line ? line->arguments : Arguments{};
}

base::Error refused(const std::vector<std::string>& words) {
  const auto line = parse(words);
  EXPECT_FALSE(line.has_value());
  return line ? base::Error{} : line.error();
}

TEST(CommandLine, ReadsAReleaseToRunWithItsOptionsAnywhere) {
  const Arguments args =
      parsed({"--json", "run", "release.yaml", "--speed", "60", "--environment", "e.yaml"});
  EXPECT_EQ(args.command, Command::Run);
  EXPECT_EQ(args.file, "release.yaml");
  EXPECT_EQ(args.speed, 60);
  EXPECT_FALSE(args.rollout_speed.has_value());
  EXPECT_EQ(args.environment, "e.yaml");
  EXPECT_TRUE(args.json);
}

TEST(CommandLine, ReadsAnotherSpeedForTheRollout) {
  const Arguments args = parsed({"run", "release.yaml", "--speed", "3600,30"});
  EXPECT_EQ(args.speed, 3600);
  EXPECT_EQ(args.rollout_speed, 30);
}

TEST(CommandLine, TakesGlobalOptionsBehindANestedCommand) {
  const Arguments args = parsed({"release", "show", "rel-1", "--data", "/d", "--locale=en"});
  EXPECT_EQ(args.command, Command::Show);
  EXPECT_EQ(args.release, "rel-1");
  EXPECT_EQ(args.data, "/d");
  EXPECT_EQ(args.locale, base::Locale::En);
}

TEST(CommandLine, TakesSeveralStepsEvenIfOneIsCalledLikeACommand) {
  const Arguments args = parsed({"attest", "rel-1", "plan", "pre-check/load", "--note", "seen"});
  EXPECT_EQ(args.verb, "attest");
  EXPECT_EQ(args.steps, (std::vector<std::string>{"plan", "pre-check/load"}));
  EXPECT_EQ(args.reason, "seen");
}

TEST(CommandLine, KnowsResumeAsAVerbAndAsAnOption) {
  EXPECT_EQ(parsed({"release", "resume", "rel-1"}).verb, "resume");
  EXPECT_TRUE(parsed({"run", "release.yaml", "--resume"}).resume);
}

TEST(CommandLine, TakesStepsToRunAgainOneByOne) {
  const Arguments args = parsed({"release", "resume", "--again", "preparation/publish", "rel-1",
                                 "--again", "post-check/mail", "--reason", "looked"});
  EXPECT_EQ(args.release, "rel-1");
  EXPECT_EQ(args.again, (std::vector<std::string>{"preparation/publish", "post-check/mail"}));
}

TEST(CommandLine, SaysWhatWasMeantWhenACommandIsMisspelt) {
  const base::Error error = refused({"release", "shwo", "rel-1"});
  EXPECT_EQ(error.id, "CLI-0001");
  EXPECT_EQ(error.message, "\"shwo\" is no command of stellwerk release");
  EXPECT_EQ(error.why, "did you mean show?");
  ASSERT_EQ(error.next.size(), 1U);
  EXPECT_EQ(error.next[0].command, "stellwerk release --help");
}

TEST(CommandLine, SaysWhatWasMeantWhenAnOptionIsMisspelt) {
  const base::Error error = refused({"run", "release.yaml", "--sped", "5"});
  EXPECT_EQ(error.message, "\"--sped\" is no option of stellwerk run");
  EXPECT_EQ(error.why, "did you mean --speed?");
}

TEST(CommandLine, ListsCommandsWhenNoneWasGiven) {
  const base::Error error = refused({});
  EXPECT_EQ(error.message, "a command is missing");
  EXPECT_NE(error.why.find("plan, run, simulate, release"), std::string::npos) << error.why;
}

TEST(CommandLine, RefusesWhatIsMissingOrOutOfRange) {
  EXPECT_EQ(refused({"plan"}).message, "RELEASE is missing");
  EXPECT_EQ(refused({"attest", "rel-1"}).message, "STEP is missing");
  EXPECT_EQ(refused({"release", "rollback", "rel-1"}).message, "--reason TEXT is missing");
  EXPECT_EQ(refused({"release", "rollback", "rel-1", "--reason", "  "}).message,
            "--reason TEXT is missing");
  EXPECT_EQ(refused({"schema", "plan"}).message, "TOPIC is missing");
  for (const char* speed : {"0", "3601", "fast", "10x", "-1", "10,", ",10", "10,0"})
    EXPECT_EQ(refused({"run", "release.yaml", std::string("--speed=") + speed}).id, "CLI-0001")
        << speed;
  EXPECT_EQ(refused({"plan", "a.yaml", "b.yaml"}).message,
            "\"b.yaml\" is one argument too many of stellwerk plan");
  EXPECT_EQ(refused({"doctor", "--locale", "fr"}).id, "BAS-0011");
  EXPECT_EQ(refused({"release", "show", "../etc"}).id, "BAS-0001");
}

TEST(CommandLine, PrintsHelpInTheLanguageAskedFor) {
  const auto german = parse({"run", "--help", "--locale", "de"});
  ASSERT_TRUE(german.has_value());
  EXPECT_NE(german->text.find("Aufruf: stellwerk run"), std::string::npos) << german->text;
  const auto english = parse({"--help"});
  ASSERT_TRUE(english.has_value());
  EXPECT_NE(english->text.find("Commands:"), std::string::npos) << english->text;
  EXPECT_NE(english->text.find("attest"), std::string::npos);
}

// Goal: help is whole in each language: every text of every command comes from the catalogue.
TEST(CommandLine, HelpIsInOneLanguage) {
  const auto german = describe_commands(base::Locale::De);
  const auto english = describe_commands(base::Locale::En);
  ASSERT_EQ(german.size(), english.size());
  const auto differ = [](const OptionInfo& de, const OptionInfo& en, const std::string& of) {
    EXPECT_FALSE(de.text.empty()) << of << " " << de.word;
    EXPECT_NE(de.text, en.text) << of;
  };
  for (std::size_t i = 0; i < german.size(); ++i) {
    const std::string name = german[i].path.empty() ? "stellwerk" : german[i].path.back();
    EXPECT_NE(german[i].text, english[i].text) << name;
    for (std::size_t k = 0; k < german[i].options.size(); ++k)
      differ(german[i].options[k], english[i].options[k], name);
    for (std::size_t k = 0; k < german[i].arguments.size(); ++k)
      differ(german[i].arguments[k], english[i].arguments[k], name);
  }
  for (const CommandInfo& command : german) {
    std::vector<std::string> words = command.path;
    words.insert(words.end(), {"--help", "--locale", "de"});
    const std::string help = parse(words)->text;
    for (const char* english_word : {"Usage", "Options", "Positionals", "Subcommands", "REQUIRED",
                                     "SUBCOMMAND", "Print ", " the ", " and ", " of "})
      EXPECT_EQ(help.find(english_word), std::string::npos) << english_word << "\n" << help;
  }
}

TEST(CommandLine, DescribesEveryCommandWithWhatItTakes) {
  const auto all = describe_commands(base::Locale::En);
  const auto found = std::find_if(all.begin(), all.end(), [](const CommandInfo& each) {
    return each.path == std::vector<std::string>{"release", "resume"};
  });
  ASSERT_NE(found, all.end());
  ASSERT_EQ(found->arguments.size(), 1U);
  EXPECT_EQ(found->arguments[0].word, "ID");
  ASSERT_EQ(found->options.size(), 8U);
  EXPECT_EQ(found->options[0].names, (std::vector<std::string>{"--reason"}));
  EXPECT_EQ(found->options[0].word, "TEXT");
  EXPECT_TRUE(found->options.back().repeated) << "--again";
  EXPECT_TRUE(all.front().path.empty());
  EXPECT_EQ(all.front().commands.front(), "init");
}

// Goal: a new kind of value is completed, or somebody decided that it cannot be.
TEST(Completion, KnowsWhatToOfferForEveryValue) {
  for (const CommandInfo& command : describe_commands(base::Locale::En)) {
    for (const auto* list : {&command.options, &command.arguments})
      for (const OptionInfo& option : *list)
        EXPECT_TRUE(option.word.empty() || offered_for(option.word)) << option.word;
  }
}

TEST(CommandLine, PrintsItsVersion) {
  const auto line = parse({"--version"});
  ASSERT_TRUE(line.has_value());
  EXPECT_TRUE(line->text.starts_with("stellwerk ")) << line->text;
}

}  // namespace
}  // namespace stellwerk::cli
