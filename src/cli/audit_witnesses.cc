// audit witnesses: who outside has confirmed how much of the log.
#include <fmt/format.h>

#include <limits>
#include <ostream>

#include "base/text.h"
#include "cli/audit_command.h"
#include "cli/audit_options.h"
#include "cli/confirmations.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/verify_view.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kStandingLabelWidth = 14;
constexpr std::size_t kStandingNameWidth = 28;
constexpr std::size_t kStandingSizeWidth = 10;

base::Json standing_json(const Confirmations& found) {
  base::Json witnesses = base::Json::array();
  for (const WitnessStanding& each : found.witnesses) {
    base::Json row{{"name", each.name},
                   {"url", each.url},
                   {"size", each.size},
                   {"behind", found.behind(each.size)}};
    if (each.unix_seconds) row["time"] = unix_time_text(*each.unix_seconds);
    witnesses.push_back(std::move(row));
  }
  base::Json json{{"log", found.origin},
                  {"size", found.size},
                  {"witnesses", std::move(witnesses)},
                  {"good", found.problems.empty()}};
  if (!found.timestamps) return json;
  const TimestampStanding& stamps = *found.timestamps;
  base::Json row{{"url", stamps.url}, {"size", stamps.size}, {"behind", found.behind(stamps.size)}};
  if (stamps.stamp) {
    row["time"] = base::rfc3339(stamps.stamp->time);
    row["authority"] = stamps.stamp->authority;
  }
  json["timestamps"] = std::move(row);
  return json;
}

class StandingPrinter {
 public:
  StandingPrinter(const Console& console, const Confirmations& found)
      : console_(console), found_(found) {}

  void print() {
    line("log", found_.origin, std::to_string(found_.size), console_.text("cli.witnesses.size"));
    for (const WitnessStanding& each : found_.witnesses)
      line("witness", each.name, std::to_string(each.size),
           each.unix_seconds ? told(unix_time_text(*each.unix_seconds), each.size)
                             : console_.text("cli.witnesses.never"));
    if (found_.timestamps) print_stamps(*found_.timestamps);
    if (found_.witnesses.empty() && !found_.timestamps)
      console_.err << console_.text("cli.witnesses.none") << '\n';
  }

 private:
  void print_stamps(const TimestampStanding& stamps) {
    const auto& stamp = stamps.stamp;
    line("timestamps", stamp ? stamp->authority : stamps.url, std::to_string(stamps.size),
         stamp ? told(base::rfc3339(stamp->time), stamps.size)
               : console_.text("cli.witnesses.never-stamped"));
  }
  [[nodiscard]] std::string told(const std::string& time, std::uint64_t size) const {
    const std::uint64_t behind = found_.behind(size);
    return time + "  " +
           (behind == 0
                ? console_.text("cli.witnesses.all")
                : console_.text("cli.witnesses.behind", {{"count", std::to_string(behind)}}));
  }
  void line(std::string_view label, std::string_view name, const std::string& size,
            const std::string& rest) {
    const std::string title = console_.text(fmt::format("cli.witnesses.label.{}", label));
    console_.out << painted(padded(title, kStandingLabelWidth), Colour::Dim, console_.colour_out)
                 << padded(base::printable(name), kStandingNameWidth) << "  "
                 << fmt::format("{:>{}}", size, kStandingSizeWidth) << "  " << rest << '\n';
  }

  const Console& console_;
  const Confirmations& found_;
};

/// --behind; nothing: any distance will do.
base::Result<std::optional<std::uint64_t>> read_behind(const AuditWords& words) {
  if (words.behind.empty()) return std::optional<std::uint64_t>();
  const auto number =
      read_number("--behind", words.behind, {0, std::numeric_limits<std::int64_t>::max()});
  if (!number) return base::fail(number.error());
  return std::optional(*number);
}

}  // namespace

Exit audit_witnesses_command(World& /*world*/, Console& console, const Arguments& arguments) {
  const auto behind = read_behind(arguments.audit);
  if (!behind) return failed(console, behind.error());
  const auto file = peek_environment(arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  const auto found =
      read_confirmations(LogFiles(file.value->environment.data_folder + "/log"), file.value->audit);
  if (!found) return failed(console, found.error());
  if (console.json)
    console.print_json(standing_json(*found));
  else
    StandingPrinter(console, *found).print();
  if (!found->problems.empty()) {
    report(console, found->problems);
    return Exit::VerificationFailed;
  }
  return *behind && found->furthest_behind() > **behind ? Exit::Findings : Exit::Done;
}

}  // namespace stellwerk::cli
