// witness_routes.h — what a witness answers to each request.
//
// Role: called by the listener's threads. Decisions are audit/witness.h's; this locks, remembers
// and cosigns.                                                 Start here: WitnessRoutes::handle
// Thread-safety: any thread; submissions are decided one at a time.
// Invariants: a cosignature leaves only after its checkpoint is durably remembered.
// Spec: c2sp.org/tlog-witness
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "api/listener.h"
#include "audit/note_key.h"
#include "audit/witness.h"
#include "ports/clock.h"
#include "ports/cosigner.h"
#include "ports/witness_store.h"

namespace stellwerk::api {

/// What became of one submission. Of those that no known log signed, at most one a second is told:
/// anybody can send them.
struct WitnessEvent {
  int status = 0;
  std::string what;          ///< `cosigned`, `failed`, or the cause of a refusal
  std::string origin;        ///< empty: not known
  std::uint64_t size = 0;    ///< of the checkpoint; 0: not known
  std::string problem;       ///< of what is not cosigned, one line
  std::string checkpoint;    ///< of another history: the note, evidence against the log
  std::uint64_t untold = 0;  ///< refusals of strangers before it that were not told
};

struct WitnessParts {
  const ports::Clock& clock;
  ports::WitnessStore& store;
  ports::Cosigner& cosigner;
  std::vector<audit::VerifierKey> logs;               ///< of type Ed25519, by origin
  std::function<void(const WitnessEvent&)> on_event;  ///< called by any thread
};

class WitnessRoutes {
 public:
  explicit WitnessRoutes(WitnessParts parts) : parts_(std::move(parts)) {}
  /// POST /add-checkpoint · GET /<hex of SHA-256 of the origin>/checkpoint
  [[nodiscard]] Response handle(const Request& request);

 private:
  Response add_checkpoint(const std::string& body);
  Response decided(const audit::Submission& submission);
  Response cosigned(const audit::Submission& submission);
  Response refused(const audit::WitnessRefusal& refusal, const audit::Submission* submission);
  void tell_of_stranger(WitnessEvent event);
  Response failed(const base::Error& error, const audit::Submission* submission);
  Response latest(std::string_view origin_id);

  WitnessParts parts_;
  std::mutex mutex_;
  std::mutex strangers_mutex_;
  base::MonoTime stranger_told_;
  std::uint64_t strangers_untold_ = 0;
};

}  // namespace stellwerk::api
