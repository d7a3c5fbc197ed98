// audit mirror: the ERP's own audit chain, judged by itself and by the journal.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "audit/erp_chain.h"
#include "base/text.h"
#include "cli/audit_command.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "core/event.h"
#include "engine/loader.h"
#include "engine/outbox.h"

namespace stellwerk::cli {
namespace {

/// One mirror, looked at.
struct MirrorCheckResult {
  std::string name;
  std::string target;
  std::uint64_t entries = 0;  ///< of the journal, that should have rows
  std::uint64_t waiting = 0;  ///< public ones that were not delivered yet
  audit::ErpChainReport chain;
};

base::Result<std::vector<audit::ExpectedEntry>> public_entries(ports::JournalStore& journal) {
  const auto head = journal.head();
  if (!head) return base::fail(head.error());
  std::vector<audit::ExpectedEntry> expected;
  for (std::uint64_t at = 0; at < head->size;) {
    const auto wanted = std::min<std::uint64_t>(head->size - at, engine::kEntriesAtOnce);
    const auto entries = journal.read(at, static_cast<std::size_t>(wanted));
    if (!entries) return base::fail(entries.error());
    if (entries->empty())
      return base::fail(base::Code::Corruption, "JRN-0003",
                        fmt::format("the journal ends before entry {}", at));
    for (const ports::StoredEntry& entry : *entries)
      if (core::is_public(entry.type)) expected.push_back({entry.index, entry.leaf});
    at += entries->size();
  }
  return expected;
}

bool below(const audit::ExpectedEntry& entry, std::uint64_t index) { return entry.index < index; }

/// How many of the entries should have rows: those that were delivered when nobody had looked at
/// the rows yet, and all up to the last that has one.
std::size_t delivered_count(const std::vector<audit::ExpectedEntry>& entries,
                            const std::vector<audit::ErpRow>& rows, std::string_view user_agent,
                            std::uint64_t cursor) {
  const auto until = [&](std::uint64_t index) {
    return std::lower_bound(entries.begin(), entries.end(), index, below);
  };
  auto end = until(cursor);
  for (const audit::ErpRow& row : rows) {
    const auto mark = audit::mirror_mark(row, user_agent);
    if (!mark) continue;
    const auto entry = until(mark->index);
    const bool is_ours =
        entry != entries.end() && entry->index == mark->index && entry->digest == mark->digest;
    if (is_ours) end = std::max(end, entry + 1);
  }
  return static_cast<std::size_t>(end - entries.begin());
}

/// The cursor first, then the rows, then the journal: what is written meanwhile is no finding.
base::Result<MirrorCheckResult> check_mirror(Mirror& mirror, ports::JournalStore& journal) {
  const auto cursor = engine::delivered_to(journal, {mirror.name(), mirror.target()});
  if (!cursor) return base::fail(cursor.error());
  const auto rows = mirror.rows();
  if (!rows) return base::fail(rows.error());
  const auto entries = public_entries(journal);
  if (!entries) return base::fail(entries.error());
  const std::string user_agent = mirror.user_agent();
  const std::size_t delivered = delivered_count(*entries, *rows, user_agent, *cursor);
  MirrorCheckResult result;
  result.name = mirror.name();
  result.target = mirror.target();
  result.entries = delivered;
  result.waiting = entries->size() - delivered;
  result.chain = audit::check_erp_chain(
      *rows, {.user_agent = user_agent, .journal = std::span(*entries).first(delivered)});
  return result;
}

base::Json finding_json(const audit::ErpFinding& finding) {
  base::Json row{{"kind", audit::to_string(finding.kind)},
                 {"harmless", audit::is_harmless(finding.kind)},
                 {"meaning", finding.meaning}};
  if (finding.position) {
    row["position"] = *finding.position;
    row["row"] = finding.row_id;
  }
  if (finding.index) row["index"] = *finding.index;
  return row;
}

base::Json mirror_json(const MirrorCheckResult& result) {
  const audit::ErpChainReport& chain = result.chain;
  base::Json findings = base::Json::array();
  for (const audit::ErpFinding& each : chain.findings) findings.push_back(finding_json(each));
  base::Json upstream{{"valid", chain.upstream_valid}};
  if (chain.upstream_stops_at) upstream["stops_at"] = *chain.upstream_stops_at;
  return {{"adapter", result.name},
          {"target", base::printable(result.target)},
          {"rows", chain.rows},
          {"ours", chain.ours},
          {"entries", result.entries},
          {"waiting", result.waiting},
          {"sound", chain.sound},
          {"upstream", std::move(upstream)},
          {"findings", std::move(findings)},
          {"not_listed", chain.not_listed}};
}

class MirrorPrinter {
 public:
  explicit MirrorPrinter(const Console& console) : console_(console) {}

  void print(const MirrorCheckResult& result) {
    const audit::ErpChainReport& chain = result.chain;
    console_.out << result.name << "  " << base::printable(result.target) << '\n';
    line("rows", {{"rows", std::to_string(chain.rows)}, {"ours", std::to_string(chain.ours)}});
    line("journal", {{"entries", std::to_string(result.entries)},
                     {"waiting", std::to_string(result.waiting)}});
    if (chain.upstream_valid)
      line("upstream-valid", {});
    else
      line("upstream-invalid", {{"row", std::to_string(chain.upstream_stops_at.value_or(0))}});
    for (const audit::ErpFinding& each : chain.findings) print(each);
    if (chain.not_listed > 0) line("more", {{"count", std::to_string(chain.not_listed)}});
    const std::string verdict =
        console_.text(chain.sound ? "cli.mirror.sound" : "cli.mirror.unsound");
    console_.out << "  "
                 << painted(verdict, chain.sound ? Colour::Green : Colour::Red, console_.colour_out)
                 << '\n';
  }

 private:
  void line(std::string_view key, const base::MessageArguments& arguments) {
    console_.out << "  " << console_.text(fmt::format("cli.mirror.{}", key), arguments) << '\n';
  }
  void print(const audit::ErpFinding& finding) {
    std::string where;
    if (finding.position)
      where = console_.text("cli.mirror.row",
                            {{"row", std::to_string(*finding.position)}, {"id", finding.row_id}});
    if (finding.index)
      where += (where.empty() ? "" : ", ") +
               console_.text("cli.mirror.entry", {{"index", std::to_string(*finding.index)}});
    console_.out << fmt::format("  {}  {}: {}\n", audit::to_string(finding.kind), where,
                                finding.meaning);
  }

  const Console& console_;
};

base::Error not_sound(std::size_t unsound, std::size_t all) {
  return base::error(base::Code::Corruption, "AUD-0072",
                     fmt::format("{} of {} mirrors {} not sound", unsound, all,
                                 unsound == 1 ? "is" : "are"))
      .because("its rows are not what was written, or not what the journal says")
      .now("nothing was changed; the record is the journal")
      .then("stellwerk audit verify", "whether the journal itself is what was written");
}

base::Error no_mirror() {
  return base::error(base::Code::NotFound, "AUD-0071", "no mirror is set up")
      .because("no section under `events` in stellwerk.yaml keeps a chain that can be read back")
      .now("nothing was checked");
}

base::Result<std::vector<MirrorCheckResult>> check_mirrors(World& world,
                                                           const config::EnvironmentFile& file) {
  auto mirrors = world.open_mirrors(file);
  if (!mirrors) return base::fail(std::move(mirrors.error()));
  if (mirrors->empty()) return base::fail(no_mirror());
  const auto reader = world.open_reader(file.environment.data_folder);
  if (!reader) return base::fail(reader.error());
  std::vector<MirrorCheckResult> results;
  for (const auto& mirror : *mirrors) {
    auto result = check_mirror(*mirror, *reader->journal);
    if (!result)
      return base::fail(std::move(result.error()).during("checking " + mirror->target()));
    results.push_back(std::move(*result));
  }
  return results;
}

}  // namespace

Exit audit_mirror_command(World& world, Console& console, const Arguments& arguments) {
  const auto file = load_environment(world, arguments);
  if (!file.value) {
    report(console, file.problems);
    return Exit::Usage;
  }
  const auto results = check_mirrors(world, *file.value);
  if (!results) return failed(console, results.error());
  MirrorPrinter printer(console);
  base::Json rows = base::Json::array();
  std::size_t unsound = 0;
  for (const MirrorCheckResult& each : *results) {
    if (!each.chain.sound) ++unsound;
    if (console.json)
      rows.push_back(mirror_json(each));
    else
      printer.print(each);
  }
  if (console.json) console.print_json({{"mirrors", std::move(rows)}, {"sound", unsound == 0}});
  if (unsound == 0) return Exit::Done;
  report(console, not_sound(unsound, results->size()));
  return Exit::VerificationFailed;
}

}  // namespace stellwerk::cli
