// A small real service for the workload's tests: healthy or ill as its arguments say, and mutable
// by requests.
//
//   process_test_service --port N [--ill] [--mute] [--exit CODE] [--ignore-term] [--fork] [--noise]
//     [--places N PATH]  ends at once unless it gets one of N places
//   GET /health   200 {"valid":true|false} (never answered with --mute)
//   GET /die      exits with status 7;  GET /sicken  is ill from now on;  GET /recover  is well
//   again;  GET /complain  logs an ERROR and a WARN
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

namespace {

struct Options {
  std::uint16_t port = 0;
  bool ill = false;
  bool mute = false;
  bool noise = false;
};

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 64) != 0) {
    std::fprintf(stderr, "cannot listen on %u: %s\n", unsigned{port}, std::strerror(errno));
    std::exit(2);
  }
  return listener;
}

void answer(int connection, const std::string& body) {
  const auto bytes = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\nConnection: close\r\n\r\n" + body;
  [[maybe_unused]] const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

/// Held until the process ends, however it ends.
bool takes_a_place(int places, const std::string& path) {
  for (int place = 0; place < places; ++place) {
    const int file = ::open((path + std::to_string(place)).c_str(), O_CREAT | O_RDWR, 0600);
    if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    if (file >= 0) ::close(file);
  }
  std::fprintf(stderr, "all %d places are taken\n", places);
  return false;
}

void make_noise() {
  for (int i = 0; i < 5; ++i) std::puts("\x1b[2J\x01\xff\xfe hostile output");
  std::fflush(stdout);
}

[[noreturn]] void serve(Options options) {
  const int listener = listen_on(options.port);
  std::set<int> unanswered;
  for (;;) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    char request[2048] = {};
    [[maybe_unused]] const auto count = ::recv(connection, request, sizeof request - 1, 0);
    const std::string head(request);
    if (head.starts_with("GET /die ")) ::_exit(7);
    if (head.starts_with("GET /sicken ")) options.ill = true;
    if (head.starts_with("GET /recover ")) options.ill = false;
    if (head.starts_with("GET /complain ")) std::fputs("ERROR complaint\nWARN of it\n", stderr);
    if (options.noise) make_noise();
    if (options.mute) {
      unanswered.insert(connection);
      continue;
    }
    answer(connection, options.ill ? R"({"valid":false})" : R"({"valid":true})");
    ::close(connection);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--port" && i + 1 < argc)
      options.port = static_cast<std::uint16_t>(std::atoi(argv[++i]));
    if (flag == "--ill") options.ill = true;
    if (flag == "--mute") options.mute = true;
    if (flag == "--noise") options.noise = true;
    if (flag == "--ignore-term") std::signal(SIGTERM, SIG_IGN);
    // The child outlives its parent unless somebody ends the whole group.
    if (flag == "--fork" && ::fork() == 0)
      for (;;) ::pause();
    if (flag == "--places" && i + 2 < argc) {
      const int places = std::atoi(argv[++i]);
      if (!takes_a_place(places, argv[++i])) return 1;
    }
    if (flag == "--exit" && i + 1 < argc) {
      std::fprintf(stderr, "cannot start: table documents is missing\n");
      return std::atoi(argv[++i]);
    }
  }
  serve(options);
}
