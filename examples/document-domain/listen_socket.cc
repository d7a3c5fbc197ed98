#include "document-domain/listen_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace document_domain {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// A length of 0 says that the host is no address.
SocketAddress to_socket_address(const ListenAddress& address) {
  SocketAddress result;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
  } else if (::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
  }
  return result;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  // sin_port and sin6_port stand at the same place by RFC 3493.
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

examples::UsageError explain(const ListenAddress& address, int error) {
  const bool taken = error == EADDRINUSE;
  return {fmt::format("cannot listen on {} port {}", address.host, address.port),
          taken ? "the port is taken by another program" : std::generic_category().message(error),
          taken ? "stop that program, choose another --port, or let --port 0 find a free one"
                : "choose an address of this machine with --listen and a port that you may use"};
}

}  // namespace

bool valid_address(const std::string& host) { return to_socket_address({host, 0}).length != 0; }

examples::Parsed<ListenSocket> listen_on(const ListenAddress& address) {
  const SocketAddress target = to_socket_address(address);
  if (target.length == 0) return examples::usage_error(explain(address, EADDRNOTAVAIL));
  examples::UniqueFd fd(
      ::socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;  // lets a successor have the port while old connections wait in TIME_WAIT
  if (!fd.valid() || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&target.storage), target.length) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0)
    return examples::usage_error(explain(address, errno));
  const bool v6 = target.storage.ss_family == AF_INET6;
  const std::string host = v6 ? fmt::format("[{}]", address.host) : address.host;
  const auto bound = fmt::format("{}:{}", host, bound_port(fd.get()));
  return ListenSocket{std::move(fd), bound};
}

}  // namespace document_domain
