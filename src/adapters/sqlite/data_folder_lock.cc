#include "adapters/sqlite/data_folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/json.h"

namespace stellwerk::adapters {
namespace {

using sqlite::UniqueFd;
constexpr std::size_t kTextBytesMax = 256;

base::Failure unusable(const std::filesystem::path& folder, std::string why) {
  return fail(base::error(base::Code::Unavailable, "JRN-0002",
                          fmt::format("the data folder {} cannot be used", folder.native()))
                  .because(std::move(why))
                  .now("nothing was changed"));
}

struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

DataFolderLock::Holder read_holder(const UniqueFd& file) {
  const auto text = sqlite::read_at(file, 0, kTextBytesMax);
  const auto document = base::parse_json(text ? *text : "");
  if (!document || !document->is_object()) return {};
  DataFolderLock::Holder holder;
  if (const auto pid = document->find("pid"); pid != document->end() && pid->is_number_integer()) {
    holder.pid = pid->get<pid_t>();
  }
  if (const auto at = document->find("started"); at != document->end() && at->is_string()) {
    holder.started = at->get<std::string>();
  }
  return holder;
}

base::Failure in_use(const std::filesystem::path& folder, const DataFolderLock::Holder& holder) {
  const std::string who = holder.pid == 0 ? std::string("another process holds its lock")
                                          : fmt::format("process {} holds its lock since {}",
                                                        holder.pid, holder.started);
  return fail(base::error(base::Code::Conflict, "JRN-0005",
                          fmt::format("the data folder {} is in use", folder.native()))
                  .because(who)
                  .now("nothing was changed")
                  .then("stellwerk release list", "shows what the one that runs is doing"));
}

/// Whoever may write to the folder may replace the journal and the key. Empty: nobody else may.
std::string foreign_hands(const struct stat& status) {
  if (status.st_uid != ::geteuid())
    return fmt::format("it belongs to user {}, Stellwerk runs as user {}", status.st_uid,
                       ::geteuid());
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fmt::format("others may write to it (mode {:04o})", status.st_mode & 07777);
  return {};
}

base::Failure not_ours_alone(const std::filesystem::path& folder, std::string why) {
  return fail(
      base::error(base::Code::Forbidden, "JRN-0010",
                  fmt::format("the data folder {} is not Stellwerk's alone", folder.native()))
          .because(std::move(why))
          .now("nothing was changed")
          .then(fmt::format("chmod 700 {}", folder.native()),
                "as its owner; or name a folder of your own in stellwerk.yaml"));
}

}  // namespace

base::Result<DataFolderLock> DataFolderLock::acquire(const std::filesystem::path& folder,
                                                     base::WallTime now) {
  if (auto made = sqlite::make_folder(folder); !made) return unusable(folder, made.error());
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0)
    return unusable(folder, "stat: " + std::generic_category().message(errno));
  if (auto why = foreign_hands(status); !why.empty()) return not_ours_alone(folder, std::move(why));
  // No O_TRUNC: until the lock is ours, the text belongs to the one who holds it.
  auto file = sqlite::open_file(folder / "lock", O_RDWR | O_CREAT);
  if (!file) return unusable(folder, file.error());
  auto lock = whole_file();
  if (::fcntl(file->get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return in_use(folder, read_holder(*file));
    return unusable(folder, "lock: " + std::generic_category().message(errno));
  }
  const std::string text =
      fmt::format("{{\"pid\":{},\"started\":\"{}\"}}\n", ::getpid(), base::rfc3339(now));
  if (::ftruncate(file->get(), 0) != 0) {
    return unusable(folder, "truncate lock: " + std::generic_category().message(errno));
  }
  if (auto written = sqlite::write_at(*file, text, 0); !written) {
    return unusable(folder, written.error());
  }
  return DataFolderLock(std::move(*file), folder);
}

base::Result<std::optional<DataFolderLock::Holder>> DataFolderLock::holder(
    const std::filesystem::path& folder) {
  const auto size = sqlite::size_of(folder / "lock");
  if (!size) return unusable(folder, size.error());
  if (!*size) return std::nullopt;
  const auto file = sqlite::open_file(folder / "lock", O_RDONLY);
  if (!file) return unusable(folder, file.error());
  auto lock = whole_file();
  if (::fcntl(file->get(), F_OFD_GETLK, &lock) != 0) {
    return unusable(folder, "lock: " + std::generic_category().message(errno));
  }
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return read_holder(*file);
}

}  // namespace stellwerk::adapters
