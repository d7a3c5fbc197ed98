#include "adapters/process/output_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters::process {
namespace {

constexpr std::uint64_t kTailBytesMax = 65536;
constexpr std::size_t kLineLengthMax = 300;
constexpr std::string_view kHeadline = "=== ";

std::string read_from(int fd, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto count = ::pread(fd, bytes.data() + filled, bytes.size() - filled,
                               static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

bool is_headline(std::string_view line) {
  if (!line.starts_with(kHeadline) || line.size() == kHeadline.size()) return false;
  const char year = line[kHeadline.size()];
  return year >= '0' && year <= '9';
}

base::Result<base::UniqueFd> OutputLog::open(const std::string& headline) {
  // Never through a link: the folder is ours, but a link in it would be somebody's trap.
  base::UniqueFd file(
      ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid())
    return base::fail(base::error(base::Code::Unavailable, "PRC-0002",
                                  fmt::format("the log {} cannot be opened", path_))
                          .because(base::errno_text(errno))
                          .now("nothing was started"));
  const auto line = fmt::format("{}{}\n", kHeadline, headline);
  // A full disk must not keep a service from starting; its own writes will show the same.
  [[maybe_unused]] const auto written = ::write(file.get(), line.data(), line.size());
  run_begin_ = base::file_size(file.get());
  return file;
}

void OutputLog::bound() {
  const base::UniqueFd file(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return;
  const auto size = base::file_size(file.get());
  if (size <= size_bytes_max_) return;
  const auto kept = read_from(file.get(), size - size_bytes_max_, size_bytes_max_);
  // Not kept is better than unbounded: the space is needed for a rollback.
  (void)base::replace_file(path_ + ".1", kept);
  // The writer appends, so its next line goes to the new end.
  if (::ftruncate(file.get(), 0) == 0) run_begin_ = 0;
}

std::string OutputLog::tail(std::size_t lines_max, const base::Scrubber& scrubber) const {
  const base::UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return {};
  const auto size = base::file_size(file.get());
  const auto run_begin = run_begin_ > size ? 0 : run_begin_;
  const auto begin = std::max(run_begin, size > kTailBytesMax ? size - kTailBytesMax : 0);
  auto bytes = read_from(file.get(), begin, size - begin);
  // A line cut in front could begin within a secret, which the scrubber would not recognise.
  if (begin > run_begin) bytes.erase(0, std::min(bytes.find('\n'), bytes.size()));
  const auto text = scrubber.scrub(bytes);
  const auto lines = base::split(base::trim(text), '\n');
  std::string out;
  for (auto i = lines.size() - std::min(lines.size(), lines_max); i < lines.size(); ++i) {
    if (!out.empty()) out += '\n';
    out += base::printable(base::trim(lines[i]), kLineLengthMax);
  }
  return out;
}

}  // namespace stellwerk::adapters::process
