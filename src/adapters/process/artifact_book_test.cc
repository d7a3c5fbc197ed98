// Goal: a file's digest is that of what is there now, whatever was there before.
#include "adapters/process/artifact_book.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters::process {
namespace {

class ArtifactBookTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  /// As a delivery does it: the name gets another file.
  void exchange(const std::string& text) const {
    write("new", text);
    std::filesystem::rename(folder_ / "new", folder_ / "program");
  }
  void expect_refused(const std::string& path, const std::string& why) {
    const auto refused = book_.digest_of(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().id, "PRC-0006");
    EXPECT_EQ(refused.error().code, base::Code::Rejected);
    EXPECT_NE(refused.error().why.find(why), std::string::npos) << refused.error().why;
  }

  const base::testing::TemporaryFolder folder_;
  const std::string path_ = folder_ / "program";
  ArtifactBook book_;
};

TEST_F(ArtifactBookTest, DigestsAFileOfAnySizeInPieces) {
  for (const std::size_t size : {0U, 1U, 262143U, 262144U, 262145U, 1000000U}) {
    const std::string text(size, 'x');
    exchange(text);
    const auto digest = book_.digest_of(path_);
    ASSERT_TRUE(digest) << digest.error().one_line();
    EXPECT_EQ(*digest, base::sha256(text)) << size;
  }
}

TEST_F(ArtifactBookTest, SeesThatAFileWasExchangedWithOneOfTheSameSize) {
  write("program", "one");
  ASSERT_TRUE(book_.expect(path_, base::sha256("one")));
  exchange("two");
  const auto refused = book_.expect(path_, base::sha256("one"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "PRC-0006");
  EXPECT_EQ(refused.error().why, "it is " + base::sha256("two").to_string() + ", the plan says " +
                                     base::sha256("one").to_string());
  exchange("one");
  EXPECT_TRUE(book_.expect(path_, base::sha256("one")));
}

TEST_F(ArtifactBookTest, SeesThatAFileWasWrittenTo) {
  write("program", "one");
  ASSERT_TRUE(book_.expect(path_, base::sha256("one")));
  std::ofstream(path_, std::ios::app) << " more";
  EXPECT_FALSE(book_.expect(path_, base::sha256("one")));
}

TEST_F(ArtifactBookTest, RefusesWhatIsNoFile) {
  expect_refused(path_, "No such file");
  expect_refused(folder_.path(), "it is no file");
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_refused(path_, "it is no file");
}

TEST_F(ArtifactBookTest, StopsReadingWhenTheCallIsStopped) {
  write("program", "one");
  const ports::StopToken stop;
  stop.stop();
  const auto stopped = book_.digest_of(path_, stop);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::Code::OutcomeUnknown);
}

TEST(ArtifactPath, IsTheProgramOrTheFileThatIsNamed) {
  const ports::VersionRef version{base::ComponentName("doc"), {1, 3, 0, {}, {}}};
  core::WorkloadSpec spec;
  spec.command.arguments = {"sh", "--port", "{port}"};
  const auto program = artifact_path(version, spec);
  ASSERT_TRUE(program) << program.error().one_line();
  EXPECT_TRUE(program->ends_with("/sh")) << *program;
  spec.artifact_file = "/srv/{component}/{version}.jar";
  EXPECT_EQ(artifact_path(version, spec).value(), "/srv/doc/1.3.0.jar");
  spec.artifact_file.clear();
  spec.command.arguments = {"/no/such/program-{version}"};
  EXPECT_FALSE(artifact_path(version, spec));
}

}  // namespace
}  // namespace stellwerk::adapters::process
