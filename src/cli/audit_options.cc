#include "cli/audit_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "base/text.h"

namespace stellwerk::cli {
namespace {

constexpr std::uint64_t kShownMax = 100'000;
constexpr std::uint64_t kEntryIndexMax = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kVerifyThreadsMax = 256;

base::Failure no_value(std::string_view option, std::string_view value, std::string why) {
  return base::fail(base::error(base::Code::InvalidArgument, "CLI-0001",
                                fmt::format("{} is no value of {}", base::in_quotes(value), option))
                        .because(std::move(why))
                        .now("nothing was done")
                        .then("stellwerk audit --help", "what there is"));
}

/// A point in time, or how long ago.
base::Result<std::optional<base::WallTime>> read_time(std::string_view option,
                                                      const std::string& text, base::WallTime now) {
  if (text.empty()) return std::optional<base::WallTime>();
  if (const auto time = base::parse_rfc3339(text)) return std::optional(*time);
  if (const auto ago = base::parse_duration(text); ago && ago->us >= 0)
    return std::optional(now - *ago);
  return no_value(option, text, "a time is 2025-10-15T20:00:00Z, or how long ago: 2h");
}

}  // namespace

bool LogFilter::takes(const audit::Entry& entry) const {
  if (!release.empty() && entry.release != release) return false;
  if (!type.empty() && !(prefix ? entry.type.starts_with(type) : entry.type == type)) return false;
  if (!actor.empty() && entry.actor != actor) return false;
  if (since && entry.time < *since) return false;
  return !until || entry.time <= *until;
}

base::Result<LogFilter> read_filter(const AuditWords& words, base::WallTime now) {
  LogFilter filter;
  if (!words.release.empty()) {
    auto name = base::parse_name(words.release);
    if (!name) return base::fail(std::move(name.error()).during("reading the id of a release"));
    filter.release = base::ReleaseId(*name);
  }
  filter.prefix = words.type.ends_with('*');
  filter.type = words.type.substr(0, words.type.size() - (filter.prefix ? 1 : 0));
  const bool has_stars = filter.type.find('*') != std::string::npos;
  if (has_stars)
    return no_value("--type", words.type, "a star stands at the end only: scheduler.release.*");
  filter.actor = words.actor;
  auto since = read_time("--since", words.since, now);
  if (!since) return base::fail(std::move(since.error()));
  auto until = read_time("--until", words.until, now);
  if (!until) return base::fail(std::move(until.error()));
  filter.since = *since;
  filter.until = *until;
  for (auto [option, text, target] : {std::tuple{"--limit", &words.limit, &filter.limit},
                                      std::tuple{"--last", &words.last, &filter.last}}) {
    if (text->empty()) continue;
    const auto number = read_number(option, *text, {1, kShownMax});
    if (!number) return base::fail(number.error());
    *target = *number;
  }
  if (filter.limit && filter.last)
    return no_value("--last", words.last, "either the first or the last entries, not both");
  if (words.follow && filter.limit) return no_value("--limit", words.limit, "--follow has no end");
  return filter;
}

base::Result<std::uint64_t> read_number(std::string_view option, std::string_view text,
                                        const NumberRange& range) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  const bool is_number = problem == std::errc() && stop == end && !text.empty();
  if (is_number && number >= range.least && number <= range.most) return number;
  return no_value(option, text,
                  fmt::format("it is a whole number from {} to {}", range.least, range.most));
}

base::Result<std::uint64_t> read_sequence(const AuditWords& words) {
  return read_number("SEQ", words.sequence, {0, kEntryIndexMax});
}

base::Result<std::size_t> read_threads(const AuditWords& words) {
  if (words.threads.empty())
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kVerifyThreadsMax);
  const auto number = read_number("--threads", words.threads, {1, kVerifyThreadsMax});
  if (!number) return base::fail(number.error());
  return static_cast<std::size_t>(*number);
}

}  // namespace stellwerk::cli
