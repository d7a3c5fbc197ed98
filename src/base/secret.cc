#include "base/secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::size_t kScrubbedSizeMin = 6;
constexpr std::size_t kFileSizeMax = std::size_t{64} << 10;

/// Overwrites the whole buffer, also what an earlier, longer value or a move left behind the end.
void wipe(std::string& value) {
  value.resize(value.capacity());
  OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

class File {
 public:
  explicit File(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::string system_text(int number) { return std::generic_category().message(number); }

Error missing(Code code, std::string message, std::string why) {
  return error(code, "BAS-0009", std::move(message)).because(std::move(why));
}

Error exposed(const std::string& path, std::string why) {
  return error(Code::Forbidden, "BAS-0010",
               fmt::format("the secret file {} has unfit permissions", in_quotes(path)))
      .because(std::move(why))
      .then("chmod 600 " + printable(path), "only its owner may read and write it");
}

std::string file_message(const std::string& path) {
  return fmt::format("the secret file {} cannot be read", in_quotes(path));
}

/// Checks the opened file, not the path, so that nothing can change between check and use.
Result<void> check_file(const File& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) {
    return fail(missing(Code::NotFound, file_message(path), system_text(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(missing(Code::InvalidArgument, file_message(path), "it is not a regular file"));
  }
  if ((status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0) {
    return fail(exposed(path, fmt::format("its mode is {:04o}: others could read or change it",
                                          static_cast<unsigned>(status.st_mode & 07777))));
  }
  return {};
}

/// Reads at most one byte more than is allowed, into `content`, whose capacity is never exceeded:
/// no copy of a secret is left behind by a buffer that grew.
Result<void> read_all(const File& file, const std::string& path, std::string& content) {
  content.resize(kFileSizeMax + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const auto got = ::read(file.fd(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(missing(Code::NotFound, file_message(path), system_text(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kFileSizeMax) {
    return fail(missing(Code::InvalidArgument, file_message(path), "it is larger than 64 KiB"));
  }
  content.resize(size);
  return {};
}

Result<Secret> load_file(const std::string& path) {
  const File file(path);
  if (file.fd() < 0) {
    const int number = errno;
    if (number == EACCES) return fail(exposed(path, "we may not read it: " + system_text(number)));
    return fail(missing(Code::NotFound, file_message(path), system_text(number)));
  }
  if (auto checked = check_file(file, path); !checked) return fail(std::move(checked.error()));
  std::string content;
  auto read = read_all(file, path, content);
  std::string_view value = content;
  if (value.ends_with('\n')) value.remove_suffix(value.ends_with("\r\n") ? 2 : 1);
  Secret secret{std::string(value)};
  wipe(content);
  if (!read) return fail(std::move(read.error()));
  if (secret.empty()) return fail(missing(Code::NotFound, file_message(path), "it is empty"));
  return secret;
}

Result<Secret> load_variable(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this process changes the environment.
  const char* const value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') return Secret(value);
  return fail(missing(Code::NotFound,
                      fmt::format("the environment variable {} holds no secret", in_quotes(name)),
                      value == nullptr ? "it is not set" : "it is empty"));
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

void find_all(std::string_view text, std::string_view word, std::vector<Range>& found) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    found.push_back({at, at + word.size()});
  }
}

/// The text with each range, or each group of overlapping ranges, replaced.
std::string replace_ranges(std::string_view text, std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.begin < b.begin; });
  std::string clean;
  std::size_t done = 0;
  for (const auto& range : ranges) {
    if (range.begin >= done) {
      clean += text.substr(done, range.begin - done);
      clean += "***";
    }
    done = std::max(done, range.end);
  }
  return clean += text.substr(done);
}

}  // namespace

Secret::Secret(std::string value) : value_(std::move(value)) {
  wipe(value);  // NOLINT(bugprone-use-after-move): a short text is copied by a move and would stay
                // on the stack
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe(value_);
  value_ = other.value_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(value_);
  value_ = std::move(other.value_);
  wipe(other.value_);
  return *this;
}

Secret::~Secret() { wipe(value_); }

Result<Secret> load_secret(const SecretReference& reference) {
  if (reference.file.empty() == reference.environment.empty()) {
    return fail(missing(Code::InvalidArgument, "the reference to a secret is not usable",
                        reference.file.empty()
                            ? "it names neither a file nor an environment variable"
                            : "it names both a file and an environment variable"));
  }
  return reference.file.empty() ? load_variable(reference.environment) : load_file(reference.file);
}

void Scrubber::learn(const Secret& secret) {
  if (secret.reveal().size() < kScrubbedSizeMin) return;
  const std::lock_guard lock(mutex_);
  const auto same = [&](const Secret& known) { return known.reveal() == secret.reveal(); };
  if (std::none_of(known_.begin(), known_.end(), same)) known_.push_back(secret);
}

std::string Scrubber::scrub(std::string_view text) const {
  std::vector<Range> found;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& secret : known_) find_all(text, secret.reveal(), found);
  }
  return found.empty() ? std::string(text) : replace_ranges(text, std::move(found));
}

}  // namespace stellwerk::base
