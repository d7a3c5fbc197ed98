#include "adapters/sqlite/emergency_log.h"

#include <fcntl.h>
#include <fmt/format.h>

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
/// The file is replaced as a whole, so that one of full size has had all its zeros written.
sqlite::Io<void> reserve(const std::filesystem::path& path, std::size_t size_bytes) {
  const auto present = sqlite::size_of(path);
  if (!present) return tl::unexpected(present.error());
  if (present->value_or(0) >= size_bytes) return {};
  std::string bytes;
  if (*present) {
    auto kept = sqlite::read_whole(path);
    if (!kept) return tl::unexpected(kept.error());
    bytes = std::move(*kept);
  }
  bytes.resize(size_bytes, '\0');
  return sqlite::replace_file(path, bytes);
}

}  // namespace

base::Result<EmergencyLog> EmergencyLog::open(const std::filesystem::path& path,
                                              std::size_t size_bytes) {
  auto done = reserve(path, size_bytes);
  if (done) done = sqlite::sync_folder(path.has_parent_path() ? path.parent_path() : ".");
  if (!done) return unusable(done.error());
  auto file = sqlite::open_file(path, O_RDWR);
  if (!file) return unusable(file.error());
  EmergencyLog log(std::move(*file), size_bytes);
  const auto bytes = sqlite::read_at(log.file_, 0, size_bytes);
  if (!bytes) return unusable(bytes.error());
  std::string_view rest = *bytes;
  while (take_line(rest)) log.end_ = bytes->size() - rest.size();
  // A clear() that was cut off: what is left behind must not look like lines after the next append.
  if (!bytes->empty() && bytes->front() == '\0' && !all_zero(*bytes)) {
    if (auto cleared = log.clear(); !cleared) return fail(cleared.error());
  }
  // The sync of these lines may have failed: a line behind one that the disk loses would be lost.
  done = sqlite::write_at(log.file_, std::string_view(*bytes).substr(0, log.end_), 0);
  if (done && log.end_ > 0) done = sqlite::sync_file(log.file_);
  if (!done) return unusable(done.error());
  return log;
}

base::Result<void> EmergencyLog::append(std::string_view line) {
  if (line.find_first_of(std::string_view("\n\0", 2)) != line.npos) {
    return fail(base::Code::InvalidArgument, "JRN-0006",
                "a line for the emergency log has a newline or NUL");
  }
  if (clearing_) {
    // Behind a cleared first byte no line would be found again.
    if (auto cleared = clear(); !cleared) return cleared;
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
  clearing_ = true;
  // First one byte, which cannot be half written: from here on the log reads as empty.
  auto done = sqlite::write_at(file_, std::string(1, '\0'), 0);
  if (done) done = sqlite::sync_file(file_);
  if (done) done = sqlite::write_at(file_, std::string(size_bytes_, '\0'), 0);
  if (done) done = sqlite::sync_file(file_);
  if (!done) return unusable(done.error());
  end_ = 0;
  clearing_ = false;
  return {};
}

}  // namespace stellwerk::adapters
