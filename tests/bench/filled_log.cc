#include "bench/filled_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "adapters/memory/memory_content.h"
#include "adapters/memory/memory_journal.h"
#include "adapters/sqlite/file_content_store.h"
#include "audit/checkpoint.h"
#include "base/files.h"
#include "base/json.h"
#include "support/kept_journal.h"

namespace stellwerk::bench {
namespace {

constexpr const char* kOrigin = "bench.example/log";

bool is_checkpoint(std::string_view type) {
  return type == "audit.checkpoint.signed" || type == "audit.release.logged" ||
         type == "audit.rollback.logged";
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// As long as the name it stands for, so that entries keep their size.
std::string release_name(std::uint64_t number) { return fmt::format("rel-{:011d}", number); }

}  // namespace

FilledLog::FilledLog(std::filesystem::path folder, Checkpoints checkpoints)
    : folder_(std::move(folder)), signs_(checkpoints == Checkpoints::Signed) {
  lock_ = std::make_unique<adapters::DataFolderLock>(
      good(adapters::DataFolderLock::acquire(data(), {})));
  journal_ = good(adapters::SqliteJournal::open(*lock_));
  signer_ = good(adapters::FileSigner::open(folder_ / "log-key", kOrigin));
  store_ = std::make_unique<adapters::LogFolder>(log());
  size_ = good(journal_->head()).size;
  read_patterns(checkpoints);
  turn_ = size_;  // other releases than those of the entries that are there
}

void FilledLog::read_patterns(Checkpoints checkpoints) {
  adapters::MemoryJournal kept;
  adapters::MemoryContent contents;
  stellwerk::testing::load_kept(stellwerk::testing::kept("with-inputs"), kept, contents);
  for (const ports::StoredEntry& stored : good(kept.read(0, 100'000))) {
    const bool names_checkpoint = is_checkpoint(stored.type);
    if (names_checkpoint && checkpoints == Checkpoints::LeftOut) continue;
    patterns_.push_back(
        {stellwerk::testing::split_at_index(stored), stored.release.str(), names_checkpoint});
    if (names_checkpoint) continue;
    const base::Json json = good(base::parse_json(stored.bytes));
    for (const auto& [key, value] : json.at("data").items()) {
      if (!value.is_string()) continue;
      const auto digest = base::Digest::parse(value.get_ref<const std::string&>());
      if (!digest) continue;
      if (const auto bytes = contents.get(*digest)) keep_content(*bytes);
    }
  }
  if (patterns_.empty()) throw std::runtime_error("tests/data/journal/with-inputs has no entries");
}

/// Not synced, unlike the content store: only its reading is measured.
void FilledLog::keep_content(std::string_view bytes) {
  const adapters::FileContentStore store(content());
  const auto path = store.path_of(base::sha256(bytes));
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Of the tree of all entries before it.
void FilledLog::name_checkpoint(ports::NewEntry& entry) {
  const audit::Checkpoint head{kOrigin, tree_.size(), tree_.root(), {}};
  const std::string note = good(signer_->sign_note(head.to_text()));
  keep_content(note);
  base::Json json = good(base::parse_json(entry.bytes_at(0)));
  base::Json& data = json["data"];
  data["tree_size"] = head.size;
  data["root"] = head.root.to_string();
  data["note"] = base::sha256(note).to_string();
  ports::StoredEntry stored;
  stored.type = entry.type;
  stored.bytes = good(base::canonical(json));
  entry = stellwerk::testing::split_at_index(stored);
}

ports::NewEntry FilledLog::next_entry(const Pattern& pattern, const std::string& release) {
  ports::NewEntry entry = pattern.entry;
  replace_all(entry.before_index, pattern.release, release);
  replace_all(entry.after_index, pattern.release, release);
  if (pattern.names_checkpoint) name_checkpoint(entry);
  const std::string bytes = entry.bytes_at(size_);
  if (signs_) tree_.append(audit::leaf_hash(bytes));
  entry_bytes_ += bytes.size();
  ++size_;
  return entry;
}

std::vector<ports::AppendRequest> FilledLog::next(std::uint64_t entries) {
  std::vector<ports::AppendRequest> batches;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const Pattern& pattern = patterns_[at_];
    const std::uint64_t second = pattern.release == patterns_.front().release ? 0 : 1;
    const std::string release = release_name(2 * turn_ + second);
    const bool goes_on = !batches.empty() && batches.back().stream.str() == release &&
                         batches.back().entries.size() < ports::kAppendEntriesMax;
    if (!goes_on) batches.push_back({base::ReleaseId(release), versions_[release], {}, false});
    batches.back().entries.push_back(next_entry(pattern, release));
    ++versions_[release];
    if (++at_ < patterns_.size()) continue;
    at_ = 0;
    ++turn_;
    versions_.clear();
  }
  return batches;
}

void FilledLog::grow_by(std::uint64_t entries) {
  for (std::uint64_t left = entries; left > 0;) {
    const std::uint64_t together = std::min(left, kTogether);
    good(journal_->append(next(together), {.deadline = {INT64_MAX}, .stop = {}}));
    left -= together;
  }
}

void FilledLog::publish() {
  if (!publisher_) {
    publisher_.emplace(*store_, *signer_,
                       [folder = data()]() -> base::Result<std::unique_ptr<ports::JournalStore>> {
                         auto reader = adapters::SqliteJournal::open_reader(folder);
                         if (!reader) return base::fail(std::move(reader.error()));
                         return std::unique_ptr<ports::JournalStore>(std::move(*reader));
                       });
  }
  good(publisher_->publish(good(journal_->head())));
}

audit::VerifierKey FilledLog::key() const {
  return good(audit::VerifierKey::parse(signer_->verifier_key()));
}

}  // namespace stellwerk::bench
