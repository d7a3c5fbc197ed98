#include "adapters/sqlite/file_content_store.h"

#include <gtest/gtest.h>

#include "adapters/sqlite/testing/journal_folder.h"

namespace stellwerk::adapters {
namespace {

namespace fs = std::filesystem;
using testing::JournalFolder;

TEST(FileContentStore, NamesFilesByTheirDigestForTheirOwnerOnly) {
  const JournalFolder folder;
  FileContentStore store(folder.path() / "content");
  const auto digest = store.put("a plan").value();
  const auto path = folder.path() / "content" / digest.hex().substr(0, 2) / digest.hex();
  EXPECT_EQ(store.path_of(digest), path);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(path.parent_path()).permissions(), fs::perms(0700));
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), {}), 1);  // nothing left over
}

TEST(FileContentStore, IsReadByASecondObject) {
  const JournalFolder folder;
  const auto digest = FileContentStore(folder.path() / "content").put("a plan").value();
  EXPECT_EQ(FileContentStore(folder.path() / "content").get(digest).value(), "a plan");
}

TEST(FileContentStore, SaysWhenItCannotWrite) {
  const JournalFolder folder;
  FileContentStore store(folder.path() / "missing" / "content");
  const auto stored = store.put("a plan");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().id, "CAS-0001");
  EXPECT_EQ(stored.error().code, base::Code::Unavailable);
}

}  // namespace
}  // namespace stellwerk::adapters
