#include "base/files.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace stellwerk::base
