// Starting HAProxy and giving it a new configuration, without a request lost or a tenant moved.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "adapters/haproxy/haproxy_router.h"
#include "adapters/haproxy/layout_store.h"
#include "adapters/haproxy/names.h"
#include "adapters/haproxy/patience.h"
#include "adapters/haproxy/unix_socket.h"
#include "base/files.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kConfigBytesMax = std::size_t{64} << 20;
constexpr base::Duration kEndingMax = base::seconds(1);
constexpr base::Duration kStartingMax = base::seconds(30);
constexpr std::array kSockets = {kReadSocket, kWriteSocket, kMasterSocket};

}  // namespace

/// Somebody does; a full backlog passes.
bool HaproxyRouter::is_listened_to() const {
  return std::all_of(kSockets.begin(), kSockets.end(), [&](const char* socket) {
    const auto connected = connect_unix(folder_, socket);
    return connected || connected.error() == EAGAIN;
  });
}

/// Somebody removed its sockets: nothing can be said to it any more, and no reload makes them anew.
bool HaproxyRouter::is_out_of_reach() const {
  const bool is_starting = !heard_ && process_.age() < kStartingMax;
  return !is_starting && std::any_of(kSockets.begin(), kSockets.end(), [&](const char* socket) {
    return ::access(path(socket).c_str(), F_OK) != 0 && errno == ENOENT;
  });
}

bool HaproxyRouter::runs(const ports::Call& call) {
  const ports::Call look = Patience(clock_, call).within(kEndingMax);
  const Patience patience(clock_, look);
  while (process_.alive()) {
    if (is_listened_to()) {
      if (!std::exchange(heard_, true)) process_.end_others(call);
      return true;
    }
    if (patience.pause()) continue;
    if (Patience(clock_, call).over() || !is_out_of_reach()) return true;
    process_.let_go();  // it serves until another one does
  }
  return false;
}

base::Result<void> HaproxyRouter::switch_layout(Layout layout, const ports::Call& call) {
  // Recorded first: what HAProxy serves must never be unknown to the record.
  if (auto saved = save_layout(path(kStateFile), layout); !saved) return saved;
  auto up = bring_up(layout, call);
  if (!up && up.error().code != base::Code::OutcomeUnknown) {
    static_cast<void>(save_layout(path(kStateFile), layout_));
    return up;
  }
  const std::lock_guard lock(layout_mutex_);
  layout_ = std::move(layout);
  return up;
}

base::Result<void> HaproxyRouter::bring_up(const Layout& layout, const ports::Call& call) {
  auto configuration = render(layout, settings_, tenant_header_, page_);
  if (!configuration) return base::fail(std::move(configuration).error());
  const bool alive = runs(call);
  base::Result<WorkerInfo> worker = WorkerInfo{};
  if (alive) worker = api_.worker(call);
  if (!worker) return base::fail(std::move(worker).error());
  if (alive && worker->digest == configuration->digest) return {};

  if (auto kept = save_what_is_left(); !kept) return kept;
  if (::access(path(kRoutesFile).c_str(), F_OK) != 0)
    if (auto made = base::replace_file(path(kRoutesFile), ""); !made) return made;
  if (auto made = base::replace_file(path(kCarriedFile), ""); !made) return made;
  if (auto next = base::replace_file(path(kNextConfigFile), configuration->text); !next)
    return next;
  auto valid = process_.validate(kNextConfigFile, call);
  ::unlink(path(kNextConfigFile).c_str());
  if (!valid) return valid;
  return alive ? reload(*configuration, *worker, call) : launch(*configuration, call);
}

base::Result<void> HaproxyRouter::launch(const Configuration& configuration,
                                         const ports::Call& call) {
  if (auto installed = base::replace_file(path(kConfigFile), configuration.text); !installed)
    return installed;
  carried_.clear();
  const auto output = process_.output_size();
  heard_ = false;
  if (auto spawned = process_.start(); !spawned) return spawned;
  auto started = await_digest(configuration, output, call);
  if (!started) return started;
  heard_ = true;
  process_.end_others(call);
  on_new_worker_();
  return {};
}

base::Result<void> HaproxyRouter::reload(const Configuration& configuration, const WorkerInfo& old,
                                         const ports::Call& call) {
  auto former = base::read_file(path(kConfigFile), kConfigBytesMax);
  if (!former) return base::fail(std::move(former).error());
  if (auto carried = carry_leases(call); !carried) return carried;
  if (auto installed = base::replace_file(path(kConfigFile), configuration.text); !installed)
    return installed;
  const auto output = process_.output_size();
  old_workers_until_ = clock_.mono() + settings_.drain + base::seconds(10);
  if (auto ready = await_master(call); !ready) return ready;
  process_.reload();
  auto switched = await_digest(configuration, output, call);
  if (!switched && switched.error().code == base::Code::Rejected)
    static_cast<void>(base::replace_file(path(kConfigFile), *former));
  if (!switched) return switched;
  await_stopping(old.pid, call);
  on_new_worker_();
  hand_leases_on(call);
  return reassert_routes(call);
}

/// The master starts itself anew for each worker, and a signal sent meanwhile is lost. It answers
/// when it is done.
base::Result<void> HaproxyRouter::await_master(const ports::Call& call) {
  const Patience patience(clock_, call);
  do {
    if (api_.master(patience.within(base::milliseconds(500)))) return {};
  } while (patience.pause());
  return base::fail(unavailable("its master does not answer, so it cannot be reloaded"));
}

base::Result<void> HaproxyRouter::await_digest(const Configuration& configuration,
                                               std::uint64_t output, const ports::Call& call) {
  const Patience patience(clock_, call);
  const auto refused = [&] {
    return base::fail(base::error(base::Code::Rejected, "HAP-0001",
                                  "HAProxy does not start with the configuration")
                          .because(process_.output_since(output))
                          .now("the configuration in force before is unchanged"));
  };
  do {
    const ports::Call look = patience.within(base::milliseconds(500));
    const auto worker = api_.worker(look);
    if (worker && worker->digest == configuration.digest && !worker->stopping) return {};
    if (!process_.alive()) return refused();
    const auto master = api_.master(look);
    if (master && master->failed_reloads > 0 &&
        process_.output_since(output).find("[ALERT]") != std::string::npos)
      return refused();
  } while (patience.pause());
  return base::fail(outcome_unknown("it was started or reloaded and did not answer in time"));
}

/// Until the old worker has given up its sockets: commands sent earlier could still reach it.
void HaproxyRouter::await_stopping(pid_t old_worker, const ports::Call& call) {
  const Patience patience(clock_, call);
  do {
    const auto old = api_.old_worker(old_worker, patience.within(base::milliseconds(500)));
    if ((old && old->stopping) || !identify(old_worker)) return;
  } while (patience.pause());
}

base::Result<void> HaproxyRouter::reassert_routes(const ports::Call& call) {
  auto wanted = stored_rows();
  if (!wanted) return base::fail(std::move(wanted).error());
  auto found = api_.routes(call);
  if (found && *found == *wanted) return {};
  return write_rows(*wanted, Saving::Required, call);
}

}  // namespace stellwerk::adapters::haproxy
