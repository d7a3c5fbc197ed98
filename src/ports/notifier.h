// notifier.h — port: one channel to people (files here; mail and webhooks later).
//
// Thread-safety: one call at a time per channel. Invariants: sending the same id again leaves one
// message.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/call.h"

namespace stellwerk::ports {

struct Notice {
  std::string id;  ///< Message-ID: a function of the effect key; the same on every repetition
  base::ReleaseId release;
  std::string event;  ///< `notification.release.started`
  std::vector<std::string> recipients;
  std::string subject;
  std::string body;  ///< plain text
  base::WallTime time;
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  [[nodiscard]] virtual std::string name() const = 0;  ///< the adapter's: `file`
  /// Where it delivers: as ports::EventBus::target().
  [[nodiscard]] virtual std::string target() const = 0;
  /// @errors Unavailable NTF-0002: not sent, retry.
  virtual base::Result<void> send(const Notice& notice, const Call& call) = 0;
};

}  // namespace stellwerk::ports
