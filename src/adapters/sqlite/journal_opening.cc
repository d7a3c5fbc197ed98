#include "adapters/sqlite/journal_opening.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "adapters/sqlite/journal_check.h"
#include "adapters/sqlite/journal_rows.h"
#include "adapters/sqlite/posix_file.h"

namespace stellwerk::adapters::sqlite {
namespace {

base::Failure unavailable(std::string why) {
  return base::fail(
      base::error(base::Code::Unavailable, "JRN-0002", "the journal cannot be written or read")
          .because(std::move(why))
          .now("nothing was changed")
          .then("stellwerk doctor", "checks the data folder and its disk"));
}

/// The files can hold what a killed writer, or one whose sync failed, has not brought to the disk.
/// What this process builds on must be there first.
base::Result<void> make_durable(const std::filesystem::path& folder,
                                const std::optional<ports::Head>& recorded, Opening opening) {
  auto done = write_again(log_path(folder));  // SQLite locks no bytes of it
  // A new database is a few pages, and on the disk once it was opened; later, what was not synced
  // is still in the log.
  const bool is_new = !recorded || recorded->size == 0;
  if (done && is_new && opening == Opening::First) done = write_again(database_path(folder));
  if (done) return {};
  return unavailable(done.error());
}

}  // namespace

base::Result<void> refuse_lost_database(const std::filesystem::path& folder,
                                        const std::optional<ports::Head>& recorded) {
  const auto database = size_of(database_path(folder));
  const auto log = size_of(log_path(folder));
  if (!database) return unavailable(database.error());
  if (!log) return unavailable(log.error());
  if (database->value_or(0) > 0) return {};
  const std::string what = *database ? "journal.db is empty" : "journal.db is missing";
  if (recorded && recorded->size > 0) {
    return damaged(fmt::format("{} entries were acknowledged, but {}", recorded->size, what),
                   "no entry can be read; nothing was changed");
  }
  // SQLite would delete the log of an empty database.
  if (log->value_or(0) == 0) return {};
  return damaged(fmt::format("{}, but not its write-ahead log", what),
                 "no entry can be read; nothing was changed");
}

base::Result<OpenedForWriting> open_for_writing(const std::filesystem::path& folder,
                                                Opening opening) {
  const auto recorded = HeadFile::read(head_path(folder));
  if (!recorded) return base::fail(recorded.error());
  if (auto present = refuse_lost_database(folder, *recorded); !present) {
    return base::fail(present.error());
  }
  if (auto durable = make_durable(folder, *recorded, opening); !durable)
    return base::fail(durable.error());
  auto database = Database::open(database_path(folder), Database::Access::ReadWrite);
  if (!database) return base::fail(database.error());
  // Where entries were acknowledged nothing is written before they were found.
  const bool is_new = !*recorded || (*recorded)->size == 0;
  const auto access = is_new ? Database::Access::ReadWrite : Database::Access::ReadOnly;
  if (auto ready = prepare_schema(*database, access); !ready) {
    return with_good_prefix(*database, ready.error());
  }
  auto tree = check_head(*database, *recorded);
  if (!tree) return with_good_prefix(*database, tree.error());
  if (auto ready = prepare_schema(*database, Database::Access::ReadWrite); !ready) {
    return with_good_prefix(*database, ready.error());
  }
  database->allow_checkpoints();
  auto head_file = HeadFile::open(head_path(folder));
  if (!head_file) return base::fail(head_file.error());
  // SQLite passes over a folder that cannot be synced; the name of its log must not be lost.
  if (auto synced = sync_folder(folder); !synced) return unavailable(synced.error());
  const ports::Head head{tree->size(), tree->root()};
  if (head_file->head() != head) {
    if (auto written = head_file->write(head); !written) return base::fail(written.error());
  }
  return OpenedForWriting{std::move(*database), std::move(*head_file), std::move(*tree)};
}

}  // namespace stellwerk::adapters::sqlite
