// host.h — an engine with everything it needs, wired together for this process.
//
// Thread-safety: one thread.     Invariants: lanes stop first, then members are destroyed in
// reverse order: API, engine, adapters, stores, lock; so nothing runs that its neighbours could
// miss.
#pragma once

#include <memory>
#include <vector>

#include "adapters/file/file_signer.h"
#include "adapters/file/log_folder.h"
#include "adapters/http/curl_http_client.h"
#include "adapters/http/curl_loop.h"
#include "adapters/http/http_gauges.h"
#include "adapters/http/http_prober.h"
#include "adapters/http/http_timestamps.h"
#include "adapters/http/http_witness.h"
#include "adapters/process/process_command_runner.h"
#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/emergency_log.h"
#include "adapters/sqlite/file_content_store.h"
#include "adapters/sqlite/space_reserve.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "api/server.h"
#include "app/adapters.h"
#include "app/signals.h"
#include "app/system_clock.h"
#include "app/system_entropy.h"
#include "app/thread_lanes.h"
#include "checks/checks.h"
#include "cli/world.h"

namespace stellwerk::app {

enum class Purpose : std::uint8_t {
  Releases,
  Record,  ///< entries of the installation's own: instances are left alone
};

class Host final : public cli::EngineHost {
 public:
  /// Takes the data folder's lock and opens everything in it.
  static base::Result<std::unique_ptr<Host>> open(const config::EnvironmentFile& file,
                                                  Signals& signals,
                                                  Purpose purpose = Purpose::Releases);
  ~Host() override;

  engine::Engine& engine() override { return *engine_; }
  /// The present key for verifiers; made where there is none. Takes no lock: whoever makes it first
  /// wins.
  static base::Result<std::string> log_key(const config::EnvironmentFile& file);
  /// Makes another key and has `record` name it in the journal. Used from the next opening on.
  base::Result<cli::KeyChange> rotate_key(
      const std::function<base::Result<void>(cli::EngineHost&, const core::Event&)>& record);
  base::Result<void> sign_now() override;
  void turn_within(base::Duration at_most) override;
  int take_signal() override { return signals_.take(); }
  [[nodiscard]] PeopleNow people_now() const override;

 private:
  Host(const config::EnvironmentFile& file, Signals& signals, Purpose purpose)
      : file_(file), signals_(signals), purpose_(purpose) {}
  static base::Result<std::unique_ptr<Host>> open_once(const config::EnvironmentFile& file,
                                                       Signals& signals, Purpose purpose);
  base::Result<void> open_stores();
  base::Result<void> open_key();
  base::Result<std::unique_ptr<adapters::FileSigner>> usable_key();
  base::Result<std::string> last_key_named();
  [[nodiscard]] std::string key_path() const;
  base::Result<void> open_adapters();
  void open_attestors(engine::EnginePorts& ports);
  base::Result<void> open_engine();

  config::EnvironmentFile file_;
  Signals& signals_;
  Purpose purpose_;
  SystemClock clock_;
  SystemEntropy entropy_;
  base::Scrubber scrubber_;
  std::unique_ptr<ThreadLanes> lanes_;  ///< outlives the adapters: their threads wake it
  std::optional<adapters::DataFolderLock> lock_;
  std::unique_ptr<adapters::SqliteJournal> journal_;
  std::unique_ptr<adapters::FileContentStore> content_;
  std::unique_ptr<ports::EmergencyLog> emergency_;
  std::unique_ptr<ports::SpaceReserve> reserve_;
  std::unique_ptr<ports::Signer> signer_;
  std::unique_ptr<ports::LogStore> log_;
  std::unique_ptr<adapters::http::CurlLoop> curl_;
  std::unique_ptr<adapters::http::HttpProber> instance_prober_;  ///< the workload's own
  std::unique_ptr<adapters::http::HttpProber> prober_;           ///< the engine's
  std::unique_ptr<adapters::http::HttpGauges> gauges_;
  std::unique_ptr<adapters::http::CurlHttpClient> http_;
  std::unique_ptr<adapters::process::ProcessCommandRunner> commands_;
  std::unique_ptr<checks::Checks> checks_;
  RouterAndMetrics router_;
  WorkloadAndLogs workload_;
  std::vector<std::unique_ptr<ports::Notifier>> notifiers_;
  std::vector<std::unique_ptr<ports::EventBus>> buses_;
  std::vector<std::unique_ptr<ports::Witness>> witnesses_;
  std::unique_ptr<ports::TimestampService> timestamps_;
  std::vector<base::Error> warnings_;  ///< what it goes without
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<api::Server> server_;
};

/// `<data folder>/stellwerk.sock`
std::string socket_path(const std::string& data_folder);

}  // namespace stellwerk::app
