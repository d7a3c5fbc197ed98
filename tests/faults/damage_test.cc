// Bytes of the stores' files change, are cut off, or are replaced: it is noticed, said with what is
// still good, and nothing is gone on with; or it was nothing that anybody reads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "faults/fault_disk.h"
#include "faults/memory_folder.h"
#include "faults/power_loss.h"
#include "faults/rounds.h"
#include "faults/store_life.h"

namespace stellwerk::faults {
namespace {

using Chance = std::mt19937_64;
constexpr const char* kDatabase = "journal.db";
constexpr const char* kLog = "journal.db-wal";
constexpr const char* kHead = "journal.head";

struct Lived {
  Image killed;  ///< the process was killed: a write-ahead log with commits beside the database
  Image closed;  ///< everything is in the database
  Image older;   ///< as closed, some commits before
  Promise promise;
  Promise promise_older;
};

const Lived& lived() {
  static const Lived made = [] {
    Lived result;
    const MemoryFolder folder;
    FaultDisk disk(folder.path());
    StoreLife life(folder.path());
    life.live(nullptr);
    result.older = Image::of(folder.path());
    result.promise_older = life.now();
    life.live_on(&disk);
    result.closed = Image::of(folder.path());
    result.promise = life.now();
    // No head says how many notes there were: one that stood last in a damaged log is set back.
    result.promise.notes_under_way = result.promise_older.notes;
    PowerLoss power;
    PowerLoss::Chance none;
    for (const auto& operation : disk.recording()) {
      power.apply(operation, none);
      const bool is_mark = operation.kind == Operation::Kind::Mark;
      if (is_mark) result.killed = power.image(Survival::Everything, none);
    }
    result.killed.files.erase("journal.db-shm");  // shared memory of a process that is gone
    return result;
  }();
  return made;
}

/// Whether an error says all that somebody needs who finds the journal damaged.
std::string shortcoming(const base::Error& error) {
  if (error.id == "AUD-0004") return {};  // a damaged version is taken for a newer one
  if (error.id != "JRN-0003") return "another error: " + error.one_line();
  if (error.why.empty()) return "says no reason";
  if (error.state.empty()) return "does not say what is still good: " + error.one_line();
  if (error.next.empty()) return "does not say what to do";
  return {};
}

enum class Seen { Nothing, AtOpening, AtVerifying };

class Damages {
 public:
  /// Opens what `image` holds. What is not noticed must read as it was promised.
  void look_at(const Image& image, const Promise& promise, const std::string& what) {
    const FaultDisk without_syncing(folder_.path(), image);
    const auto [seen, problem] = look(image, promise);
    EXPECT_EQ(problem, "") << what << ", " << Rounds::text();
    ++counts_[static_cast<std::size_t>(seen)];
    const auto reader = adapters::SqliteJournal::open_reader(folder_.path());
    if (!reader && reader.error().id != "JRN-0007") {
      EXPECT_EQ(shortcoming(reader.error()), "") << "a reader, " << what << ", " << Rounds::text();
    } else if (reader && (*reader)->verify(std::nullopt)) {
      EXPECT_EQ(check_journal(**reader, promise), "") << "a reader, " << what;
    }
  }
  [[nodiscard]] std::size_t unseen() const { return counts_[0]; }
  [[nodiscard]] std::size_t seen() const { return counts_[1] + counts_[2]; }
  void print(const char* file) const {
    std::printf("%s: %zu damages refused at opening, %zu found by verify, %zu of no effect, %s\n",
                file, counts_[1], counts_[2], counts_[0], Rounds::text().c_str());
  }

 private:
  std::pair<Seen, std::string> look(const Image& image, const Promise& promise) {
    auto stores = OpenStores::open(folder_.path());
    if (!stores) {
      auto problem = shortcoming(stores.error());
      if (problem.empty()) problem = changed(image);
      return {Seen::AtOpening, problem};
    }
    const auto verified = stores->journal->verify(std::nullopt);
    if (!verified) return {Seen::AtVerifying, shortcoming(verified.error())};
    return {Seen::Nothing, check_journal(*stores->journal, promise)};
  }
  /// What is refused stays as it is: it may be evidence.
  [[nodiscard]] std::string changed(const Image& image) const {
    const Image now = Image::of(folder_.path());
    for (const std::string file : {kDatabase, kLog, kHead}) {
      const auto bytes = [&](const Image& which) {
        const auto found = which.files.find(file);
        return found == which.files.end() ? std::string() : found->second;
      };
      if (bytes(now) != bytes(image)) return file + " was changed";
    }
    return {};
  }

  MemoryFolder folder_;
  std::size_t counts_[3] = {};
};

std::uint64_t rounds(std::uint64_t usual) { return usual * Rounds::count(); }

/// Flips one bit at a time, chosen by chance.
void flip_bits(const Image& image, const std::string& file, std::uint64_t times) {
  Damages damages;
  Chance chance(Rounds::seed());
  const std::string& bytes = image.files.at(file);
  for (std::uint64_t i = 0; i < times; ++i) {
    Image damaged = image;
    // Every other one in the first bytes of a page or frame, where what matters is dense.
    const std::size_t at = i % 2 == 0
                               ? chance() % bytes.size()
                               : chance() % (bytes.size() / 4096 + 1) * 4096 + chance() % 128;
    if (at >= bytes.size()) continue;
    const auto bit = static_cast<int>(chance() % 8);
    damaged.files[file][at] = static_cast<char>(bytes[at] ^ (1 << bit));
    damages.look_at(damaged, lived().promise,
                    fmt::format("bit {} of byte {} of {}", bit, at, file));
    if (::testing::Test::HasFailure()) break;
  }
  damages.print(file.c_str());
  EXPECT_GT(damages.seen(), times / 10);
}

TEST(Damage, OfAnyBitOfTheDatabaseIsSeenOrWithoutEffect) {
  flip_bits(lived().closed, kDatabase, rounds(120));
}

TEST(Damage, OfAnyBitOfTheDatabaseUnderALogIsSeenOrWithoutEffect) {
  flip_bits(lived().killed, kDatabase, rounds(60));
}

TEST(Damage, OfAnyBitOfTheLogIsSeenOrWithoutEffect) {
  flip_bits(lived().killed, kLog, rounds(120));
}

TEST(Damage, OfTheHeadFileIsSeenOrWithoutEffect) {
  // One slot is enough, so whatever befalls one of them is without effect or refused.
  Damages damages;
  const std::string& bytes = lived().closed.files.at(kHead);
  for (std::size_t at = 0; at < bytes.size(); at = at == 200 ? 4096 : at + 8) {
    Image damaged = lived().closed;
    damaged.files[kHead][at] = static_cast<char>(bytes[at] ^ 4);
    damages.look_at(damaged, lived().promise, fmt::format("byte {}", at));
  }
  damages.print(kHead);
}

TEST(Damage, OfBothSlotsOfTheHeadFileIsSeen) {
  Damages damages;
  Chance chance(Rounds::seed());
  for (int i = 0; i < 20; ++i) {
    Image damaged = lived().closed;
    auto& head = damaged.files[kHead];
    for (const std::size_t slot : {std::size_t{0}, std::size_t{4096}}) {
      auto& byte = head[slot + chance() % 150];
      byte = static_cast<char>(byte ^ 2);
    }
    damages.look_at(damaged, lived().promise, "both slots");
  }
  EXPECT_EQ(damages.unseen(), 0U);
}

TEST(Damage, ByCuttingOffIsSeenOrWithoutEffect) {
  for (const std::string file : {kDatabase, kLog, kHead}) {
    Damages damages;
    Chance chance(Rounds::seed());
    const auto size = lived().killed.files.at(file).size();
    for (std::uint64_t i = 0; i < rounds(24); ++i) {
      Image damaged = lived().killed;
      const std::size_t left = i < 8 ? i * 512 : chance() % size;
      damaged.files[file].resize(left);
      damages.look_at(damaged, lived().promise, fmt::format("{} cut to {}", file, left));
    }
    damages.print(file.c_str());
  }
}

TEST(Damage, ByZerosInPlaceOfASectorIsSeenOrWithoutEffect) {
  for (const std::string file : {kDatabase, kLog}) {
    Damages damages;
    const auto size = lived().killed.files.at(file).size();
    for (std::size_t at = 0; at < size; at += 512 * 7) {
      Image damaged = lived().killed;
      damaged.files[file].replace(at, std::min<std::size_t>(512, size - at), 512, '\0');
      damaged.files[file].resize(size);
      damages.look_at(damaged, lived().promise, fmt::format("{} sector at {}", file, at));
    }
    damages.print(file.c_str());
  }
}

TEST(Damage, OfSharedMemoryIsWithoutEffect) {
  Damages damages;
  Chance chance(Rounds::seed());
  for (int i = 0; i < 10; ++i) {
    Image damaged = lived().killed;
    std::string bytes(32768, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(chance());
    damaged.files["journal.db-shm"] = bytes;
    damages.look_at(damaged, lived().promise, "random shared memory");
  }
  EXPECT_EQ(damages.seen(), 0U);
}

/// Files of one image in place of those of another; an empty name takes the file away.
Image with(Image image, const std::string& file, const Image* other) {
  image.files.erase(file);
  if (other != nullptr && other->files.contains(file)) image.files[file] = other->files.at(file);
  return image;
}

TEST(Damage, ByFilesThatAreMissingIsSeen) {
  for (const Image* image : {&lived().killed, &lived().closed}) {
    for (const std::string file : {kDatabase, kHead}) {
      Damages damages;
      damages.look_at(with(*image, file, nullptr), lived().promise, file + " is missing");
      EXPECT_EQ(damages.unseen(), 0U) << file;
    }
  }
  Damages damages;
  damages.look_at(with(lived().killed, kLog, nullptr), lived().promise, "no log");
  const Image only_log = with(with(lived().killed, kDatabase, nullptr), kHead, nullptr);
  damages.look_at(only_log, lived().promise, "only a log");
  Image empty = only_log;
  empty.files[kDatabase] = "";
  damages.look_at(empty, lived().promise, "a log beside an empty database");
  Image without_tables = with(lived().closed, kDatabase, nullptr);
  without_tables.files[kDatabase] = "";
  damages.look_at(without_tables, lived().promise, "an empty database");
  EXPECT_EQ(damages.unseen(), 0U);
}

TEST(Damage, ByOlderFilesIsSeenUnlessOnlyTheHeadFileIsOlder) {
  Damages damages;
  damages.look_at(with(lived().closed, kDatabase, &lived().older), lived().promise,
                  "an older database");
  damages.look_at(with(lived().killed, kDatabase, &lived().older), lived().promise,
                  "an older database under a log");
  Image restored = with(lived().closed, kDatabase, &lived().older);
  restored.files[kLog] = lived().killed.files.at(kLog);
  damages.look_at(restored, lived().promise, "an older database and a log of later");
  damages.print("older files");
  Damages head;
  head.look_at(with(lived().closed, kHead, &lived().older), lived().promise, "an older head file");
  EXPECT_EQ(head.unseen(), 1U);
}

TEST(Damage, OfContentIsSeenWheneverItIsRead) {
  const MemoryFolder folder;
  for (const auto& [path, bytes] : lived().closed.files) {
    if (!path.starts_with("content/") || bytes.empty()) continue;
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      Image damaged = lived().closed;
      damaged.files[path][at] = static_cast<char>(bytes[at] ^ 1);
      const FaultDisk without_syncing(folder.path(), damaged);
      adapters::FileContentStore content(folder.path() + "/content");
      EXPECT_EQ(content.get(base::sha256(bytes)).error().id, "CAS-0003");
      ASSERT_TRUE(content.put(bytes));  // the good bytes are at hand: they replace the damaged ones
      EXPECT_EQ(content.get(base::sha256(bytes)).value(), bytes);
    }
    const FaultDisk without_syncing(folder.path(), with(lived().closed, path, nullptr));
    adapters::FileContentStore content(folder.path() + "/content");
    EXPECT_EQ(content.get(base::sha256(bytes)).error().id, "CAS-0002");
  }
}

}  // namespace
}  // namespace stellwerk::faults
