#include "cli/probes.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "base/unique_fd.h"

namespace stellwerk::cli {
namespace {

constexpr int kPatienceMs = 2000;
constexpr std::size_t kOutputMax = std::size_t{64} << 10;
constexpr std::size_t kBodyMax = std::size_t{1} << 20;

/// Reads until the other end is closed; false when it stays silent for too long.
bool read_all(int fd, std::string& text) {
  std::array<char, 4096> buffer{};
  while (text.size() < kOutputMax) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return false;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return false;
}

std::optional<pid_t> start(const std::vector<std::string>& arguments, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  std::vector<std::string> words = arguments;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_t pid = 0;
  const int problem =
      ::posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return std::nullopt;
  return pid;
}

struct CurlClosed {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() < kBodyMax) body.append(bytes, size * count);
  return size * count;
}

}  // namespace

std::optional<std::string> output_of(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const base::UniqueFd reading(ends[0]);
  base::UniqueFd writing(ends[1]);
  const auto pid = start(arguments, writing.get());
  writing = base::UniqueFd();
  if (!pid) return std::nullopt;
  std::string text;
  if (!read_all(reading.get(), text)) ::kill(*pid, SIGKILL);
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  // A spawn that cannot find the program ends with 127 and no words.
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && text.empty()) return std::nullopt;
  return text;
}

bool can_be_started(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(program, ignored) &&
           ::access(program.c_str(), X_OK) == 0;
  }
  return output_of({"sh", "-c", "command -v -- \"$1\" || ls /usr/sbin/\"$1\"", "sh", program})
      .value_or("")
      .starts_with("/");
}

bool port_is_free(std::uint16_t port) {
  const base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return false;
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The socket interface takes every kind of address by this one pointer type.
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

core::HttpJudgement ask_health(const core::HealthCheck& check) {
  const std::unique_ptr<CURL, CurlClosed> curl(curl_easy_init());
  if (!curl) return {false, "libcurl cannot be used"};
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, check.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(check.timeout.ms()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK)
    return {false, curl_easy_strerror(code)};
  long status = 0;
  curl_off_t took = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_TOTAL_TIME_T, &took);
  return core::judge(check.expect, {static_cast<int>(status), body, body.size() >= kBodyMax,
                                    base::microseconds(took)});
}

std::string version_in(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t begin = text.find_first_of(kDigits);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find_first_not_of("0123456789.", begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

bool at_least(const std::string& version, int major, int minor) {
  std::array<int, 2> parts{};
  std::size_t i = 0;
  for (const std::string_view part : base::split(version, '.')) {
    if (i == parts.size()) break;
    std::from_chars(part.data(), part.data() + part.size(), parts[i++]);
  }
  return parts[0] > major || (parts[0] == major && parts[1] >= minor);
}

}  // namespace stellwerk::cli
