// test_backend.h — a tiny real HTTP server that says which version it is. For tests only.
//
// `GET /` answers at once; `/error` with 500; `/slow?MS` after that many milliseconds; `/hang`
// never; `/body-hangs` sends a header and half a body; `/drop` closes without an answer.
// Thread-safety: any thread.                                           Start here: TestBackend
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/unique_fd.h"

namespace stellwerk::testing {

inline std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, static_cast<sockaddr*>(static_cast<void*>(&address)), &size);
  return ntohs(address.sin_port);
}

class TestBackend {
 public:
  explicit TestBackend(std::string answer) : answer_(std::move(answer)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* raw = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::bind(listener_.get(), raw, sizeof address) != 0 || ::listen(listener_.get(), 256) != 0)
      std::abort();
    port_ = port_of(listener_.get());
    acceptor_ = std::thread([this] { accept_loop(); });
  }
  TestBackend(const TestBackend&) = delete;
  TestBackend& operator=(const TestBackend&) = delete;
  ~TestBackend() {
    stopping_ = true;
    acceptor_.join();
    for (Connection& one : connections_) one.thread.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct Connection {
    std::unique_ptr<std::atomic<bool>> over;
    std::thread thread;
  };

  static bool readable(int socket, int timeout_ms) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, timeout_ms) > 0;
  }
  void accept_loop() {
    while (!stopping_) {
      if (!readable(listener_.get(), 20)) continue;
      const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      join_ended();
      if (socket >= 0) start(base::UniqueFd(socket));
    }
  }
  void start(base::UniqueFd socket) {
    Connection connection{std::make_unique<std::atomic<bool>>(false), {}};
    connection.thread =
        std::thread([this, &over = *connection.over, socket = std::move(socket)]() mutable {
          serve(socket);
          socket.reset();
          over = true;
        });
    connections_.push_back(std::move(connection));
  }
  /// A thread that nobody joins keeps its stack.
  void join_ended() {
    std::erase_if(connections_, [](Connection& one) {
      if (*one.over) one.thread.join();
      return *one.over && !one.thread.joinable();
    });
  }
  void serve(const base::UniqueFd& socket) {
    std::string request;
    while (!stopping_) {
      if (!readable(socket.get(), 20)) continue;
      char part[4096];
      const auto got = ::recv(socket.get(), part, sizeof part, 0);
      if (got <= 0) return;
      request.append(part, static_cast<std::size_t>(got));
      const auto end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      if (!respond(socket.get(), request.substr(0, end))) return;
      request.erase(0, end + 4);
    }
  }
  /// @return false: the connection is over
  bool respond(int socket, const std::string& request) {
    const std::string path = request.substr(4, request.find(' ', 4) - 4);
    if (path == "/drop") return false;
    if (path == "/hang") return wait(socket, 3600000) && false;
    if (path.starts_with("/slow?") && !wait(socket, std::atoi(path.c_str() + 6))) return false;
    const std::string status = path == "/error" ? "500 Oops" : "200 OK";
    const std::size_t length = answer_.size() + (path == "/body-hangs" ? 100 : 0);
    send(socket, "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(length) +
                     "\r\n\r\n" + answer_);
    return path != "/body-hangs" || (wait(socket, 3600000) && false);
  }
  /// @return false: the other side went away, or the test ends
  bool wait(int socket, int milliseconds) const {
    for (int passed = 0; passed < milliseconds && !stopping_; passed += 10) {
      char byte = 0;
      if (readable(socket, 10) && ::recv(socket, &byte, 1, MSG_PEEK) <= 0) return false;
    }
    return !stopping_;
  }
  static void send(int socket, const std::string& text) {
    [[maybe_unused]] const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
  }

  std::string answer_;
  base::UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
  std::list<Connection> connections_;  ///< the acceptor's, then the destructor's
};

}  // namespace stellwerk::testing
