// runtime_api.h — HAProxy's runtime commands as typed functions.
//
// Role: reads over the read socket, writes over the admin socket (so that neither waits for the
// other); after a reload also over the master's to old workers that still finish requests.
// Start here: RuntimeApi                                                Thread-safety: any thread.
#pragma once

#include <string>
#include <vector>

#include "adapters/haproxy/route_map.h"
#include "adapters/haproxy/runtime_replies.h"
#include "adapters/haproxy/runtime_socket.h"
#include "adapters/haproxy/unlogged.h"
#include "base/time.h"

namespace stellwerk::adapters::haproxy {

/// The command that gives a release a lease of full length, or renews it.
std::string give_lease(base::Duration length, const base::ReleaseId& release);

class RuntimeApi {
 public:
  RuntimeApi(std::string folder, const ports::Clock& clock);

  base::Result<WorkerInfo> worker(const ports::Call& call) const;
  base::Result<WorkerInfo> old_worker(pid_t pid, const ports::Call& call) const;
  base::Result<MasterInfo> master(const ports::Call& call) const;

  base::Result<RouteRows> routes(const ports::Call& call) const;
  base::Result<Leases> leases(const std::vector<base::Duration>& lengths,
                              const ports::Call& call) const;
  /// @param worker  0: the one that serves
  base::Result<std::string> show_sessions(pid_t worker, const ports::Call& call) const;

  /// Requests the serving worker has ended, by backend, logged or not.
  base::Result<EndedRequests> ended_requests(const ports::Call& call) const;

  /// Requests of a backend that a worker has not ended; 0 when it does not know the backend.
  base::Result<std::uint64_t> running_requests(const std::string& backend, pid_t worker,
                                               const ports::Call& call) const;
  /// … only at those of its servers that are not among `servers`.
  base::Result<std::uint64_t> running_beyond(const std::string& backend,
                                             const std::set<std::string>& servers, pid_t worker,
                                             const ports::Call& call) const;

  /// A new version of the map, filled and not yet visible. `worker` 0: the one that serves.
  base::Result<std::string> prepare(const RouteRows& rows, pid_t worker,
                                    const ports::Call& call) const;
  base::Result<void> commit(const std::string& version, pid_t worker,
                            const ports::Call& call) const;
  /// Commands that answer nothing when they succeed, sent as one line.
  base::Result<void> tell(const std::vector<std::string>& commands, pid_t worker,
                          const ports::Call& call) const;

 private:
  base::Result<std::string> stat(const std::string& backend, int types, pid_t worker,
                                 const ports::Call& call) const;
  RuntimeSocket to(pid_t worker) const;

  std::string folder_;
  const ports::Clock& clock_;
  RuntimeSocket reads_;
};

}  // namespace stellwerk::adapters::haproxy
