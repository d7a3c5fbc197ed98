#include "adapters/file/ndjson_bus.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace stellwerk::adapters {
namespace {

/// Holds some entries at least: an entry has at most 64 KiB, its line little more.
constexpr off_t kTailBytesMax = off_t{1} << 20;

base::Failure not_published(const std::string& path, std::string why) {
  return base::fail(base::error(base::Code::Unavailable, "NTF-0001",
                                fmt::format("events were not written to {}", path))
                        .because(std::move(why))
                        .now("none counts as delivered; they are tried again"));
}

std::string line_of(const ports::PublicEvent& event) {
  const base::Json head{{"index", event.index},
                        {"name", event.name},
                        {"release", event.release.str()},
                        {"runbook_time", event.runbook_time},
                        {"time", base::rfc3339(event.time)}};
  auto line = head.dump(-1, ' ', false, base::Json::error_handler_t::replace);
  const auto data = base::parse_json(event.data);
  // The entry's own bytes, so that its digest can be taken from the line; but never a broken line.
  const bool embeds = data && event.data.find('\n') == std::string::npos;
  const auto text =
      embeds ? event.data
             : base::Json(event.data).dump(-1, ' ', true, base::Json::error_handler_t::replace);
  line.pop_back();
  return fmt::format("{},\"data\":{}}}\n", line, text);
}

/// True when an event's line begins so, as far as it got. Nothing else is ever cut off.
bool may_be_ours(std::string_view torn) {
  constexpr std::string_view kBegin = "{\"index\":";
  return torn.starts_with(kBegin) || kBegin.starts_with(torn);
}

/// Index and name of an event's line. The first line of a tail may be cut in front, and others may
/// have written to the file: such lines have none.
std::optional<std::pair<std::uint64_t, std::string>> key_of(std::string_view line) {
  const auto event = base::parse_json(line);
  if (!event || !event->is_object()) return std::nullopt;
  const auto index = event->find("index");
  const auto name = event->find("name");
  if (index == event->end() || !index->is_number_unsigned()) return std::nullopt;
  if (name == event->end() || !name->is_string()) return std::nullopt;
  return std::pair{index->get<std::uint64_t>(), name->get<std::string>()};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_end(int fd, off_t size) {
  const auto begin = std::max<off_t>(size - kTailBytesMax, 0);
  std::string bytes(static_cast<std::size_t>(size - begin), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto count = ::pread(fd, bytes.data() + filled, bytes.size() - filled,
                               begin + static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

std::string NdjsonBus::target() const { return base::canonical_path(path_); }

base::Result<base::UniqueFd> NdjsonBus::open() {
  const auto folder = std::filesystem::path(path_).parent_path().string();
  if (!folder.empty())
    if (auto made = base::make_folders(folder); !made)
      return not_published(path_, made.error().one_line());
  base::UniqueFd file(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return not_published(path_, base::errno_text(errno));
  return file;
}

base::Result<NdjsonBus::Left> NdjsonBus::look(int fd) const {
  struct stat found{};
  if (::fstat(fd, &found) != 0) return not_published(path_, base::errno_text(errno));
  return Left{.device = found.st_dev, .inode = found.st_ino, .size = found.st_size};
}

base::Result<void> NdjsonBus::read_tail(int fd, std::int64_t size) {
  const auto tail = read_end(fd, size);
  const auto line_end = tail.rfind('\n');
  const auto whole = line_end == std::string::npos ? 0 : line_end + 1;
  const auto torn = static_cast<off_t>(tail.size() - whole);
  if (torn > 0 && !may_be_ours(std::string_view(tail).substr(whole)))
    return not_published(path_, "it ends in a line that is no event: it is not a file of events");
  if (torn > 0 && ::ftruncate(fd, size - torn) != 0)
    return not_published(path_, base::errno_text(errno));
  const auto lines = base::split(std::string_view(tail).substr(0, whole), '\n');
  // From the end, until an earlier entry shows that all of the last one have been seen.
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const auto known = key_of(*line);
    if (!known) continue;
    if (last_ && known->first < last_->index) break;
    remember(known->first, known->second);
  }
  return {};
}

bool NdjsonBus::is_there(const ports::PublicEvent& event) const {
  if (!last_) return false;
  return event.index < last_->index ||
         (event.index == last_->index && last_->names.contains(event.name));
}

void NdjsonBus::remember(std::uint64_t index, const std::string& name) {
  if (!last_ || index > last_->index) last_ = Last{.index = index, .names = {}};
  if (index == last_->index) last_->names.insert(name);
}

base::Result<void> NdjsonBus::publish(const std::vector<ports::PublicEvent>& events,
                                      const ports::Call& /*call*/) {
  const auto file = open();
  if (!file) return base::fail(file.error());
  const auto found = look(file->get());
  if (!found) return base::fail(found.error());
  // Not as we left it: the last call was torn, or it is another file.
  if (left_ != *found)
    if (auto read = read_tail(file->get(), found->size); !read) return read;
  return append(file->get(), events);
}

base::Result<void> NdjsonBus::append(int fd, const std::vector<ports::PublicEvent>& events) {
  std::string lines;
  auto known = last_;
  for (const auto& event : events)
    if (!is_there(event)) {
      lines += line_of(event);
      remember(event.index, event.name);
    }
  left_.reset();
  const auto before = ::lseek(fd, 0, SEEK_END);
  if (write_all(fd, lines) && ::fsync(fd) == 0) {
    if (const auto now = look(fd)) left_ = *now;
    return {};
  }
  const int problem = errno;
  last_ = std::move(known);
  // All or nothing, as far as the disk allows; what stays is recognised by the next call.
  [[maybe_unused]] const int cut = ::ftruncate(fd, before);
  return not_published(path_, base::errno_text(problem));
}

}  // namespace stellwerk::adapters
