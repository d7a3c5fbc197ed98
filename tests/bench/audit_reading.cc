#include "bench/audit_reading.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "adapters/sqlite/file_content_store.h"
#include "audit/proof.h"
#include "audit/tile_reader.h"
#include "bench/filled_log.h"
#include "bench/stopwatch.h"
#include "cli/log_verifier.h"

namespace stellwerk::bench {
namespace {

namespace fs = std::filesystem;

// ---- sizes

struct Sizes {
  std::uint64_t bytes = 0;    ///< as their lengths say
  std::uint64_t on_disk = 0;  ///< in whole blocks
};

Sizes sizes_of(const fs::path& place) {
  Sizes sizes;
  const auto add = [&](const fs::path& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) return;
    if (S_ISREG(status.st_mode)) sizes.bytes += static_cast<std::uint64_t>(status.st_size);
    sizes.on_disk += static_cast<std::uint64_t>(status.st_blocks) * 512;
  };
  if (!fs::exists(place)) return sizes;
  add(place);
  if (fs::is_directory(place))
    for (const auto& each : fs::recursive_directory_iterator(place)) add(each.path());
  return sizes;
}

/// After the journal was closed: what its write-ahead log held is in the database then.
void tell_sizes(const FilledLog& log, std::uint64_t entries, std::uint64_t entry_bytes) {
  const Sizes database = sizes_of(log.data() / "journal.db");
  const Sizes wal = sizes_of(log.data() / "journal.db-wal");
  const Sizes files = sizes_of(log.log());
  const Sizes bundles = sizes_of(log.log() / "tile" / "entries");
  tell("size",
       R"("entries":{},"entry_bytes":{},"database_bytes":{},"wal_bytes":{},"log_bytes":{},)"
       R"("log_on_disk":{},"bundle_bytes":{})",
       entries, entry_bytes, database.bytes, wal.bytes, files.bytes, files.on_disk, bundles.bytes);
}

// ---- verification

enum class Depth : std::uint8_t { Tree, Entries, Contents, Database };

constexpr std::pair<Depth, const char*> kDepths[] = {{Depth::Tree, "tree"},
                                                     {Depth::Entries, "entries"},
                                                     {Depth::Contents, "contents"},
                                                     {Depth::Database, "database"}};

cli::Reader reader_of(const FilledLog& log) {
  return {good(adapters::SqliteJournal::open_reader(log.data())),
          std::make_unique<adapters::FileContentStore>(log.content())};
}

struct Check {
  std::int64_t took_us = 0;
  std::int64_t processor_us = 0;  ///< of all threads
};

/// One check, which finds nothing wrong.
Check verify_once(const FilledLog& log, Depth depth, std::size_t threads) {
  cli::VerifyInputs inputs;
  inputs.place.log = log.log();
  if (depth == Depth::Contents) inputs.place.content = log.content();
  std::optional<cli::Reader> reader;
  if (depth == Depth::Database) reader.emplace(reader_of(log));
  inputs.reader = reader ? &*reader : nullptr;
  inputs.keys = {log.key()};
  inputs.tree_only = depth == Depth::Tree;
  inputs.threads = threads;
  const Stopwatch watch;
  const cli::VerifyReport report = cli::verify_log(inputs);
  const Check check{watch.us(), watch.processor_us()};
  if (!report.good()) throw std::runtime_error(report.problems.front().error.one_line());
  if (report.entries != log.size()) throw std::runtime_error("not all entries were checked");
  return check;
}

/// The physical limit, on one core: every entry hashed once, and a node for each of them. In
/// processor time, as the checks that it stands beside.
class HashLimit {
 public:
  explicit HashLimit(FilledLog& log) {
    for (const auto& stored : good(log.journal().read(0, 4096))) entries_.push_back(stored.bytes);
  }
  struct Took {
    std::int64_t leaves_us = 0;
    std::int64_t nodes_us = 0;
  };
  [[nodiscard]] Took hash(std::uint64_t count) const {
    base::Digest digest;
    const Stopwatch leaves;
    for (std::uint64_t i = 0; i < count; ++i)
      digest.bytes[0] ^= audit::leaf_hash(entries_[i % entries_.size()]).bytes[0];
    Took took{leaves.processor_us(), 0};
    const Stopwatch nodes;
    for (std::uint64_t i = 0; i < count; ++i) digest = audit::node_hash(digest, digest);
    took.nodes_us = nodes.processor_us();
    if (digest == base::Digest{}) throw std::runtime_error("a hash of nothing but zeros");
    return took;
  }

 private:
  std::vector<std::string> entries_;
};

void tell_verification(const FilledLog& log, const HashLimit& limit, std::uint64_t times,
                       std::pair<Depth, const char*> depth, std::size_t threads) {
  Series took;
  Series used;
  Series leaves;
  Series nodes;
  for (std::uint64_t i = 0; i < times; ++i) {
    const Check check = verify_once(log, depth.first, threads);
    took.push_back(check.took_us);
    used.push_back(check.processor_us);
    const auto alone = limit.hash(log.size());
    leaves.push_back(alone.leaves_us);
    nodes.push_back(alone.nodes_us);
  }
  tell("verify",
       R"("depth":"{}","threads":{},"entries":{},"entry_bytes":{},"took_us":{},"processor_us":{},)"
       R"("leaves_us":{},"nodes_us":{})",
       depth.second, threads, log.size(), log.entry_bytes(), list_of(took), list_of(used),
       list_of(leaves), list_of(nodes));
}

// ---- a large log

/// What the engine's watch asks of the journal all the while.
void measure_checks(FilledLog& log) {
  constexpr std::uint64_t kNew = 1000;
  constexpr int kTimes = 30;
  const Stopwatch begin;
  ports::Head before = good(log.journal().verify(std::nullopt));
  tell("first_check", R"("entries":{},"took_us":{})", before.size, begin.us());
  Series took;
  Series used;
  Series old_took;
  Series old_used;
  std::optional<ports::Head> scrubbed;
  for (int i = 0; i < kTimes; ++i) {
    log.grow_by(kNew);
    const Stopwatch watch;
    const ports::Head now = good(log.journal().verify(before));
    took.push_back(watch.us());
    used.push_back(watch.processor_us());
    before = now;
    const Stopwatch old;
    scrubbed = good(log.journal().verify_some(scrubbed, kNew));
    old_took.push_back(old.us());
    old_used.push_back(old.processor_us());
  }
  tell("new_entries_checked", R"("entries":{},"new":{},"took_us":{},"processor_us":{})",
       before.size, kNew, list_of(took), list_of(used));
  tell("old_entries_checked", R"("entries":{},"old":{},"took_us":{},"processor_us":{})",
       before.size, kNew, list_of(old_took), list_of(old_used));
}

/// As `audit prove` makes them, each from the files anew.
void measure_proofs(const FilledLog& log) {
  constexpr int kTimes = 1000;
  std::mt19937_64 numbers(1);
  const cli::LogFiles files(log.log());
  Series inclusion;
  Series consistency;
  std::size_t hashes = 0;
  for (int i = 0; i < kTimes; ++i) {
    const std::uint64_t index = numbers() % log.size();
    const Stopwatch watch;
    audit::TileReader tiles(log.size(), files.reader());
    const auto proof = good(audit::inclusion_proof({index, log.size()}, tiles));
    inclusion.push_back(watch.us());
    hashes = std::max(hashes, proof.size());
    const Stopwatch second;
    audit::TileReader again(log.size(), files.reader());
    good(audit::consistency_proof({index + 1, log.size()}, again));
    consistency.push_back(second.us());
  }
  tell("proofs", R"("entries":{},"hashes":{},"inclusion_us":{},"consistency_us":{})", log.size(),
       hashes, list_of(inclusion), list_of(consistency));
}

void measure_memory(const FilledLog& log) {
  for (const auto& depth : {kDepths[0], kDepths[1], kDepths[3]}) {
    forget_peak();
    const std::int64_t before = peak_kib();
    const Check check = verify_once(log, depth.first, 2);
    tell("verify_memory", R"("depth":"{}","entries":{},"took_us":{},"before_kib":{},"peak_kib":{})",
         depth.second, log.size(), check.took_us, before, peak_kib());
  }
}

}  // namespace

void measure_verification(std::uint64_t entries, std::uint64_t times, const DiskFolder& folder) {
  FilledLog log(folder.path(), Checkpoints::Signed);
  log.grow_by(entries);
  log.publish();
  const HashLimit limit(log);
  for (const auto& depth : kDepths)
    for (const std::size_t threads : {1U, 2U}) tell_verification(log, limit, times, depth, threads);
  log.close_journal();
  tell_sizes(log, log.size(), log.entry_bytes());
}

void measure_large_log(std::uint64_t entries, const DiskFolder& folder) {
  {
    FilledLog log(folder.path(), Checkpoints::LeftOut);
    const Stopwatch appending;
    log.grow_by(entries);
    tell("appended", R"("entries":{},"took_us":{})", entries, appending.us());
    log.close_journal();
    tell_sizes(log, entries, log.entry_bytes());
  }
  const Stopwatch opening;
  FilledLog log(folder.path(), Checkpoints::LeftOut);
  tell("opened", R"("entries":{},"took_us":{})", entries, opening.us());
  measure_checks(log);
  const Stopwatch publishing;
  log.publish();
  tell("published", R"("entries":{},"took_us":{},"processor_us":{})", log.size(), publishing.us(),
       publishing.processor_us());
  measure_proofs(log);
  measure_memory(log);
}

}  // namespace stellwerk::bench
