#include "api/listener.h"

#include <microhttpd.h>
#include <pwd.h>
#include <sys/socket.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"

namespace stellwerk::api {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{64} << 10;
/// Read and thrown away, so that whoever sends a little too much can read why; then it is cut off.
constexpr std::size_t kReadBytesMax = std::size_t{16} << 20;
constexpr const char* kTlsVersions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/// Collected while the body comes in; owned by libmicrohttpd's connection.
struct Incoming {
  std::string body;
  std::size_t received = 0;
  [[nodiscard]] bool too_large() const { return received > kBodyBytesMax; }
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
  MHD_add_response_header(message, "Content-Type", response.content_type.c_str());
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(response.status), message);
  MHD_destroy_response(message);
  return queued;
}

void on_completed(void* /*context*/, MHD_Connection* /*connection*/, void** state,
                  MHD_RequestTerminationCode /*code*/) {
  delete static_cast<Incoming*>(*state);
  *state = nullptr;
}

}  // namespace

struct Listener::Running {
  base::UniqueFd socket;
  ListenerSettings settings;
  Handler handler;
  MHD_Daemon* daemon = nullptr;
  std::mutex mutex;
  std::string words;  ///< the last that the library said

  // NOLINTNEXTLINE(readability-function-size): libmicrohttpd's signature
  static MHD_Result on_request(void* context, MHD_Connection* connection, const char* url,
                               const char* method, const char* /*version*/, const char* data,
                               std::size_t* size, void** state) {
    if (*state == nullptr) {
      *state = new Incoming;
      return MHD_YES;
    }
    auto* incoming = static_cast<Incoming*>(*state);
    if (*size > 0) {
      incoming->received += *size;
      if (incoming->received > kReadBytesMax) return MHD_NO;
      if (!incoming->too_large()) incoming->body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    const auto* running = static_cast<const Running*>(context);
    if (incoming->too_large()) return send(connection, running->settings.too_large);
    const bool named = running->settings.names_peers;
    return send(connection, running->handler({method, url, std::move(incoming->body),
                                              named ? peer_of(connection) : std::string()}));
  }

  static void on_words(void* context, const char* format, va_list arguments) {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    auto* running = static_cast<Running*>(context);
    const std::lock_guard lock(running->mutex);
    running->words = base::printable(base::trim(text.data()));
  }

  void start() {
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ERROR_LOG;
    std::vector<MHD_OptionItem> options;
    if (settings.tls != nullptr) {
      flags |= MHD_USE_TLS;
      // The library reads both while it starts and changes neither.
      options.push_back(
          {MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(settings.tls->certificate.c_str())});
      options.push_back(
          {MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(settings.tls->key.reveal().c_str())});
      options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(kTlsVersions)});
    }
    options.push_back({MHD_OPTION_END, 0, nullptr});
    daemon = MHD_start_daemon(
        flags, 0, nullptr, nullptr, &on_request, this, MHD_OPTION_EXTERNAL_LOGGER, &on_words, this,
        MHD_OPTION_LISTEN_SOCKET, socket.get(), MHD_OPTION_CONNECTION_LIMIT,
        settings.connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        settings.connections_of_one_address_max, MHD_OPTION_CONNECTION_TIMEOUT,
        settings.idle_seconds_max, MHD_OPTION_NOTIFY_COMPLETED, &on_completed, nullptr,
        MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
    if (daemon != nullptr) static_cast<void>(socket.release());  // the library's from here on
    settings.tls = nullptr;
  }
};

Listener::Listener(std::unique_ptr<Running> running) : running_(std::move(running)) {}

Listener::~Listener() { MHD_stop_daemon(running_->daemon); }

tl::expected<std::unique_ptr<Listener>, std::string> Listener::open(base::UniqueFd socket,
                                                                    ListenerSettings settings,
                                                                    Handler handler) {
  auto running = std::make_unique<Running>();
  running->socket = std::move(socket);
  running->settings = std::move(settings);
  running->handler = std::move(handler);
  running->start();
  if (running->daemon != nullptr)
    return std::unique_ptr<Listener>(new Listener(std::move(running)));
  const bool silent = running->words.empty();
  return tl::unexpected(silent ? std::string("the HTTP server did not start") : running->words);
}

}  // namespace stellwerk::api
