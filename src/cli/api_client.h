// api_client.h — asks the engine that holds the data folder, over its Unix socket.
//
// Thread-safety: one thread.                                        Start here: ApiClient
// Spec: docs/reference/api.md
#pragma once

#include <string>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace stellwerk::cli {

class ApiClient {
 public:
  /// The engine itself gives up after 15 s.
  static constexpr base::Duration kPatience = base::seconds(20);

  explicit ApiClient(std::string socket, base::Duration patience = kPatience)
      : socket_(std::move(socket)), patience_(patience) {}
  /// @errors what the engine answered (ENG-…, API-…); Unavailable CLI-0007: not reached, or the
  /// answer cannot be read; OutcomeUnknown CLI-0009: sent, but not answered in time
  [[nodiscard]] base::Result<base::Json> get(const std::string& path) const;
  [[nodiscard]] base::Result<base::Json> post(const std::string& path,
                                              const base::Json& body) const;

 private:
  struct Request;
  [[nodiscard]] base::Result<base::Json> send(const Request& request) const;

  std::string socket_;
  base::Duration patience_;
};

}  // namespace stellwerk::cli
