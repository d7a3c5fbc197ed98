#include "faults/published_log.h"

#include <fmt/format.h>

#include <fstream>

#include "adapters/sqlite/sqlite_journal.h"
#include "audit/checkpoint.h"
#include "audit/log_check.h"
#include "audit/note.h"
#include "faults/expected.h"
#include "faults/store_life.h"

namespace stellwerk::faults {
namespace {

std::string log_folder_of(const std::string& data_folder) { return data_folder + "/log"; }

/// Streams, whose calls libc makes inside of itself, where system_calls.cc does not see them.
audit::FileReader files_below(const std::string& folder) {
  return [folder](const std::string& path) -> base::Result<std::string> {
    std::ifstream file(folder + "/" + path, std::ios::binary | std::ios::ate);
    if (!file) return base::fail(base::error(base::Code::NotFound, "AUD-0040", "no " + path));
    std::string bytes(static_cast<std::size_t>(file.tellg()), '\0');
    file.seekg(0).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
  };
}

base::Result<audit::TreeHead> head_signed_in(const std::string& note,
                                             const audit::VerifierKey& key) {
  const auto signed_note = audit::verify_note(note, {&key, 1});
  if (!signed_note) return base::fail(signed_note.error());
  const auto checkpoint = audit::Checkpoint::parse(signed_note->text);
  if (!checkpoint) return base::fail(checkpoint.error());
  return audit::TreeHead{checkpoint->size, checkpoint->root};
}

/// A verifier that knows no key of the log finds it there.
std::string check_keys(const audit::FileReader& read, const audit::VerifierKey& key) {
  const std::string line = key.to_string() + "\n";
  for (const auto& path : {fmt::format("keys/{:08x}.vkey", key.id()), std::string("keys/all")}) {
    const auto bytes = read(path);
    if (!bytes || *bytes != line) return path + " is not the key";
  }
  return {};
}

}  // namespace

PublishedLog::PublishedLog(const std::string& data_folder)
    : files_(log_folder_of(data_folder)),
      publisher_(files_, signer_,
                 [data_folder]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
                   auto reader = adapters::SqliteJournal::open_reader(data_folder);
                   if (!reader) return base::fail(reader.error());
                   return std::move(*reader);
                 }) {}

std::string check_published(const std::string& data_folder, const Promise& promise) {
  const auto read = files_below(log_folder_of(data_folder));
  const auto note = read(std::string(audit::kCheckpointPath));
  if (!note) return promise.published == 0 ? "" : "the log has no checkpoint any more";
  const auto key = audit::VerifierKey::parse(adapters::MemorySigner().verifier_key()).value();
  const auto head = head_signed_in(*note, key);
  if (!head) return "the checkpoint: " + head.error().one_line();
  if (head->size < promise.published || head->size > promise.published_most) {
    return fmt::format("the checkpoint is of {} entries; published were {}, at most {}", head->size,
                       promise.published, promise.published_most);
  }
  if (head->root != root_at(head->size)) return "the checkpoint has another root than was written";
  const auto checked = audit::check_log(*head, read);
  if (!checked) return "the log: " + checked.error().one_line();
  // The key's files come after the first checkpoint, and are promised with the end of publishing.
  return promise.published == 0 ? "" : check_keys(read, key);
}

}  // namespace stellwerk::faults
