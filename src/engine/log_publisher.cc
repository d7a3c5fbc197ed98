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

/// Of `keys/all`; nothing before the first. What cannot be read is not taken for nothing.
base::Result<std::string> LogPublisher::listed_keys() {
  auto listed = store_.read(kKeysPath);
  if (!listed && listed.error().code == base::Code::NotFound) return std::string();
  return listed;
}

/// What was published before: by another process, or by this one when it could not finish.
base::Result<void> LogPublisher::recall(const ports::Head& head) {
  auto note = store_.read(std::string(audit::kCheckpointPath));
  if (!note && note.error().code != base::Code::NotFound) return base::fail(note.error());
  if (!note) return {};
  const auto listed = listed_keys();
  if (!listed) return base::fail(listed.error());
  auto known = own_checkpoint(*note, keys_of(*listed, signer_));
  if (!known)
    return base::fail(
        base::error(base::Code::Unavailable, "AUD-0043",
                    "the log's last checkpoint is none that this installation signed")
            .because(known.error().one_line())
            .now("no checkpoint was signed; the journal itself is untouched")
            .then("stellwerk explain AUD-0043", "how to save it and let the log be made anew"));
  const bool is_unfinished = unfinished_ && *unfinished_ == *known;
  if (known->size > head.size && !is_unfinished)
    return base::fail(
        contradiction("the journal is shorter than a checkpoint that was signed",
                      fmt::format("the checkpoint covers {} entries, the journal has {}",
                                  known->size, head.size)));
  if (latest_ && known->size < latest_->head.size) return {};  // somebody put back an older one
  // It may have got its name, and not been synced any more.
  if (auto synced = store_.sync(); !synced) return synced;
  latest_ = Published{*known, std::move(*note)};
  return {};
}

base::Result<void> LogPublisher::keep_key() {
  auto key = audit::VerifierKey::parse(signer_.verifier_key());
  if (!key) return base::fail(std::move(key.error()));
  const std::string line = key->to_string() + "\n";
  auto own = store_.read(key_path(*key));
  if (own && *own == line) return {};
  if (!own && own.error().code != base::Code::NotFound) return base::fail(std::move(own.error()));
  const auto before = listed_keys();
  if (!before) return base::fail(before.error());
  if (("\n" + *before).find("\n" + line) == std::string::npos)
    if (auto listed = store_.write(kKeysPath, *before + line); !listed) return listed;
  return store_.write(key_path(*key), line);
}

/// From the journal, all of it: the files are lost, damaged, or were never made.
base::Result<void> LogPublisher::rebuild() {
  builder_.emplace(writing());
  return {};
}

base::Result<void> LogPublisher::continues_latest() const {
  if (!latest_ || builder_->head().size != latest_->head.size ||
      builder_->head() == tree_head(latest_->head))
    return {};
  return base::fail(
      contradiction("the journal is another one than the last checkpoint's",
                    fmt::format("its first {} entries have the root {}, the checkpoint says {}",
                                latest_->head.size, builder_->head().root.to_string(),
                                latest_->head.root.to_string())));
}

base::Result<void> LogPublisher::append_entries(ports::JournalStore& journal,
                                                const ports::Head& head) {
  while (builder_->head().size < head.size) {
    const std::uint64_t from = builder_->head().size;
    std::uint64_t until = head.size;
    if (latest_ && from < latest_->head.size) until = std::min(until, latest_->head.size);
    auto entries = journal.read(
        from, static_cast<std::size_t>(std::min<std::uint64_t>(until - from, kPublishedAtOnce)));
    if (!entries) return base::fail(std::move(entries.error()));
    if (entries->empty())
      return base::fail(contradiction("the journal has fewer entries than its head says",
                                      fmt::format("entry {} of {} is missing", from, head.size)));
    for (const ports::StoredEntry& entry : *entries)
      if (auto added = builder_->append(entry.bytes); !added) return added;
    if (auto same = continues_latest(); !same) return same;
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
  auto journal = open_reader_();
  if (!journal) return base::fail(std::move(journal.error()));
  if (auto grown = append_entries(**journal, head); !grown) return grown;
  auto flushed = builder_->flush();
  if (!flushed) return base::fail(std::move(flushed.error()));
  if (flushed->head != tree_head(head))
    return base::fail(
        contradiction("the journal's entries do not give the root of its head",
                      fmt::format("{} entries give {}, the head says {}", head.size,
                                  flushed->head.root.to_string(), head.root.to_string())));
  if (auto kept = keep_key(); !kept) return kept;
  if (auto synced = store_.sync(); !synced) return synced;
  for (const std::string& folder : flushed->replaced_folders)
    static_cast<void>(store_.remove_folder(folder));  // tidying up: what stays does no harm
  return {};
}

base::Result<Published> LogPublisher::sign(const ports::Head& head) {
  audit::Checkpoint checkpoint;
  checkpoint.origin = signer_.name();
  checkpoint.size = head.size;
  checkpoint.root = head.root;
  auto note = signer_.sign_note(checkpoint.to_text());
  if (!note) return base::fail(std::move(note.error()));
  if (auto written = store_.write(audit::kCheckpointPath, *note); !written)
    return base::fail(std::move(written.error()));
  if (auto synced = store_.sync(); !synced)
    return base::fail(std::move(synced.error())
                          .now("a new checkpoint may lie in the log, and was given to nobody; the "
                               "journal itself is untouched"));
  latest_ = Published{head, std::move(*note)};
  return *latest_;
}

base::Result<Published> LogPublisher::publish(const ports::Head& head) {
  if (!recalled_) {
    if (auto known = recall(head); !known) return base::fail(std::move(known.error()));
    recalled_ = true;
  }
  if (latest_ && latest_->head == head) return *latest_;
  if (latest_ && head.size <= latest_->head.size) {
    // Asked for before a later one was signed; or the journal is another one.
    audit::TileReader tiles(latest_->head.size, reading());
    auto root = audit::root_at(head.size, tiles);
    if (!root) return base::fail(std::move(root.error()));
    if (*root == head.root && head.size < latest_->head.size) return *latest_;
    return base::fail(
        contradiction("the journal is another one than the last checkpoint's",
                      fmt::format("{} entries have the root {}, the log says {}", head.size,
                                  head.root.to_string(), root->to_string())));
  }
  if (auto grown = grow_to(head); !grown) {
    builder_.reset();  // begins anew from the last checkpoint
    return base::fail(std::move(grown.error()));
  }
  auto signed_now = sign(head);
  if (!signed_now) {
    // Others may see it already: the next one is shown to continue what lies there.
    unfinished_ = head;
    builder_.reset();
    recalled_ = false;
  }
  return signed_now;
}

base::Result<void> LogPublisher::add_cosignature(const ports::Head& head,
                                                 const std::string& lines) {
  if (!latest_ || latest_->head != head) return {};
  const std::string note = latest_->note + lines;
  if (auto kept = store_.write(fmt::format("cosigned/{}.note", head.size), note); !kept)
    return kept;
  if (auto written = store_.write(audit::kCheckpointPath, note); !written) return written;
  latest_->note = note;
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
