#include "adapters/sqlite/journal_opening.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <optional>
#include <system_error>
#include <utility>

#include "adapters/sqlite/journal_check.h"
#include "adapters/sqlite/journal_rows.h"
#include "adapters/sqlite/posix_file.h"

namespace stellwerk::adapters::sqlite {
namespace {

/// The write-ahead log can hold a commit that a killed writer had not synced yet. What the head
/// file is to record must be on the disk first.
base::Result<void> sync_log(const std::filesystem::path& folder) {
  const std::filesystem::path log = database_path(folder).native() + "-wal";
  std::error_code ignored;
  if (!std::filesystem::exists(log, ignored)) return {};
  const auto synced =
      open_file(log, O_RDWR).and_then([](const UniqueFd& file) { return sync_file(file); });
  if (synced) return {};
  return base::fail(base::error(base::Code::Unavailable, "JRN-0002", "the journal cannot be synced")
                        .because(synced.error()));
}

/// A database that is missing where the head file says otherwise must not be made anew.
base::Result<void> refuse_missing_database(const std::filesystem::path& folder,
                                           const std::optional<ports::Head>& recorded) {
  std::error_code ignored;
  const bool present = std::filesystem::exists(database_path(folder), ignored);
  if (present || !recorded || recorded->size == 0) return {};
  return damaged(
      fmt::format("{} entries were acknowledged, but journal.db is missing", recorded->size),
      "nothing was changed");
}

}  // namespace

base::Result<OpenedForWriting> open_for_writing(const std::filesystem::path& folder, Trust trust) {
  const bool distrusted = trust == Trust::LastWriteFailed;
  const auto recorded = HeadFile::read(head_path(folder));
  if (!recorded) return base::fail(recorded.error());
  if (auto present = refuse_missing_database(folder, *recorded); !present) {
    return base::fail(present.error());
  }
  auto database = Database::open(database_path(folder), Database::Access::ReadWrite);
  if (!database) return base::fail(database.error());
  if (auto ready = prepare_schema(*database, Database::Access::ReadWrite); !ready) {
    return base::fail(ready.error());
  }
  auto tree = check_head(*database, *recorded);
  if (!tree) return base::fail(tree.error());
  database->allow_checkpoints();
  // Pages whose sync failed count as clean in memory; only writing them again brings them to the
  // disk.
  auto durable = distrusted ? database->checkpoint(true) : sync_log(folder);
  if (!durable) return base::fail(durable.error());
  auto head_file = HeadFile::open(head_path(folder));
  if (!head_file) return base::fail(head_file.error());
  const ports::Head head{tree->size(), tree->root()};
  if (distrusted || head_file->head() != head) {
    if (auto written = head_file->write(head); !written) return base::fail(written.error());
  }
  return OpenedForWriting{std::move(*database), std::move(*head_file), std::move(*tree)};
}

}  // namespace stellwerk::adapters::sqlite
