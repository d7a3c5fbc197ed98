#include "cli/verify_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/tile.h"
#include "base/text.h"
#include "cli/console.h"

namespace stellwerk::cli {
namespace {

constexpr std::size_t kReportLabelWidth = 16;
constexpr std::size_t kConfirmedShown = 3;

class ReportText {
 public:
  ReportText(const VerifyReport& report, base::Locale locale, bool colour)
      : report_(report), locale_(locale), colour_(colour) {}

  std::string text() {
    head();
    row("entries", report_.entries, entries_words());
    if (!report_.origin.empty()) row("tiles", report_.bundles, say("tiles"));
    if (!report_.tree_only) record();
    if (report_.remembered) row("remembered", *report_.remembered, say("remembered"));
    if (report_.cosigned > 0) row("cosigned", report_.cosigned, say("cosigned"));
    for (const audit::Cosigner& each : report_.cosigners)
      label("witness",
            fmt::format("{}  {}", each.witness.name, base::rfc3339(wall_time(each.unix_seconds))));
    confirmed("witness", report_.kept_cosigners);
    if (report_.timestamps + report_.timestamps_unchecked > 0)
      row("timestamps", report_.timestamps, timestamp_words());
    confirmed("authority", report_.stamps);
    if (report_.export_files > 0) row("export", report_.export_files, say("export"));
    notes();
    verdict();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string say(std::string_view key,
                                const base::MessageArguments& arguments = {}) const {
    return base::message(locale_, "cli.verify." + std::string(key), arguments);
  }
  [[nodiscard]] std::string counted(std::string_view key, std::uint64_t count) const {
    return say(key, {{"count", std::to_string(count)}});
  }

  void label(std::string_view name, const std::string& what) {
    text_ += painted(padded(say(fmt::format("label.{}", name)), kReportLabelWidth), Colour::Dim,
                     colour_) +
             what + '\n';
  }
  void row(std::string_view name, std::uint64_t count, const std::string& words) {
    label(name, fmt::format("{:>8}  {}", count, words));
  }

  /// What the entries say.
  void record() {
    row("checkpoints", report_.record.checkpoints + report_.record.unsigned_checked,
        checkpoint_words());
    row("keys", report_.record.key_changes, say("keys"));
    row("approvals", report_.record.approvals + report_.record.approvals_unsigned,
        approval_words());
    const std::uint64_t commands = report_.record.commands + report_.record.commands_unsigned;
    if (commands + report_.record.commands_unread > 0) row("commands", commands, command_words());
    row("contents", report_.record.contents, content_words());
  }

  void head() {
    if (report_.origin.empty()) {
      label("log", say("not-published"));
      return;
    }
    label("log", fmt::format("{}  {}", base::printable(report_.origin, 200),
                             counted("size", report_.head.size)));
    label("root", report_.head.root.to_string());
    if (report_.key.empty()) return label("key", say("key-unchecked"));
    label("key", report_.key + "  " + say(report_.key_given ? "key-given" : "key-beside"));
  }

  [[nodiscard]] std::string entries_words() const {
    std::string words = say(report_.tree_only ? "entries-tree" : "entries");
    const std::uint64_t behind = report_.entries - std::min(report_.entries, report_.head.size);
    if (!report_.origin.empty() && behind > 0) words += "; " + counted("behind", behind);
    if (report_.database) words += "; " + say("database");
    return words;
  }
  [[nodiscard]] std::string checkpoint_words() const {
    std::string words = say("checkpoints");
    const audit::RecordCounts& counts = report_.record;
    if (counts.unsigned_checked > 0)
      words += "; " + counted("checkpoints-unsigned", counts.unsigned_checked);
    if (counts.checkpoints_absent > 0)
      words += "; " + counted("checkpoints-absent", counts.checkpoints_absent);
    return words;
  }
  [[nodiscard]] std::string approval_words() const {
    const audit::RecordCounts& counts = report_.record;
    std::string words = counted("approvals-signed", counts.approvals) + ", " +
                        counted("approvals-unsigned", counts.approvals_unsigned);
    if (counts.approvals_erased > 0)
      words += ", " + counted("approvals-erased", counts.approvals_erased);
    if (counts.approvals_absent > 0) words += ", " + counted("absent", counts.approvals_absent);
    return words;
  }

  [[nodiscard]] std::string command_words() const {
    const audit::RecordCounts& counts = report_.record;
    std::string words = counted("approvals-signed", counts.commands) + ", " +
                        counted("commands-unsigned", counts.commands_unsigned);
    if (counts.commands_unread > 0)
      words += ", " + counted("approvals-erased", counts.commands_unread);
    return words;
  }
  [[nodiscard]] std::string content_words() const {
    const audit::RecordCounts& counts = report_.record;
    std::string words = say("contents");
    if (counts.contents_erased > 0) words += "; " + counted("erased", counts.contents_erased);
    if (counts.contents_absent > 0) words += "; " + counted("absent", counts.contents_absent);
    return words;
  }
  [[nodiscard]] std::string timestamp_words() const {
    if (report_.timestamps_unchecked == 0) return say("timestamps");
    return counted("timestamps-unchecked", report_.timestamps_unchecked);
  }
  /// The latest of what others said, and how many came before.
  void confirmed(std::string_view name, const std::vector<Confirmed>& all) {
    const std::size_t begin = all.size() - std::min(all.size(), kConfirmedShown);
    for (std::size_t i = begin; i < all.size(); ++i)
      label(name, fmt::format("{}  {}  {}", base::printable(all[i].by, 100),
                              base::rfc3339(all[i].at), counted("size", all[i].size)));
    if (begin > 0) label(name, counted("earlier", begin));
  }

  void notes() {
    for (const audit::TimeStep& each : report_.time_steps)
      label("note", say("time-back", {{"index", std::to_string(each.index)},
                                      {"span", base::to_string(base::whole_seconds(each.back))}}));
    const std::uint64_t more = report_.time_steps_count - report_.time_steps.size();
    if (more > 0) label("note", counted("time-back-more", more));
    for (const std::string& file : report_.export_unlike)
      label("note", say("export-unlike", {{"file", file}}));
  }

  void verdict() {
    text_ += report_.good() ? painted(say("good"), Colour::Green, colour_)
                            : painted(counted("bad", report_.problems_count), Colour::Red, colour_);
    text_ += '\n';
  }

  const VerifyReport& report_;
  base::Locale locale_;
  bool colour_;
  std::string text_;
};

base::Json confirmed_json(const Confirmed& each) {
  return {{"size", each.size}, {"by", each.by}, {"time", base::rfc3339(each.at)}};
}

base::Json notes_json(const VerifyReport& report) {
  base::Json notes = base::Json::array();
  for (const audit::TimeStep& each : report.time_steps)
    notes.push_back({{"kind", "time-runs-back"}, {"index", each.index}, {"back_us", each.back.us}});
  for (const std::string& file : report.export_unlike)
    notes.push_back({{"kind", "file-of-another-program"}, {"file", file}});
  return notes;
}

base::Json problem_json(const VerifyReport::Problem& problem) {
  base::Json json{{"id", problem.error.id},
                  {"message", problem.error.message},
                  {"why", problem.error.why},
                  {"still_good", problem.error.state}};
  if (problem.index) json["index"] = *problem.index;
  return json;
}

}  // namespace

std::string unix_time_text(std::uint64_t unix_seconds) {
  constexpr std::uint64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999
  const auto seconds = static_cast<std::int64_t>(std::min(unix_seconds, kSecondsMax));
  return base::rfc3339(base::WallTime{seconds * 1'000'000});
}

std::string verify_text(const VerifyReport& report, base::Locale locale, bool colour) {
  return ReportText(report, locale, colour).text();
}

base::Json verify_json(const VerifyReport& report) {
  const audit::RecordCounts& counts = report.record;
  base::Json json{
      {"good", report.good()},
      {"entries", report.entries},
      {"root", report.root.to_string()},
      {"database", report.database},
      {"tiles", report.bundles},
      {"tree_only", report.tree_only},
      {"checkpoints",
       {{"good", counts.checkpoints},
        {"signature_unchecked", counts.unsigned_checked},
        {"absent", counts.checkpoints_absent}}},
      {"key_changes", counts.key_changes},
      {"approvals",
       {{"signed", counts.approvals},
        {"unsigned", counts.approvals_unsigned},
        {"erased", counts.approvals_erased},
        {"absent", counts.approvals_absent}}},
      {"commands",
       {{"signed", counts.commands},
        {"unsigned", counts.commands_unsigned},
        {"unread", counts.commands_unread}}},
      {"contents",
       {{"good", counts.contents},
        {"erased", counts.contents_erased},
        {"absent", counts.contents_absent}}},
      {"cosigned", report.cosigned},
      {"timestamps", {{"good", report.timestamps}, {"unchecked", report.timestamps_unchecked}}},
      {"witnesses", base::Json::array()},
      {"problems_count", report.problems_count},
      {"problems", base::Json::array()}};
  if (!report.origin.empty()) {
    json["log"] = report.origin;
    json["checkpoint_size"] = report.head.size;
  }
  if (!report.key.empty()) {
    json["key"] = report.key;
    json["key_given"] = report.key_given;
  }
  if (report.remembered) json["continues"] = *report.remembered;
  for (const audit::Cosigner& each : report.cosigners)
    json["witnesses"].push_back({{"name", each.witness.name}, {"unix_seconds", each.unix_seconds}});
  json["notes"] = notes_json(report);
  json["notes_count"] = report.time_steps_count + report.export_unlike.size();
  for (const auto& [key, all] : {std::pair("kept_cosignatures", &report.kept_cosigners),
                                 std::pair("stamps", &report.stamps)}) {
    json[key] = base::Json::array();
    for (const Confirmed& each : *all) json[key].push_back(confirmed_json(each));
  }
  if (report.export_files > 0) json["export_files"] = report.export_files;
  for (const VerifyReport::Problem& each : report.problems)
    json["problems"].push_back(problem_json(each));
  return json;
}

std::optional<base::Error> verify_error(const VerifyReport& report) {
  if (report.good()) return std::nullopt;
  const VerifyReport::Problem& first = report.problems.front();
  base::Error error = first.error;
  if (!error.state.empty() || !first.index) return error;
  return std::move(error).now(*first.index == 0
                                  ? "nothing was found good before it"
                                  : fmt::format("entries 0 to {} are good", *first.index - 1));
}

}  // namespace stellwerk::cli
