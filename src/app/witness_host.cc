#include "app/witness_host.h"

#include <utility>

#include "base/files.h"

namespace stellwerk::app {
namespace {

/// Of events that nobody has read yet; a terminal that hangs must not cost memory.
constexpr std::size_t kEventsMax = 1000;
constexpr std::size_t kPemBytesMax = std::size_t{1} << 20;

std::string key_path(const std::string& folder) { return folder + "/witness.key"; }

base::Result<std::optional<api::TlsIdentity>> tls_of(const cli::WitnessSettings& settings) {
  if (settings.tls_certificate.empty()) return std::optional<api::TlsIdentity>();
  auto certificate = base::read_file(settings.tls_certificate, kPemBytesMax);
  if (!certificate) return base::fail(std::move(certificate.error()));
  auto key = base::load_secret({.file = settings.tls_key, .environment = {}});
  if (!key) return base::fail(std::move(key.error()));
  return std::optional(api::TlsIdentity{std::move(*certificate), std::move(*key)});
}

}  // namespace

base::Result<std::string> witness_key(const std::string& folder, const std::string& name) {
  // The key of a witness that serves is read beside it; only making one needs the folder.
  if (auto made = base::make_folders(folder); !made) return base::fail(std::move(made.error()));
  const auto signer = adapters::FileSigner::open(key_path(folder), name);
  if (!signer) return base::fail(signer.error());
  return (*signer)->cosigner_key();
}

base::Result<std::unique_ptr<WitnessHost>> WitnessHost::open(const cli::WitnessSettings& settings,
                                                             Signals& signals) {
  std::unique_ptr<WitnessHost> host(new WitnessHost(signals));
  auto folder = adapters::WitnessFolder::acquire(settings.folder);
  if (!folder) return base::fail(std::move(folder.error()));
  host->folder_.emplace(std::move(*folder));
  auto signer = adapters::FileSigner::open(key_path(settings.folder), settings.name);
  if (!signer) return base::fail(std::move(signer.error()));
  host->signer_ = std::move(*signer);
  auto key = audit::VerifierKey::parse(host->signer_->cosigner_key());
  if (!key) return base::fail(std::move(key.error()));
  auto store = adapters::FileWitnessStore::open(*host->folder_, std::move(*key));
  if (!store) return base::fail(std::move(store.error()));
  host->store_ = std::move(*store);
  auto tls = tls_of(settings);
  if (!tls) return base::fail(std::move(tls.error()));
  signals.on_signal([own = host.get()] {
    const std::lock_guard lock(own->mutex_);
    own->ended_ = true;
    own->changed_.notify_all();
  });
  if (signals.take() != 0) host->ended_ = true;  // it came before anybody listened
  auto server = api::WitnessServer::open(
      settings.listen, *tls,
      {host->clock_, *host->store_, *host->signer_, settings.logs,
       [own = host.get()](const api::WitnessEvent& event) { own->take(event); }});
  if (!server) return base::fail(std::move(server.error()));
  host->server_ = std::move(*server);
  return host;
}

WitnessHost::~WitnessHost() {
  signals_.on_signal({});
  server_.reset();
}

void WitnessHost::take(const api::WitnessEvent& event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() < kEventsMax) events_.push_back(event);
  changed_.notify_all();
}

std::optional<api::WitnessEvent> WitnessHost::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || !events_.empty(); });
  if (ended_ && events_.empty()) return std::nullopt;
  api::WitnessEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace stellwerk::app
