// listen_socket.h — a listening TCP socket, with the reason when there is none.
//
// Thread-safety: any thread.                                             Start here: listen_on
#pragma once

#include <cstdint>
#include <string>

#include "common/flags.h"
#include "common/unique_fd.h"

namespace document_domain {

struct ListenAddress {
  std::string host = "127.0.0.1";  ///< an IPv4 or IPv6 address, no name
  std::uint16_t port = 0;          ///< 0: any free one
};

struct ListenSocket {
  examples::UniqueFd fd;
  std::string bound;  ///< `127.0.0.1:41873`, `[::1]:41873`
};

examples::Parsed<ListenSocket> listen_on(const ListenAddress& address);
/// Whether the text is an address that listen_on understands.
bool valid_address(const std::string& host);

}  // namespace document_domain
