#include "adapters/haproxy/runtime_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "adapters/haproxy/patience.h"
#include "adapters/haproxy/unix_socket.h"
#include "base/files.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

/// What went wrong on the way; empty: nothing.
using Problem = std::string;

Problem wait_for(int socket, short events, const Patience& patience) {
  while (!patience.over()) {
    pollfd waiting{.fd = socket, .events = events, .revents = 0};
    if (::poll(&waiting, 1, patience.slice_ms()) > 0) return {};
  }
  return "no answer in time";
}

Problem send_all(int socket, std::string_view text, const Patience& patience) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return base::errno_text(errno);
    if (auto problem = wait_for(socket, POLLOUT, patience); !problem.empty()) return problem;
  }
  ::shutdown(socket, SHUT_WR);  // without it the master's socket waits for more commands
  return {};
}

Problem receive_all(int socket, std::string& answer, const Patience& patience) {
  std::array<char, 65536> chunk{};
  while (answer.size() < kAnswerBytesMax) {
    const auto received = ::recv(socket, chunk.data(), chunk.size(), 0);
    if (received == 0) return {};
    if (received > 0) {
      answer.append(chunk.data(), static_cast<std::size_t>(received));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return base::errno_text(errno);
    if (auto problem = wait_for(socket, POLLIN, patience); !problem.empty()) return problem;
  }
  return "an answer beyond all bounds";
}

}  // namespace

base::Error unavailable(std::string why) {
  return base::error(base::Code::Unavailable, "HAP-0002", "HAProxy does not answer")
      .because(std::move(why))
      .now("nothing was changed")
      .then("stellwerk doctor", "shows whether HAProxy is installed and runs");
}

base::Error outcome_unknown(std::string why) {
  return base::error(base::Code::OutcomeUnknown, "HAP-0003",
                     "HAProxy was told, and it is not known whether it did it")
      .because(std::move(why))
      .now("the routes and leases in force must be read back");
}

base::Result<base::UniqueFd> RuntimeSocket::connect(const ports::Call& call) const {
  const Patience patience(clock_, call);
  do {
    auto socket = connect_unix(folder_, name_);
    if (socket) return *std::move(socket);
    // A full backlog passes; everything else means that nobody listens.
    if (socket.error() != EAGAIN && socket.error() != EINTR)
      return base::fail(unavailable(name_ + ": " + base::errno_text(socket.error())));
  } while (patience.pause());
  return base::fail(unavailable(name_ + ": not accepted in time"));
}

base::Result<std::string> RuntimeSocket::ask(std::string_view command,
                                             const ports::Call& call) const {
  auto told = tell(command, call);
  if (!told && told.error().code == base::Code::OutcomeUnknown)
    return base::fail(unavailable(told.error().why));
  return told;
}

base::Result<std::string> RuntimeSocket::tell(std::string_view command,
                                              const ports::Call& call) const {
  auto socket = connect(call);
  if (!socket) return base::fail(std::move(socket).error());
  const Patience patience(clock_, call);
  const std::string line = prefix_ + std::string(command) + "\n";
  std::string answer;
  Problem problem = send_all(socket->get(), line, patience);
  if (problem.empty()) problem = receive_all(socket->get(), answer, patience);
  if (problem.empty() && answer.empty()) problem = "the connection ended without an answer";
  if (!problem.empty()) return base::fail(outcome_unknown(name_ + ": " + problem));
  return answer;
}

}  // namespace stellwerk::adapters::haproxy
