#include "adapters/process/port_book.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace stellwerk::adapters::process {
namespace {

/// Binds and listens on 127.0.0.1; 0 lets the system choose. Returns the port, 0 when it is not to
/// be had.
std::uint16_t try_to_listen(std::uint16_t port) {
  const base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // As servers do: connections of the last run that linger in TIME_WAIT are no obstacle.
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, sizeof address) != 0) return 0;
  if (::listen(socket.get(), 1) != 0) return 0;
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), generic, &size) != 0) return 0;
  return ntohs(address.sin_port);
}

base::Failure none_free(const PortRange& range) {
  const auto which = range ? fmt::format("from {} to {}", range->first, range->second)
                           : std::string("that the system would give");
  return base::fail(
      base::error(base::Code::Conflict, "PRC-0003", fmt::format("no free port {}", which))
          .because("other programs listen on them, or other instances have them")
          .now("this instance was not started")
          .then("ss -ltnp", "shows who listens on which port"));
}

}  // namespace

bool port_is_free(std::uint16_t port) { return port != 0 && try_to_listen(port) == port; }

bool PortBook::usable(std::uint16_t port) const {
  return !taken_.contains(port) && port_is_free(port);
}

base::Result<std::uint16_t> PortBook::choose(const PortRange& range, std::uint16_t preferred) {
  const auto in_range = !range || (preferred >= range->first && preferred <= range->second);
  if (preferred != 0 && in_range && usable(preferred)) {
    take(preferred);
    return preferred;
  }
  if (range) {
    for (std::uint32_t port = range->first; port <= range->second; ++port)
      if (const auto candidate = static_cast<std::uint16_t>(port); usable(candidate)) {
        take(candidate);
        return candidate;
      }
    return none_free(range);
  }
  constexpr int kAttemptsMax = 1000;  // the system may offer one that an instance in back-off keeps
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const auto port = try_to_listen(0);
    if (port == 0 || taken_.contains(port)) continue;
    take(port);
    return port;
  }
  return none_free(range);
}

}  // namespace stellwerk::adapters::process
