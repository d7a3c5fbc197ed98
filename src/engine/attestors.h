// attestors.h — outsiders who confirm checkpoints: witnesses cosign them, a service stamps them.
//
// Role: the engine tells them of each new checkpoint; what they answer is checked and kept in the
// published log.                          Start here: published()
// Thread-safety: the engine's thread; asking runs in one lane, one outsider after the other.
// Invariants: nothing waits for them; a cosignature or stamp is kept only when it verifies; one
// that is slow or gone delays no release, and gets the latest checkpoint when it is back. Spec:
// c2sp.org/tlog-witness, RFC 3161; docs/witness.md
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/engine_ports.h"
#include "engine/log_publisher.h"

namespace stellwerk::engine {

class Attestors {
 public:
  Attestors(EnginePorts& ports, std::shared_ptr<LogPublisher> publisher,
            std::function<void(const base::Error&)> trouble);
  ~Attestors();

  /// A new checkpoint is in the log. @param stamp  also by the time stamping service
  void published(const Published& checkpoint, bool stamp);
  /// Asks again whom it is time to ask again.
  void pump(base::MonoTime now);
  [[nodiscard]] std::optional<base::MonoTime> wake_at() const;
  /// Nobody is being asked.
  [[nodiscard]] bool quiet() const;

 private:
  struct Asked;
  void ask(Asked& witness);
  void keep(const ports::Head& head, const std::string& lines);
  void answered(Asked& witness, const base::Result<std::string>& lines);
  void stamp();
  void stamped(const base::Result<std::string>& token, const Published& checkpoint);
  void stamp_kept(const base::Result<void>& kept, const Published& checkpoint);
  void put_off(Asked& asked, const base::Error& error);

  EnginePorts& ports_;
  std::shared_ptr<LogPublisher> publisher_;
  std::function<void(const base::Error&)> trouble_;
  std::optional<Published> latest_;
  std::vector<std::unique_ptr<Asked>> witnesses_;
  std::unique_ptr<Asked> service_;     ///< nullptr: none is configured
  std::optional<Published> to_stamp_;  ///< nothing: the latest has its stamp
};

}  // namespace stellwerk::engine
