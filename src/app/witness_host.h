// witness_host.h — a witness with everything it needs, wired together for this process.
//
// Thread-safety: one thread.     Invariants: the server stops before what it uses; the folder's
// lock goes last.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "adapters/file/file_signer.h"
#include "adapters/file/file_witness_store.h"
#include "api/witness_server.h"
#include "app/signals.h"
#include "app/system_clock.h"
#include "cli/world.h"

namespace stellwerk::app {

/// The witness's key (type 0x04) in that folder; made on first use.
/// @errors those of adapters::WitnessFolder and of adapters::FileSigner
base::Result<std::string> witness_key(const std::string& folder, const std::string& name);

class WitnessHost final : public cli::WitnessHost {
 public:
  /// Takes the folder's lock, checks its memory, then serves.
  /// @errors those of adapters::WitnessFolder, FileSigner, FileWitnessStore and api::WitnessServer
  static base::Result<std::unique_ptr<WitnessHost>> open(const cli::WitnessSettings& settings,
                                                         Signals& signals);
  ~WitnessHost() override;

  [[nodiscard]] std::string key() const override { return signer_->cosigner_key(); }
  [[nodiscard]] std::string address() const override { return server_->address().to_string(); }
  std::optional<api::WitnessEvent> next() override;

 private:
  explicit WitnessHost(Signals& signals) : signals_(signals) {}
  void take(const api::WitnessEvent& event);

  Signals& signals_;
  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<api::WitnessEvent> events_;
  bool ended_ = false;
  std::optional<adapters::WitnessFolder> folder_;
  std::unique_ptr<adapters::FileSigner> signer_;
  std::unique_ptr<adapters::FileWitnessStore> store_;
  std::unique_ptr<api::WitnessServer> server_;  ///< last: its threads use all of the above
};

}  // namespace stellwerk::app
