// unix_socket.h — Unix stream sockets by folder and name, whatever the length of the folder's path.
//
// A socket address holds 107 characters; data folders may be longer. The folder is opened and the
// socket reached through /proc/self/fd.                                  Thread-safety: any thread.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace stellwerk::adapters::haproxy {

/// A non-blocking connection. @return errno on failure
tl::expected<base::UniqueFd, int> connect_unix(const std::string& folder, const std::string& name);

/// A non-blocking listener that only our user can connect to (mode 0600); a socket left behind by
/// an earlier process is replaced. @return errno on failure
tl::expected<base::UniqueFd, int> listen_unix(const std::string& folder, const std::string& name);

struct PeerIdentity {
  pid_t pid = 0;
  uid_t uid = 0;
};
/// Who is at the other end (for a connection we made: who listens).
PeerIdentity peer_of(int socket);

}  // namespace stellwerk::adapters::haproxy
