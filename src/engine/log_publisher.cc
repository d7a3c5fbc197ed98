#include "engine/log_publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "audit/note.h"
#include "audit/tile_reader.h"

namespace stellwerk::engine {
namespace {

constexpr std::size_t kPublishedAtOnce = 256;

base::Error contradiction(std::string what, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0042", std::move(what))
      .because(std::move(why))
      .now("no checkpoint was signed; the log's files and the journal are as they were")
      .then("stellwerk audit verify", "says what is still good, and from where on it is not");
}

audit::TreeHead tree_head(const ports::Head& head) { return {head.size, head.root}; }

constexpr const char* kKeysPath = "keys/all";
/// The latest checkpoint as we signed it, without what others add.
constexpr const char* kCopyPath = "checkpoint.signed";

/// The keys that have signed this log so far: the present one, and those of `keys/all`.
std::vector<audit::VerifierKey> keys_of(const std::string& listed, const ports::Signer& signer) {
  std::vector<audit::VerifierKey> keys;
  const auto add = [&](std::string_view text) {
    auto key = audit::VerifierKey::parse(text);
    if (key && std::find(keys.begin(), keys.end(), *key) == keys.end())
      keys.push_back(std::move(*key));
  };
  add(signer.verifier_key());
  for (std::size_t from = 0; from < listed.size();) {
    const std::size_t end = std::min(listed.find('\n', from), listed.size());
    add(std::string_view(listed).substr(from, end - from));
    from = end + 1;
  }
  return keys;
}

/// The checkpoint of a note that a key of ours signed.
base::Result<ports::Head> own_checkpoint(const std::string& note,
                                         const std::vector<audit::VerifierKey>& keys) {
  auto checked = audit::verify_note(note, keys);
  if (!checked) return base::fail(std::move(checked.error()));
  auto checkpoint = audit::Checkpoint::parse(checked->text);
  if (!checkpoint) return base::fail(std::move(checkpoint.error()));
  return ports::Head{checkpoint->size, checkpoint->root};
}

std::string key_path(const audit::VerifierKey& key) {
  return fmt::format("keys/{:08x}.vkey", key.id());
}

}  // namespace

audit::FileReader LogPublisher::reading() {
  return [this](const std::string& path) { return store_.read(path); };
}

audit::FileSink LogPublisher::writing() {
  return
      [this](std::string_view path, std::string_view bytes) { return store_.write(path, bytes); };
}

/// A file that may not be there.
base::Result<std::optional<std::string>> LogPublisher::read_if_there(const std::string& path) {
  auto bytes = store_.read(path);
  if (bytes) return std::optional(std::move(*bytes));
  if (bytes.error().code == base::Code::NotFound) return std::optional<std::string>();
  return base::fail(std::move(bytes.error()));
}

/// The last checkpoint: the one that is published, and the copy of it that nobody adds to.
base::Result<LogPublisher::LastSigned> LogPublisher::last_signed() {
  auto listed = read_if_there(kKeysPath);
  if (!listed) return base::fail(std::move(listed.error()));
  const std::vector<audit::VerifierKey> keys = keys_of(listed->value_or(""), signer_);
  std::string why = "it is missing, and so is its copy";
  bool published_before = listed->has_value();
  LastSigned last;
  for (const auto& [path, place] : {std::pair(std::string(audit::kCheckpointPath), &last.published),
                                    std::pair(std::string(kCopyPath), &last.copy)}) {
    auto note = read_if_there(path);
    if (!note) return base::fail(std::move(note.error()));
    if (!*note) continue;
    published_before = true;
    const auto known = own_checkpoint(**note, keys);
    if (known)
      *place = Published{*known, std::move(**note)};
    else
      why = known.error().one_line();
  }
  if (last.newest() || !published_before) return last;
  return base::fail(
      base::error(base::Code::Unavailable, "AUD-0043",
                  "the log's last checkpoint is none that this installation signed")
          .because(std::move(why))
          .now("no checkpoint was signed; the journal itself is untouched")
          .then("stellwerk explain AUD-0043", "how to save it and let the log be made anew"));
}

const ports::Head* LogPublisher::LastSigned::newest() const {
  if (published && (!copy || published->head.size >= copy->head.size)) return &published->head;
  return copy ? &copy->head : nullptr;
}

/// What was signed before: by another process, or by this one when it could not finish.
base::Result<void> LogPublisher::recall(const ports::Head& head) {
  auto last = last_signed();
  if (!last) return base::fail(std::move(last.error()));
  const ports::Head* newest = last->newest();
  if (newest == nullptr) return {};
  const bool is_unfinished = unfinished_ && *unfinished_ == *newest;
  if (newest->size > head.size && !is_unfinished)
    return base::fail(
        contradiction("the journal is shorter than a checkpoint that was signed",
                      fmt::format("the checkpoint covers {} entries, the journal has {}",
                                  newest->size, head.size)));
  if (latest_ && newest->size < latest_->head.size) return {};  // somebody put back an older one
  // The end of signing may not have been reached: the key's files, and the sync.
  if (last->published)
    if (auto kept = keep_key(); !kept) return kept;
  if (auto synced = store_.sync(); !synced) return synced;
  const bool is_published = last->published && last->published->head == *newest;
  remembered_ = is_published ? std::nullopt : std::optional(*newest);
  latest_ = std::move(last->published);
  return {};
}

base::Result<void> LogPublisher::keep_key() {
  auto key = audit::VerifierKey::parse(signer_.verifier_key());
  if (!key) return base::fail(std::move(key.error()));
  auto kept = read_if_there(key_path(*key));
  auto before = read_if_there(kKeysPath);
  if (!kept || !before) return base::fail(kept ? before.error() : kept.error());
  const std::string line = key->to_string() + "\n";
  const bool is_listed = before->value_or("").find(line) != std::string::npos;
  if (is_listed && *kept) return {};
  // A list of keys without a checkpoint says that one was lost: that one is durable first.
  if (auto synced = store_.sync(); !synced) return synced;
  if (!is_listed)
    if (auto listed = store_.write(kKeysPath, before->value_or("") + line); !listed) return listed;
  return *kept ? base::Result<void>() : store_.write(key_path(*key), line);
}

/// From the journal, all of it: the files are lost, damaged, or were never made.
base::Result<void> LogPublisher::rebuild() {
  builder_.emplace(writing());
  return {};
}

/// What was signed of the first entries is what they give.
base::Result<void> LogPublisher::continues_what_was_signed() const {
  for (const std::optional<ports::Head>& known :
       {latest_ ? std::optional(latest_->head) : std::nullopt, remembered_}) {
    if (!known || builder_->head().size != known->size || builder_->head() == tree_head(*known))
      continue;
    return base::fail(contradiction(
        "the journal is another one than the last checkpoint's",
        fmt::format("its first {} entries have the root {}, the checkpoint says {}", known->size,
                    builder_->head().root.to_string(), known->root.to_string())));
  }
  return {};
}

/// The next call reads back what there is.
void LogPublisher::begin_anew() {
  builder_.reset();
  journal_.reset();
}

base::Result<void> LogPublisher::append_entries(ports::JournalStore& journal,
                                                const ports::Head& head) {
  while (builder_->head().size < head.size) {
    const std::uint64_t from = builder_->head().size;
    std::uint64_t until = head.size;
    if (latest_ && from < latest_->head.size) until = std::min(until, latest_->head.size);
    if (remembered_ && from < remembered_->size) until = std::min(until, remembered_->size);
    auto entries = journal.read(
        from, static_cast<std::size_t>(std::min<std::uint64_t>(until - from, kPublishedAtOnce)));
    if (!entries) return base::fail(std::move(entries.error()));
    if (entries->empty())
      return base::fail(contradiction("the journal has fewer entries than its head says",
                                      fmt::format("entry {} of {} is missing", from, head.size)));
    for (const ports::StoredEntry& entry : *entries)
      if (auto added = builder_->append(entry.bytes); !added) return added;
    if (auto same = continues_what_was_signed(); !same) return same;
  }
  return {};
}

/// Tiles and bundles up to `head`; afterwards they are durable, and their root is the journal's.
base::Result<void> LogPublisher::grow_to(const ports::Head& head) {
  if (!builder_) {
    auto resumed = latest_
                       ? audit::TileBuilder::resume(tree_head(latest_->head), reading(), writing())
                       : audit::TileBuilder(writing());
    // What is lost or damaged there is made again from the journal.
    if (resumed)
      builder_.emplace(std::move(*resumed));
    else if (auto begun = rebuild(); !begun)
      return begun;
  }
  if (!journal_) {
    auto opened = open_reader_();
    if (!opened) return base::fail(std::move(opened.error()));
    journal_ = std::move(*opened);
  }
  if (auto grown = append_entries(*journal_, head); !grown) return grown;
  auto flushed = builder_->flush();
  if (!flushed) return base::fail(std::move(flushed.error()));
  if (flushed->head != tree_head(head))
    return base::fail(
        contradiction("the journal's entries do not give the root of its head",
                      fmt::format("{} entries give {}, the head says {}", head.size,
                                  flushed->head.root.to_string(), head.root.to_string())));
  if (auto synced = store_.sync(); !synced) return synced;
  for (const std::string& folder : flushed->replaced_folders)
    static_cast<void>(store_.remove_folder(folder));  // tidying up: what stays does no harm
  return {};
}

base::Result<std::string> LogPublisher::signed_note(const ports::Head& head) {
  audit::Checkpoint checkpoint;
  checkpoint.origin = signer_.name();
  checkpoint.size = head.size;
  checkpoint.root = head.root;
  return signer_.sign_note(checkpoint.to_text());
}

base::Result<Published> LogPublisher::sign(const ports::Head& head) {
  auto note = signed_note(head);
  if (!note) return base::fail(std::move(note.error()));
  // The copy first: what is published is never newer than what is remembered.
  for (const std::string_view path : {std::string_view(kCopyPath), audit::kCheckpointPath})
    if (auto written = store_.write(path, *note); !written)
      return base::fail(std::move(written.error()));
  if (auto kept = keep_key(); !kept) return base::fail(std::move(kept.error()));
  if (auto synced = store_.sync(); !synced)
    return base::fail(std::move(synced.error())
                          .now("a new checkpoint may lie in the log, and was given to nobody; the "
                               "journal itself is untouched"));
  latest_ = Published{head, std::move(*note)};
  remembered_.reset();
  return *latest_;
}

base::Result<Published> LogPublisher::sign_unpublished(const ports::Head& head) {
  auto last = last_signed();
  if (!last) return base::fail(std::move(last.error()));
  const ports::Head* known = last->newest();
  if (known != nullptr &&
      (known->size > head.size || (known->size == head.size && known->root != head.root)))
    return base::fail(
        contradiction("the journal is another one than the last checkpoint's",
                      fmt::format("{} entries were signed, it has {}", known->size, head.size)));
  auto note = signed_note(head);
  if (!note) return base::fail(std::move(note.error()));
  if (auto kept = store_.write(kCopyPath, *note); !kept) return base::fail(std::move(kept.error()));
  if (auto synced = store_.sync(); !synced) return base::fail(std::move(synced.error()));
  return Published{head, std::move(*note)};
}

/// Asked for before a later one was signed; or the journal is another one. A tile that is damaged
/// is made again before it is believed.
base::Result<Published> LogPublisher::older(const ports::Head& head) {
  for (const bool anew : {false, true}) {
    if (anew) {
      builder_.emplace(writing());
      if (auto grown = grow_to(latest_->head); !grown) return base::fail(std::move(grown.error()));
    }
    audit::TileReader tiles(latest_->head.size, reading());
    auto root = audit::root_at(head.size, tiles);
    if (root && *root == head.root && head.size < latest_->head.size) return *latest_;
  }
  return base::fail(
      contradiction("the journal is another one than the last checkpoint's",
                    fmt::format("{} entries have the root {} in it, and another one in the log",
                                head.size, head.root.to_string())));
}

base::Result<Published> LogPublisher::publish(const ports::Head& asked) {
  if (!recalled_) {
    if (auto known = recall(asked); !known) return base::fail(std::move(known.error()));
    recalled_ = true;
  }
  // What was signed and not published yet is published first, or with what came after it.
  const ports::Head head = remembered_ && remembered_->size > asked.size ? *remembered_ : asked;
  if (latest_ && latest_->head == head) return *latest_;
  if (latest_ && head.size <= latest_->head.size) return older(head);
  if (auto grown = grow_to(head); !grown) {
    begin_anew();  // begins anew from the last checkpoint
    return base::fail(std::move(grown.error()));
  }
  auto signed_now = sign(head);
  if (!signed_now) {
    // Others may see it already: the next one is shown to continue what lies there.
    unfinished_ = head;
    begin_anew();
    recalled_ = false;
  }
  return signed_now;
}

base::Result<void> LogPublisher::add_cosignature(const ports::Head& head, const std::string& line) {
  if (!latest_ || latest_->head != head) return {};
  auto note = audit::parse_note(latest_->note);
  if (!note) return base::fail(std::move(note.error()));
  auto added = audit::parse_signatures(line);
  if (!added) return base::fail(std::move(added.error()));
  for (audit::NoteSignature& each : *added) {
    std::erase_if(note->signatures, [&](const audit::NoteSignature& older) {
      return older.name == each.name && older.key_id == each.key_id;
    });
    note->signatures.push_back(std::move(each));
  }
  const std::string cosigned = audit::format_note(*note);
  if (auto readable = audit::parse_note(cosigned); !readable) return base::fail(readable.error());
  if (auto kept = store_.write(fmt::format("cosigned/{}.note", head.size), cosigned); !kept)
    return kept;
  if (auto written = store_.write(audit::kCheckpointPath, cosigned); !written) return written;
  latest_->note = cosigned;
  return store_.sync();
}

base::Result<void> LogPublisher::keep_stamp(const Published& checkpoint, const std::string& token) {
  const auto note = audit::parse_note(checkpoint.note);
  if (!note) return base::fail(note.error());
  const std::string path = fmt::format("timestamps/{}", checkpoint.head.size);
  if (auto text = store_.write(path + ".txt", note->text); !text) return text;
  if (auto written = store_.write(path + ".tsr", token); !written) return written;
  return store_.sync();
}

}  // namespace stellwerk::engine
