#include "adapters/process/log_counter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/files.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::process {
namespace {

constexpr int kFormat = 1;
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kPlaceBytesMax = 4096;
/// What an instance has left when it ends is read at once; a log is rarely larger than one look.
constexpr int kEndLooks = 8;

base::UniqueFd open_log(const std::string& path) {
  // A fifo in its place must not hold up whoever looks.
  base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat found{};
  if (file.valid() && (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode))) file.reset();
  return file;
}

/// What is there of the `size` bytes from `offset`.
std::string_view read_into(std::string& room, int fd, std::uint64_t offset, std::size_t size) {
  room.resize(size);
  ssize_t count = 0;
  do count = ::pread(fd, room.data(), size, static_cast<off_t>(offset));
  while (count < 0 && errno == EINTR);
  return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

base::Digest digest_before(int fd, std::uint64_t offset) {
  const auto size = std::min<std::uint64_t>(offset, LogCounter::kBeforeBytes);
  std::string room;
  return base::sha256(read_into(room, fd, offset - size, size));
}

std::optional<LogPlace> load(const std::string& path) {
  const auto bytes = base::read_file(path, kPlaceBytesMax);
  if (!bytes) return std::nullopt;
  const auto value = base::parse_json(*bytes);
  return value ? log_place_from_json(*value) : std::nullopt;
}

}  // namespace

base::Json to_json(const LogPlace& place) {
  return base::Json{{"before", place.before.to_string()},
                    {"errors", place.counts.errors},
                    {"format", kFormat},
                    {"lines", place.counts.lines},
                    {"offset", place.offset},
                    {"unread_bytes", place.counts.unread_bytes},
                    {"warnings", place.counts.warnings}};
}

std::optional<LogPlace> log_place_from_json(const base::Json& value) {
  if (!base::canonical(value)) return std::nullopt;
  try {
    LogPlace place;
    const auto before = base::Digest::parse(value.at("before").get<std::string>());
    if (!before || value.at("format") != kFormat) return std::nullopt;
    place.before = *before;
    value.at("offset").get_to(place.offset);
    value.at("lines").get_to(place.counts.lines);
    value.at("errors").get_to(place.counts.errors);
    value.at("warnings").get_to(place.counts.warnings);
    value.at("unread_bytes").get_to(place.counts.unread_bytes);
    // The library makes numbers of what are none, so what was read must be all that stands there.
    if (to_json(place) == value) return place;
  } catch (const base::Json::exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

LogCounter::LogCounter(std::string log_path, std::string place_path)
    : log_path_(std::move(log_path)),
      place_path_(std::move(place_path)),
      before_(base::sha256("")) {
  const auto place = load(place_path_);
  if (!place) return;
  begun_ = true;
  read_to_ = place->offset;
  before_ = place->before;
  tally_ = LineTally(place->counts);
}

void LogCounter::begin() {
  if (begun_) return;
  begun_ = true;
  const auto file = open_log(log_path_);
  if (file.valid()) {
    read_to_ = base::file_size(file.get());
    before_ = digest_before(file.get(), read_to_);
  }
  save(file.get());
}

std::uint64_t LogCounter::count() {
  behind_ = 0;
  const auto file = open_log(log_path_);
  if (!begun_ || !file.valid()) return 0;
  const auto size = base::file_size(file.get());
  if (size == read_to_) return size;
  if (!is_the_same(file.get(), size)) from_beginning();
  read_on(file.get(), size);
  return size;
}

bool LogCounter::is_the_same(int fd, std::uint64_t size) const {
  return size >= read_to_ && digest_before(fd, read_to_) == before_;
}

void LogCounter::from_beginning() {
  tally_.finish();
  read_to_ = 0;
  before_ = base::sha256("");
}

void LogCounter::read_on(int fd, std::uint64_t size) {
  const auto until = std::min(size, read_to_ + kLookBytesMax);
  std::string room;
  while (read_to_ < until) {
    const auto bytes =
        read_into(room, fd, read_to_,
                  static_cast<std::size_t>(std::min<std::uint64_t>(until - read_to_, kChunkBytes)));
    if (bytes.empty()) break;  // emptied meanwhile: seen at the next look
    tally_.take(bytes);
    read_to_ += bytes.size();
  }
  before_ = digest_before(fd, read_to_);
  behind_ = size - std::min(size, read_to_);
}

void LogCounter::before_emptied() {
  count();
  const auto file = open_log(log_path_);
  if (!file.valid()) return;
  if (behind_ != 0) {
    tally_.finish();
    tally_.pass_over(behind_);
    read_to_ += behind_;
    before_ = digest_before(file.get(), read_to_);
    behind_ = 0;
  }
  save(file.get());
}

void LogCounter::emptied() {
  read_to_ = 0;
  before_ = base::sha256("");
}

void LogCounter::end() {
  if (!begun_) return;
  for (int looks = 0; looks < kEndLooks && (looks == 0 || behind_ > 0); ++looks) count();
  tally_.finish();
  tally_.pass_over(std::exchange(behind_, 0));
  save(open_log(log_path_).get());
}

/// One that cannot be written is read again from the last that could: nothing is counted twice, as
/// long as the log is there.
void LogCounter::save(int fd) const {
  // An unfinished line is read again as a whole.
  const auto offset = read_to_ - std::min(read_to_, tally_.unfinished());
  const LogPlace place{offset, offset == read_to_ ? before_ : digest_before(fd, offset),
                       tally_.counts()};
  (void)base::replace_file(place_path_, to_json(place).dump() + "\n");
}

}  // namespace stellwerk::adapters::process
