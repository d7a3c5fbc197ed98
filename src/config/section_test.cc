// Goal: an adapter reads its own section with a table of its own, and gets the same errors, schema
// and page as the files themselves.
#include "config/section.h"

#include <gtest/gtest.h>

#include <array>

#include "config/reference.h"
#include "config/schema.h"
#include "config/testing/problems.h"

namespace stellwerk::config {
namespace {

struct Settings {
  std::string program = "haproxy";
  std::uint32_t connections_max = 4096;
  base::Duration timeout = base::seconds(2);
  std::string folder;
  std::optional<base::SecretReference> password;
};
constexpr std::array kFields = {
    field<&Settings::program>({.key = "program", .text = "The program."}),
    field<&Settings::connections_max>(
        {.key = "connections_max", .text = "At most so many.", .min = 1, .max = 100'000}),
    field<&Settings::timeout>(
        {.key = "timeout", .text = "At most so long.", .max = base::minutes(1).us}),
    field<&Settings::folder>(
        {.key = "folder", .text = "Where it keeps files.", .required = true, .syntax = &kFolder}),
    field<&Settings::password>({.key = "password", .text = "How it signs in."})};
constexpr Table<Settings> kTable{.name = "router test", .text = "A router.", .fields = kFields};

const Source kSource{.file = "stellwerk.yaml", .folder = "/etc/sw", .schema = "environment"};

Section section_of(const std::string& yaml) {
  auto loaded = parse_section(yaml, kSource);
  EXPECT_EQ(testing::lines_of(loaded.problems), "");
  return loaded.value.value_or(Section{});
}

TEST(Section, IsReadWithTheAdaptersTable) {
  const auto settings = read_section(
      section_of("adapter: test\nfolder: run\ntimeout: 500ms\npassword: {file: ../pw}\n"), kTable);
  ASSERT_TRUE(settings.value) << testing::lines_of(settings.problems);
  EXPECT_EQ(settings.value->program, "haproxy");
  EXPECT_EQ(settings.value->timeout, base::milliseconds(500));
  EXPECT_EQ(settings.value->folder, "/etc/sw/run");
  ASSERT_TRUE(settings.value->password);
  EXPECT_EQ(settings.value->password->file, "/etc/pw");
}

TEST(Section, ReportsAllProblemsWithPlaces) {
  const auto settings = read_section(
      section_of("adapter: test\nprogramm: x\nconnections_max: 0\ntimeout: 2h\npassword: secret\n"),
      kTable);
  EXPECT_FALSE(settings.value);
  EXPECT_EQ(
      testing::lines_of(settings.problems),
      "1:1 CFG-0005 the key \"folder\" is missing | Where it keeps files.\n"
      "2:1 CFG-0003 unknown key \"programm\" | did you mean program? the keys here are "
      "connections_max, folder, password, program and timeout\n"
      "3:18 CFG-0006 connections_max: 0 is out of range | allowed is 1 to 100000\n"
      "4:10 CFG-0006 timeout: 2h is out of range | allowed is 0s to 1m\n"
      "5:11 CFG-0006 password: \"secret\" stands where keys with values are expected | the keys "
      "here are env and file\n");
}

TEST(Section, WantsASecretInExactlyOnePlace) {
  const auto problems = [](const std::string& secret) {
    return testing::lines_of(
        read_section(section_of("adapter: test\nfolder: x\npassword: " + secret + "\n"), kTable)
            .problems);
  };
  const std::string both =
      "3:1 CFG-0007 password: a secret is either in a file or in the environment | write {file: "
      "PATH} "
      "or {env: NAME}\n";
  EXPECT_EQ(problems("{file: a, env: B}"), both);
  EXPECT_EQ(problems("{}"), both);
  EXPECT_EQ(problems("{env: B}"), "");
}

TEST(Section, ReportsWhereItStandsInTheFile) {
  const auto loaded = read_environment(
      {.yaml = std::string(testing::kEnvironment) + "notices:\n  - {adapter: test, foldr: x}\n",
       .file = "stellwerk.yaml",
       .folder = "/etc"});
  ASSERT_TRUE(loaded.value);
  const auto settings = read_section(loaded.value->notices.at(0), kTable);
  EXPECT_EQ(
      testing::lines_of(settings.problems),
      "11:5 CFG-0005 notices[0]: the key \"folder\" is missing | Where it keeps files.\n"
      "11:21 CFG-0003 notices[0]: unknown key \"foldr\" | did you mean folder? the keys here are "
      "connections_max, folder, password, program and timeout\n");
}

TEST(Section, NamesTheAdaptersThatExist) {
  const auto error = unknown_adapter(section_of("adapter: haproxi\n"),
                                     std::vector<std::string>{"haproxy", "memory"});
  EXPECT_EQ(
      testing::line_of(error),
      "1:1 CFG-0010 : there is no adapter \"haproxi\" | did you mean haproxy? the adapters here "
      "are haproxy and memory");
}

TEST(Section, StandsInTheSchemaOfTheEnvironment) {
  const AdapterSettings adapter{"router", "test", describe_object(kTable)};
  const auto schema = environment_schema(std::span(&adapter, 1));
  const auto& branch = schema.at("properties").at("router").at("oneOf").at(0);
  EXPECT_EQ(branch.at("properties").at("adapter").dump(), R"({"const":"test"})");
  EXPECT_EQ(branch.at("properties").at("connections_max").dump(),
            R"({"description":"At most so many. Write digits, without quotes. Range: 1 to 100000. )"
            R"(Default: 4096.","type":"integer","minimum":1,"maximum":100000,"default":4096})");
  EXPECT_EQ(branch.at("required").dump(), R"(["folder","adapter"])");
  EXPECT_FALSE(branch.at("additionalProperties").get<bool>());
}

TEST(Section, HasAPageOfItsOwn) {
  const auto page = settings_page(describe_object(kTable));
  EXPECT_NE(page.find("| `timeout` | a duration, at most 1m | `2s` | At most so long. |"),
            std::string::npos)
      << page;
  EXPECT_NE(page.find("## secret\n"), std::string::npos);
}

}  // namespace
}  // namespace stellwerk::config
