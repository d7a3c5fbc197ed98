#include "adapters/file/file_witness_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/note.h"
#include "audit/witness.h"
#include "base/files.h"
#include "base/text.h"

namespace stellwerk::adapters {
namespace {

namespace fs = std::filesystem;
using base::Code;

/// A request's checkpoint and a cosignature; more was never written.
constexpr std::size_t kCheckpointBytesMax = std::size_t{128} << 10;
constexpr std::size_t kNameSize = 64;
constexpr mode_t kOthersWrite = 022;
constexpr std::string_view kUnfinished = ".new";

base::Failure folder_failure(Code code, const std::string& path, std::string why) {
  return base::fail(base::error(code, "WIT-0007", fmt::format("{} cannot be used", path))
                        .because(std::move(why))
                        .now("nothing was cosigned"));
}

base::Failure damaged(const std::string& path, std::string why) {
  return base::fail(
      base::error(Code::Corruption, "WIT-0005",
                  fmt::format("the witness's memory is damaged: {}", path))
          .because(std::move(why))
          .now("nothing is cosigned for this log: a witness that forgot is worse than none")
          .then("stellwerk explain WIT-0005", "how to go on without cosigning two histories"));
}

bool is_name(std::string_view text) {
  return text.size() == kNameSize && std::all_of(text.begin(), text.end(), [](char c) {
           return base::is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

/// Nothing when `bytes` is the checkpoint of that name, cosigned by the witness; else what is
/// wrong.
std::optional<std::string> problem_in(std::string_view bytes, std::string_view name,
                                      const audit::VerifierKey& witness) {
  const auto note = audit::parse_note(bytes);
  if (!note) return "it is no signed note: " + note.error().why;
  const auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return "it is no checkpoint: " + checkpoint.error().why;
  if (audit::origin_id(checkpoint->origin) != name)
    return fmt::format("it is of the log {}, which has another file",
                       base::printable(checkpoint->origin));
  const auto own = std::find_if(note->signatures.begin(), note->signatures.end(),
                                [&](const audit::NoteSignature& each) {
                                  return each.name == witness.name && each.key_id == witness.id();
                                });
  if (own == note->signatures.end())
    return fmt::format("{} did not cosign it; was the witness's key replaced?", witness.name);
  if (!audit::verify_cosignature(witness, note->text, own->bytes))
    return fmt::format("the cosignature of {} does not fit it", witness.name);
  return std::nullopt;
}

/// Nobody looks there for what another user may have put.
base::Result<void> check_private(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return folder_failure(Code::Unavailable, path, base::errno_text(errno));
  if ((status.st_mode & kOthersWrite) == 0 && status.st_uid == ::geteuid()) return {};
  return folder_failure(Code::Forbidden, path,
                        "others may write to it; it must be this user's alone (chmod 700)");
}

/// So that a power cut does not take away a folder that was just made.
base::Result<void> sync_folder(const std::string& path) {
  const base::UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.valid() && ::fsync(folder.get()) == 0) return {};
  return folder_failure(Code::Unavailable, path, base::errno_text(errno));
}

base::Result<void> make_private(const std::string& path) {
  if (auto made = base::make_folders(path); !made)
    return folder_failure(Code::Unavailable, path, made.error().why);
  if (auto checked = check_private(path); !checked) return checked;
  const auto parent = fs::absolute(path).parent_path();
  return sync_folder(parent.string());
}

}  // namespace

base::Result<WitnessFolder> WitnessFolder::acquire(const std::string& path) {
  if (auto made = make_private(path); !made) return base::fail(std::move(made.error()));
  if (auto made = make_private(path + "/checkpoints"); !made)
    return base::fail(std::move(made.error()));
  const std::string file = path + "/witness.lock";
  base::UniqueFd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) return folder_failure(Code::Unavailable, file, base::errno_text(errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return WitnessFolder(std::move(lock), path);
  if (errno != EWOULDBLOCK) return folder_failure(Code::Unavailable, file, base::errno_text(errno));
  return base::fail(
      base::error(Code::Conflict, "WIT-0006", fmt::format("another witness serves {}", path))
          .because("two that do not know of each other could cosign two histories")
          .now("nothing was started"));
}

std::string FileWitnessStore::path_of(std::string_view name) const {
  return fmt::format("{}/checkpoints/{}", folder_, name);
}

base::Result<std::unique_ptr<FileWitnessStore>> FileWitnessStore::open(const WitnessFolder& folder,
                                                                       audit::VerifierKey witness) {
  std::unique_ptr<FileWitnessStore> store(new FileWitnessStore(folder.path(), std::move(witness)));
  if (auto checked = store->check_all(); !checked) return base::fail(std::move(checked.error()));
  return store;
}

base::Result<void> FileWitnessStore::check_all() const {
  std::error_code problem;
  fs::directory_iterator files(path_of(""), problem);
  for (; !problem && files != fs::directory_iterator(); files.increment(problem)) {
    const std::string name = files->path().filename().string();
    if (name.ends_with(kUnfinished) && is_name(name.substr(0, kNameSize)) &&
        name.size() == kNameSize + kUnfinished.size())
      continue;  // never answered for; the next replacement writes over it
    if (!is_name(name)) return damaged(path_of(name), "a witness writes no such file");
    if (auto bytes = read(name); !bytes) return base::fail(std::move(bytes.error()));
  }
  if (problem) return folder_failure(Code::Unavailable, path_of(""), problem.message());
  return {};
}

base::Result<std::string> FileWitnessStore::read(const std::string& name) const {
  auto bytes = base::read_file(path_of(name), kCheckpointBytesMax);
  if (!bytes) {
    if (bytes.error().code == Code::InvalidArgument)
      return damaged(path_of(name), bytes.error().why);
    return folder_failure(bytes.error().code, path_of(name), bytes.error().why);
  }
  if (auto problem = problem_in(*bytes, name, witness_))
    return damaged(path_of(name), std::move(*problem));
  return bytes;
}

base::Result<std::optional<std::string>> FileWitnessStore::load(std::string_view origin) {
  auto bytes = read(audit::origin_id(origin));
  if (bytes) return std::optional(std::move(*bytes));
  if (bytes.error().code == Code::NotFound) return std::optional<std::string>();
  return base::fail(std::move(bytes.error()));
}

base::Result<void> FileWitnessStore::replace(std::string_view origin, std::string_view checkpoint) {
  const std::string name = audit::origin_id(origin);
  if (auto problem = problem_in(checkpoint, name, witness_))
    return base::fail(
        base::error(Code::Internal, "WIT-0007", "what a witness would remember is not cosigned")
            .because(std::move(*problem))
            .now("nothing was written"));
  auto written = base::replace_file(path_of(name), checkpoint);
  if (!written) return folder_failure(Code::Unavailable, path_of(name), written.error().why);
  return {};
}

}  // namespace stellwerk::adapters
