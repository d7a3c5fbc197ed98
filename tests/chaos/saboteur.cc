// saboteur.cc — preloaded into stellwerk by tests/chaos: ends it (SIGKILL) or stops it (SIGSTOP) at
// one call of the C library that the test names, such as the second write of the journal after the
// entry scheduler.release.wave1, half of it made.
//
// Role: kill -9 at a place instead of at a time. The program is the one users run; nothing in it
// knows of this. Calls are counted over all threads, never in a child before its exec.
// Spec: README.md, "Moments". Environment: STELLWERK_CHAOS_MOMENT is AFTER/CALL/NTH/HOW,
// STELLWERK_CHAOS_REPORT the file that is told what happened, a line each:
//   armed US | died US CALL WHERE | stopped US CALL WHERE | renewed US | call AFTER CALL WHERE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>

namespace {

enum class How { Before, Half, After, Stop, Trace };

/// Appends that an armed moment waits for its call; then it is at hand.
constexpr int kPatience = 10;
constexpr std::string_view kHead = "journal.head";

struct Plan {
  std::string after;  ///< armed once an entry of this type is being written; empty: at once
  std::string call;
  int nth = 1;
  How how = How::Before;
};

// Never destroyed: threads of the program may still be at work when it exits.
Plan& plan() {
  static Plan* const kPlan = new Plan;
  return *kPlan;
}
pid_t own_pid = 0;  ///< 0: not the program that is meant
int report_fd = -1;
std::atomic<bool> armed{false};
std::atomic<bool> over{false};
std::atomic<bool> renewal_told{false};
std::atomic<int> seen{0};
std::atomic<int> appends{0};

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool concerned() { return own_pid != 0 && ::getpid() == own_pid; }

long long now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// One write, so that a line is whole whatever comes next.
void tell(const char* what, std::string_view call = {}, std::string_view where = {}) {
  std::array<char, 600> line{};
  const int length =
      ::snprintf(line.data(), line.size(), "%s %lld %.*s %.*s\n", what, now_us(),
                 static_cast<int>(call.size()), call.data(),
                 static_cast<int>(std::min<std::size_t>(where.size(), 400)), where.data());
  if (report_fd >= 0 && length > 0)
    ::syscall(SYS_write, report_fd, line.data(),
              std::min(static_cast<std::size_t>(length), line.size() - 1));
}

/// A call that is watched, as the test names it.
struct Call {
  std::string_view kind;   ///< `journal-write`
  std::string_view where;  ///< a path, or what is sent
};

bool is_meant(const Call& call) {
  const std::string& wanted = plan().call;
  return wanted == "any" || wanted == call.kind || call.where.find(wanted) != call.where.npos;
}

[[noreturn]] void die(const Call& call) {
  over = true;
  tell("died", call.kind, call.where);
  for (;;) ::syscall(SYS_kill, own_pid, SIGKILL);
}

/// Everyone's turn: is this the call? At most once true.
bool is_the_moment(const Call& call) {
  if (plan().how == How::Trace) {
    tell("call", call.kind, call.where);
    return false;
  }
  if (!armed || over) return false;
  if (is_meant(call) && ++seen == plan().nth) return !over.exchange(true);
  const bool appended = call.kind == "head-sync";
  return appended && ++appends > kPatience && !over.exchange(true);
}

/// Makes the call as the moment wants it. `whole` makes it, `half` makes a part of it.
template <class Whole, class Half>
auto make(const Call& call, Whole whole, Half half) {
  if (!is_the_moment(call)) return whole();
  if (plan().how == How::Half) half();
  if (plan().how == How::Before || plan().how == How::Half) die(call);
  if (plan().how == How::Stop) {
    tell("stopped", call.kind, call.where);
    ::syscall(SYS_kill, own_pid, SIGSTOP);
    return whole();
  }
  whole();
  die(call);
}

template <class Whole>
auto make(const Call& call, Whole whole) {
  return make(call, whole, [] {});
}

// ---- what a descriptor is

struct Name {
  std::array<char, 512> text{};
  std::string_view view;
};

void name_of(int fd, Name& name) {
  std::array<char, 32> link{};
  ::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const ssize_t length = ::readlink(link.data(), name.text.data(), name.text.size());
  name.view = {name.text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_admin_socket(int fd) {
  sockaddr_un peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return false;
  if (peer.sun_family != AF_UNIX) return false;
  // HAProxy binds to a name of its own and renames the socket then.
  const std::string_view path(peer.sun_path, ::strnlen(peer.sun_path, sizeof peer.sun_path));
  return contains(path, "admin.sock");
}

/// Empty: no file of Stellwerk's.
std::string_view kind_of(std::string_view path, bool is_sync) {
  if (path.ends_with("/journal.db-shm")) return {};  // what is in it is made anew
  if (contains(path, "/journal.db")) return is_sync ? "journal-sync" : "journal-write";
  if (path.ends_with(kHead)) return is_sync ? "head-sync" : "head-write";
  if (contains(path, "/content/")) return is_sync ? "content-sync" : "content-write";
  if (path.ends_with("/events.ndjson")) return is_sync ? "events-sync" : "events-write";
  if (contains(path, "/notices/")) return is_sync ? "notice-sync" : "notice-write";
  if (contains(path, "/data/workload/")) return is_sync ? "workload-sync" : "workload-write";
  if (contains(path, "/data/haproxy/")) return is_sync ? "router-file-sync" : "router-file-write";
  return {};
}

void look_for_arming(std::string_view kind, const void* bytes, std::size_t count) {
  if (armed || kind != "journal-write" || plan().after.empty()) return;
  if (::memmem(bytes, count, plan().after.data(), plan().after.size()) == nullptr) return;
  if (!armed.exchange(true)) tell("armed");
}

/// `real(count)` writes so many of the bytes.
template <class Real>
ssize_t written(int fd, const void* bytes, std::size_t count, Real real) {
  if (!concerned()) return real(count);
  Name name;
  name_of(fd, name);
  const std::string_view kind = kind_of(name.view, false);
  if (kind.empty()) return real(count);
  look_for_arming(kind, bytes, count);
  return make(Call{kind, name.view}, [&] { return real(count); }, [&] { real(count / 2); });
}

int synced(int fd, int (*real)(int)) {
  if (!concerned()) return real(fd);
  Name name;
  name_of(fd, name);
  const std::string_view kind = kind_of(name.view, true);
  if (kind.empty()) return real(fd);
  return make(Call{kind, name.view}, [&] { return real(fd); });
}

How how_of(std::string_view text) {
  if (text == "half") return How::Half;
  if (text == "after") return How::After;
  if (text == "stop") return How::Stop;
  return text == "trace" ? How::Trace : How::Before;
}

std::string_view cut(std::string_view& text) {
  const auto end = text.find('/');
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

[[gnu::constructor]] void begin() {
  const char* moment = ::getenv("STELLWERK_CHAOS_MOMENT");
  const char* report = ::getenv("STELLWERK_CHAOS_REPORT");
  // Who this program starts is not meant.
  ::unsetenv("LD_PRELOAD");
  if (moment == nullptr || report == nullptr) return;
  if (std::string_view(program_invocation_short_name) != "stellwerk") return;
  std::string_view text = moment;
  Plan& own = plan();
  own.after = cut(text);
  own.call = cut(text);
  own.nth = std::max(::atoi(std::string(cut(text)).c_str()), 1);
  own.how = how_of(cut(text));
  report_fd = ::open(report, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  armed = own.after.empty() && !own.call.empty();
  own_pid = ::getpid();
}

/// Whoever waits for a call that does not come any more dies at the last moment there is.
[[gnu::destructor]] void end() {
  const bool kills = plan().how != How::Stop && plan().how != How::Trace;
  if (concerned() && armed && kills && !over.exchange(true))
    die({"exit", "the end of the program"});
}

}  // namespace

// ---- in the C library's place

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  static auto* const real = next<decltype(pwrite)>("pwrite");
  return written(fd, bytes, count, [&](size_t part) { return real(fd, bytes, part, offset); });
}

ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t offset) {
  static auto* const real = next<decltype(pwrite64)>("pwrite64");
  return written(fd, bytes, count, [&](size_t part) { return real(fd, bytes, part, offset); });
}

ssize_t write(int fd, const void* bytes, size_t count) {
  static auto* const real = next<decltype(write)>("write");
  return written(fd, bytes, count, [&](size_t part) { return real(fd, bytes, part); });
}

int fsync(int fd) {
  static auto* const real = next<decltype(fsync)>("fsync");
  return synced(fd, real);
}

int fdatasync(int fd) {
  static auto* const real = next<decltype(fdatasync)>("fdatasync");
  return synced(fd, real);
}

ssize_t send(int fd, const void* bytes, size_t count, int flags) {
  static auto* const real = next<decltype(send)>("send");
  if (!concerned() || !is_admin_socket(fd)) return real(fd, bytes, count, flags);
  const std::string_view text(static_cast<const char*>(bytes), count);
  if (contains(text, "set table leases") && !renewal_told.exchange(true)) tell("renewed");
  return make(
      Call{"router", text}, [&] { return real(fd, bytes, count, flags); },
      [&] { real(fd, bytes, count / 2, flags); });
}

int rename(const char* from, const char* to) {
  static auto* const real = next<decltype(rename)>("rename");
  if (!concerned()) return real(from, to);
  return make(Call{"rename", to}, [&] { return real(from, to); });
}

pid_t fork() {
  static auto* const real = next<decltype(fork)>("fork");
  if (!concerned()) return real();
  // Only the parent comes back to be ended: a child has another pid.
  if (!is_the_moment({"spawn", "fork"})) return real();
  if (plan().how == How::Before || plan().how == How::Half) die({"spawn", "fork"});
  if (plan().how == How::Stop) {
    tell("stopped", "spawn", "fork");
    ::syscall(SYS_kill, own_pid, SIGSTOP);
  }
  const pid_t child = real();
  if (child != 0 && plan().how == How::After) die({"spawn", "fork"});
  return child;
}

int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* files,
                const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]) {
  static auto* const real = next<decltype(posix_spawn)>("posix_spawn");
  if (!concerned()) return real(pid, path, files, attributes, argv, envp);
  const std::string name = std::string("spawn ") + path;
  return make(Call{"spawn", name}, [&] { return real(pid, path, files, attributes, argv, envp); });
}

int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* files,
                 const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]) {
  static auto* const real = next<decltype(posix_spawnp)>("posix_spawnp");
  if (!concerned()) return real(pid, file, files, attributes, argv, envp);
  const std::string name = std::string("spawn ") + file;
  return make(Call{"spawn", name}, [&] { return real(pid, file, files, attributes, argv, envp); });
}

int kill(pid_t pid, int number) {
  static auto* const real = next<decltype(kill)>("kill");
  if (!concerned() || number == 0) return real(pid, number);
  return make(Call{"signal", number == SIGTERM ? "SIGTERM" : "SIGKILL"},
              [&] { return real(pid, number); });
}

}  // extern "C"
