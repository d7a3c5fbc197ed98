// Goal: one readable message per notice, private, whole, and once, however often it is sent.
#include "adapters/file/file_notifier.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/testing/temporary_folder.h"

namespace stellwerk::adapters {
namespace {

ports::Notice notice() {
  return {.id = "rel-1/7/0@stellwerk",
          .release = base::ReleaseId("rel-1"),
          .event = "notification.release.started",
          .recipients = {"a@example.org", "b@example.org"},
          .subject = "Freigabe läuft",
          .body = "Guten Tag,\nes geht los.",
          .time = base::parse_rfc3339("2025-10-15T20:00:00.000Z").value()};
}

std::vector<std::filesystem::path> files_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  return files;
}

TEST(FileNotifier, WritesOneMessageThatOnlyItsOwnerReads) {
  const base::testing::TemporaryFolder folder;
  FileNotifier notifier(folder / "notices");
  ASSERT_TRUE(notifier.send(notice(), {}));
  const auto files = files_in(folder / "notices");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_TRUE(files.front().filename().string().starts_with("2025-10-15T20-00-00.000Z-rel-1_7_0@"));
  struct stat found{};
  ASSERT_EQ(::stat(files.front().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_EQ(base::read_file(files.front(), 10000).value(),
            "Message-ID: <rel-1/7/0@stellwerk>\n"
            "Date: Wed, 15 Oct 2025 20:00:00 +0000\n"
            "To: a@example.org, b@example.org\n"
            "Subject: Freigabe läuft\n"
            "X-Stellwerk-Release: rel-1\n"
            "X-Stellwerk-Event: notification.release.started\n"
            "MIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=utf-8\n"
            "Content-Transfer-Encoding: 8bit\n"
            "\n"
            "Guten Tag,\nes geht los.\n");
}

TEST(FileNotifier, LeavesOneFileWhenANoticeIsSentAgain) {
  const base::testing::TemporaryFolder folder;
  FileNotifier notifier(folder.path());
  auto again = notice();
  ASSERT_TRUE(notifier.send(again, {}));
  again.time = again.time + base::hours(1);
  ASSERT_TRUE(FileNotifier(folder.path()).send(again, {}));
  EXPECT_EQ(files_in(folder.path()).size(), 1U);

  // Ids that differ only where a file name cannot hold them, and ids that end alike.
  for (const std::string id : {"rel-1_7_0@stellwerk", "x-rel-1/7/0@stellwerk", "0@stellwerk"}) {
    auto other = notice();
    other.id = id;
    ASSERT_TRUE(notifier.send(other, {}));
  }
  EXPECT_EQ(files_in(folder.path()).size(), 4U);
}

TEST(FileNotifier, LetsNoTextBecomeAHeaderOrAPath) {
  const base::testing::TemporaryFolder folder;
  FileNotifier notifier(folder / "notices");
  auto hostile = notice();
  hostile.id = "../../evil";
  hostile.subject = "x\r\nBcc: everybody@example.org";
  hostile.recipients = {"a@example.org\nX: y"};
  ASSERT_TRUE(notifier.send(hostile, {}));
  EXPECT_EQ(files_in(folder.path()).size(), 1U);
  const auto text = base::read_file(files_in(folder / "notices").front(), 10000).value();
  EXPECT_EQ(text.find("\nBcc:"), std::string::npos);
  EXPECT_EQ(text.find("\nX: y"), std::string::npos);
}

TEST(FileNotifier, SaysSoWhenItCannotWrite) {
  const base::testing::TemporaryFolder folder;
  std::ofstream(folder / "taken") << "a file";
  FileNotifier notifier(folder / "taken");
  const auto sent = notifier.send(notice(), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().id, "NTF-0002");
  EXPECT_EQ(sent.error().code, base::Code::Unavailable);
}

}  // namespace
}  // namespace stellwerk::adapters
