#include "base/process_stat.h"

#include <fmt/format.h>

#include <charconv>

#include "base/files.h"
#include "base/text.h"

namespace stellwerk::base {
namespace {

constexpr std::size_t kStatBytesMax = 4096;
// Places behind the name: field 3 is the first.
constexpr std::size_t kState = 0;
constexpr std::size_t kSession = 3;
constexpr std::size_t kStartTicks = 19;

template <class Number>
bool read(std::string_view field, Number& number) {
  const auto parsed = std::from_chars(field.data(), field.data() + field.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == field.data() + field.size();
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  // The name in parentheses may contain anything; what follows the last one is numbers.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  const auto fields = split(text.substr(name_end + 2), ' ');
  if (fields.size() <= kStartTicks || fields[kState].size() != 1) return std::nullopt;
  ProcessStat stat;
  stat.state = fields[kState].front();
  if (!read(fields[kSession], stat.session) || !read(fields[kStartTicks], stat.start_ticks))
    return std::nullopt;
  return stat;
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid), kStatBytesMax);
  return text ? parse_process_stat(*text) : std::nullopt;
}

const std::string& boot_id() {
  static const std::string id = [] {
    const auto text = read_file("/proc/sys/kernel/random/boot_id", 256);
    return text ? std::string(trim(*text)) : std::string();
  }();
  return id;
}

}  // namespace stellwerk::base
