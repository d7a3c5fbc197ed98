// unix_socket.h — Unix stream sockets by folder and name, whatever the length of the folder's path.
//
// A socket address holds 107 characters; data folders may be longer. The folder is opened and the
// socket reached through /proc/self/fd.                                  Thread-safety: any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::haproxy {

/// A non-blocking connection. @return errno on failure
tl::expected<base::UniqueFd, int> connect_unix(const std::string& folder, const std::string& name);

}  // namespace stellwerk::adapters::haproxy
