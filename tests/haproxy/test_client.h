// test_client.h — one HTTP/1.1 client connection to loopback. For tests only.
//
// Thread-safety: one thread.                                             Start here: TestClient
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace stellwerk::testing {

struct TestAnswer {
  int status = 0;  ///< 0: no answer
  std::string body;
  bool closes = false;  ///< the server ends the connection after it
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int timeout_s = 10)
      : port_(port), timeout_s_(timeout_s) {}

  /// @param headers  complete lines, each with its \r\n
  TestAnswer get(std::string_view path, std::string_view headers = "") {
    if (!send(path, headers)) return {};
    TestAnswer answer = receive();
    if (answer.closes || answer.status == 0) socket_.reset();
    return answer;
  }
  TestAnswer get_as(std::string_view tenant, std::string_view path = "/") {
    return get(path, tenant.empty() ? "" : "X-Tenant-Id: " + std::string(tenant) + "\r\n");
  }
  /// Sends and does not wait.
  bool send(std::string_view path, std::string_view headers = "") {
    if (!socket_.valid() && !connect()) return false;
    const std::string text = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" +
                             std::string(headers) + "\r\n";
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  TestAnswer receive() {
    TestAnswer answer;
    std::string text;
    std::size_t head_end = std::string::npos;
    std::size_t length = 0;
    while (head_end == std::string::npos || text.size() < head_end + length) {
      char part[8192];
      const auto got = ::recv(socket_.get(), part, sizeof part, 0);
      if (got <= 0) return {};
      text.append(part, static_cast<std::size_t>(got));
      if (head_end != std::string::npos) continue;
      head_end = text.find("\r\n\r\n");
      if (head_end == std::string::npos) continue;
      head_end += 4;
      length = content_length(text.substr(0, head_end));
    }
    answer.status = std::stoi(text.substr(9, 3));
    answer.body = text.substr(head_end, length);
    answer.closes = text.find("connection: close") < head_end;
    return answer;
  }
  void close() { socket_.reset(); }

 private:
  static std::size_t content_length(const std::string& head) {
    for (const char* name : {"Content-Length: ", "content-length: "})
      if (const auto at = head.find(name); at != std::string::npos)
        return std::stoul(head.substr(at + 16));
    return 0;
  }
  bool connect() {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{.tv_sec = timeout_s_, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    const auto* raw = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    return ::connect(socket_.get(), raw, sizeof address) == 0;
  }

  std::uint16_t port_;
  int timeout_s_;
  base::UniqueFd socket_;
};

}  // namespace stellwerk::testing
