// HAProxy's request log: bytes of a connection cut into lines, lines read, requests folded into
// groups.
#include <algorithm>

#include "adapters/haproxy/request_stream.h"
#include "base/text.h"
#include "core/routing.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

using namespace adapters::haproxy;

struct Cut {
  std::vector<std::string> lines;
  std::uint64_t too_long = 0;
  friend bool operator==(const Cut&, const Cut&) = default;
};

/// As the kernel might deliver it: in pieces of this size.
Cut cut_in(std::string_view bytes, std::size_t piece) {
  LineCutter cutter;
  Cut cut;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    cut.too_long += cutter.cut(bytes.substr(0, piece),
                               [&](std::string_view line) { cut.lines.emplace_back(line); });
  return cut;
}

bool within(std::string_view part, std::string_view line) {
  return part.empty() ||
         (part.data() >= line.data() && part.data() + part.size() <= line.data() + line.size()) ||
         part == kpi::kOtherTenant;
}

/// @return whether it is a request
bool check_line(std::string_view line) {
  const ParsedLine parsed = parse_line(line);
  FUZZ_REQUIRE((parsed.kind == LineKind::Dropped) == (parsed.dropped > 0));
  if (parsed.kind != LineKind::Request) return false;
  const RequestLine& request = parsed.request;
  FUZZ_REQUIRE(line.starts_with("R "));
  FUZZ_REQUIRE(within(request.frontend, line) && within(request.backend, line) &&
               within(request.tenant, line));
  FUZZ_REQUIRE(!request.frontend.empty() && !request.backend.empty());
  FUZZ_REQUIRE(latency_of(request) >= base::Duration{});
  // What HAProxy writes: -1 or a status of three digits.
  FUZZ_REQUIRE(request.status >= -1 && request.status <= 999);
  return true;
}

ports::MetricTarget target() {
  ports::MetricTarget target;
  target.version = {base::ComponentName("document-domain"), base::SemVer{1, 3, 0, {}, {}}};
  return target;
}

/// Each request is in exactly one group; nothing is counted that did not come.
void check_groups(const std::vector<std::string>& lines, std::uint64_t requests) {
  constexpr base::MonoTime kNow{1'000'000'000};
  RequestStream stream({base::TenantId("pilot-1")});
  stream.watch({target()});
  stream.received(base::WallTime{1795400355450400}, kNow);
  stream.begin(1, true);
  for (const auto& line : lines) stream.feed(line, 1);
  const kpi::MetricBatch batch = stream.drain();
  std::uint64_t counted = 0;
  for (const kpi::RequestGroup& group : batch.groups) {
    FUZZ_REQUIRE(group.errors <= group.requests && group.slow <= group.requests);
    FUZZ_REQUIRE(base::valid_utf8(group.tenant.str()) && group.tenant.str().size() <= 64);
    FUZZ_REQUIRE(group.second <= kNow);
    counted += group.requests + group.client_aborts;
  }
  FUZZ_REQUIRE(counted <= requests);
  FUZZ_REQUIRE(batch.unreadable_lines + counted <= lines.size());
  const kpi::MetricBatch rest = stream.drain();
  FUZZ_REQUIRE(rest.groups.empty() && rest.lost_lines == 0 && rest.unreadable_lines == 0);
}

}  // namespace

void take(std::string_view bytes) {
  const Cut whole = cut_in(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t piece : {1U, 7U, 4097U}) FUZZ_REQUIRE(cut_in(bytes, piece) == whole);
  std::uint64_t requests = 0;
  for (const auto& line : whole.lines) {
    FUZZ_REQUIRE(line.size() <= LineCutter::kLineBytesMax);
    requests += check_line(line) ? 1U : 0U;
  }
  check_groups(whole.lines, requests);
}

}  // namespace stellwerk::fuzz
