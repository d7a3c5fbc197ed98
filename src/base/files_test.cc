#include "base/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "base/testing/temporary_folder.h"

namespace stellwerk::base {
namespace {

std::string text_of(const std::string& path) { return read_file(path, 1000).value(); }

TEST(OverwriteFile, ReplacesTheTextOfALongerFile) {
  const testing::TemporaryFolder folder;
  const std::string path = folder / "routes";
  ASSERT_TRUE(replace_file(path, "a longer text\n"));
  ASSERT_TRUE(overwrite_file(path, "short\n"));
  EXPECT_EQ(text_of(path), "short\n");
  ASSERT_TRUE(overwrite_file(path, "equal\n"));
  EXPECT_EQ(text_of(path), "equal\n");
}

TEST(OverwriteFile, LeavesAShorterFileAsItIs) {
  const testing::TemporaryFolder folder;
  const std::string path = folder / "routes";
  EXPECT_FALSE(overwrite_file(path, ""));
  ASSERT_TRUE(replace_file(path, "short\n"));
  const auto refused = overwrite_file(path, "a longer text\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "BAS-0012");
  EXPECT_EQ(text_of(path), "short\n");
}

TEST(CreateFile, MakesAWholeFileAndLeavesNothingBesideIt) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(create_file(folder / "release.yaml", "id: rel-1\n"));
  EXPECT_EQ(text_of(folder / "release.yaml"), "id: rel-1\n");
  const std::filesystem::directory_iterator all(folder.path());
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
}

// Goal: not even a link that leads nowhere is replaced or written through.
TEST(CreateFile, LeavesWhatIsThere) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(replace_file(folder / "release.yaml", "mine\n"));
  std::filesystem::create_symlink(folder / "nowhere", folder / "link.yaml");
  for (const char* name : {"release.yaml", "link.yaml"}) {
    const auto refused = create_file(folder / name, "id: rel-1\n");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().id, "BAS-0013");
    EXPECT_EQ(refused.error().code, Code::Conflict);
  }
  EXPECT_EQ(text_of(folder / "release.yaml"), "mine\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

TEST(CreateFile, SaysThatTheFolderIsNotThere) {
  const testing::TemporaryFolder folder;
  const auto refused = create_file(folder / "no/release.yaml", "id: rel-1\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "BAS-0012");
}

}  // namespace
}  // namespace stellwerk::base
