// Goal: a witness's memory is what it wrote, or it says that it is not.
#include "adapters/file/file_witness_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "adapters/file/file_signer.h"
#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/witness.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters {
namespace {

constexpr const char* kLogOrigin = "erp.example/stellwerk";

class FileWitnessStoreTest : public ::testing::Test {
 protected:
  FileWitnessStoreTest() {
    signer_ = FileSigner::open(folder_ / "witness.key", "w.example").value();
  }

  [[nodiscard]] std::string cosigned(const std::string& origin, std::uint64_t size) const {
    const std::string text = audit::Checkpoint{origin, size, audit::leaf_hash("x"), {}}.to_text();
    return text + "\n" + signer_->cosign(text, {1'760'000'000'000'000}).value();
  }
  [[nodiscard]] audit::VerifierKey key() const {
    return audit::VerifierKey::parse(signer_->cosigner_key()).value();
  }
  [[nodiscard]] std::string file_of(const std::string& origin) const {
    return memory_ + "/checkpoints/" + audit::origin_id(origin);
  }
  void write(const std::string& path, const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// The id of the error of opening it anew.
  [[nodiscard]] std::string problem() const {
    const auto folder = WitnessFolder::acquire(memory_);
    if (!folder) return folder.error().id;
    const auto store = FileWitnessStore::open(*folder, key());
    return store ? "none" : store.error().id;
  }

  base::testing::TemporaryFolder folder_;
  std::string memory_ = folder_ / "memory";
  std::unique_ptr<FileSigner> signer_;
};

TEST_F(FileWitnessStoreTest, GivesBackTheLastThatWasKeptAlsoWhenOpenedAnew) {
  {
    const auto folder = WitnessFolder::acquire(memory_);
    ASSERT_TRUE(folder) << folder.error().one_line();
    const auto store = FileWitnessStore::open(*folder, key());
    ASSERT_TRUE(store) << store.error().one_line();
    EXPECT_EQ((*store)->load(kLogOrigin).value(), std::nullopt);
    for (const std::uint64_t size : {1U, 2U, 10U})
      ASSERT_TRUE((*store)->replace(kLogOrigin, cosigned(kLogOrigin, size)));
    ASSERT_TRUE((*store)->replace("other", cosigned("other", 3)));
    EXPECT_EQ((*store)->load(kLogOrigin).value(), cosigned(kLogOrigin, 10));
  }
  const auto folder = WitnessFolder::acquire(memory_);
  ASSERT_TRUE(folder);
  const auto store = FileWitnessStore::open(*folder, key());
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->load(kLogOrigin).value(), cosigned(kLogOrigin, 10));
  EXPECT_EQ((*store)->load("other").value(), cosigned("other", 3));
}

TEST_F(FileWitnessStoreTest, IsServedByOneProcessAtATime) {
  const auto first = WitnessFolder::acquire(memory_);
  ASSERT_TRUE(first);
  const auto second = WitnessFolder::acquire(memory_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().id, "WIT-0006");
  EXPECT_EQ(second.error().code, base::Code::Conflict);
}

TEST_F(FileWitnessStoreTest, NoticesWhatWasChangedInIt) {
  const auto keep = [&] {
    const auto folder = WitnessFolder::acquire(memory_);
    const auto store = FileWitnessStore::open(*folder, key());
    ASSERT_TRUE((*store)->replace(kLogOrigin, cosigned(kLogOrigin, 12)));
  };
  keep();
  const std::string file = file_of(kLogOrigin);
  const std::string good = read(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    write(file, changed);
    EXPECT_EQ(problem(), "WIT-0005") << i;
  }
  for (const std::string& bad : {std::string(), good.substr(0, good.size() / 2), good + "x",
                                 std::string(1 << 20, 'x'), cosigned("other", 12)}) {
    write(file, bad);
    EXPECT_EQ(problem(), "WIT-0005") << bad.substr(0, 40);
  }
  write(file, good);
  EXPECT_EQ(problem(), "none");
}

TEST_F(FileWitnessStoreTest, NoticesThatItWasDamagedWhileItIsServed) {
  const auto folder = WitnessFolder::acquire(memory_);
  const auto store = FileWitnessStore::open(*folder, key());
  ASSERT_TRUE((*store)->replace(kLogOrigin, cosigned(kLogOrigin, 12)));
  write(file_of(kLogOrigin), "damaged");
  EXPECT_EQ((*store)->load(kLogOrigin).error().id, "WIT-0005");
}

TEST_F(FileWitnessStoreTest, RefusesFilesThatAWitnessDoesNotWrite) {
  ASSERT_EQ(problem(), "none");
  write(memory_ + "/checkpoints/notes.txt", "x");
  EXPECT_EQ(problem(), "WIT-0005");
  std::filesystem::remove(memory_ + "/checkpoints/notes.txt");
  // What a crash left before it was in place was never answered for.
  write(file_of(kLogOrigin) + ".new", "half");
  EXPECT_EQ(problem(), "none");
}

TEST_F(FileWitnessStoreTest, RefusesTheMemoryOfAnotherKey) {
  {
    const auto folder = WitnessFolder::acquire(memory_);
    const auto store = FileWitnessStore::open(*folder, key());
    ASSERT_TRUE((*store)->replace(kLogOrigin, cosigned(kLogOrigin, 12)));
  }
  signer_ = FileSigner::open(folder_ / "another.key", "w.example").value();
  EXPECT_EQ(problem(), "WIT-0005");
}

TEST_F(FileWitnessStoreTest, RemembersNothingThatTheWitnessDidNotCosign) {
  const auto folder = WitnessFolder::acquire(memory_);
  const auto store = FileWitnessStore::open(*folder, key());
  for (const std::string& bad :
       {std::string("garbage"), cosigned("other", 3), cosigned(kLogOrigin, 3) + "x"})
    EXPECT_EQ((*store)->replace(kLogOrigin, bad).error().id, "WIT-0007");
  EXPECT_EQ((*store)->load(kLogOrigin).value(), std::nullopt);
}

TEST_F(FileWitnessStoreTest, RefusesAFolderThatOthersMayWriteTo) {
  ASSERT_EQ(problem(), "none");
  for (const std::string& folder : {memory_, memory_ + "/checkpoints"}) {
    ASSERT_EQ(::chmod(folder.c_str(), 0770), 0);
    EXPECT_EQ(problem(), "WIT-0007");
    ASSERT_EQ(::chmod(folder.c_str(), 0700), 0);
  }
  write(folder_ / "file", "x");
  memory_ = folder_ / "file";
  EXPECT_EQ(problem(), "WIT-0007");
}

TEST_F(FileWitnessStoreTest, SaysWhenItCannotWrite) {
  const auto folder = WitnessFolder::acquire(memory_);
  const auto store = FileWitnessStore::open(*folder, key());
  // Something in the way of the file that would be renamed, for root too.
  std::filesystem::create_directory(file_of(kLogOrigin) + ".new");
  EXPECT_EQ((*store)->replace(kLogOrigin, cosigned(kLogOrigin, 3)).error().id, "WIT-0007");
  EXPECT_EQ((*store)->load(kLogOrigin).value(), std::nullopt);
}

}  // namespace
}  // namespace stellwerk::adapters
