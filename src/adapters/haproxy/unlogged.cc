#include "adapters/haproxy/unlogged.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stellwerk::adapters::haproxy {
namespace {

constexpr std::string_view kWholeBackend = "BACKEND";
constexpr base::Duration kExpectedFor = base::minutes(1);
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;  // no worker ends so many requests

std::optional<std::uint64_t> number_at(const std::vector<std::string_view>& fields,
                                       std::size_t column) {
  std::uint64_t value = 0;
  if (column >= fields.size()) return std::nullopt;
  const std::string_view text = fields[column];
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value > kCountMax) return std::nullopt;
  return value;
}

std::size_t column_of(const std::vector<std::string_view>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

struct StatRow {
  std::string_view backend;
  std::string_view server;    ///< `BACKEND`: all of them
  std::uint64_t total = 0;    ///< requests since its start
  std::uint64_t running = 0;  ///< of those, not ended
};

std::vector<StatRow> rows_of(std::string_view stat) {
  std::vector<StatRow> rows;
  const auto lines = base::split(stat, '\n');
  if (lines.empty() || !lines.front().starts_with("# ")) return rows;
  const auto names = base::split(lines.front().substr(2), ',');
  const std::size_t total = column_of(names, "stot");
  const std::size_t running = column_of(names, "scur");
  const std::size_t kind = column_of(names, "svname");
  for (const std::string_view line : lines) {
    const auto fields = base::split(line, ',');
    if (kind >= fields.size()) continue;
    const auto all = number_at(fields, total);
    const auto now = number_at(fields, running);
    if (all && now) rows.push_back({fields.front(), fields[kind], *all, *now});
  }
  return rows;
}

}  // namespace

EndedRequests parse_ended(std::string_view stat) {
  EndedRequests ended;
  for (const StatRow& row : rows_of(stat))
    if (row.server == kWholeBackend && row.running <= row.total)
      ended.by_backend.emplace(std::string(row.backend), row.total - row.running);
  return ended;
}

std::uint64_t parse_running(std::string_view stat) {
  std::uint64_t running = 0;
  for (const StatRow& row : rows_of(stat))
    if (row.server == kWholeBackend) running += row.running;
  return running;
}

std::uint64_t parse_running_beyond(std::string_view stat, const std::set<std::string>& servers) {
  std::uint64_t running = 0;
  for (const StatRow& row : rows_of(stat))
    if (row.server != kWholeBackend && !servers.contains(std::string(row.server)))
      running += row.running;
  return running;
}

UnloggedCounter::Backend& UnloggedCounter::find(std::string_view name) {
  if (last_ < backends_.size() && backends_[last_].name == name) return backends_[last_];
  const auto found = std::find_if(backends_.begin(), backends_.end(),
                                  [&](const Backend& known) { return known.name == name; });
  last_ = static_cast<std::size_t>(found - backends_.begin());
  if (found == backends_.end()) backends_.push_back({.name = std::string(name)});
  return backends_[last_];
}

void UnloggedCounter::expect(EndedRequests ended) {
  if (expected_ && ended.at >= expected_->at && ended.at - expected_->at < kExpectedFor) return;
  expected_ = std::move(ended);
  for (Backend& backend : backends_) backend.lines_marked = lines_until(backend, expected_->asked);
}

/// Lines are read while HAProxy is asked and its answer is on its way here. Those that ended later
/// must not be taken for counted where counting begins, or as many would be missing in the next
/// comparison; in a later one they do no harm.
std::uint64_t UnloggedCounter::lines_until(const Backend& backend, base::WallTime time) const {
  if (known_) return backend.lines;
  return static_cast<std::uint64_t>(std::count_if(
      backend.ends.begin(), backend.ends.end(), [&](base::WallTime each) { return each <= time; }));
}

bool UnloggedCounter::line(std::string_view backend, base::WallTime ended) {
  Backend& known = find(backend);
  ++known.lines;
  if (!known_) known.ends.push_back(ended);
  if (!expected_) return false;
  // What ended while HAProxy was being asked may be counted by it or not. It is taken for logged,
  // but by the first comparison of a worker that ran before: what that one takes for unlogged is
  // where counting begins, and must not be too little.
  if (ended > (known_ ? expected_->at : expected_->asked)) return true;
  known.lines_marked = known_ ? known.lines : known.lines_marked + 1;
  return false;
}

std::map<std::string, std::uint64_t, std::less<>> UnloggedCounter::compare(std::uint64_t lost) {
  std::map<std::string, std::uint64_t, std::less<>> news;
  for (const auto& [name, ended] : expected_->by_backend) {
    Backend& backend = find(name);
    const auto unlogged =
        static_cast<std::int64_t>(ended - backend.lines_marked) - static_cast<std::int64_t>(lost);
    if (!known_ || unlogged > backend.reported) {
      if (known_) news.emplace(name, static_cast<std::uint64_t>(unlogged - backend.reported));
      backend.reported = unlogged;
    }
  }
  known_ = true;
  for (Backend& backend : backends_) backend.ends = {};
  expected_.reset();
  return news;
}

}  // namespace stellwerk::adapters::haproxy
