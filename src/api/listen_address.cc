#include "api/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::api {
namespace {

base::Failure no_address(std::string_view text) {
  return base::fail(base::error(base::Code::InvalidArgument, "WIT-0008",
                                fmt::format("{} is no address to listen at", base::in_quotes(text)))
                        .because("it is ADDRESS:PORT, such as 127.0.0.1:7380 or [::1]:7380")
                        .now("nothing was started"));
}

base::Failure cannot_listen_on(const ListenAddress& address, int number) {
  return base::fail(base::error(base::Code::Unavailable, "WIT-0008",
                                fmt::format("cannot listen at {}", address.to_string()))
                        .because(base::errno_text(number))
                        .now("nothing was started"));
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, port);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return port;
}

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// Of size 0 when the host is not written in numbers.
SocketAddress socket_address(const ListenAddress& address) {
  SocketAddress made;
  if (address.is_ipv6()) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    if (inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) != 1) return {};
    std::memcpy(&made.bytes, &six, sizeof six);
    made.size = sizeof six;
    return made;
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &four.sin_addr) != 1) return {};
  std::memcpy(&made.bytes, &four, sizeof four);
  made.size = sizeof four;
  return made;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &bound, sizeof four);
    return ntohs(four.sin_port);
  }
  sockaddr_in6 six{};
  std::memcpy(&six, &bound, sizeof six);
  return ntohs(six.sin6_port);
}

}  // namespace

base::Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return no_address(text);
  const auto port = port_of(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  ListenAddress address{std::string(host), port.value_or(0)};
  const bool valid = port && address.is_ipv6() == in_brackets && socket_address(address).size > 0;
  if (!valid) return no_address(text);
  return address;
}

std::string ListenAddress::to_string() const {
  return is_ipv6() ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool ListenAddress::is_loopback() const {
  if (!is_ipv6()) return host.starts_with("127.");
  in6_addr bytes{};
  return inet_pton(AF_INET6, host.c_str(), &bytes) == 1 && IN6_IS_ADDR_LOOPBACK(&bytes);
}

base::Result<ListeningSocket> listen_on(const ListenAddress& address) {
  const SocketAddress at = socket_address(address);
  base::UniqueFd fd(socket(address.is_ipv6() ? AF_INET6 : AF_INET,
                           SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return cannot_listen_on(address, errno);
  const int yes = 1;
  // Else the port is not free for a minute after a witness that served on it has ended.
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&at.bytes), at.size) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0)
    return cannot_listen_on(address, errno);
  const std::uint16_t port = port_of(fd.get());
  return ListeningSocket{std::move(fd), port};
}

}  // namespace stellwerk::api
