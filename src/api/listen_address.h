// listen_address.h — where a server listens on the network: an address and a port, no names.
//
// Thread-safety: values; any thread.                          Start here: ListenAddress::parse
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace stellwerk::api {

struct ListenAddress {
  std::string host;        ///< IPv4 or IPv6 in numbers, without brackets
  std::uint16_t port = 0;  ///< 0: the system chooses one
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;

  /// `127.0.0.1:7380`, `[::1]:7380`, `localhost:7380` (127.0.0.1).
  /// @errors InvalidArgument WIT-0008: not that form.
  static base::Result<ListenAddress> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_ipv6() const { return host.find(':') != std::string::npos; }
  /// Nobody but this machine reaches it.
  [[nodiscard]] bool is_loopback() const;
};

struct ListeningSocket {
  base::UniqueFd fd;  ///< not blocking
  std::uint16_t port = 0;
};

/// @errors Unavailable WIT-0008: taken, or not an address of this machine.
base::Result<ListeningSocket> listen_on(const ListenAddress& address);

}  // namespace stellwerk::api
