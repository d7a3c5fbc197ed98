// transcripts_test [--rewrite [NAME...]] — runs tests/transcripts/*.txt, one test a file; with
// --rewrite it writes what is told into the files (all, or those named), to be read as a diff.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "transcripts/commands.h"
#include "transcripts/script.h"

namespace stellwerk::transcripts {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder{STELLWERK_TRANSCRIPTS};
/// One line a row: its id, then the runbook's words.
constexpr const char* kRows = "rows.list";

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// As people name it: from the root of the repository.
std::string shown(const fs::path& path) { return "tests/transcripts/" + path.filename().string(); }

std::vector<fs::path> all_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Script script_of(const fs::path& path) { return parse_script(shown(path), read_text(path)); }

class TranscriptTest : public ::testing::Test {
 public:
  explicit TranscriptTest(fs::path path) : path_(std::move(path)) {}

  void TestBody() override {
    try {
      compare();
    } catch (const Problem& problem) {
      ADD_FAILURE() << problem.what();
    }
  }

 private:
  void compare() {
    const std::string expected = read_text(path_);
    const std::string got = to_text(run_script(script_of(path_)));
    if (got == expected) return;
    ADD_FAILURE() << difference(shown(path_), lines_of(expected), lines_of(got))
                  << "to take it over and read it as a diff: transcripts_test --rewrite "
                  << path_.stem().string();
  }

  fs::path path_;
};

/// The rows that the transcripts must show, with the runbook's words.
std::map<std::string, std::string> all_rows() {
  std::map<std::string, std::string> rows;
  for (const std::string& line : lines_of(read_text(kFolder / kRows))) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t blank = line.find(' ');
    rows[line.substr(0, blank)] =
        line.substr(std::min(line.find_first_not_of(' ', blank), line.size()));
  }
  return rows;
}

// Goal: no row of the runbook's tables is without its transcript, and none is claimed that is not
// there.
TEST(TranscriptRows, EachRowOfTheRunbookIsShown) {
  const auto rows = all_rows();
  ASSERT_FALSE(rows.empty());
  std::set<std::string> shown_rows;
  for (const fs::path& path : all_files())
    for (const std::string& row : rows_shown(script_of(path))) {
      EXPECT_TRUE(rows.contains(row))
          << shown(path) << " shows a row that is not in " << kRows << ": " << row;
      shown_rows.insert(row);
    }
  for (const auto& [row, words] : rows)
    EXPECT_TRUE(shown_rows.contains(row)) << "no transcript shows " << row << ": " << words;
}

// Goal: the README tells of every command.
TEST(TranscriptCommands, AreAllDocumented) {
  const std::string readme = read_text(kFolder / "README.md");
  for (const std::string& name : command_names())
    EXPECT_NE(readme.find("`" + name), std::string::npos) << name;
}

/// True when the file changed. What is wrong with one is told, and leaves it as it is.
bool rewrite(const fs::path& path, int& status) {
  try {
    const std::string got = to_text(run_script(script_of(path)));
    if (got == read_text(path)) return false;
    std::ofstream(path, std::ios::binary) << got;
    std::cout << "rewritten: " << shown(path) << '\n';
    return true;
  } catch (const Problem& problem) {
    std::cerr << problem.what() << '\n';
    status = 2;
    return false;
  }
}

int rewrite(std::span<char*> names) {
  const std::set<std::string> wanted(names.begin(), names.end());
  std::set<std::string> unknown = wanted;
  int status = 0;
  int changed = 0;
  for (const fs::path& path : all_files()) {
    unknown.erase(path.stem().string());
    if (wanted.empty() || wanted.contains(path.stem().string()))
      changed += rewrite(path, status) ? 1 : 0;
  }
  for (const std::string& name : unknown) {
    std::cerr << "there is no transcript " << name << '\n';
    status = 2;
  }
  std::cout << changed << " files changed; read them with git diff\n";
  return status;
}

void register_files() {
  for (const fs::path& path : all_files()) {
    const std::string file = shown(path);
    std::string name = path.stem().string();
    std::replace(name.begin(), name.end(), '-', '_');
    ::testing::RegisterTest("Transcript", name.c_str(), nullptr, nullptr, file.c_str(), 1, [path] {
      return static_cast<::testing::Test*>(new TranscriptTest(path));
    });
  }
}

}  // namespace
}  // namespace stellwerk::transcripts

int main(int argc, char** argv) {
  using namespace stellwerk::transcripts;
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() > 1 && std::string_view(arguments[1]) == "--rewrite")
    return rewrite(arguments.subspan(2));
  register_files();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
