#include "cli/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace stellwerk::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 65536;
constexpr std::size_t kPathBytesMax = 400;
constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20;

using Reading = std::unique_ptr<archive, decltype(&archive_read_free)>;

base::Failure archive_refused(const std::string& archive, std::string why) {
  return base::fail(
      base::error(base::Code::InvalidArgument, "AUD-0058",
                  fmt::format("the archive {} cannot be used", base::in_quotes(archive)))
          .because(std::move(why))
          .now("nothing of it was checked, and nothing is left of it here")
          .then("get the archive again", "from who exported it"));
}

/// Plain names, slash between them: whatever else there is has no business in an export.
bool is_safe(std::string_view path) {
  if (path.empty() || path.size() > kPathBytesMax) return false;
  for (const std::string_view part : base::split(path, '/')) {
    if (part.empty() || part.front() == '.') return false;
    const bool is_plain = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '.' ||
             c == '-' || c == '_';
    });
    if (!is_plain) return false;
  }
  return true;
}

class Unpacking {
 public:
  Unpacking(const std::string& archive, const std::string& folder, const UnpackLimits& limits)
      : archive_(archive),
        folder_(folder),
        limits_(limits),
        reading_(archive_read_new(), &archive_read_free) {}

  base::Result<std::string> run() {
    archive_read_support_filter_gzip(reading_.get());
    archive_read_support_format_tar(reading_.get());
    std::error_code problem;
    packed_bytes_ = fs::file_size(archive_, problem);
    if (problem) return archive_refused(archive_, problem.message());
    if (archive_read_open_filename(reading_.get(), archive_.c_str(), kBlockBytes) != ARCHIVE_OK)
      return archive_refused(archive_, words());
    while (true) {
      archive_entry* entry = nullptr;
      const int got = archive_read_next_header(reading_.get(), &entry);
      if (got == ARCHIVE_EOF) break;
      if (got != ARCHIVE_OK) return archive_refused(archive_, words());
      if (auto taken = take(entry); !taken) return base::fail(std::move(taken.error()));
    }
    return top();
  }

 private:
  [[nodiscard]] std::string words() const {
    const char* text = archive_error_string(reading_.get());
    return base::printable(text == nullptr ? "it is no archive" : text, 300);
  }

  base::Result<void> take(archive_entry* entry) {
    const char* name = archive_entry_pathname(entry);
    std::string path = name == nullptr ? "" : name;
    const auto type = archive_entry_filetype(entry);
    const bool is_link =
        archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    if (type == AE_IFDIR) {
      while (path.ends_with('/')) path.pop_back();
      if (!is_safe(path))
        return archive_refused(archive_, "it has the path " + base::in_quotes(path));
      return count_file();  // made with the files in it
    }
    if (type != AE_IFREG || is_link)
      return archive_refused(archive_, base::in_quotes(path) + " is no plain file");
    if (!is_safe(path))
      return archive_refused(archive_, "it has the path " + base::in_quotes(path));
    if (auto counted = count_file(); !counted) return counted;
    return write(path);
  }

  base::Result<void> count_file() {
    if (++files_ <= limits_.files) return {};
    return archive_refused(archive_, fmt::format("it has more than {} files", limits_.files));
  }

  base::Result<void> count_bytes(std::uint64_t count, std::uint64_t& of_file) {
    of_file += count;
    all_bytes_ += count;
    if (of_file > limits_.file_bytes)
      return archive_refused(
          archive_, fmt::format("a file in it has more than {} bytes", limits_.file_bytes));
    const bool is_bomb = all_bytes_ > kFreeBytes && all_bytes_ / limits_.ratio > packed_bytes_;
    if (all_bytes_ > limits_.all_bytes || is_bomb)
      return archive_refused(archive_, fmt::format("it unpacks to more than {} bytes", all_bytes_));
    return {};
  }

  base::Result<void> write(const std::string& path) {
    const fs::path target = fs::path(folder_) / path;
    if (auto made = base::make_folders(target.parent_path().string()); !made)
      return base::fail(std::move(made.error()));
    const base::UniqueFd file(
        ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.valid()) return archive_refused(archive_, base::in_quotes(path) + " is in it twice");
    std::array<char, kBlockBytes> block{};
    std::uint64_t of_file = 0;
    while (true) {
      const la_ssize_t count = archive_read_data(reading_.get(), block.data(), block.size());
      if (count < 0) return archive_refused(archive_, words());
      if (count == 0) return {};
      if (auto counted = count_bytes(static_cast<std::uint64_t>(count), of_file); !counted)
        return counted;
      if (::write(file.get(), block.data(), static_cast<std::size_t>(count)) != count)
        return base::fail(base::Code::Unavailable, "BAS-0012",
                          fmt::format("{} cannot be written", target.string()));
    }
  }

  base::Result<std::string> top() const {
    std::vector<fs::path> found;
    std::error_code problem;
    for (fs::directory_iterator each(folder_, problem), end; !problem && each != end;
         each.increment(problem))
      found.push_back(each->path());
    if (found.size() == 1 && fs::is_directory(found.front(), problem))
      return found.front().string();
    return folder_;
  }

  const std::string& archive_;
  const std::string& folder_;
  const UnpackLimits& limits_;
  Reading reading_;
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t all_bytes_ = 0;
};

}  // namespace

base::Result<TemporaryFolder> TemporaryFolder::make(const std::string& parent) {
  std::string path = parent + "/stellwerk-audit-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return base::fail(base::error(base::Code::Unavailable, "BAS-0012",
                                  fmt::format("no folder can be made in {}", parent))
                          .because(base::errno_text(errno))
                          .then("TMPDIR=FOLDER stellwerk audit verify …", "unpack there"));
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

base::Result<std::string> unpack(const std::string& archive, const std::string& folder,
                                 const UnpackLimits& limits) {
  return Unpacking(archive, folder, limits).run();
}

}  // namespace stellwerk::cli
