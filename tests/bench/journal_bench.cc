// Durable appends per second of the journal, beside what bare SQLite does on the same disk.
//
// Both sync every commit. "entries/s" is what counts: the journal's group commit takes as many
// entries into one transaction as wait, so the batch sizes show one release and a busy
// installation.
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/sqlite/data_folder_lock.h"
#include "adapters/sqlite/sqlite_journal.h"
#include "audit/entry.h"
#include "bench/bare_sqlite.h"
#include "bench/disk_folder.h"

namespace stellwerk {
namespace {

audit::EncodedEntry typical_entry() {
  audit::Entry entry;
  entry.release = base::ReleaseId("rel-2025-10-001");
  entry.runbook_time = base::minutes(15);
  entry.type = "scheduler.release.wave1";
  entry.actor = "stellwerk";
  entry.data = {{"tenants", {"pilot-1", "pilot-2", "pilot-3"}}, {"share_ppm", 200000}};
  entry.effects = base::Json::array(
      {{{"key", "rel-2025-10-001/7/0"}, {"kind", "set_traffic"}, {"class", "readable"}}});
  return audit::encode_entry(entry).value();
}

void journal_append(benchmark::State& state) {
  const bench::DiskFolder folder;
  const auto lock = adapters::DataFolderLock::acquire(folder / "data", {}).value();
  const auto journal = adapters::SqliteJournal::open(lock).value();
  const auto encoded = typical_entry();
  const auto entries = static_cast<std::size_t>(state.range(0));
  std::uint64_t version = 0;
  for (auto _ : state) {
    ports::AppendRequest request{base::ReleaseId("rel-2025-10-001"), version, {}, false};
    request.entries.assign(entries, {encoded.type, encoded.before_index, encoded.after_index});
    if (!journal->append({request}, {.deadline = {INT64_MAX}, .stop = {}})) {
      state.SkipWithError("append failed");
      return;
    }
    version += entries;
  }
  state.counters["entries/s"] =
      benchmark::Counter(static_cast<double>(version), benchmark::Counter::kIsRate);
}

void bare_sqlite_insert(benchmark::State& state) {
  const bench::DiskFolder folder;
  bench::BareSqlite database(folder / "bare.db");
  const std::string bytes = typical_entry().with_index(1000000);
  std::int64_t rows = 0;
  for (auto _ : state) {
    database.run("BEGIN");
    for (std::int64_t i = 0; i < state.range(0); ++i) database.insert(bytes);
    database.run("COMMIT");
    rows += state.range(0);
  }
  state.counters["entries/s"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsRate);
}

benchmark::Counter entries_each_time(std::uint64_t size) {
  return {static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate};
}

/// At least `size` entries, appended as quickly as it takes them.
void fill(adapters::SqliteJournal& journal, std::uint64_t size) {
  const auto encoded = typical_entry();
  for (std::uint64_t version = 0; version < size; version += ports::kAppendEntriesMax) {
    ports::AppendRequest request{base::ReleaseId("rel-2025-10-001"), version, {}, false};
    request.entries.assign(ports::kAppendEntriesMax,
                           {encoded.type, encoded.before_index, encoded.after_index});
    if (!journal.append({request}, {.deadline = {INT64_MAX}, .stop = {}}))
      throw std::runtime_error("append failed");
  }
}

void journal_verify(benchmark::State& state) {
  const bench::DiskFolder folder;
  const auto lock = adapters::DataFolderLock::acquire(folder / "data", {}).value();
  const auto journal = adapters::SqliteJournal::open(lock).value();
  fill(*journal, static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(journal->verify(std::nullopt).value());
  state.counters["entries/s"] = entries_each_time(journal->head().value().size);
}

/// What the first verification after a restart costs: the tree at the trusted head, from leaves.
void journal_tree_rebuilt(benchmark::State& state) {
  const bench::DiskFolder folder;
  const auto lock = adapters::DataFolderLock::acquire(folder / "data", {}).value();
  const auto journal = adapters::SqliteJournal::open(lock).value();
  fill(*journal, static_cast<std::uint64_t>(state.range(0)));
  const ports::Head trusted = journal->head().value();
  for (auto _ : state) {
    const auto reader = adapters::SqliteJournal::open_reader(folder / "data").value();
    benchmark::DoNotOptimize(reader->verify(trusted).value());
  }
  state.counters["entries/s"] = entries_each_time(trusted.size);
}

BENCHMARK(bare_sqlite_insert)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK(journal_append)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK(journal_verify)->Arg(20000)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(journal_tree_rebuilt)->Arg(100000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stellwerk

BENCHMARK_MAIN();
