#include "cli/kept_files.h"

#include <fmt/format.h>

#include <utility>

#include "audit/note.h"
#include "audit/tile.h"
#include "audit/timestamp.h"

namespace stellwerk::cli {
namespace {

base::Error bad_timestamp(std::uint64_t size, std::string why) {
  return base::error(
             base::Code::Corruption, "AUD-0056",
             fmt::format("the time stamp of the checkpoint over {} entries does not fit", size))
      .because(std::move(why));
}

/// The first `width` of what the latest tile holds.
bool is_beginning(const audit::TileId& earlier, std::string_view bytes, std::string_view latest) {
  if (!latest.starts_with(bytes)) return false;
  return earlier.is_bundle() ? audit::decode_bundle(earlier, bytes).has_value()
                             : audit::decode_hashes(earlier, bytes).has_value();
}

}  // namespace

base::Error not_continued(std::string why) {
  return base::error(base::Code::Corruption, "AUD-0055",
                     "the log is no continuation of a checkpoint that was kept")
      .because(std::move(why))
      .then("keep both as evidence", "a log never gives up what it once signed");
}

base::Result<SignedCheckpoint> read_signed(std::string_view bytes,
                                           const std::vector<audit::VerifierKey>& keys) {
  auto note = keys.empty() ? audit::parse_note(bytes) : audit::verify_note(bytes, keys);
  if (!note) return base::fail(std::move(note.error()));
  auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return base::fail(std::move(checkpoint.error()));
  SignedCheckpoint result{std::move(*checkpoint), std::nullopt};
  for (const audit::VerifierKey& key : keys)
    for (const audit::NoteSignature& signature : note->signatures)
      if (key.type == audit::KeyType::Ed25519 && signature.name == key.name &&
          signature.key_id == key.id() && key.name == result.checkpoint.origin)
        result.key = key;
  if (!keys.empty() && !result.key)
    return base::fail(base::Code::Rejected, "AUD-0006", "no key of the log signed the checkpoint");
  return result;
}

KeptFiles::KeptFiles(const LogFiles& files)
    : files_(files),
      cosigned_sizes_(files.cosigned_sizes()),
      timestamp_sizes_(files.timestamp_sizes()) {}

void KeptFiles::want(audit::RootHistory& history) const {
  for (const std::uint64_t size : cosigned_sizes_) history.want(size);
  for (const std::uint64_t size : timestamp_sizes_) history.want(size);
}

void KeptFiles::check(const audit::RootHistory& history, const KeptAgainst& against) {
  check_earlier_partials(against);
  for (const std::uint64_t size : cosigned_sizes_) check_cosigned(size, history, against);
  for (const std::uint64_t size : timestamp_sizes_) check_timestamp(size, history, against);
}

/// Partial tiles of earlier checkpoints lie beside the latest ones until these are full.
void KeptFiles::check_earlier_partials(const KeptAgainst& against) {
  for (const audit::TileLevel& level : audit::tiles_of(against.head.size)) {
    if (level.partial == 0) continue;
    audit::TileId tile{.level = level.level, .index = level.full, .width = level.partial};
    check_partials_of(tile);
    if (level.level != 0) continue;
    tile.level = audit::kEntriesLevel;
    check_partials_of(tile);
  }
}

void KeptFiles::check_partials_of(const audit::TileId& tile) {
  const auto latest = audit::read_tile(files_.reader(), tile).value_or("");
  for (const std::uint32_t width : files_.partial_widths(tile)) {
    if (width >= tile.width) continue;  // the latest one, or of a checkpoint that comes just now
    audit::TileId earlier = tile;
    earlier.width = width;
    const auto bytes = files_.reader()(earlier.path());
    const bool is_gone = !bytes && bytes.error().code == base::Code::NotFound;
    if (is_gone || (bytes && is_beginning(earlier, *bytes, latest))) continue;
    problems.push_back(base::error(base::Code::Corruption, "AUD-0050",
                                   fmt::format("the file {} is none of this log", earlier.path()))
                           .because(fmt::format("it is not the beginning of {}", tile.path()))
                           .now("all entries of the latest checkpoint fit"));
  }
}

void KeptFiles::check_cosigned(std::uint64_t size, const audit::RootHistory& history,
                               const KeptAgainst& against) {
  const auto fail_with = [&](const std::string& why) {
    problems.push_back(not_continued(fmt::format("cosigned/{}.note: {}", size, why)));
  };
  const auto note = files_.cosigned(size);
  if (!note) return fail_with(note.error().one_line());
  const auto kept = read_signed(*note, against.keys);
  if (!kept) return fail_with(kept.error().one_line());
  if (kept->checkpoint.size != size) return fail_with("it is about another size");
  const auto root = history.root_at(size);
  if (!root) return fail_with(fmt::format("the log has only {} entries", history.size()));
  if (*root != kept->checkpoint.root) return fail_with("its root is not the log's at that size");
  if (!against.witnesses.empty())
    if (const auto verified = audit::verify_note(*note, against.witnesses); !verified)
      return fail_with(verified.error().one_line());
  ++cosigned;
}

void KeptFiles::check_timestamp(std::uint64_t size, const audit::RootHistory& history,
                                const KeptAgainst& against) {
  const auto token = files_.timestamp(size);
  if (!token) {
    problems.push_back(bad_timestamp(size, token.error().one_line()));
    return;
  }
  if (against.authorities.empty()) {
    ++timestamps_unchecked;
    return;
  }
  std::string why = "no checkpoint of that size is kept beside it";
  for (const std::string& bytes : stamped(size, history, against)) {
    const auto stamp = audit::verify_timestamp(
        *token, {.digest = base::sha256(bytes), .nonce = {}, .trusted = against.authorities});
    if (stamp) {
      ++timestamps;
      return;
    }
    why = stamp.error().one_line();
  }
  problems.push_back(bad_timestamp(size, std::move(why)));
}

/// What may have been stamped: the text kept beside the stamp; else the kept note as it is, with
/// its log's signature alone, its text.
std::vector<std::string> KeptFiles::stamped(std::uint64_t size, const audit::RootHistory& history,
                                            const KeptAgainst& against) const {
  if (const auto text = files_.stamped_text(size)) {
    const auto named = audit::Checkpoint::parse(*text);
    const bool is_ours = named && named->size == size && named->origin == against.origin &&
                         history.root_at(size) == named->root;
    return is_ours ? std::vector{*text} : std::vector<std::string>();
  }
  std::string bytes = files_.cosigned(size).value_or("");
  if (bytes.empty() && size == against.head.size) bytes = files_.checkpoint().value_or("");
  const auto note = audit::parse_note(bytes);
  if (!note) return {};
  const auto kept = read_signed(bytes, against.keys);
  if (!kept || history.root_at(size) != kept->checkpoint.root) return {};
  audit::Note alone{note->text, {}};
  for (const audit::NoteSignature& signature : note->signatures)
    if (kept->key && signature.name == kept->key->name && signature.key_id == kept->key->id())
      alone.signatures.push_back(signature);
  return {bytes, audit::format_note(alone), note->text};
}

}  // namespace stellwerk::cli
