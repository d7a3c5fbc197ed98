#include "adapters/sqlite/emergency_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/digest.h"

namespace stellwerk::adapters {
namespace {

constexpr std::size_t kCheckDigits = 16;

base::Failure unusable(std::string why) {
  return fail(
      base::error(base::Code::Unavailable, "JRN-0006", "the emergency log cannot be used")
          .because(std::move(why))
          .then("stellwerk explain JRN-0006", "where the record of a rollback went instead"));
}

std::string check_of(std::string_view line) {
  return base::sha256(line).hex().substr(0, kCheckDigits);
}

/// Splits off the next whole line; nothing at the end or at a line that is not whole.
std::optional<std::string> take_line(std::string_view& bytes) {
  const auto newline = bytes.find('\n');
  if (newline == bytes.npos || newline <= kCheckDigits) return std::nullopt;
  const auto line = bytes.substr(kCheckDigits + 1, newline - kCheckDigits - 1);
  if (bytes.substr(0, kCheckDigits) != check_of(line) || bytes[kCheckDigits] != ' ') {
    return std::nullopt;
  }
  bytes.remove_prefix(newline + 1);
  return std::string(line);
}

bool all_zero(std::string_view bytes) { return bytes.find_first_not_of('\0') == bytes.npos; }

/// Real zeros, not only a reservation: the blocks of a reserved but unwritten range still need
/// bookkeeping of the file system when they are first written, and that can fail on a full disk.
sqlite::Io<void> reserve(const sqlite::UniqueFd& file, std::size_t size_bytes) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return tl::unexpected(std::string("stat failed"));
  const auto present = static_cast<std::size_t>(status.st_size);
  if (present >= size_bytes) return {};
  if (::posix_fallocate(file.get(), 0, static_cast<off_t>(size_bytes)) != 0) {
    return tl::unexpected(fmt::format("no space for {} bytes", size_bytes));
  }
  auto done =
      sqlite::write_at(file, std::string(size_bytes - present, '\0'), static_cast<off_t>(present));
  if (done) done = sqlite::sync_file(file);
  return done;
}

}  // namespace

base::Result<EmergencyLog> EmergencyLog::open(const std::filesystem::path& path,
                                              std::size_t size_bytes) {
  auto file = sqlite::open_file(path, O_RDWR | O_CREAT);
  if (!file) return unusable(file.error());
  auto done = reserve(*file, size_bytes);
  if (done) done = sqlite::sync_folder(path.has_parent_path() ? path.parent_path() : ".");
  if (!done) return unusable(done.error());
  EmergencyLog log(std::move(*file), size_bytes);
  const auto bytes = sqlite::read_at(log.file_, 0, size_bytes);
  if (!bytes) return unusable(bytes.error());
  std::string_view rest = *bytes;
  while (take_line(rest)) log.end_ = bytes->size() - rest.size();
  // A clear() that was cut off: what is left behind must not look like lines after the next append.
  if (!bytes->empty() && bytes->front() == '\0' && !all_zero(*bytes)) {
    if (auto cleared = log.clear(); !cleared) return fail(cleared.error());
  }
  return log;
}

base::Result<void> EmergencyLog::append(std::string_view line) {
  if (line.find_first_of(std::string_view("\n\0", 2)) != line.npos) {
    return fail(base::Code::InvalidArgument, "JRN-0006",
                "a line for the emergency log has a newline or NUL");
  }
  const std::string record = fmt::format("{} {}\n", check_of(line), line);
  if (end_ + record.size() > size_bytes_) return unusable("it is full");
  auto done = sqlite::write_at(file_, record, static_cast<off_t>(end_));
  if (done) done = sqlite::sync_file(file_);
  if (!done) return unusable(done.error());
  end_ += record.size();
  return {};
}

base::Result<EmergencyLog::Content> EmergencyLog::read() const {
  const auto bytes = sqlite::read_at(file_, 0, size_bytes_);
  if (!bytes) return unusable(bytes.error());
  Content content;
  std::string_view rest = *bytes;
  while (auto line = take_line(rest)) content.lines.push_back(std::move(*line));
  content.cut_off = !all_zero(rest);
  return content;
}

base::Result<void> EmergencyLog::clear() {
  // First one byte, which cannot be half written: from here on the log reads as empty.
  auto done = sqlite::write_at(file_, std::string(1, '\0'), 0);
  if (done) done = sqlite::sync_file(file_);
  if (done) done = sqlite::write_at(file_, std::string(size_bytes_, '\0'), 0);
  if (done) done = sqlite::sync_file(file_);
  if (!done) return unusable(done.error());
  end_ = 0;
  return {};
}

}  // namespace stellwerk::adapters
