// Goal: every way in which a file can be wrong by itself is an error at its place, with all others
// of the file at once. The texts are compared byte for byte: they are what users act
// on.
//
// The transcripts hold cases: YAML, a line `----`, its problems as `line:column id message | why`,
// an empty line. YAML is added to a good file of four or nine lines (testing/problems.h) unless it
// begins with `id:` or `installation:`. After a change run this test with STELLWERK_REWRITE=1 and
// read the difference.
#include "config/testing/problems.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace stellwerk::config {
namespace {

const std::string kTranscripts = STELLWERK_TRANSCRIPTS;

std::string problems_of_release(const std::string& yaml) {
  if (!yaml.starts_with("id:")) return testing::release_problems(yaml);
  return testing::lines_of(
      read_release({.yaml = yaml, .file = "release.yaml", .folder = "/etc"}).problems);
}

std::string problems_of_environment(const std::string& yaml) {
  if (!yaml.starts_with("installation:")) return testing::environment_problems(yaml);
  return testing::lines_of(
      read_environment({.yaml = yaml, .file = "stellwerk.yaml", .folder = "/etc"}).problems);
}

/// The transcript as it should be: its headings and YAML with the problems found now.
std::string replayed(std::string_view transcript, std::string (*problems_of)(const std::string&)) {
  std::string now;
  std::string yaml;
  bool answers = false;  // between `----` and the empty line that ends a case
  for (const auto line : base::split(transcript.substr(0, transcript.rfind('\n')), '\n')) {
    if (line == "----") {
      now += fmt::format("{}----\n{}", yaml, problems_of(yaml));
      answers = true;
    } else if (line.empty()) {
      now += answers ? "\n" : yaml + "\n";
      answers = false;
      yaml.clear();
    } else if (!answers) {
      yaml += fmt::format("{}\n", line);
    }
  }
  return answers ? now : now + yaml;
}

void check(const std::string& file, std::string (*problems_of)(const std::string&)) {
  const auto path = kTranscripts + "/" + file;
  std::ifstream stored(path);
  const std::string transcript(std::istreambuf_iterator<char>(stored), {});
  ASSERT_GT(transcript.size(), 100U) << path;
  const auto now = replayed(transcript, problems_of);
  if (std::getenv("STELLWERK_REWRITE") != nullptr)
    std::ofstream(path) << now;
  else
    EXPECT_EQ(transcript, now);
}

TEST(Problems, OfReleaseFilesReadAsInTheTranscript) {
  check("release_problems.txt", problems_of_release);
}

TEST(Problems, OfEnvironmentFilesReadAsInTheTranscript) {
  check("environment_problems.txt", problems_of_environment);
}

TEST(Problems, OfFilesWithoutKeysSayWhatIsExpected) {
  const auto problems = [](const char* yaml) {
    return testing::lines_of(read_release({.yaml = yaml, .file = "r", .folder = "/"}).problems);
  };
  EXPECT_EQ(problems(""), "1:1 CFG-0002 the file is empty | it holds keys with values\n");
  EXPECT_EQ(problems("# nothing\n"), problems(""));
  const std::string start = "1:1 CFG-0006 a list stands where keys with values are expected | ";
  EXPECT_EQ(problems("- a\n").substr(0, start.size()), start);
}

}  // namespace
}  // namespace stellwerk::config
