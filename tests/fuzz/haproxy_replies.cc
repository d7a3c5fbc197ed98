// Answers of HAProxy's runtime API: show sess, show stat, show info, show proc, show table.
#include <algorithm>

#include "adapters/haproxy/request_stream.h"
#include "adapters/haproxy/runtime_replies.h"
#include "adapters/haproxy/session_list.h"
#include "adapters/haproxy/unlogged.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using namespace adapters::haproxy;

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

void check_sessions(std::string_view bytes) {
  const auto waiting = waiting_requests(bytes);
  FUZZ_REQUIRE(waiting.size() <= lines_in(bytes));
  for (const WaitingRequest& request : waiting) {
    const char* begin = request.backend.data();
    FUZZ_REQUIRE(begin >= bytes.data());
    FUZZ_REQUIRE(begin + request.backend.size() <= bytes.data() + bytes.size());
    FUZZ_REQUIRE(request.age_min >= base::seconds(-1));
  }
}

/// As once a second: what was asked is compared when the next line has come.
void check_counters(std::string_view bytes) {
  static_cast<void>(parse_running(bytes));
  EndedRequests ended = parse_ended(bytes);
  FUZZ_REQUIRE(ended.by_backend.size() <= lines_in(bytes));
  UnloggedCounter counter(true);
  ended.at = base::WallTime{2'000'000};
  counter.expect(ended);
  if (!counter.line("document-domain-v1.3.0", base::WallTime{3'000'000})) return;
  for (const auto& [backend, requests] : counter.compare(1)) {
    FUZZ_REQUIRE(ended.by_backend.contains(backend));
    FUZZ_REQUIRE(requests > 0 && requests <= ended.by_backend.find(backend)->second);
  }
}

/// Requests without a line become errors of the version, each once, however many are claimed.
void check_stream(std::string_view bytes) {
  ports::MetricTarget target;
  target.version = {base::ComponentName("document-domain"), base::SemVer{1, 3, 0, {}, {}}};
  RequestStream stream({});
  stream.watch({target});
  stream.begin(1, true);
  EndedRequests ended = parse_ended(bytes);
  ended.at = base::WallTime{2'000'000};
  stream.expect(1, ended);
  stream.feed("R 0 3000000 1 2 30 4 40 200 -- document-domain document-domain-v1.3.0 =pilot-1", 1);
  std::uint64_t errors = 0;
  for (const kpi::RequestGroup& group : stream.drain().groups) errors += group.errors;
  const auto claimed = ended.by_backend.find("document-domain-v1.3.0");
  FUZZ_REQUIRE(errors == (claimed == ended.by_backend.end() ? 0 : claimed->second));
}

void check_leases(std::string_view bytes) {
  for (const auto& [release, left] : parse_leases(bytes)) {
    FUZZ_REQUIRE(!release.empty());
    FUZZ_REQUIRE(left > base::Duration{});
  }
}

void check_processes(std::string_view bytes) {
  static_cast<void>(parse_info(bytes));
  const MasterInfo master = parse_processes(bytes);
  FUZZ_REQUIRE(master.old_workers.size() <= lines_in(bytes));
  for (const pid_t pid : master.old_workers) FUZZ_REQUIRE(pid > 0);
}

}  // namespace

void take(std::string_view bytes) {
  check_sessions(bytes);
  check_counters(bytes);
  check_stream(bytes);
  check_leases(bytes);
  check_processes(bytes);
}

}  // namespace stellwerk::fuzz
