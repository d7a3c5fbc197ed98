#include "api/server.h"

#include <fmt/format.h>
#include <microhttpd.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/files.h"

namespace stellwerk::api {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{64} << 10;
/// Each has a thread and a descriptor; those above it are closed unanswered, so it is far above
/// what people and their scripts ask at once.
constexpr unsigned kConnectionsMax = 256;
constexpr unsigned kIdleSecondsMax = 30;

/// Collected while the body comes in; owned by libmicrohttpd's connection.
struct Incoming {
  std::string body;
  bool too_large = false;
};

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return {};
  return found->pw_name;
}

/// Who is at the other end, as the kernel says.
std::string peer_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info == nullptr) return {};
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  return user_name(credentials.uid);
}

MHD_Result send(MHD_Connection* connection, const Response& response) {
  MHD_Response* message = MHD_create_response_from_buffer(
      response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
  if (message == nullptr) return MHD_NO;
  MHD_add_response_header(message, "Content-Type", "application/json");
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(response.status), message);
  MHD_destroy_response(message);
  return queued;
}

// NOLINTNEXTLINE(readability-function-size): libmicrohttpd's signature
MHD_Result on_request(void* context, MHD_Connection* connection, const char* url,
                      const char* method, const char* /*version*/, const char* data,
                      std::size_t* size, void** state) {
  if (*state == nullptr) {
    *state = new Incoming;
    return MHD_YES;
  }
  auto* incoming = static_cast<Incoming*>(*state);
  if (*size > 0) {
    incoming->too_large = incoming->too_large || incoming->body.size() + *size > kBodyBytesMax;
    if (!incoming->too_large) incoming->body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }
  if (incoming->too_large)
    return send(connection,
                {413, R"({"error":{"id":"API-0001","message":"the body is too large"}})"});
  const auto* routes = static_cast<const Routes*>(context);
  return send(connection,
              routes->handle({method, url, std::move(incoming->body), peer_of(connection)}));
}

void on_completed(void* /*context*/, MHD_Connection* /*connection*/, void** state,
                  MHD_RequestTerminationCode /*code*/) {
  delete static_cast<Incoming*>(*state);
  *state = nullptr;
}

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
  MHD_Daemon* daemon = nullptr;
};

Server::Server(std::unique_ptr<Running> running) : running_(std::move(running)) {}

Server::~Server() {
  MHD_stop_daemon(running_->daemon);
  unlink(running_->path.c_str());
}

base::Result<std::unique_ptr<Server>> Server::open(const std::string& path, Routes routes) {
  const auto fd = listen_at(path);
  if (!fd) return base::fail(fd.error());
  auto running = std::make_unique<Running>(Running{path, routes, nullptr});
  running->daemon = MHD_start_daemon(
      MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, nullptr,
      nullptr, &on_request, &running->routes, MHD_OPTION_LISTEN_SOCKET, *fd,
      MHD_OPTION_CONNECTION_LIMIT, kConnectionsMax, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSecondsMax,
      MHD_OPTION_NOTIFY_COMPLETED, &on_completed, nullptr, MHD_OPTION_END);
  if (running->daemon == nullptr) {
    close(*fd);
    return cannot_listen(path, "the HTTP server did not start");
  }
  return std::unique_ptr<Server>(new Server(std::move(running)));
}

}  // namespace stellwerk::api
