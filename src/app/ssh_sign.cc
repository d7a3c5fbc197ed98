#include "app/ssh_sign.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <vector>

#include "audit/ssh_signature.h"
#include "base/files.h"
#include "base/unique_fd.h"

namespace stellwerk::app {
namespace {

using base::UniqueFd;

base::Failure not_signed(std::string why) {
  return base::fail(
      base::error(base::Code::Unavailable, "CLI-0006", "ssh-keygen did not sign")
          .because(std::move(why))
          .now("nothing was signed, and nothing approved")
          .then("ssh-add -l", "the keys that an agent holds")
          .then("stellwerk approve ID --print FILE", "the text, to be signed elsewhere"));
}

/// What the child gets as its standard input and output.
struct Pipes {
  UniqueFd child_in, our_out, our_in, child_out;
};

base::Result<Pipes> make_pipes() {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0) return not_signed(base::errno_text(errno));
  Pipes pipes{UniqueFd(to[0]), UniqueFd(to[1]), UniqueFd(), UniqueFd()};
  if (::pipe2(from.data(), O_CLOEXEC) != 0) return not_signed(base::errno_text(errno));
  pipes.our_in = UniqueFd(from[0]);
  pipes.child_out = UniqueFd(from[1]);
  return pipes;
}

base::Result<pid_t> start(const cli::SshSignRequest& request, const Pipes& pipes) {
  std::vector<std::string> words{"ssh-keygen",       "-Y", "sign",     "-q", "-n",
                                 request.name_space, "-f", request.key};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipes.child_in.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipes.child_out.get(), STDOUT_FILENO);
  pid_t pid = 0;
  // It keeps our session and terminal: that is where it asks for the passphrase.
  const int failed =
      ::posix_spawnp(&pid, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return not_signed("ssh-keygen: " + base::errno_text(failed));
  return pid;
}

/// An approval is smaller than a pipe's buffer, so that writing it first never waits for ever.
bool give(const UniqueFd& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(out.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string take(const UniqueFd& in) {
  std::string all;
  std::array<char, 4096> buffer{};
  while (all.size() <= audit::kSshArmorBytesMax) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return all;
}

int exit_code_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

base::Result<std::string> ssh_sign(const cli::SshSignRequest& request) {
  auto pipes = make_pipes();
  if (!pipes) return base::fail(std::move(pipes.error()));
  const auto pid = start(request, *pipes);
  if (!pid) return base::fail(pid.error());
  pipes->child_in.reset();
  pipes->child_out.reset();
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // it may end without reading
  const bool given = give(pipes->our_out, request.message);
  std::signal(SIGPIPE, before);
  pipes->our_out.reset();
  std::string armored = take(pipes->our_in);
  pipes->our_in.reset();
  const int code = exit_code_of(*pid);
  if (code != 0) return not_signed(fmt::format("it ended with {}; its own message is above", code));
  if (!given || armored.empty()) return not_signed("it gave no signature");
  return armored;
}

}  // namespace stellwerk::app
