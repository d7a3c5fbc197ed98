#include "document-domain/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <thread>

namespace document_domain {
namespace {

constexpr unsigned kConnectionsMax = 4096;
constexpr unsigned kIdleSecondsMax = 60;
constexpr auto kForever = std::chrono::hours(24 * 365);
/// A body that is announced too large is read and dropped up to this. A connection closed while its
/// client still writes is reset, and the reset may overtake the answer 413 (RFC 9112 §9.6).
constexpr std::uint64_t kDroppedBytesMax = 8 * kBodyBytesMax;

MHD_Result collect_tenant(void* headers, MHD_ValueKind, const char* name, const char* value) {
  constexpr std::string_view kTenant = "x-tenant-id";
  const std::string_view given(name);
  const bool same =
      std::equal(given.begin(), given.end(), kTenant.begin(), kTenant.end(),
                 [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  if (same)
    static_cast<std::vector<std::string>*>(headers)->emplace_back(value == nullptr ? "" : value);
  return MHD_YES;
}

/// 0 where no length is announced.
std::uint64_t announced_bytes(MHD_Connection* connection) {
  const char* length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
  if (length == nullptr) return 0;
  const std::string_view text(length);
  std::uint64_t bytes = 0;
  // libmicrohttpd has refused what is no number of 64 bits.
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes;
}

void send_garbage(MHD_Connection* connection) {
  constexpr std::string_view kGarbage = "\x16\x03 this is not HTTP\r\n\r\n";
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info == nullptr) return;
  // Whether it arrives does not matter: the client gets no HTTP either way.
  [[maybe_unused]] const ssize_t sent =
      ::send(info->connect_fd, kGarbage.data(), kGarbage.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

/// One request from its first header to the last byte of its answer.
struct HttpServer::Exchange {
  Request request;
  Reply reply;
  bool begun = false;     ///< headers were read
  bool answered = false;  ///< `reply` is decided; what is left is to deliver it
};

std::unique_ptr<HttpServer> HttpServer::start(examples::UniqueFd socket, DocumentService& service) {
  std::unique_ptr<HttpServer> server(new HttpServer(service));
  const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2U, 8U);
  server->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, nullptr, nullptr,
      &HttpServer::on_request, server.get(), MHD_OPTION_LISTEN_SOCKET, socket.get(),
      MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT, kConnectionsMax,
      MHD_OPTION_CONNECTION_TIMEOUT, kIdleSecondsMax, MHD_OPTION_NOTIFY_COMPLETED,
      &HttpServer::on_completed, server.get(), MHD_OPTION_END);
  if (server->daemon_ == nullptr) return nullptr;
  static_cast<void>(socket.release());  // the daemon closes it
  return server;
}

HttpServer::~HttpServer() {
  if (daemon_ == nullptr) return;
  parking_.release_all();
  MHD_stop_daemon(daemon_);
}

void HttpServer::stop_accepting() { const examples::UniqueFd closed(MHD_quiesce_daemon(daemon_)); }

bool HttpServer::wait_until_idle(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, deadline, [this] { return in_flight_ == 0; });
}

// NOLINTNEXTLINE(readability-function-size): libmicrohttpd's signature
MHD_Result HttpServer::on_request(void* self, MHD_Connection* connection, const char* url,
                                  const char* method, const char* /*version*/, const char* upload,
                                  std::size_t* upload_size, void** slot) {
  auto* server = static_cast<HttpServer*>(self);
  if (*slot == nullptr) {
    auto exchange = std::make_unique<Exchange>();
    exchange->request.method = method;
    exchange->request.path = url;
    {
      const std::lock_guard lock(server->mutex_);
      ++server->in_flight_;
    }
    server->service_.request_began();
    *slot = exchange.release();  // on_completed takes it back
  }
  auto& exchange = *static_cast<Exchange*>(*slot);
  if (!exchange.begun) return server->begin(connection, exchange);
  if (exchange.answered) return server->deliver(connection, exchange);
  if (*upload_size == 0) return server->answer(connection, exchange);
  Request& request = exchange.request;
  request.body_too_large |= request.body.size() + *upload_size > kBodyBytesMax;
  if (request.body_too_large) {
    request.body.clear();
  } else {
    request.body.append(upload, *upload_size);
  }
  *upload_size = 0;
  return MHD_YES;
}

void HttpServer::on_completed(void* self, MHD_Connection*, void** slot,
                              MHD_RequestTerminationCode) {
  if (*slot == nullptr) return;
  const std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(*slot));
  *slot = nullptr;
  auto* server = static_cast<HttpServer*>(self);
  server->service_.request_ended();
  const std::lock_guard lock(server->mutex_);
  if (--server->in_flight_ == 0) server->idle_.notify_all();
}

MHD_Result HttpServer::begin(MHD_Connection* connection, Exchange& exchange) {
  exchange.begun = true;
  MHD_get_connection_values(connection, MHD_HEADER_KIND, &collect_tenant,
                            &exchange.request.tenant_headers);
  const std::uint64_t bytes = announced_bytes(connection);
  exchange.request.body_too_large = bytes > kBodyBytesMax;
  if (bytes <= kDroppedBytesMax) return MHD_YES;
  return answer(connection, exchange);  // before the body is read, so that it need not be
}

MHD_Result HttpServer::answer(MHD_Connection* connection, Exchange& exchange) {
  exchange.reply = service_.handle(exchange.request);
  exchange.answered = true;
  const bool hang = exchange.reply.delivery == Delivery::Hang;
  if (!hang && exchange.reply.delay.count() == 0) return deliver(connection, exchange);
  const auto wait = hang ? std::chrono::milliseconds(kForever) : exchange.reply.delay;
  if (parking_.park(connection, Parking::Clock::now() + wait)) return MHD_YES;
  return deliver(connection, exchange);
}

MHD_Result HttpServer::deliver(MHD_Connection* connection, Exchange& exchange) {
  switch (exchange.reply.delivery) {
    case Delivery::Answer:
      return send(connection, exchange.reply.response);
    case Delivery::NotHttp:
      send_garbage(connection);
      return MHD_NO;
    case Delivery::Hang:
      return MHD_NO;
  }
  return MHD_NO;
}

MHD_Result HttpServer::send(MHD_Connection* connection, const Response& response) const {
  MHD_Response* message = MHD_create_response_from_buffer(
      response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
  if (message == nullptr) return MHD_NO;
  MHD_add_response_header(message, "Content-Type", response.content_type.c_str());
  for (const auto& [name, value] : response.headers)
    MHD_add_response_header(message, name.c_str(), value.c_str());
  if (service_.draining()) MHD_add_response_header(message, "Connection", "close");
  const MHD_Result queued = MHD_queue_response(connection, response.status, message);
  MHD_destroy_response(message);
  return queued;
}

}  // namespace document_domain
