#include "cli/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "base/files.h"
#include "base/unique_fd.h"

namespace stellwerk::cli {
namespace {

constexpr const char* kPartSuffix = ".part";

base::Failure not_written(const std::string& path, std::string why) {
  return base::fail(base::error(base::Code::Unavailable, "AUD-0059",
                                fmt::format("the archive {} cannot be written", path))
                        .because(std::move(why))
                        .now("nothing of it is left")
                        .then("--out FILE", "another place"));
}

}  // namespace

struct ArchiveWriter::Open {
  std::string path;
  std::string part;
  base::WallTime time;
  base::UniqueFd file;
  std::unique_ptr<archive, decltype(&archive_write_free)> writing{archive_write_new(),
                                                                  &archive_write_free};
  bool finished = false;

  [[nodiscard]] base::Failure failure() const {
    const char* words = archive_error_string(writing.get());
    return not_written(path, words == nullptr ? "" : words);
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Open> open) : open_(std::move(open)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;

ArchiveWriter::~ArchiveWriter() {
  if (!open_ || open_->finished) return;
  open_->writing.reset();
  ::unlink(open_->part.c_str());
}

base::Result<ArchiveWriter> ArchiveWriter::create(const std::string& path, base::WallTime time) {
  auto open = std::make_unique<Open>();
  open->path = path;
  open->part = path + kPartSuffix;
  open->time = time;
  open->file.reset(
      ::open(open->part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!open->file.valid()) return not_written(path, base::errno_text(errno));
  ArchiveWriter writer(std::move(open));
  archive* writing = writer.open_->writing.get();
  // Without the time of writing in gzip's header, which would make every archive another.
  const bool ready = archive_write_add_filter_gzip(writing) == ARCHIVE_OK &&
                     archive_write_set_format_ustar(writing) == ARCHIVE_OK &&
                     archive_write_set_options(writing, "gzip:!timestamp") == ARCHIVE_OK &&
                     archive_write_open_fd(writing, writer.open_->file.get()) == ARCHIVE_OK;
  if (!ready) return writer.open_->failure();
  return writer;
}

base::Result<void> ArchiveWriter::add(const std::string& path, std::string_view bytes,
                                      bool executable) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            &archive_entry_free);
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), executable ? 0755 : 0644);
  archive_entry_set_mtime(entry.get(), open_->time.us / 1'000'000, 0);
  if (archive_write_header(open_->writing.get(), entry.get()) != ARCHIVE_OK)
    return open_->failure();
  while (!bytes.empty()) {
    const auto count = archive_write_data(open_->writing.get(), bytes.data(), bytes.size());
    if (count <= 0) return open_->failure();
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

base::Result<void> ArchiveWriter::finish() {
  if (archive_write_close(open_->writing.get()) != ARCHIVE_OK) return open_->failure();
  if (::fsync(open_->file.get()) != 0 || ::rename(open_->part.c_str(), open_->path.c_str()) != 0)
    return not_written(open_->path, base::errno_text(errno));
  open_->finished = true;
  return {};
}

}  // namespace stellwerk::cli
