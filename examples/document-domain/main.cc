// document-domain: parses its arguments, serves until SIGTERM or SIGINT, drains, ends.
// Exit codes: 0 drained, 2 bad arguments, 3 the port cannot be had.
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "document-domain/http_server.h"
#include "document-domain/options.h"

namespace document_domain {
namespace {

constexpr int kBadArguments = 2;
constexpr int kPortUnavailable = 3;
constexpr int kCannotServe = 70;

int fail(const examples::UsageError& error, int code) {
  fmt::print(stderr, "{}", examples::render(error));
  return code;
}

/// Signals that end the service, blocked in every thread so that only wait_for_end() takes them.
sigset_t block_end_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return ends;
}

void wait_for_end(const sigset_t& ends) {
  int number = 0;
  while (sigwait(&ends, &number) != 0) {
  }
}

void drain(DocumentService& service, HttpServer& server, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  service.begin_drain();
  server.stop_accepting();
  const bool idle = server.wait_until_idle(deadline);
  service.finish_rendering(deadline);
  fmt::print(stderr, "document-domain: {}\n",
             idle ? "drained" : "drain limit reached; requests under way were cut");
}

int serve(const Options& options) {
  const sigset_t ends = block_end_signals();
  std::unique_ptr<DataDirectory> directory;
  if (!options.data.empty()) {
    auto opened =
        DataDirectory::open(options.data, options.service.limits.documents_per_tenant_max);
    if (!opened) return fail(opened.error(), kBadArguments);
    directory = std::move(*opened);
  }
  DocumentService service(options.service, std::move(directory));
  auto socket = listen_on(options.listen);
  if (!socket) return fail(socket.error(), kPortUnavailable);
  const auto server = HttpServer::start(std::move(socket->fd), service);
  if (!server)
    return fail({"the HTTP server does not start", "the machine refuses threads or descriptors",
                 "raise its limits (ulimit -n, ulimit -u) and start again"},
                kCannotServe);
  fmt::print("listening on {}\n", socket->bound);
  std::fflush(stdout);
  wait_for_end(ends);
  drain(service, *server, options.drain_limit);
  return 0;
}

}  // namespace
}  // namespace document_domain

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto options = document_domain::parse_options(arguments);
  if (!options) return document_domain::fail(options.error(), document_domain::kBadArguments);
  if (options->help) {
    fmt::print("{}", document_domain::help_text());
    return 0;
  }
  return document_domain::serve(*options);
}
