#include "api/witness_server.h"

#include <fmt/format.h>

#include <utility>

namespace stellwerk::api {
namespace {

constexpr unsigned kWitnessConnectionsMax = 64;
constexpr unsigned kWitnessConnectionsOfOneMax = 16;
constexpr unsigned kWitnessIdleSecondsMax = 10;

base::Failure no_tls(const ListenAddress& address) {
  return base::fail(
      base::error(
          base::Code::InvalidArgument, "WIT-0008",
          fmt::format("{} is beyond this machine, and there is no TLS", address.to_string()))
          .because("whoever is in between could keep a log and its witness apart unnoticed")
          .now("nothing was started")
          .then("stellwerk witness … --tls-cert FILE --tls-key FILE",
                "serves HTTPS; or listen at 127.0.0.1 behind a server that does"));
}

base::Failure not_started(const ListenAddress& address, const std::string& words, bool with_tls) {
  const auto code = with_tls ? base::Code::InvalidArgument : base::Code::Unavailable;
  return base::fail(
      base::error(code, "WIT-0008", fmt::format("cannot serve at {}", address.to_string()))
          .because(words)
          .now("nothing was started"));
}

}  // namespace

base::Result<std::unique_ptr<WitnessServer>> WitnessServer::open(
    const ListenAddress& address, const std::optional<TlsIdentity>& tls, WitnessParts parts) {
  if (!tls && !address.is_loopback()) return no_tls(address);
  auto socket = listen_on(address);
  if (!socket) return base::fail(std::move(socket.error()));
  std::unique_ptr<WitnessServer> server(
      new WitnessServer({address.host, socket->port}, std::move(parts)));
  ListenerSettings settings;
  settings.connections_max = kWitnessConnectionsMax;
  settings.connections_of_one_address_max = kWitnessConnectionsOfOneMax;
  settings.idle_seconds_max = kWitnessIdleSecondsMax;
  settings.too_large = {413, "a request has at most 64 KiB\n", "text/plain; charset=utf-8"};
  settings.tls = tls ? &*tls : nullptr;
  auto listener = Listener::open(
      std::move(socket->fd), std::move(settings),
      [own = server.get()](const Request& request) { return own->routes_.handle(request); });
  if (!listener) return not_started(server->address_, listener.error(), tls.has_value());
  server->listener_ = std::move(*listener);
  return server;
}

}  // namespace stellwerk::api
