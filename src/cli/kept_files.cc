#include "cli/kept_files.h"

#include <fmt/format.h>

#include <algorithm>
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

void keep(std::vector<Confirmed>& kept, Confirmed confirmed) {
  if (kept.size() == KeptFiles::kConfirmedKept) kept.erase(kept.begin());
  kept.push_back(std::move(confirmed));
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

base::Error too_early(std::string what, base::WallTime said, base::WallTime covered) {
  return base::error(base::Code::Corruption, "AUD-0056", std::move(what) + " is older than that")
      .because(fmt::format("it says {}; the last entry that it covers says {}", base::rfc3339(said),
                           base::rfc3339(covered)))
      .now("all entries of the latest checkpoint fit")
      .then("compare the clocks of both", "nobody can sign what is not written yet");
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

base::WallTime wall_time(std::uint64_t unix_seconds) {
  constexpr std::uint64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999
  return {static_cast<std::int64_t>(std::min(unix_seconds, kSecondsMax)) * 1'000'000};
}

KeptFiles::KeptFiles(const LogFiles& files)
    : files_(files),
      cosigned_sizes_(files.cosigned_sizes()),
      timestamp_sizes_(files.timestamp_sizes()) {}

void KeptFiles::want(audit::RootHistory& history, audit::ClockCheck& clock) const {
  for (const auto* sizes : {&cosigned_sizes_, &timestamp_sizes_})
    for (const std::uint64_t size : *sizes) {
      history.want(size);
      clock.want(size);
    }
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
  if (kept->key && against.record != nullptr)
    if (const auto retired = against.record->retired_at(*kept->key); retired && *retired < size)
      return fail_with(fmt::format("it is signed by a key that entry {} had replaced", *retired));
  if (!against.witnesses.empty()) {
    if (const auto verified = audit::verify_note(*note, against.witnesses); !verified)
      return fail_with(verified.error().one_line());
    check_cosigners(*note, *kept, against);
  }
  ++cosigned;
}

/// When known witnesses say that they signed it.
void KeptFiles::check_cosigners(std::string_view note, const SignedCheckpoint& kept,
                                const KeptAgainst& against) {
  if (!kept.key) return;
  const auto verified = audit::verify_cosigned(note, *kept.key, against.witnesses);
  if (!verified) return;
  const std::uint64_t size = kept.checkpoint.size;
  for (const audit::Cosigner& each : verified->cosigners) {
    const base::WallTime at = wall_time(each.unix_seconds);
    keep(cosigners, {size, each.witness.name, at});
    if (against.clock != nullptr && against.clock->is_before(at, size))
      problems.push_back(
          too_early(fmt::format("the cosignature of {} over {} entries", each.witness.name, size),
                    at, against.clock->covered_until(size).value_or(at)));
  }
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
    if (stamp) return take_stamp({size, stamp->authority, stamp->time}, against);
    why = stamp.error().one_line();
  }
  problems.push_back(bad_timestamp(size, std::move(why)));
}

void KeptFiles::take_stamp(const Confirmed& stamp, const KeptAgainst& against) {
  if (against.clock != nullptr && against.clock->is_before(stamp.at, stamp.size)) {
    problems.push_back(
        too_early(fmt::format("the time stamp of the checkpoint over {} entries", stamp.size),
                  stamp.at, against.clock->covered_until(stamp.size).value_or(stamp.at)));
    return;
  }
  keep(stamps, stamp);
  ++timestamps;
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
