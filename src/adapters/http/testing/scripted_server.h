// scripted_server.h — a real HTTP server on a port of its own that answers as a test tells it: also
// with garbage, half answers, or never. For tests only.
//
// Thread-safety: the script is called from several threads at once.     Start here: ScriptedServer
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace stellwerk::adapters::http::testing {

struct ScriptedRequest {
  std::string head;  ///< request line and headers
  std::string body;
  [[nodiscard]] bool is(const std::string& start) const { return head.starts_with(start); }
};

inline std::string answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ScriptedServer {
 public:
  /// The bytes to send before closing; nothing: it never answers.
  using Script = std::function<std::optional<std::string>(const ScriptedRequest&)>;

  explicit ScriptedServer(Script script)
      : script_(std::move(script)),
        stop_(::eventfd(0, EFD_CLOEXEC)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_.get(), 64);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::eventfd_write(stop_.get(), 1);
    accepting_.join();
    for (auto& thread : serving_) thread.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  /// False once the server stops.
  bool readable(int fd) const {
    pollfd entries[] = {{stop_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
    ::poll(entries, 2, -1);
    return (entries[0].revents & POLLIN) == 0;
  }

  void accept_all() {
    while (readable(listener_.get())) {
      base::UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.valid())
        serving_.emplace_back([this, fd = std::move(connection)] { serve(fd.get()); });
    }
  }

  void serve(int fd) {
    auto request = read_request(fd);
    if (!request) return;
    ++requests_;
    const auto bytes = script_(*request);
    if (!bytes) {
      // Never answers, but notices when the other side goes away.
      readable(fd);
      return;
    }
    std::string_view rest = *bytes;
    while (!rest.empty()) {
      const auto sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  [[nodiscard]] std::optional<ScriptedRequest> read_request(int fd) const {
    std::string bytes;
    char part[4096];
    for (;;) {
      const auto end = bytes.find("\r\n\r\n");
      if (end != std::string::npos && bytes.size() >= end + 4 + body_size(bytes.substr(0, end + 2)))
        return ScriptedRequest{bytes.substr(0, end + 2), bytes.substr(end + 4)};
      if (!readable(fd)) return std::nullopt;
      const auto count = ::recv(fd, part, sizeof part, 0);
      if (count <= 0) return std::nullopt;
      bytes.append(part, static_cast<std::size_t>(count));
    }
  }

  static std::size_t body_size(const std::string& head) {
    const std::string name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
  }

  Script script_;
  base::UniqueFd stop_;
  base::UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace stellwerk::adapters::http::testing
