#include "cli/replay_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/version.h"

namespace stellwerk::cli {
namespace {

using engine::Difference;
using engine::Gap;
using engine::ReplayReport;

constexpr std::size_t kPlacesMax = 20;

std::string text(const ReplayStyle& style, std::string_view key,
                 const base::MessageArguments& arguments = {}) {
  return base::message(style.locale, key, arguments);
}

base::MessageArguments counted(std::uint64_t count) { return {{"count", std::to_string(count)}}; }

/// Every leaf under its path.
void flatten(const base::Json& value, const std::string& path,
             std::map<std::string, std::string>& leaves) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, each] : value.items())
      flatten(each, path.empty() ? key : path + "." + key, leaves);
  } else if (value.is_array() && !value.empty()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      flatten(value[i], fmt::format("{}[{}]", path, i), leaves);
  } else {
    leaves[path] = value.dump();
  }
}

/// `- place: recorded` and `+ place: derived` for each place that differs.
std::string places_text(const Difference& difference, const ReplayStyle& style) {
  std::map<std::string, std::string> recorded;
  std::map<std::string, std::string> derived;
  flatten(difference.recorded, "", recorded);
  flatten(difference.derived, "", derived);
  std::set<std::string> places;
  for (const auto& [place, value] : recorded)
    if (const auto other = derived.find(place); other == derived.end() || other->second != value)
      places.insert(place);
  for (const auto& [place, value] : derived)
    if (!recorded.contains(place)) places.insert(place);
  std::string lines;
  std::size_t shown = 0;
  for (const std::string& place : places) {
    if (shown++ == kPlacesMax) break;
    if (const auto at = recorded.find(place); at != recorded.end())
      lines += "    " +
               painted(fmt::format("- {}: {}", place, at->second), Colour::Red, style.colour) +
               "\n";
    if (const auto at = derived.find(place); at != derived.end())
      lines += "    " +
               painted(fmt::format("+ {}: {}", place, at->second), Colour::Green, style.colour) +
               "\n";
  }
  if (places.size() > kPlacesMax)
    lines +=
        "    " + text(style, "cli.replay.more-places", counted(places.size() - kPlacesMax)) + "\n";
  return lines;
}

std::string side_text(const base::Json& side, const ReplayStyle& style) {
  if (side.is_null()) return text(style, "cli.replay.nothing");
  if (side.is_string()) return side.get<std::string>();
  if (side.is_object() && side.contains("type"))
    return fmt::format("{}  {}", side.value("type", ""), side.value("actor", ""));
  return {};
}

std::string version_text(const std::string& version, std::uint64_t index,
                         const ReplayStyle& style) {
  base::MessageArguments arguments{{"index", std::to_string(index)}};
  if (version.empty()) return text(style, "cli.replay.version-unknown", arguments);
  arguments["version"] = version;
  return text(style, "cli.replay.version", arguments);
}

std::string difference_text(const Difference& difference, const ReplayStyle& style) {
  const std::string kind(to_string(difference.kind));
  std::string line =
      "  " + text(style, "cli.replay.at", {{"index", std::to_string(difference.index)}});
  if (!difference.input.empty())
    line +=
        ", " + text(style, "cli.replay.decided",
                    {{"input", difference.input}, {"decided", std::to_string(difference.decided)}});
  line += ": " + painted(text(style, "cli.replay.difference." + kind), Colour::Bold, style.colour) +
          "\n";
  const std::string recorded = side_text(difference.recorded, style);
  const std::string derived = side_text(difference.derived, style);
  const std::size_t width = std::max(width_of(text(style, "cli.replay.recorded")),
                                     width_of(text(style, "cli.replay.derived")));
  // A state has no second side: what is recorded names its fields.
  const bool both = difference.kind != engine::DifferenceKind::State;
  if (!recorded.empty())
    line +=
        fmt::format("    {}  {}\n", padded(text(style, "cli.replay.recorded"), width), recorded);
  if (both && !derived.empty())
    line += fmt::format("    {}  {}\n", padded(text(style, "cli.replay.derived"), width), derived);
  if (!difference.recorded.is_null() && !difference.derived.is_null())
    line += places_text(difference, style);
  return line;
}

std::string gap_text(const Gap& gap, const ReplayStyle& style) {
  return fmt::format("  {}  {}\n", text(style, "cli.replay.not-derived"),
                     text(style, "cli.replay.gap." + std::string(to_string(gap.kind)),
                          {{"count", std::to_string(gap.count)},
                           {"index", std::to_string(gap.first_index)},
                           {"detail", gap.detail}}));
}

/// Only when another program than this one had a hand in it.
std::string writers_text(const ReplayReport& report, const ReplayStyle& style) {
  const bool all_ours = std::all_of(
      report.writers.begin(), report.writers.end(),
      [](const engine::Writer& writer) { return writer.version == base::program_version(); });
  if (all_ours) return {};
  std::vector<std::string> parts;
  for (const engine::Writer& writer : report.writers)
    parts.push_back(version_text(writer.version, writer.from_index, style));
  return fmt::format(
      "  {} {}; {}\n", text(style, "cli.replay.written-by"), fmt::join(parts, ", "),
      text(style, "cli.replay.this-is", {{"version", std::string(base::program_version())}}));
}

std::string head_text(const ReplayReport& report, const ReplayStyle& style) {
  const bool differs = !report.differences.empty();
  const char* word = report.same() ? "same" : (differs ? "not-same" : "not-whole");
  std::vector<std::string> parts;
  parts.push_back(painted(text(style, std::string("cli.replay.") + word),
                          report.same() ? Colour::Green : Colour::Red, style.colour));
  if (!report.ended) parts.push_back(text(style, "cli.replay.under-way"));
  parts.push_back(text(style, "cli.replay.entries", counted(report.entries)));
  base::MessageArguments decisions = counted(report.decisions);
  if (report.decisions_inferred > 0) {
    decisions["inferred"] = std::to_string(report.decisions_inferred);
    parts.push_back(text(style, "cli.replay.decisions-inferred", decisions));
  } else {
    parts.push_back(text(style, "cli.replay.decisions", decisions));
  }
  base::MessageArguments verdicts = counted(report.verdicts);
  verdicts["derived"] = std::to_string(report.verdicts_derived);
  if (report.verdicts > 0) parts.push_back(text(style, "cli.replay.verdicts", verdicts));
  if (report.comparisons > 0)
    parts.push_back(text(style, "cli.replay.comparisons", counted(report.comparisons)));
  if (differs)
    parts.push_back(text(style, "cli.replay.differences", counted(report.differences.size())));
  return fmt::format("{}  {}\n", report.release.str(), fmt::join(parts, " · "));
}

base::Json difference_json(const Difference& difference) {
  base::Json json{{"kind", to_string(difference.kind)},
                  {"index", difference.index},
                  {"decision", difference.decided},
                  {"recorded", difference.recorded},
                  {"derived", difference.derived}};
  if (!difference.input.empty()) json["input"] = difference.input;
  if (!difference.where.empty()) json["where"] = difference.where;
  if (!difference.program.empty()) json["written_by"] = difference.program;
  return json;
}

std::string why_of(const Difference& difference) {
  std::string why = fmt::format("the first difference is at entry {}", difference.index);
  if (!difference.where.empty()) why += fmt::format(", {}", difference.where);
  const std::string writer =
      difference.program.empty() ? "a version that is not recorded" : difference.program;
  if (difference.program != base::program_version())
    why += fmt::format("; it was written by {}, and this is {}, which decides otherwise", writer,
                       base::program_version());
  return why;
}

}  // namespace

std::string replay_text(const ReplayReport& report, const ReplayStyle& style) {
  std::string out = head_text(report, style) + writers_text(report, style);
  for (const Gap& gap : report.gaps) out += gap_text(gap, style);
  const std::size_t all = report.differences.size();
  const std::size_t shown = style.all_differences ? all : std::min<std::size_t>(all, 1);
  for (std::size_t i = 0; i < shown; ++i) out += difference_text(report.differences[i], style);
  if (shown < all)
    out += "  " + text(style, "cli.replay.more-differences", counted(all - shown)) + "\n";
  return out;
}

base::Json replay_json(const ReplayReport& report) {
  base::Json json{{"release", report.release.str()},
                  {"same", report.same()},
                  {"ended", report.ended},
                  {"entries", report.entries},
                  {"decisions", report.decisions},
                  {"decisions_inferred", report.decisions_inferred},
                  {"verdicts", report.verdicts},
                  {"verdicts_judged", report.verdicts_judged},
                  {"verdicts_derived", report.verdicts_derived},
                  {"comparisons", report.comparisons},
                  {"written_by", base::Json::array()},
                  {"not_derived", base::Json::array()},
                  {"differences", base::Json::array()}};
  for (const engine::Writer& writer : report.writers)
    json["written_by"].push_back({{"from", writer.from_index}, {"version", writer.version}});
  for (const Gap& gap : report.gaps)
    json["not_derived"].push_back({{"kind", to_string(gap.kind)},
                                   {"from", gap.first_index},
                                   {"count", gap.count},
                                   {"detail", gap.detail},
                                   {"failure", is_failure(gap.kind)}});
  for (const Difference& difference : report.differences)
    json["differences"].push_back(difference_json(difference));
  return json;
}

std::optional<base::Error> replay_error(const ReplayReport& report) {
  const std::string& id = report.release.str();
  if (!report.differences.empty())
    return base::error(base::Code::Corruption, "AUD-0007",
                       fmt::format("{} does not replay as it is recorded", id))
        .because(why_of(report.differences.front()))
        .now("nothing was changed: this only reads")
        .then(fmt::format("stellwerk audit replay {} --all-differences --json", id),
              "both sides of every difference, in full");
  for (const Gap& gap : report.gaps)
    if (is_failure(gap.kind))
      return base::error(base::Code::Corruption, "AUD-0008",
                         fmt::format("evidence of {} is missing or damaged", id))
          .because(fmt::format("the raw windows {} of the verdicts from entry {}", gap.detail,
                               gap.first_index))
          .now("those verdicts were judged from the figures recorded with them only")
          .then("restore the file into content/ of the data folder from a backup, and repeat",
                "every verdict from its raw windows");
  return std::nullopt;
}

}  // namespace stellwerk::cli
