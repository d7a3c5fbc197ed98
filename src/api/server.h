// server.h — the engine's HTTP server on a Unix socket.
//
// Thread-safety: open and destroy from one thread; requests run on the server's own threads.
// Invariants: the socket is readable and writable by its owner only; bodies are at most 64 KiB,
// connections at most 64.
#pragma once

#include <memory>
#include <string>

#include "api/routes.h"

namespace stellwerk::api {

class Server {
 public:
  /// Listens at `path`; a socket left behind by a dead process is replaced.
  /// @errors Unavailable API-0005: the socket cannot be made
  static base::Result<std::unique_ptr<Server>> open(const std::string& path, Routes routes);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct Running;
  explicit Server(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace stellwerk::api
