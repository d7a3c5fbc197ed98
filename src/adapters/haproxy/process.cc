#include "adapters/haproxy/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <vector>

#include "adapters/haproxy/names.h"
#include "adapters/haproxy/patience.h"
#include "adapters/haproxy/runtime_socket.h"
#include "base/files.h"
#include "base/json.h"
#include "base/process_stat.h"
#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::size_t kProcFileMax = 65536;
constexpr std::size_t kReasonBytesMax = 2000;

namespace fs = std::filesystem;

int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

bool ended(int pidfd) {
  pollfd waiting{.fd = pidfd, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0;
}

/// The command line; empty while a master starts itself anew.
std::string command_line(pid_t pid) {
  return base::read_file(fmt::format("/proc/{}/cmdline", pid), kProcFileMax).value_or("");
}

bool runs_as_us(pid_t pid) {
  const auto status =
      base::read_file(fmt::format("/proc/{}/status", pid), kProcFileMax).value_or("");
  return status.find(fmt::format("\nUid:\t{}\t", ::getuid())) != std::string::npos;
}

bool works_in(pid_t pid, const std::string& folder) {
  struct stat its{};
  struct stat ours{};
  return ::stat(fmt::format("/proc/{}/cwd", pid).c_str(), &its) == 0 &&
         ::stat(folder.c_str(), &ours) == 0 && its.st_dev == ours.st_dev &&
         its.st_ino == ours.st_ino;
}

/// A master that was started in our folder, no check of its configuration: its command line says
/// so.
bool serves_folder(const std::string& command, const std::string& folder) {
  const auto words = base::split(command, '\0');
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return has("-W") && has(folder) && has(kConfigFile);
}

/// While it starts itself anew it has no command line, but its working folder.
bool is_of(pid_t pid, const std::string& folder) {
  const std::string command = command_line(pid);
  return command.empty() ? works_in(pid, folder) : serves_folder(command, folder);
}

/// The master of a HAProxy in this folder: one that start() gave a session of its own, unlike its
/// workers and the checks of a configuration.
bool leads_haproxy_of(pid_t pid, const std::string& folder) {
  const auto stat = base::process_stat(pid);
  return stat && stat->runs() && stat->session == pid && runs_as_us(pid) && is_of(pid, folder);
}

struct Master {
  pid_t pid = 0;
  base::UniqueFd pidfd;
};

std::vector<Master> masters_of(const std::string& folder) {
  std::vector<Master> masters;
  std::error_code problem;
  for (fs::directory_iterator at("/proc", problem), end; !problem && at != end;
       at.increment(problem)) {
    const std::string name = at->path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    if (!leads_haproxy_of(pid, folder)) continue;
    base::UniqueFd pidfd(open_pidfd(pid));
    // Looked at again: it may have become another process before its pidfd was opened.
    if (pidfd.valid() && leads_haproxy_of(pid, folder)) masters.push_back({pid, std::move(pidfd)});
  }
  return masters;
}

std::optional<ProcessRecord> read_record(const std::string& path) {
  auto text = base::read_file(path, 4096);
  if (!text) return std::nullopt;
  auto json = base::parse_json(*text);
  if (!json || !json->is_object()) return std::nullopt;
  ProcessRecord record;
  const auto pid = json->find("pid");
  const auto ticks = json->find("start_ticks");
  const auto boot = json->find("boot_id");
  if (pid == json->end() || !pid->is_number_integer() || ticks == json->end() ||
      !ticks->is_number_integer() || boot == json->end() || !boot->is_string())
    return std::nullopt;
  return ProcessRecord{.pid = pid->get<pid_t>(),
                       .start_ticks = ticks->get<std::uint64_t>(),
                       .boot_id = boot->get<std::string>()};
}

/// How a program is started: detached from us in everything but its output.
class SpawnActions {
 public:
  SpawnActions(const std::string& output, bool own_session) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files_, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&files_, 1, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, 3);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t all;
    ::sigfillset(&all);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (own_session) flags |= POSIX_SPAWN_SETSID;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  base::Result<pid_t> run(std::vector<std::string> arguments) const {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::string path_variable = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    std::array<char*, 2> environment = {path_variable.data(), nullptr};
    pid_t pid = 0;
    const int problem = spawn_anywhere(&pid, argv, environment.data());
    if (problem == 0) return pid;
    return base::fail(
        base::error(base::Code::Unavailable, "HAP-0006",
                    fmt::format("'{}' cannot be started", arguments.front()))
            .because(base::errno_text(problem))
            .now("nothing was changed")
            .then("apt-get install haproxy", "installs the load balancer that Stellwerk drives"));
  }

 private:
  /// PATH of ordinary users lacks /usr/sbin, where Debian installs HAProxy.
  int spawn_anywhere(pid_t* pid, std::vector<char*>& argv, char** environment) const {
    const int problem =
        ::posix_spawnp(pid, argv[0], &files_, &attributes_, argv.data(), environment);
    if (problem != ENOENT || std::string_view(argv[0]).find('/') != std::string_view::npos)
      return problem;
    const std::string absolute = std::string("/usr/sbin/") + argv[0];
    return ::posix_spawn(pid, absolute.c_str(), &files_, &attributes_, argv.data(), environment);
  }

  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

std::optional<ProcessRecord> identify(pid_t pid) {
  const auto stat = base::process_stat(pid);
  if (!stat || !stat->runs()) return std::nullopt;
  return ProcessRecord{.pid = pid, .start_ticks = stat->start_ticks, .boot_id = base::boot_id()};
}

Process::Process(std::string program, std::string folder, const ports::Clock& clock)
    : program_(std::move(program)), folder_(std::move(folder)), clock_(clock) {}

bool Process::alive() {
  if (pidfd_.valid() && ended(pidfd_.get())) {
    ::waitpid(pid_, nullptr, WNOHANG);  // reaps it, if it was our child
    pidfd_.reset();
    pid_ = 0;
  }
  if (!pidfd_.valid()) find_recorded();
  if (!pidfd_.valid()) find_running();
  return pidfd_.valid();
}

void Process::find_recorded() {
  const auto record = read_record(folder_ + "/" + kProcessFile);
  if (!record || record == let_go_) return;
  base::UniqueFd pidfd(open_pidfd(record->pid));
  // Identified after the pidfd was opened: from here on it cannot become another process.
  if (!pidfd.valid() || identify(record->pid) != record) return;
  if (!is_of(record->pid, folder_)) return;
  pidfd_ = std::move(pidfd);
  pid_ = record->pid;
}

// Started, and we died before the record was written, or it was lost. Asking who listens on its
// sockets would not do: right after its start a master executes itself anew, and has none.
void Process::find_running() {
  for (Master& master : masters_of(folder_)) {
    if (let_go_ && identify(master.pid) == let_go_) continue;
    pidfd_ = std::move(master.pidfd);
    pid_ = master.pid;
    static_cast<void>(remember(pid_));  // without a record it is found like this again
    return;
  }
}

base::Result<void> Process::start() {
  const SpawnActions actions(folder_ + "/" + kOutputFile, true);
  auto pid = actions.run({program_, "-W", "-S", fmt::format("unix@{},mode,600", kMasterSocket),
                          "-C", folder_, "-f", kConfigFile});
  if (!pid) return base::fail(std::move(pid).error());
  pidfd_.reset(open_pidfd(*pid));
  pid_ = *pid;
  auto remembered = remember(*pid);
  if (remembered) return {};
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  ::waitpid(*pid, nullptr, 0);
  pidfd_.reset();
  return remembered;
}

base::Result<void> Process::remember(pid_t pid) {
  const auto record = identify(pid);
  if (!record) return {};  // already gone: the caller sees it
  const base::Json json = {
      {"boot_id", record->boot_id}, {"pid", record->pid}, {"start_ticks", record->start_ticks}};
  return base::replace_file(folder_ + "/" + kProcessFile, json.dump() + "\n");
}

void Process::reload() {
  if (pidfd_.valid()) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGUSR2, nullptr, 0);
}

base::Duration Process::age() const {
  const auto stat = pid_ == 0 ? std::nullopt : base::process_stat(pid_);
  const std::int64_t ticks_per_second = ::sysconf(_SC_CLK_TCK);
  if (!stat || ticks_per_second <= 0) return {};
  const auto started = static_cast<std::int64_t>(stat->start_ticks) * 1000 / ticks_per_second;
  return clock_.mono() - (base::MonoTime{} + base::milliseconds(started));
}

void Process::let_go() {
  let_go_ = identify(pid_);
  pidfd_.reset();
  pid_ = 0;
}

void Process::end_others(const ports::Call& call) {
  std::vector<Master> others = masters_of(folder_);
  std::erase_if(others, [&](const Master& each) { return each.pid == pid_; });
  const auto has_ended = [](const Master& each) {
    if (!ended(each.pidfd.get())) return false;
    ::waitpid(each.pid, nullptr, WNOHANG);  // reaps it, if it was our child
    return true;
  };
  for (const int signal : {SIGUSR1, SIGTERM, SIGKILL}) {
    for (const Master& each : others)
      ::syscall(SYS_pidfd_send_signal, each.pidfd.get(), signal, nullptr, 0);
    const ports::Call step = Patience(clock_, call).within(base::seconds(1));
    const Patience waiting(clock_, step);
    while (std::erase_if(others, has_ended), !others.empty() && waiting.pause()) {
    }
  }
}

base::Result<void> Process::validate(const std::string& file, const ports::Call& call) {
  const std::string output = folder_ + "/" + file + ".check";
  ::unlink(output.c_str());
  const SpawnActions actions(output, false);
  auto pid = actions.run({program_, "-c", "-C", folder_, "-f", file});
  if (!pid) return base::fail(std::move(pid).error());
  const Patience patience(clock_, call);
  int status = 0;
  while (::waitpid(*pid, &status, WNOHANG) == 0) {
    if (patience.pause()) continue;
    ::kill(*pid, SIGKILL);
    ::waitpid(*pid, &status, 0);
    return base::fail(unavailable("the configuration could not be checked in time"));
  }
  auto words = base::read_file(output, std::size_t{1} << 20);
  ::unlink(output.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return base::fail(
      base::error(base::Code::Rejected, "HAP-0001", "HAProxy refuses the configuration")
          .because(base::printable(words ? base::trim(*words) : "it said nothing", kReasonBytesMax))
          .now("the configuration in force is unchanged"));
}

base::Result<void> Process::stop(const ports::Call& call) {
  if (!alive()) return {};
  const Patience patience(clock_, call);
  for (const int signal : {SIGTERM, SIGKILL}) {
    ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
    const ports::Call step = patience.within(base::seconds(2));
    const Patience waiting(clock_, step);
    while (!ended(pidfd_.get()) && waiting.pause()) {
    }
    if (ended(pidfd_.get())) break;
  }
  if (!ended(pidfd_.get())) return base::fail(outcome_unknown("it was told to end and still runs"));
  ::waitpid(pid_, nullptr, WNOHANG);
  pidfd_.reset();
  pid_ = 0;
  ::unlink((folder_ + "/" + kProcessFile).c_str());
  return {};
}

std::uint64_t Process::output_size() const {
  struct stat status{};
  if (::stat((folder_ + "/" + kOutputFile).c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

std::string Process::output_since(std::uint64_t offset) const {
  const base::UniqueFd file(::open((folder_ + "/" + kOutputFile).c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kReasonBytesMax * 4, '\0');
  const auto got = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(offset));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  // The reasons are its alerts; the rest is chatter.
  std::string alerts;
  for (const std::string_view line : base::split(text, '\n'))
    if (line.starts_with("[ALERT]")) alerts += std::string(line) + "; ";
  return base::printable(alerts.empty() ? text : alerts, kReasonBytesMax);
}

}  // namespace stellwerk::adapters::haproxy
