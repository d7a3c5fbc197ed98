// `stellwerk init`: what it writes is what `stellwerk plan` accepts, whatever it was told.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/files.h"
#include "base/ratio.h"
#include "base/testing/temporary_folder.h"
#include "cli/cli.h"
#include "cli/init_files.h"
#include "cli/testing/outcome.h"
#include "cli/testing/quiet_world.h"
#include "core/compile.h"

namespace stellwerk::cli {
namespace {

using base::Locale;
using base::testing::TemporaryFolder;
using Words = std::vector<std::string>;
using testing::Outcome;

std::string text_of(const std::string& path) { return base::read_file(path, 1U << 20U).value(); }
bool is_there(const std::string& path) { return std::ifstream(path).good(); }

/// Without `lines`, nobody can be asked; with them, the input ends after the last.
Outcome run(const Words& words, std::optional<std::deque<std::string>> lines = {}) {
  testing::QuietWorld world;
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err, .locale = Locale::En};
  if (lines)
    console.ask_line = [&lines]() -> std::optional<std::string> {
      if (lines->empty()) return std::nullopt;
      std::string line = lines->front();
      lines->pop_front();
      return line;
    };
  const auto parsed = parse_command_line(words, Locale::En);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().one_line());
  if (!parsed) return {};
  const Exit exit = execute(world, console, parsed->arguments);
  return {exit, out.str(), err.str()};
}

Words with(const TemporaryFolder& folder, const Words& more) {
  Words words = {"init", folder.path()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

FirstRelease sample(Locale locale = Locale::En) {
  FirstRelease first;
  first.service = "greeter";
  first.command = {"python3", "greeter.py", "--port", "{port}", "{version}"};
  first.health = "/health";
  first.port = std::uint16_t{8080};
  first.tenants = {"pilot-1", "ahrens", "meyer"};
  first.person = "lena";
  first.locale = locale;
  first.from = base::SemVer::parse("1.0.0").value();
  first.to = base::SemVer::parse("1.1.0").value();
  return first;
}

/// The problems of both files and of the plan they make, a line each.
std::string problems_of(const std::string& environment, const std::string& release) {
  std::string lines;
  const auto add = [&](const std::vector<base::Error>& problems) {
    for (const base::Error& problem : problems) lines += problem.one_line() + "\n";
  };
  const auto read = config::read_environment({environment, "stellwerk.yaml"});
  const auto planned = config::read_release({release, "release.yaml"});
  add(read.problems);
  add(planned.problems);
  if (!read.value || !planned.value) return lines + "not read\n";
  add(core::compile(*planned.value, read.value->environment).problems);
  return lines;
}

core::Environment environment_of(const FirstRelease& first) {
  auto read = config::read_environment({environment_yaml(first), "stellwerk.yaml"});
  EXPECT_TRUE(read.value.has_value()) << environment_yaml(first);
  return read.value ? read.value->environment : core::Environment{};
}

/// Every line that begins with `#` and no blank, from `from` on, is used: its `#` is removed.
std::string with_examples(const std::string& yaml) {
  std::istringstream lines(yaml);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const auto mark = line.find_first_not_of(' ');
    const bool example = mark != std::string::npos && line[mark] == '#' && mark + 1 < line.size() &&
                         line[mark + 1] != ' ';
    // A continued example has its blank behind the mark: `#  - name: …`.
    const bool continued = mark != std::string::npos && line.compare(mark, 3, "#  ") == 0;
    if (example || continued) line.erase(mark, 1);
    all += line + "\n";
  }
  return all;
}

std::string without_comments(const std::string& yaml) {
  std::istringstream lines(yaml);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const auto mark = line.find_first_not_of(' ');
    if (mark != std::string::npos && line[mark] != '#') all += line + "\n";
  }
  return all;
}

// ---- the files

TEST(InitFiles, MakeAPlanThatCanBeRunInBothLanguages) {
  for (const Locale locale : {Locale::De, Locale::En}) {
    const FirstRelease first = sample(locale);
    EXPECT_EQ(problems_of(environment_yaml(first), release_yaml(first)), "");
    const auto release = config::read_release({release_yaml(first), "r"}).value.value();
    const auto compiled = core::compile(release, environment_of(first));
    ASSERT_TRUE(compiled.plan);
    EXPECT_TRUE(core::obstacles(*compiled.plan).empty());
  }
}

TEST(InitFiles, SayTheSameInBothLanguagesButForComments) {
  FirstRelease german = sample(Locale::De);
  FirstRelease english = sample(Locale::En);
  const auto mended = [](std::string yaml) {
    const auto at = yaml.find("locale: de");
    if (at != std::string::npos) yaml.replace(at, 10, "locale: en");
    return yaml;
  };
  EXPECT_EQ(mended(without_comments(environment_yaml(german))),
            without_comments(environment_yaml(english)));
  EXPECT_EQ(without_comments(release_yaml(german)), without_comments(release_yaml(english)));
  EXPECT_NE(environment_yaml(german), environment_yaml(english));
}

// Goal: what stands there as an example can be used as it is.
TEST(InitFiles, HaveExamplesThatAreRight) {
  for (const Locale locale : {Locale::De, Locale::En}) {
    FirstRelease first = sample(locale);
    const std::string environment = with_examples(environment_yaml(first));
    const std::string release = with_examples(release_yaml(first));
    EXPECT_EQ(problems_of(environment, release), "") << environment << release;
    EXPECT_NE(environment, environment_yaml(first));
    const auto read = config::read_release({release, "r"}).value.value();
    EXPECT_EQ(read.waves.size(), 3U);
    EXPECT_EQ(read.checks.size(), 1U);
    first.port.reset();
    EXPECT_EQ(problems_of(with_examples(environment_yaml(first)), release), "");
  }
}

TEST(InitFiles, ExplainEveryKeyOfTheirOwn) {
  for (const Locale locale : {Locale::De, Locale::En}) {
    for (const std::string& yaml : {environment_yaml(sample(locale)), release_yaml(sample(locale))})
      EXPECT_GT(std::count(yaml.begin(), yaml.end(), '#'), 12) << yaml;
  }
}

TEST(InitFiles, LetThePilotGoFirstInTheWavesOfTheType) {
  FirstRelease first = sample();
  const auto waves = [&first] {
    return config::read_release({release_yaml(first), "r"}).value.value().waves;
  };
  ASSERT_EQ(waves().size(), 3U);
  EXPECT_EQ(waves()[0].tenants, std::vector{base::TenantId("pilot-1")});
  EXPECT_EQ(waves()[0].share, base::percent(10));
  EXPECT_EQ(waves()[1].hold, base::minutes(30));
  EXPECT_TRUE(waves()[2].all_tenants);
  first.to = base::SemVer::parse("1.0.1").value();
  EXPECT_EQ(waves().size(), 2U) << "a patch has two";
}

TEST(InitFiles, HandVariablesToACommandWithoutPlaceholders) {
  FirstRelease first = sample();
  first.command = {"./serve"};
  const auto workload = environment_of(first).services.at(0).workload.value();
  EXPECT_EQ(workload.command.environment.at("PORT"), "{port}");
  EXPECT_EQ(workload.command.environment.at("VERSION"), "{version}");
  EXPECT_TRUE(environment_of(sample()).services.at(0).workload->command.environment.empty());
}

TEST(InitFiles, TakeTheTypeFromTheStepOfVersions) {
  const auto type = [](const char* from, const char* to) {
    return std::string(core::to_string(
        type_of_step(base::SemVer::parse(from).value(), base::SemVer::parse(to).value())));
  };
  EXPECT_EQ(type("1.2.0", "1.2.1"), "patch");
  EXPECT_EQ(type("1.2.3", "1.3.0"), "minor");
  EXPECT_EQ(type("1.2.3", "2.0.0"), "major");
  EXPECT_EQ(type("1.2.1-rc.1", "1.2.1"), "patch");
  EXPECT_EQ(type("1.2.0-rc.1", "1.2.0"), "minor");
  EXPECT_EQ(type("2.0.0-rc.1", "2.0.0"), "major");
}

TEST(InitFiles, NameTheReleaseWhateverTheVersionIsCalled) {
  FirstRelease first = sample();
  EXPECT_EQ(release_id_of(first), "greeter-1.1.0");
  first.to = base::SemVer::parse("1.1.0-RC.1+build.7").value();
  EXPECT_EQ(release_id_of(first), "greeter-1.1.0-rc.1-build.7");
  first.service = std::string(63, 'a');
  first.to = base::SemVer::parse("1.1.0-" + std::string(200, 'x')).value();
  EXPECT_TRUE(base::parse_name(release_id_of(first)).has_value()) << release_id_of(first);
}

// ---- words

TEST(SplitWords, KnowsQuotesAndBackslashes) {
  EXPECT_EQ(split_words("  a  'b c' \"d \\\" e\" f\\ g '' "),
            (Words{"a", "b c", "d \" e", "f g", ""}));
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_EQ(split_words("a 'b"), std::nullopt);
  EXPECT_EQ(split_words("' \\ ' \"\\n\""), (Words{" \\ ", "\\n"})) << "a shell keeps these";
}

// ---- the command

TEST(Init, WritesBothFilesFromOptions) {
  const TemporaryFolder folder;
  const Outcome outcome = run(
      with(folder, {"--service", "shop", "--run", "./shop --port {port}", "--from", "2.0.0", "--to",
                    "2.0.1", "--tenants", "acme, zeta", "--health", "/live", "--port", "8081"}));
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  const auto environment = config::load_environment(folder / "stellwerk.yaml").value.value();
  const auto release = config::load_release(folder / "release.yaml").value.value();
  EXPECT_EQ(environment.environment.services.at(0).name.str(), "shop");
  EXPECT_EQ(environment.environment.services.at(0).health.url, "/live");
  EXPECT_EQ(environment.environment.services.at(0).listen_port, 8081);
  EXPECT_EQ(environment.environment.tenants.size(), 2U);
  EXPECT_EQ(release.type, core::ReleaseType::Patch);
  EXPECT_NE(outcome.out.find("stellwerk plan " + (folder / "release.yaml")), std::string::npos);
  EXPECT_NE(outcome.out.find("stellwerk doctor --environment "), std::string::npos);
}

TEST(Init, TakesTheWordsBehindTwoDashesAsTheyAre) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(with(folder, {"--service", "shop", "--", "/opt/my shop/run", "--yes", "{port}", "'"}));
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  const auto environment = config::load_environment(folder / "stellwerk.yaml").value.value();
  EXPECT_EQ(environment.environment.services.at(0).workload->command.arguments,
            (Words{"/opt/my shop/run", "--yes", "{port}", "'"}));
}

TEST(Init, TakesDefaultsWithoutATerminal) {
  const TemporaryFolder folder;
  const Outcome outcome = run({"init", folder / "My Shop"});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_TRUE(outcome.err.empty()) << outcome.err;
  const auto release = config::load_release(folder / "My Shop/release.yaml").value.value();
  EXPECT_EQ(release.id.str(), "my-shop-1.1.0");
  EXPECT_NE(outcome.out.find("stellwerk plan '"), std::string::npos)
      << "a blank in the folder: " << outcome.out;
}

TEST(Init, AsksOnATerminalAndTakesDefaultsForEmptyLines) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(with(folder, {}), {{"shop", "", "/live", "2.0.0", "3.0.0", "", "en"}});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  EXPECT_NE(outcome.err.find("New version [2.1.0]: "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("[./shop --port {port} --version {version}]"), std::string::npos);
  EXPECT_NE(outcome.out.find("major, shop 2.0.0 → 3.0.0"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("demands signed approvals"), std::string::npos) << outcome.out;
}

TEST(Init, AsksAgainWhatCannotBeUsed) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(with(folder, {}), {{"Shop!", "shop",        //
                              "./shop {prot}", "'x",  //
                              "./shop {port}",        //
                              "live", "/live",        //
                              "v1", "1.0.0",          //
                              "1.0.0", "0.9.0", "1.0.1", "a,,b", "a,a", "a,b", "fr", "de"}});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
  for (const char* said :
       {"A name has 1 to 63", "A program and its arguments", "A path begins", "A version is like",
        "must be newer than 1.0.0", "Tenants are names", "The languages are"})
    EXPECT_NE(outcome.err.find(said), std::string::npos) << said << "\n" << outcome.err;
  const std::string environment = text_of(folder / "stellwerk.yaml");
  EXPECT_NE(environment.find("# Die Installation"), std::string::npos) << "comments in German";
}

TEST(Init, AsksNothingThatAnOptionSays) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(with(folder, {"--service", "shop", "--run", "./shop", "--from", "1.0.0", "--to", "1.0.1",
                        "--tenants", "a", "--health", "/h", "--locale", "en"}),
          std::deque<std::string>{});
  EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
}

TEST(Init, WritesNothingWhenTheInputEnds) {
  const TemporaryFolder folder;
  const Outcome outcome = run(with(folder, {}), {{"shop", "", ""}});
  EXPECT_EQ(outcome.exit, Exit::Usage);
  EXPECT_NE(outcome.err.find("error[CLI-0014]"), std::string::npos) << outcome.err;
  EXPECT_FALSE(is_there(folder / "stellwerk.yaml"));
  EXPECT_FALSE(is_there(folder / "release.yaml"));
}

TEST(Init, NeverOverwrites) {
  for (const char* name : {"stellwerk.yaml", "release.yaml"}) {
    const TemporaryFolder folder;
    std::ofstream(folder / name) << "mine\n";
    const Outcome outcome = run(with(folder, {"--yes"}));
    EXPECT_EQ(outcome.exit, Exit::Usage);
    EXPECT_NE(outcome.err.find("error[CLI-0012]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(name), std::string::npos) << outcome.err;
    EXPECT_EQ(text_of(folder / name), "mine\n");
    EXPECT_FALSE(is_there(folder / "stellwerk.yaml") && is_there(folder / "release.yaml"));
  }
}

TEST(Init, RefusesOptionsThatCannotBeUsed) {
  const std::vector<Words> wrong = {
      {"--service", "Shop"}, {"--run", "./shop {prot}"},
      {"--run", "'"},        {"--health", "live"},
      {"--from", "1"},       {"--to", "1.0.0"},
      {"--to", "x"},         {"--tenants", "A"},
      {"--port", "0"},       {"--port", "99999"},
      {"--port", "80x"},     {"--tenants", ","},
      {"--run", "\xff\xfe"}, {"--from", "18446744073709551615.0.0", "--to", "1.0.0"},
      {"--health", "/a b"},
  };
  for (const Words& words : wrong) {
    const TemporaryFolder folder;
    const Outcome outcome = run(with(folder, words));
    EXPECT_EQ(outcome.exit, Exit::Usage) << words[1];
    EXPECT_NE(outcome.err.find("error[CLI-0013]"), std::string::npos) << words[1] << outcome.err;
    EXPECT_FALSE(is_there(folder / "stellwerk.yaml")) << words[1];
  }
}

TEST(Init, SaysAsJsonWhatItWrote) {
  const TemporaryFolder folder;
  const Outcome outcome = run(with(folder, {"--service", "shop", "--json"}));
  const auto json = base::parse_json(outcome.out);
  ASSERT_TRUE(json.has_value()) << outcome.out << outcome.err;
  EXPECT_EQ((*json)["files"].size(), 2U);
  EXPECT_EQ((*json)["release"], "shop-1.1.0");
  EXPECT_EQ((*json)["type"], "minor");
  EXPECT_EQ((*json)["next"].size(), 3U);
}

}  // namespace
}  // namespace stellwerk::cli
