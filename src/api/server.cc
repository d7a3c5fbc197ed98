#include "api/server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.h"

namespace stellwerk::api {
namespace {

/// Each has a thread and a descriptor; those above it are closed unanswered, so it is far above
/// what people and their scripts ask at once.
constexpr unsigned kConnectionsMax = 256;
constexpr unsigned kIdleSecondsMax = 30;

base::Failure cannot_listen(const std::string& path, const std::string& why) {
  return base::fail(
      base::error(base::Code::Unavailable, "API-0005", fmt::format("cannot listen at {}", path))
          .because(why)
          .now("nothing was started"));
}

/// The caller holds the data folder's lock, so a socket that is there belongs to nobody alive.
base::Result<int> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return cannot_listen(
        path, fmt::format("a socket's path has at most {} bytes; use a shorter data_folder",
                          sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  unlink(path.c_str());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return cannot_listen(path, base::errno_text(errno));
  const mode_t before = umask(0177);
  const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  umask(before);
  // What comes faster than it is taken in waits its turn.
  if (bound == 0 && listen(fd, SOMAXCONN) == 0) return fd;
  close(fd);
  return cannot_listen(path, base::errno_text(error));
}

}  // namespace

struct Server::Running {
  std::string path;
  Routes routes;
  std::unique_ptr<Listener> listener;
};

Server::Server(std::unique_ptr<Running> running) : running_(std::move(running)) {}

Server::~Server() {
  running_->listener.reset();
  unlink(running_->path.c_str());
}

base::Result<std::unique_ptr<Server>> Server::open(const std::string& path, Routes routes) {
  const auto fd = listen_at(path);
  if (!fd) return base::fail(fd.error());
  auto running = std::make_unique<Running>(Running{path, routes, nullptr});
  ListenerSettings settings;
  settings.connections_max = kConnectionsMax;
  settings.idle_seconds_max = kIdleSecondsMax;
  settings.names_peers = true;
  settings.too_large = {413, R"({"error":{"id":"API-0001","message":"the body is too large"}})"};
  auto listener = Listener::open(
      base::UniqueFd(*fd), std::move(settings),
      [own = running.get()](const Request& request) { return own->routes.handle(request); });
  if (!listener) return cannot_listen(path, listener.error());
  running->listener = std::move(*listener);
  return std::unique_ptr<Server>(new Server(std::move(running)));
}

}  // namespace stellwerk::api
