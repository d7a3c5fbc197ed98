// Archives that are written and read: the same bytes for the same content, and nothing hostile in.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include "cli/archive_reader.h"
#include "cli/archive_writer.h"
#include "cli/testing/log_maker.h"

namespace stellwerk::cli {
namespace {

using testing::files_below;
using testing::read_whole;
using testing::TestFolder;
using testing::write_whole;

constexpr base::WallTime kTime{1'760'000'000'000'000};

/// A tar with one member, as whoever wants to harm would make it.
void write_hostile(const std::string& file, const std::string& path, unsigned type,
                   const std::string& target, const std::string& bytes = {}) {
  archive* writing = archive_write_new();
  archive_write_add_filter_gzip(writing);
  archive_write_set_format_pax(writing);
  ASSERT_EQ(archive_write_open_filename(writing, file.c_str()), ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, path.c_str());
  archive_entry_set_filetype(entry, type);
  archive_entry_set_perm(entry, 0644);
  if (type == AE_IFLNK) archive_entry_set_symlink(entry, target.c_str());
  if (type == AE_IFREG && !target.empty()) archive_entry_set_hardlink(entry, target.c_str());
  archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
  archive_write_header(writing, entry);
  archive_write_data(writing, bytes.data(), bytes.size());
  archive_entry_free(entry);
  archive_write_close(writing);
  archive_write_free(writing);
}

// Goal: an export of the same log is the same file, byte for byte.
TEST(Archive, IsTheSameForTheSameContent) {
  TestFolder folder;
  for (const char* name : {"a.tar.gz", "b.tar.gz"}) {
    auto writer = ArchiveWriter::create(folder.path(name), kTime);
    ASSERT_TRUE(writer) << writer.error().one_line();
    ASSERT_TRUE(writer->add("top/x.txt", "hello"));
    ASSERT_TRUE(writer->add("top/below/y.py", std::string(100'000, 'y'), true));
    ASSERT_TRUE(writer->finish());
  }
  EXPECT_EQ(read_whole(folder.path("a.tar.gz")), read_whole(folder.path("b.tar.gz")));
  const auto unpacked = TemporaryFolder::make(folder.path());
  const auto top = unpack(folder.path("a.tar.gz"), unpacked->path());
  ASSERT_TRUE(top) << top.error().one_line();
  EXPECT_EQ(*top, unpacked->path() + "/top");
  EXPECT_EQ(read_whole(*top + "/x.txt"), "hello");
  EXPECT_EQ(read_whole(*top + "/below/y.py").size(), 100'000U);
}

TEST(Archive, LeavesNothingWhenItIsNotFinished) {
  TestFolder folder;
  {
    auto writer = ArchiveWriter::create(folder.path("a.tar.gz"), kTime);
    ASSERT_TRUE(writer->add("x", "y"));
  }
  EXPECT_TRUE(files_below(folder.path()).empty());
  const auto nowhere = ArchiveWriter::create(folder.path("no/such/a.tar.gz"), kTime);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().id, "AUD-0059");
}

// Goal: no path leads out of the folder, and no link is made (zip slip and its relatives).
TEST(Archive, RefusesPathsAndLinksThatLeadOut) {
  TestFolder folder;
  const std::string file = folder.path("bad.tar.gz");
  const std::tuple<std::string, unsigned, std::string> bad[] = {
      {"../evil", AE_IFREG, ""},       {"a/../../evil", AE_IFREG, ""},
      {"/tmp/evil", AE_IFREG, ""},     {"a/link", AE_IFLNK, "/etc/passwd"},
      {"a/hard", AE_IFREG, "a/other"}, {"a/fifo", AE_IFIFO, ""},
      {"a/.hidden", AE_IFREG, ""},     {"a/with blank", AE_IFREG, ""},
      {"a//b", AE_IFREG, ""},          {std::string(500, 'a'), AE_IFREG, ""},
      {"a/\xc3\xa4", AE_IFREG, ""},    {"../out", AE_IFDIR, ""},
  };
  for (const auto& [path, type, target] : bad) {
    write_hostile(file, path, type, target, type == AE_IFREG && target.empty() ? "evil" : "");
    const auto unpacked = TemporaryFolder::make(folder.path());
    const auto top = unpack(file, unpacked->path());
    ASSERT_FALSE(top) << path;
    EXPECT_EQ(top.error().id, "AUD-0058") << path;
    EXPECT_TRUE(files_below(unpacked->path()).empty()) << path;
  }
}

// Goal: little that was sent cannot fill the disk.
TEST(Archive, RefusesWhatUnpacksToFarTooMuch) {
  TestFolder folder;
  const std::string file = folder.path("bomb.tar.gz");
  write_hostile(file, "a/zeros", AE_IFREG, "", std::string(1'000'000, '\0'));
  const auto tried = [&](const UnpackLimits& limits) {
    const auto unpacked = TemporaryFolder::make(folder.path());
    return unpack(file, unpacked->path(), limits);
  };
  EXPECT_TRUE(tried({}));
  EXPECT_EQ(tried({.file_bytes = 999'999}).error().id, "AUD-0058");
  EXPECT_EQ(tried({.all_bytes = 999'999}).error().id, "AUD-0058");
  EXPECT_EQ(tried({.files = 0}).error().id, "AUD-0058");
  write_hostile(file, "a/zeros", AE_IFREG, "", std::string(std::size_t{80} << 20, '\0'));
  EXPECT_EQ(tried({.file_bytes = std::uint64_t{1} << 30}).error().id, "AUD-0058");
}

TEST(Archive, RefusesWhatIsNone) {
  TestFolder folder;
  write_whole(folder.path("text"), "no archive at all, only words");
  const auto unpacked = TemporaryFolder::make(folder.path());
  EXPECT_EQ(unpack(folder.path("text"), unpacked->path()).error().id, "AUD-0058");
  EXPECT_EQ(unpack(folder.path("missing"), unpacked->path()).error().id, "AUD-0058");
}

}  // namespace
}  // namespace stellwerk::cli
