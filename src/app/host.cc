#include "app/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "adapters/file/key_rotation.h"
#include "audit/note_key.h"
#include "audit/timestamp.h"
#include "base/files.h"
#include "cli/people.h"
#include "engine/entries.h"

namespace stellwerk::app {
namespace {

/// Enough for a dozen components' effects side by side; a lane never has more than one thread.
constexpr std::size_t kLaneThreads = 12;

/// The preallocated file of adapters/sqlite behind the engine's port.
class FileEmergency final : public ports::EmergencyLog {
 public:
  explicit FileEmergency(adapters::EmergencyLog log) : log_(std::move(log)) {}
  base::Result<void> append(std::string_view line) override { return log_.append(line); }
  base::Result<std::vector<std::string>> read() override {
    auto content = log_.read();
    if (!content) return base::fail(std::move(content.error()));
    return std::move(content->lines);
  }
  base::Result<void> clear() override { return log_.clear(); }

 private:
  adapters::EmergencyLog log_;
};

std::string reserve_path(const std::string& data_folder) {
  return data_folder + "/rollback.reserve";
}

/// The name of the log and of its key.
std::string origin_of(const config::EnvironmentFile& file) {
  return file.environment.installation.str() + "/stellwerk";
}

/// A key is made for a journal that begins, never for one that another key has signed.
base::Result<void> key_is_there(const std::string& path, bool journal_has_begun) {
  std::error_code ignored;
  if (!journal_has_begun || std::filesystem::exists(path, ignored)) return {};
  return base::fail(
      base::error(base::Code::Unavailable, "AUD-0001", "the signing key is gone")
          .because(path + " does not exist, and the journal has entries that it signed")
          .now("no checkpoint is signed; the journal itself goes on")
          .then("put the file back from a backup", "mode 0600; another key would not be believed"));
}

/// In place of a key that cannot be used: says so whenever it is asked to sign.
class NoSigner final : public ports::Signer {
 public:
  NoSigner(std::string name, base::Error why) : name_(std::move(name)), why_(std::move(why)) {}
  base::Result<std::string> sign_note(std::string_view) override { return base::fail(why_); }
  [[nodiscard]] std::string verifier_key() const override { return {}; }
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  std::string name_;
  base::Error why_;
};

/// Moves a made object into place, or hands its error on.
template <class T>
base::Result<void> put(T& place, base::Result<T> made) {
  if (!made) return base::fail(std::move(made.error()));
  place = std::move(*made);
  return {};
}

}  // namespace

std::string socket_path(const std::string& data_folder) { return data_folder + "/stellwerk.sock"; }

base::Result<std::unique_ptr<Host>> Host::open(const config::EnvironmentFile& file,
                                               Signals& signals, Purpose purpose) {
  auto host = open_once(file, signals, purpose);
  if (host || host.error().code != base::Code::Unavailable) return host;
  // A rollback may be what it is opened for; on a full disk it gets the space that was kept for it.
  adapters::SpaceReserve reserve(reserve_path(file.environment.data_folder));
  const auto freed = reserve.release();
  return freed && *freed ? open_once(file, signals, purpose) : std::move(host);
}

base::Result<std::unique_ptr<Host>> Host::open_once(const config::EnvironmentFile& file,
                                                    Signals& signals, Purpose purpose) {
  std::unique_ptr<Host> host(new Host(file, signals, purpose));
  if (auto opened = host->open_stores(); !opened) return base::fail(std::move(opened.error()));
  if (auto opened = host->open_adapters(); !opened) return base::fail(std::move(opened.error()));
  if (auto opened = host->open_engine(); !opened) return base::fail(std::move(opened.error()));
  return host;
}

Host::~Host() {
  signals_.on_signal({});
  // Requests that nobody answers any more would keep the server until their patience is over.
  if (engine_) engine_->mailbox().close();
  server_.reset();
  // Completions belong to the engine: lanes stop first, and what they left is not run.
  if (lanes_) lanes_->stop();
}

base::Result<void> Host::open_stores() {
  const std::string& data = file_.environment.data_folder;
  auto lock = adapters::DataFolderLock::acquire(data, clock_.wall());
  if (!lock) return base::fail(std::move(lock.error()));
  lock_.emplace(std::move(*lock));
  if (auto opened = put(journal_, adapters::SqliteJournal::open(*lock_)); !opened) return opened;
  content_ = std::make_unique<adapters::FileContentStore>(data + "/content");
  auto emergency = adapters::EmergencyLog::open(data + "/emergency.log");
  if (!emergency) return base::fail(std::move(emergency.error()));
  emergency_ = std::make_unique<FileEmergency>(std::move(*emergency));
  reserve_ = std::make_unique<adapters::SpaceReserve>(reserve_path(data));
  return open_key();
}

base::Result<std::string> Host::log_key(const config::EnvironmentFile& file) {
  const std::string& data = file.environment.data_folder;
  if (auto made = base::make_folders(data); !made) return base::fail(std::move(made.error()));
  std::error_code ignored;
  const bool has_begun = std::filesystem::exists(data + "/journal.db", ignored);
  if (auto there = key_is_there(data + "/journal.key", has_begun); !there)
    return base::fail(std::move(there.error()));
  auto signer = adapters::FileSigner::open(data + "/journal.key", origin_of(file));
  if (!signer) return base::fail(std::move(signer.error()));
  return (*signer)->verifier_key();
}

std::string Host::key_path() const { return file_.environment.data_folder + "/journal.key"; }

/// Also finishes a change of keys that a crash has cut off. Without a key the engine works, and
/// goes back if it must; only checkpoints are not signed.
base::Result<void> Host::open_key() {
  log_ = std::make_unique<adapters::LogFolder>(file_.environment.data_folder + "/log");
  auto opened = usable_key();
  if (opened) {
    signer_ = std::move(*opened);
    return {};
  }
  warnings_.push_back(opened.error());
  signer_ = std::make_unique<NoSigner>(origin_of(file_), std::move(opened.error()));
  return {};
}

base::Result<std::unique_ptr<adapters::FileSigner>> Host::usable_key() {
  adapters::KeyRotation rotation(key_path());
  if (rotation.is_begun()) {
    auto named = last_key_named();
    if (!named) return base::fail(std::move(named.error()));
    if (auto settled = rotation.settle(origin_of(file_), *named); !settled)
      return base::fail(std::move(settled.error()));
  }
  auto head = journal_->head();
  if (!head) return base::fail(std::move(head.error()));
  if (auto there = key_is_there(key_path(), head->size > 0); !there)
    return base::fail(std::move(there.error()));
  return adapters::FileSigner::open(key_path(), origin_of(file_));
}

/// The new key of the journal's last rotation; empty: there was none.
base::Result<std::string> Host::last_key_named() {
  std::string named;
  std::uint64_t read = 0;
  while (true) {
    auto entries = journal_->read_stream({}, read, 1000);
    if (!entries) return base::fail(std::move(entries.error()));
    for (const ports::StoredEntry& entry : *entries) {
      if (entry.type != "audit.key.rotated") continue;
      auto decoded = engine::decode(entry, *content_);
      if (!decoded) return base::fail(std::move(decoded.error()));
      named = std::get<core::KeyRotated>(decoded->event).new_key;
    }
    read += entries->size();
    if (entries->size() < 1000) return named;
  }
}

base::Result<cli::KeyChange> Host::rotate_key(
    const std::function<base::Result<void>(cli::EngineHost&, const core::Event&)>& record) {
  engine_->sign_no_more();
  auto* present = dynamic_cast<adapters::FileSigner*>(signer_.get());
  if (present == nullptr) return base::fail(signer_->sign_note("\n").error());
  adapters::KeyRotation rotation(key_path());
  auto begun = rotation.begin(*present, clock_.wall());
  if (!begun) return base::fail(std::move(begun.error()));
  auto note = content_->put(begun->note);
  if (!note) return base::fail(std::move(note.error()));
  if (auto said = record(*this, core::KeyRotated{begun->old_key, begun->new_key, *note}); !said)
    return base::fail(std::move(said.error()));
  if (auto done = rotation.finish(); !done) return base::fail(std::move(done.error()));
  return cli::KeyChange{begun->old_key, begun->new_key};
}

base::Result<void> Host::sign_now() {
  auto head = journal_->head();
  if (!head) return base::fail(std::move(head.error()));
  const auto result = std::make_shared<std::optional<base::Result<engine::Published>>>();
  engine_->publish_now(*head, [result](base::Result<engine::Published> published) {
    *result = std::move(published);
  });
  // Also those who confirm it, where they answer in time.
  const base::MonoTime until = clock_.mono() + base::seconds(30);
  while ((!*result || !engine_->quiet()) && clock_.mono() < until)
    turn_within(base::milliseconds(50));
  if (!*result)
    return base::fail(
        base::error(base::Code::OutcomeUnknown, "AUD-0041", "no checkpoint was signed so far")
            .now("what was written stays written; the next engine signs it")
            .then("stellwerk audit verify", "whether the log is well"));
  if (!**result)
    return base::fail(base::Error((*result)->error())
                          .now("what was written stays written; no checkpoint was signed yet"));
  return {};
}

base::Result<void> Host::open_adapters() {
  if (auto opened = put(curl_, adapters::http::CurlLoop::make(clock_)); !opened) return opened;
  instance_prober_ = std::make_unique<adapters::http::HttpProber>(*curl_);
  prober_ = std::make_unique<adapters::http::HttpProber>(*curl_);
  gauges_ = std::make_unique<adapters::http::HttpGauges>(*curl_);
  http_ = std::make_unique<adapters::http::CurlHttpClient>(*curl_);
  commands_ = std::make_unique<adapters::process::ProcessCommandRunner>(clock_);
  checks_ = std::make_unique<checks::Checks>(checks::ChecksNeeds{
      clock_, *commands_, *http_, *prober_, scrubber_, file_.environment.tenant_header});
  const AdapterNeeds needs{
      clock_, *instance_prober_, *http_, scrubber_, file_, purpose_ == Purpose::Releases};
  if (auto made = put(router_, make_router(file_.router, needs)); !made) return made;
  if (auto made = put(workload_, make_workload(file_.workload, needs)); !made) return made;
  for (const config::Section& section : file_.notices)
    if (auto made = put(notifiers_.emplace_back(), make_notifier(section, needs)); !made)
      return made;
  for (const config::Section& section : file_.events)
    if (auto made = put(buses_.emplace_back(), make_bus(section, needs)); !made) return made;
  return {};
}

/// Who confirms checkpoints is never a reason not to carry on, or back: what is wrong is told.
void Host::open_attestors(engine::EnginePorts& ports) {
  for (const config::WitnessSetting& each : file_.audit.witnesses) {
    if (const auto key = audit::VerifierKey::parse(each.key); !key) {
      warnings_.push_back(base::Error(key.error()).now("checkpoints go without this witness"));
      continue;
    }
    witnesses_.push_back(std::make_unique<adapters::http::HttpWitness>(*http_, each.url));
    ports.witnesses.push_back({witnesses_.back().get(), each.key});
  }
  if (!file_.audit.timestamps) return;
  auto trusted = base::read_file(file_.audit.timestamps->trusted, audit::kTrustedBytesMax);
  if (!trusted) {
    warnings_.push_back(std::move(trusted.error()).now("checkpoints go without time stamps"));
    return;
  }
  timestamps_ =
      std::make_unique<adapters::http::HttpTimestamps>(*http_, file_.audit.timestamps->url);
  ports.timestamps = {timestamps_.get(), std::move(*trusted)};
}

base::Result<void> Host::open_engine() {
  lanes_ = std::make_unique<ThreadLanes>(clock_, kLaneThreads);
  engine::EnginePorts ports{clock_,
                            *lanes_,
                            *journal_,
                            *content_,
                            *emergency_,
                            *reserve_,
                            *signer_,
                            *log_,
                            entropy_,
                            *workload_.workload,
                            *router_.router,
                            *prober_,
                            *checks_,
                            {router_.metrics.get(), gauges_.get()},
                            {},
                            {},
                            {}};
  if (workload_.logs) ports.metrics.push_back(workload_.logs.get());
  for (const auto& bus : buses_) ports.buses.push_back(bus.get());
  for (const auto& notifier : notifiers_) ports.notifiers.push_back(notifier.get());
  ports.open_reader =
      [data =
           file_.environment.data_folder]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
    auto reader = adapters::SqliteJournal::open_reader(data);
    if (!reader) return base::fail(std::move(reader.error()));
    return std::unique_ptr<ports::JournalStore>(std::move(*reader));
  };
  open_attestors(ports);
  engine_ = std::make_unique<engine::Engine>(std::move(ports), engine::EngineSettings{});
  signals_.on_signal([this] { lanes_->wake(); });
  if (!warnings_.empty())  // told when somebody listens: in the first turn
    engine_->mailbox().post([this] {
      for (const base::Error& warning : warnings_)
        if (engine_->on_report) engine_->on_report(warning);
    });
  return put(server_, api::Server::open(socket_path(file_.environment.data_folder),
                                        api::Routes(*engine_, people_now())));
}

cli::EngineHost::PeopleNow Host::people_now() const {
  return [path = file_.path] { return cli::people_now(path); };
}

void Host::turn_within(base::Duration at_most) {
  const base::MonoTime next = engine_->step();
  lanes_->wait(std::min(next, clock_.mono() + at_most));
}

}  // namespace stellwerk::app
