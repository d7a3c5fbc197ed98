// listener.h — libmicrohttpd on a socket of ours: bounded bodies, bounded connections, TLS where it
// is asked for.
//
// Role: what the servers of this folder share; only this file's .cc knows the library.
// Start here: Listener::open. Thread-safety: open and destroy from one thread; the handler runs on
// the listener's own threads, several at once.
// Invariants: a body is at most 64 KiB, more is answered with `too_large`, over 16 MiB cut off;
// after the destructor no handler runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/unique_fd.h"

namespace stellwerk::api {

struct Request {
  std::string method;   ///< GET or POST
  std::string path;     ///< without query
  std::string body;     ///< at most 64 KiB
  std::string os_user;  ///< of the peer of a Unix socket; empty: not known
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

/// PEM: the certificate (with its chain) and its key.
struct TlsIdentity {
  std::string certificate;
  base::Secret key;
};

struct ListenerSettings {
  unsigned connections_max = 64;
  unsigned connections_of_one_address_max = 0;  ///< 0: as many as there may be at all
  unsigned idle_seconds_max = 30;
  Response too_large;                ///< what a body over the limit gets
  bool names_peers = false;          ///< a Unix socket: fills os_user
  const TlsIdentity* tls = nullptr;  ///< read while opening
};

class Listener {
 public:
  using Handler = std::function<Response(Request)>;

  /// @param socket  listening, not blocking
  /// @return the library's words when it does not start
  static tl::expected<std::unique_ptr<Listener>, std::string> open(base::UniqueFd socket,
                                                                   ListenerSettings settings,
                                                                   Handler handler);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  struct Running;
  explicit Listener(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace stellwerk::api
