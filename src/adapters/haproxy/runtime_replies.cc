#include "adapters/haproxy/runtime_replies.h"

#include <charconv>

#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr base::Duration kLeaseMax = base::hours(24);  // none of ours is longer

template <class Number>
Number number_in(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

WorkerInfo parse_info(std::string_view text) {
  WorkerInfo info;
  for (const std::string_view line : base::split(text, '\n')) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = base::trim(line.substr(colon + 2));
    if (name == "Pid") info.pid = number_in<pid_t>(value);
    if (name == "CurrConns") info.connections = number_in<std::uint64_t>(value);
    if (name == "Stopping") info.stopping = value == "1";
    if (name == "description") info.digest = value;
  }
  return info;
}

MasterInfo parse_processes(std::string_view text) {
  MasterInfo info;
  bool old_section = false;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with('#')) old_section = line.starts_with("# old workers");
    if (const auto failed = line.find("[failed: "); failed != std::string_view::npos)
      info.failed_reloads = number_in<unsigned>(line.substr(failed + 9));
    const auto pid = number_in<pid_t>(line);
    if (old_section && pid > 0 && line.find("worker") != std::string_view::npos)
      info.old_workers.push_back(pid);
  }
  return info;
}

LivingLeases parse_leases(std::string_view text) {
  LivingLeases leases;
  for (const std::string_view line : base::split(text, '\n')) {
    std::string key;
    std::int64_t left_ms = 0;
    for (const std::string_view word : base::split(line, ' ')) {
      if (word.starts_with("key=")) key = word.substr(4);
      if (word.starts_with("exp=")) left_ms = number_in<std::int64_t>(word.substr(4));
    }
    if (!key.empty() && left_ms > 0 && left_ms <= kLeaseMax.ms())
      leases.insert_or_assign(base::ReleaseId(key), base::milliseconds(left_ms));
  }
  return leases;
}

}  // namespace stellwerk::adapters::haproxy
