#include "adapters/file/file_notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters {
namespace {

constexpr std::size_t kHeaderMax = 900;  // RFC 5322 §2.1.1: lines of at most 998
constexpr std::size_t kNameMax = 100;

/// `Wed, 15 Oct 2025 20:00:00 +0000`
std::string mail_date(base::WallTime time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(time.us)};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(point - day).count();
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays[std::chrono::weekday{day}.c_encoding()], unsigned{date.day()},
                     kMonths[unsigned{date.month()} - 1], int{date.year()}, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

/// One line: a line break in a header would begin another header.
std::string header(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}\n", name, base::printable(value, kHeaderMax));
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + base::printable(item);
  return text;
}

std::string message_of(const ports::Notice& notice) {
  return header("Message-ID", fmt::format("<{}>", notice.id)) +
         header("Date", mail_date(notice.time)) + header("To", joined(notice.recipients)) +
         header("Subject", notice.subject) + header("X-Stellwerk-Release", notice.release.str()) +
         header("X-Stellwerk-Event", notice.event) +
         "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
         "Content-Transfer-Encoding: 8bit\n\n" +
         notice.body + (notice.body.ends_with('\n') ? "" : "\n");
}

/// The id as part of a file name; where that changes it, a digest keeps it unique.
std::string name_part(const std::string& id) {
  std::string name = id.substr(0, kNameMax);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '_' || c == '@' || c == '-');
      },
      '_');
  return name == id ? name : fmt::format("{}-{}", name, base::sha256(id).short_text());
}

/// `2025-10-15T20-00-00.000Z`: sorts by time; no colons, which some file systems refuse.
std::string time_part(base::WallTime time) {
  auto text = base::rfc3339(time);
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

}  // namespace

std::string FileNotifier::target() const { return base::canonical_path(folder_); }

bool FileNotifier::is_there(const std::string& ending) const {
  std::error_code problem;
  const std::filesystem::directory_iterator folder(folder_, problem);
  return std::any_of(begin(folder), end(folder), [&](const auto& entry) {
    const auto name = entry.path().filename().string();
    // The time in front has a fixed length, so that `x-1` is not taken for the end of `y-x-1`.
    return name.size() == time_part({}).size() + ending.size() && name.ends_with(ending);
  });
}

base::Result<void> FileNotifier::send(const ports::Notice& notice, const ports::Call& /*call*/) {
  auto written = base::make_folders(folder_);
  // Also under another time: a repetition after a crash must not become a second message.
  const auto ending = fmt::format("-{}.txt", name_part(notice.id));
  if (written && !is_there(ending))
    written = base::replace_file(fmt::format("{}/{}{}", folder_, time_part(notice.time), ending),
                                 message_of(notice));
  if (written) return {};
  return base::fail(
      base::error(base::Code::Unavailable, "NTF-0002",
                  fmt::format("the notice {} was not written", base::printable(notice.event)))
          .because(written.error().one_line())
          .now("it stays queued and is tried again"));
}

}  // namespace stellwerk::adapters
