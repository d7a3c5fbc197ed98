// audit_bench.cc — the audit log: durable appends, signed checkpoints, verification, proofs, sizes.
//
//   audit_bench appends TIMES            1, 10 and 100 batches together, until they are in the tree
//   audit_bench publish ENTRIES TIMES    a checkpoint after 1, 100 and 1,000 more entries
//   audit_bench verify ENTRIES TIMES     `audit verify` of such a log, one thread and two
//   audit_bench large ENTRIES            checks of what is new, proofs, and the memory of a check
//
// One line of JSON a measurement on stdout, every single value in it. What is compared takes turns,
// so that both meet the machine as it is then. Files are made in the working directory, on its
// disk, and removed. How to read the figures: docs/benchmarks.md.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "base/unique_fd.h"
#include "bench/arguments.h"
#include "bench/audit_reading.h"
#include "bench/bare_sqlite.h"
#include "bench/filled_log.h"
#include "bench/stopwatch.h"

namespace stellwerk::bench {
namespace {

/// The least that a disk does: some bytes at the end of a file, and a sync.
class BareFile {
 public:
  explicit BareFile(const std::string& path)
      : file_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {}

  void append_and_sync(const std::string& bytes) {
    append(bytes);
    if (::fdatasync(file_.get()) != 0) throw std::runtime_error("fdatasync failed");
  }
  /// The whole file system, as a log folder is synced.
  void append_and_sync_all(const std::string& bytes) {
    append(bytes);
    if (::syncfs(file_.get()) != 0) throw std::runtime_error("syncfs failed");
  }

 private:
  void append(const std::string& bytes) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("write failed");
  }
  base::UniqueFd file_;
};

// ---- appends

/// Batches of one entry each, of as many releases, appended together.
class Writers {
 public:
  Writers(FilledLog& log, std::size_t together) : log_(log) {
    for (std::size_t i = 0; i < together; ++i)
      batches_.push_back(
          {base::ReleaseId(fmt::format("together-{}-{}", together, i)), 0, {}, false});
    for (auto& batch : batches_) batch.entries.push_back(log.next(1).front().entries.front());
  }
  /// Microseconds until all are acknowledged: durable, and in the tree.
  std::int64_t append() {
    const Stopwatch watch;
    const auto appended = log_.journal().append(batches_, {.deadline = {INT64_MAX}, .stop = {}});
    const std::int64_t took = watch.us();
    if (!appended) throw std::runtime_error(appended.error().one_line());
    for (auto& batch : batches_) ++batch.expected_version;
    return took;
  }
  /// The same rows.
  std::int64_t append_bare(BareSqlite& database) const {
    const Stopwatch watch;
    database.run("BEGIN");
    for (const auto& batch : batches_) database.insert(batch.entries.front().bytes_at(1'000'000));
    database.run("COMMIT");
    return watch.us();
  }

 private:
  FilledLog& log_;
  std::vector<ports::AppendRequest> batches_;
};

void appends(std::uint64_t times, const DiskFolder& folder) {
  FilledLog log(folder.path(), Checkpoints::LeftOut);
  BareSqlite bare(folder / "bare.db");
  BareFile file(folder / "bare");
  const std::string kib(1024, 'x');
  for (const std::size_t together : {1U, 10U, 100U}) {
    Writers writers(log, together);
    Series ours;
    Series sqlite;
    Series disk;
    for (std::uint64_t i = 0; i < times; ++i) {
      ours.push_back(writers.append());
      sqlite.push_back(writers.append_bare(bare));
      const Stopwatch watch;
      file.append_and_sync(kib);
      disk.push_back(watch.us());
    }
    tell("appends", R"("together":{},"took_us":{},"bare_us":{},"sync_us":{})", together,
         list_of(ours), list_of(sqlite), list_of(disk));
  }
}

// ---- checkpoints

void publish(std::uint64_t entries, std::uint64_t times, const DiskFolder& folder) {
  FilledLog log(folder.path(), Checkpoints::LeftOut);
  log.grow_by(entries);
  const Stopwatch first;
  log.publish();
  tell("published", R"("entries":{},"took_us":{},"processor_us":{})", entries, first.us(),
       first.processor_us());
  BareFile file(folder / "bare");
  const std::string kib(1024, 'x');
  const auto measure = [&](std::uint64_t more, bool restarted) {
    Series took;
    Series used;
    Series bare;
    for (std::uint64_t i = 0; i < times; ++i) {
      log.grow_by(more);
      if (restarted) log.forget_published();
      const Stopwatch watch;
      log.publish();
      took.push_back(watch.us());
      used.push_back(watch.processor_us());
      const Stopwatch beside;
      file.append_and_sync_all(kib);
      file.append_and_sync(kib);
      file.append_and_sync_all(kib);
      bare.push_back(beside.us());
    }
    tell("publish",
         R"("entries":{},"more":{},"restarted":{},"took_us":{},"processor_us":{},"bare_us":{})",
         entries, more, restarted, list_of(took), list_of(used), list_of(bare));
  };
  for (const std::uint64_t more : {1U, 100U, 1000U}) measure(more, false);
  measure(100, true);
}

int run(int argc, char** argv) {
  const std::string_view what = argc > 2 ? argv[1] : "";
  const std::uint64_t first = argc > 2 ? number(argv[2]) : 0;
  const std::uint64_t second = argc > 3 ? number(argv[3]) : 10;
  const DiskFolder folder;
  if (what == "appends") return appends(first, folder), 0;
  if (what == "publish") return publish(first, second, folder), 0;
  if (what == "verify") return measure_verification(first, second, folder), 0;
  if (what == "large") return measure_large_log(first, folder), 0;
  std::fputs("usage: audit_bench appends|publish|verify|large NUMBER [NUMBER]\n", stderr);
  return 2;
}

}  // namespace
}  // namespace stellwerk::bench

int main(int argc, char** argv) {
  try {
    return stellwerk::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
