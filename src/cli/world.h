// world.h — what the commands need of the program around them: opening an engine or a reader.
// Implemented by app, so that no command names a product.
//
// Thread-safety: one command at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/witness_server.h"
#include "audit/erp_row.h"
#include "config/load.h"
#include "config/schema.h"
#include "engine/engine.h"

namespace stellwerk::cli {

/// An engine with its adapters and its API socket, in this process; holds the data folder's lock.
class EngineHost {
 public:
  virtual ~EngineHost() = default;
  virtual engine::Engine& engine() = 0;
  /// One turn of the loop: step(), then wait until something happens or the next turn is due, at
  /// most `at_most`.
  virtual void turn_within(base::Duration at_most) = 0;
  void turn() { turn_within(base::hours(1)); }
  /// SIGINT, SIGTERM or SIGHUP since the last call (0: none). They do not end the process while a
  /// host is open.
  virtual int take_signal() = 0;
  /// Reads the people of stellwerk.yaml as it is now; on any thread, also when the host is gone. It
  /// may hang with the disk. @errors the first problem of the file
  using PeopleNow = std::function<base::Result<std::vector<core::Person>>()>;
  [[nodiscard]] virtual PeopleNow people_now() const = 0;
  /// Has a checkpoint of the whole journal signed, and waits for it and for those who confirm it.
  virtual base::Result<void> sign_now() { return {}; }
};

/// The stores, for reading beside a running engine or without one.
struct Reader {
  std::unique_ptr<ports::JournalStore> journal;
  std::unique_ptr<ports::ContentStore> content;
};

/// Keys of the log, as verifiers name them.
struct KeyChange {
  std::string old_key;
  std::string new_key;
};

/// What ssh-keygen is to sign.
struct SshSignRequest {
  std::string key;  ///< file of a private key, or of a public one whose other half the agent has
  std::string name_space;  ///< `approval@stellwerk`
  std::string message;
};

/// What `stellwerk witness` was told.
struct WitnessSettings {
  std::string folder;                    ///< the witness's own: key, memory, lock
  std::string name;                      ///< of its key
  std::vector<audit::VerifierKey> logs;  ///< one at least, of type 0x01
  api::ListenAddress listen;
  std::string tls_certificate;  ///< a file; empty: no TLS
  std::string tls_key;          ///< a file
};

/// A witness that serves, in this process.
class WitnessHost {
 public:
  virtual ~WitnessHost() = default;
  [[nodiscard]] virtual std::string key() const = 0;      ///< of type 0x04
  [[nodiscard]] virtual std::string address() const = 0;  ///< where it listens
  /// Waits for the next submission and says what became of it; nothing once a signal came.
  virtual std::optional<api::WitnessEvent> next() = 0;
};

/// A mirror of the public events that keeps a chain of its own and can be read back.
class Mirror {
 public:
  virtual ~Mirror() = default;
  [[nodiscard]] virtual std::string name() const = 0;        ///< the adapter's
  [[nodiscard]] virtual std::string target() const = 0;      ///< as of its event bus
  [[nodiscard]] virtual std::string user_agent() const = 0;  ///< of the rows that are ours
  /// All rows, oldest first, in the order of their chain.
  /// @errors Unavailable ERP-0002: it does not answer; InvalidArgument ERP-0001: rows that are
  /// none; Rejected ERP-0003: more than can be read
  virtual base::Result<std::vector<audit::ErpRow>> rows() = 0;
};

class World {
 public:
  virtual ~World() = default;
  /// @errors Conflict JRN-0005: another stellwerk holds the data folder; and those of the adapters
  virtual base::Result<std::unique_ptr<EngineHost>> open_engine(
      const config::EnvironmentFile& environment) = 0;
  /// For entries of the installation's own: no instance is taken over, started or stopped.
  virtual base::Result<std::unique_ptr<EngineHost>> open_record(
      const config::EnvironmentFile& environment) {
    return open_engine(environment);
  }
  /// @errors NotFound JRN-0007: nothing was ever journaled there; Forbidden JRN-0008: this user may
  /// not look; those of the store
  virtual base::Result<Reader> open_reader(const std::string& data_folder) = 0;
  /// `<data folder>/stellwerk.sock`
  virtual std::string socket_path(const std::string& data_folder) = 0;
  /// True while another process holds the data folder.
  virtual bool engine_runs(const std::string& data_folder) = 0;
  virtual std::string os_user() = 0;
  virtual base::Now now() = 0;  ///< runbook time is the wall's here
  /// Waits; false when a signal came.
  virtual bool sleep(base::Duration span) = 0;
  /// Names of the adapters there are, by kind, for doctor and errors.
  virtual std::string adapter_list() = 0;
  /// Their settings, for `stellwerk schema environment`.
  virtual std::vector<config::AdapterSettings> adapter_settings() { return {}; }
  /// What they find wrong in their sections of stellwerk.yaml, all of it; opens nothing.
  virtual std::vector<base::Error> section_problems(const config::EnvironmentFile& /*file*/) {
    return {};
  }
  /// The key that signs this installation's checkpoints, as verifiers and witnesses are given it;
  /// made when there is none. @errors AUD-0001, AUD-0002, BAS-0012
  virtual base::Result<std::string> log_key(const config::EnvironmentFile& /*environment*/) {
    return base::fail(base::Code::Unavailable, "AUD-0001", "this world has no key");
  }
  /// Another key for the log. `record` writes the entry that names it; only then it is used.
  /// @errors Conflict JRN-0005: another stellwerk holds the data folder; AUD-0001; those of
  /// `record`
  virtual base::Result<KeyChange> rotate_key(
      const config::EnvironmentFile& /*environment*/,
      const std::function<base::Result<void>(EngineHost&, const core::Event&)>& /*record*/) {
    return base::fail(base::Code::Unavailable, "AUD-0001", "this world has no key");
  }
  /// Those of stellwerk.yaml, in its order; none where no section is one. Asks nobody yet.
  virtual base::Result<std::vector<std::unique_ptr<Mirror>>> open_mirrors(
      const config::EnvironmentFile& /*environment*/) {
    return std::vector<std::unique_ptr<Mirror>>();
  }
  /// Bytes that nobody can guess. @errors Unavailable ENG-0001
  virtual base::Result<void> draw(std::span<std::uint8_t> /*out*/) {
    return base::fail(base::Code::Unavailable, "ENG-0001", "there is no source of randomness");
  }
  /// The armored signature; may ask for a passphrase on the terminal.
  /// @errors Unavailable CLI-0006: ssh-keygen is not there or did not sign
  virtual base::Result<std::string> ssh_sign(const SshSignRequest& /*request*/) {
    return base::fail(base::Code::Unavailable, "CLI-0006", "nothing can sign here");
  }
  /// Serves as a witness until the host ends. A world that cannot says so.
  /// @errors Conflict WIT-0006: another witness serves that folder; Corruption WIT-0005: its memory
  /// is damaged; WIT-0007: the folder, AUD-0001, AUD-0002: the key, WIT-0008: the address or TLS
  virtual base::Result<std::unique_ptr<WitnessHost>> open_witness(
      const WitnessSettings& /*settings*/) {
    return base::fail(base::Code::Unavailable, "WIT-0008", "this world serves no witness");
  }
  /// The key of the witness of that name in that folder; made where there is none.
  virtual base::Result<std::string> witness_key(const std::string& /*folder*/,
                                                const std::string& /*name*/) {
    return base::fail(base::Code::Unavailable, "WIT-0007", "this world has no witness");
  }
  /// A variable of the process's environment (NO_COLOR, LANG, COLUMNS); empty: not set.
  virtual std::string variable(const std::string& /*name*/) { return {}; }
};

/// What a command left: printed by the caller, turned into the exit code.
enum class Exit : int {
  Done = 0,
  Findings = 1,
  Usage = 2,
  VerificationFailed = 3,
  RolledBack = 10,
  Paused = 11,
  Failed = 12,
};

}  // namespace stellwerk::cli
