#include "e2e/program.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

namespace stellwerk::e2e {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// The shell only opens the files; the program takes its place and keeps its pid.
std::vector<std::string> with_output_in_files(const std::vector<std::string>& command,
                                              const fs::path& output) {
  std::vector<std::string> words = {"/bin/sh", "-c", R"(exec "$@" >"$0.out" 2>"$0.err" </dev/null)",
                                    output.string()};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::optional<pid_t> pid_of(const fs::path& entry) {
  const std::string name = entry.filename().string();
  pid_t pid = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (problem != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const std::string inner = path.string() + "/";
  return inner.starts_with(folder.string() + "/");
}

/// A socket that has a port of the loopback address, and the port.
std::pair<examples::UniqueFd, int> bound_socket() {
  examples::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket.get() < 0 || ::bind(socket.get(), generic, length) != 0 ||
      ::getsockname(socket.get(), generic, &length) != 0)
    throw std::runtime_error("no free port on the loopback address");
  return {std::move(socket), ntohs(address.sin_port)};
}

}  // namespace

Program::Program(const std::vector<std::string>& command, const fs::path& output)
    : output_(output), child_(with_output_in_files(command, output)) {}

bool Program::ended() { return child_.wait(std::chrono::milliseconds(0)).has_value(); }

std::optional<int> Program::exit_code(std::chrono::milliseconds limit) {
  const auto ending = child_.wait(limit);
  if (!ending) return std::nullopt;
  return ending->exit_code ? *ending->exit_code : -ending->signal.value_or(0);
}

std::string Program::out() const { return text_of(output_.string() + ".out"); }
std::string Program::err() const { return text_of(output_.string() + ".err"); }

int free_port() { return bound_socket().second; }

HeldPort::HeldPort() {
  std::tie(socket_, number_) = bound_socket();
  // Only now: else it might have been given a port that is held already.
  const int on = 1;
  if (::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    throw std::runtime_error("a port of the loopback address cannot be shared");
}

std::string text_of(const fs::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();  // nothing, and no exception, of a process that has just ended
  return text.str();
}

std::vector<RunningProcess> processes_below(const fs::path& folder) {
  std::vector<RunningProcess> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator("/proc", problem)) {
    const auto pid = pid_of(entry.path());
    if (!pid || *pid == ::getpid()) continue;
    std::error_code gone;
    const fs::path working_folder = fs::read_symlink(entry.path() / "cwd", gone);
    if (gone || !is_below(working_folder, folder)) continue;
    std::string command = text_of(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (!command.empty()) found.push_back({*pid, std::move(command)});
  }
  return found;
}

void end_processes_below(const fs::path& folder) {
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (Clock::now() < deadline) {
    const auto left = processes_below(folder);
    if (left.empty()) return;
    for (const RunningProcess& process : left) ::kill(process.pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace stellwerk::e2e
