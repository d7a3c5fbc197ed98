// witness_server.h — the HTTP server of a witness.
//
// Role: app opens it beside a store and a key. There is no sign-in: a submission is authenticated
// by its log's signature, and what is read is public.            Start here: WitnessServer::open
// Thread-safety: open and destroy from one thread; requests run on the server's own threads.
// Invariants: beyond this machine only with TLS; bodies at most 64 KiB, connections at most 64, of
// one address 16.                                                Spec: c2sp.org/tlog-witness
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/listen_address.h"
#include "api/witness_routes.h"

namespace stellwerk::api {

class WitnessServer {
 public:
  /// @param tls  none: only on a loopback address
  /// @errors InvalidArgument WIT-0008: no TLS beyond loopback, or a certificate or key that cannot
  /// be used; Unavailable WIT-0008: the address cannot be listened at.
  static base::Result<std::unique_ptr<WitnessServer>> open(const ListenAddress& address,
                                                           const std::optional<TlsIdentity>& tls,
                                                           WitnessParts parts);

  /// Where it listens, with the port that was chosen.
  [[nodiscard]] const ListenAddress& address() const { return address_; }

 private:
  WitnessServer(ListenAddress address, WitnessParts parts)
      : address_(std::move(address)), routes_(std::move(parts)) {}

  ListenAddress address_;
  WitnessRoutes routes_;
  std::unique_ptr<Listener> listener_;  ///< last: its threads use the routes
};

}  // namespace stellwerk::api
