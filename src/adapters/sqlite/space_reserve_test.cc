#include "adapters/sqlite/space_reserve.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters {
namespace {

constexpr std::size_t kSize = std::size_t{1} << 20;

struct stat status_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status;
}

std::size_t allocated(const std::string& path) {
  return static_cast<std::size_t>(status_of(path).st_blocks) * 512;
}

/// As a full disk: the kernel refuses to make any file longer than this.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    before_action_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, before_action_);
  }

 private:
  rlimit before_{};
  sighandler_t before_action_ = SIG_DFL;
};

TEST(SpaceReserve, HoldsAllocatedBlocksOnlyItsOwnerCanRead) {
  const base::testing::TemporaryFolder folder;
  SpaceReserve reserve(folder / "rollback.reserve", kSize);
  ASSERT_TRUE(reserve.hold());
  EXPECT_GE(allocated(folder / "rollback.reserve"), kSize);
  EXPECT_EQ(status_of(folder / "rollback.reserve").st_mode & 0777U, 0600U);
  ASSERT_TRUE(reserve.hold());
}

TEST(SpaceReserve, FreesItsBlocksOnceAndTakesThemAgain) {
  const base::testing::TemporaryFolder folder;
  const auto path = folder / "rollback.reserve";
  SpaceReserve reserve(path, kSize);
  EXPECT_EQ(*reserve.release(), false);
  ASSERT_TRUE(reserve.hold());
  EXPECT_EQ(*reserve.release(), true);
  EXPECT_EQ(allocated(path), 0U);
  EXPECT_EQ(*reserve.release(), false);
  ASSERT_TRUE(reserve.hold());
  EXPECT_GE(allocated(path), kSize);
}

TEST(SpaceReserve, KeepsNothingWhenThereIsNotEnough) {
  const base::testing::TemporaryFolder folder;
  const auto path = folder / "rollback.reserve";
  SpaceReserve reserve(path, kSize);
  {
    const FileSizeLimit limit(kSize / 2);
    const auto held = reserve.hold();
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().id, "JRN-0009");
    EXPECT_EQ(allocated(path), 0U);
  }
  EXPECT_TRUE(reserve.hold());
}

}  // namespace
}  // namespace stellwerk::adapters
