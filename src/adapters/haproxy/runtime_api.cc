#include "adapters/haproxy/runtime_api.h"

#include <fmt/format.h>

#include "adapters/haproxy/names.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

/// Rows a command carries: its payload must fit HAProxy's buffer of 16 KiB.
constexpr std::size_t kPayloadBytesMax = 12000;

base::Result<void> expect_silence(const base::Result<std::string>& answer) {
  if (!answer) return base::fail(answer.error());
  const std::string_view text = base::trim(*answer);
  if (text.empty()) return {};
  return base::fail(outcome_unknown("it answered: " + base::printable(text)));
}

}  // namespace

std::string give_lease(base::Duration length, const base::ReleaseId& release) {
  return fmt::format("set table {} key {} data.gpc0 1", lease_table(length), release.str());
}

RuntimeApi::RuntimeApi(std::string folder, const ports::Clock& clock)
    : folder_(std::move(folder)), clock_(clock), reads_(folder_, kReadSocket, "", clock) {}

RuntimeSocket RuntimeApi::to(pid_t worker) const {
  if (worker == 0) return {folder_, kWriteSocket, "", clock_};
  return {folder_, kMasterSocket, fmt::format("@!{} ", worker), clock_};
}

base::Result<WorkerInfo> RuntimeApi::worker(const ports::Call& call) const {
  auto answer = reads_.ask("show info", call);
  if (!answer) return base::fail(std::move(answer).error());
  return parse_info(*answer);
}

base::Result<WorkerInfo> RuntimeApi::old_worker(pid_t pid, const ports::Call& call) const {
  auto answer = to(pid).ask("show info", call);
  if (!answer) return base::fail(std::move(answer).error());
  return parse_info(*answer);
}

base::Result<MasterInfo> RuntimeApi::master(const ports::Call& call) const {
  auto answer = RuntimeSocket(folder_, kMasterSocket, "", clock_).ask("show proc", call);
  if (!answer) return base::fail(std::move(answer).error());
  return parse_processes(*answer);
}

base::Result<RouteRows> RuntimeApi::routes(const ports::Call& call) const {
  auto answer = reads_.ask(fmt::format("show map {}", kRoutesFile), call);
  if (!answer) return base::fail(std::move(answer).error());
  return parse_shown_map(*answer);
}

base::Result<Leases> RuntimeApi::leases(const std::vector<base::Duration>& lengths,
                                        const ports::Call& call) const {
  Leases found;
  for (const base::Duration length : lengths) {
    auto answer = reads_.ask("show table " + lease_table(length), call);
    if (!answer) return base::fail(std::move(answer).error());
    found.emplace(length, parse_leases(*answer));
  }
  return found;
}

base::Result<std::string> RuntimeApi::show_sessions(pid_t worker, const ports::Call& call) const {
  return worker == 0 ? reads_.ask("show sess", call) : to(worker).ask("show sess", call);
}

base::Result<EndedRequests> RuntimeApi::ended_requests(const ports::Call& call) const {
  const base::WallTime asked = clock_.wall();
  auto answer = reads_.ask("show stat -1 2 -1", call);  // of all proxies, the backends
  if (!answer) return base::fail(std::move(answer).error());
  EndedRequests ended = parse_ended(*answer);
  ended.asked = asked;
  ended.at = clock_.wall();
  return ended;
}

/// @param types  bits of HAProxy's: 2 the backend, 4 its servers
base::Result<std::string> RuntimeApi::stat(const std::string& backend, int types, pid_t worker,
                                           const ports::Call& call) const {
  const std::string command = fmt::format("show stat {} {} -1", backend, types);
  auto answer = worker == 0 ? reads_.ask(command, call) : to(worker).ask(command, call);
  if (!answer) return base::fail(std::move(answer).error());
  // The master may know a worker no more, or not yet; that is no count.
  if (!answer->starts_with("# ") && answer->find("No such proxy") == std::string::npos)
    return base::fail(unavailable("show stat: " + base::printable(base::trim(*answer))));
  return answer;
}

base::Result<std::uint64_t> RuntimeApi::running_requests(const std::string& backend, pid_t worker,
                                                         const ports::Call& call) const {
  const auto answer = stat(backend, 2, worker, call);
  if (!answer) return base::fail(answer.error());
  return parse_running(*answer);
}

base::Result<std::uint64_t> RuntimeApi::running_beyond(const std::string& backend,
                                                       const std::set<std::string>& servers,
                                                       pid_t worker,
                                                       const ports::Call& call) const {
  const auto answer = stat(backend, 4, worker, call);
  if (!answer) return base::fail(answer.error());
  return parse_running_beyond(*answer, servers);
}

base::Result<std::string> RuntimeApi::prepare(const RouteRows& rows, pid_t worker,
                                              const ports::Call& call) const {
  const RuntimeSocket socket = to(worker);
  // A prepared version that is never committed is invisible: whatever fails here changed nothing.
  auto answer = socket.ask(fmt::format("prepare map {}", kRoutesFile), call);
  if (!answer) return base::fail(std::move(answer).error());
  constexpr std::string_view kCreated = "New version created: ";
  const std::string_view text = base::trim(*answer);
  if (!text.starts_with(kCreated))
    return base::fail(unavailable("prepare map: " + base::printable(text)));
  std::string version(text.substr(kCreated.size()));

  auto row = rows.begin();
  while (row != rows.end()) {
    std::string command = fmt::format("add map @{} {} <<\n", version, kRoutesFile);
    for (; row != rows.end() && command.size() < kPayloadBytesMax; ++row)
      command += row->first + ' ' + row->second + '\n';
    if (auto added = expect_silence(socket.ask(command, call)); !added)
      return base::fail(unavailable("add map: " + added.error().why));
  }
  return version;
}

base::Result<void> RuntimeApi::commit(const std::string& version, pid_t worker,
                                      const ports::Call& call) const {
  return expect_silence(
      to(worker).tell(fmt::format("commit map @{} {}", version, kRoutesFile), call));
}

base::Result<void> RuntimeApi::tell(const std::vector<std::string>& commands, pid_t worker,
                                    const ports::Call& call) const {
  if (worker == 0)
    return expect_silence(to(worker).tell(fmt::format("{}", fmt::join(commands, ";")), call));
  for (const std::string& command : commands)  // the master's socket passes on one at a time
    if (auto told = expect_silence(to(worker).tell(command, call)); !told) return told;
  return {};
}

}  // namespace stellwerk::adapters::haproxy
