#include "cli/confirmations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/cosignature.h"
#include "audit/note.h"
#include "audit/proof.h"
#include "audit/tile_reader.h"
#include "base/files.h"

namespace stellwerk::cli {
namespace {

/// After so many that do not fit, older ones of that kind are not looked at.
constexpr std::size_t kMisfitsMax = 10;

base::Error misfit(const std::string& file, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0070", file + " does not confirm this log")
      .because(std::move(why))
      .now("it does not count")
      .then("stellwerk audit verify", "what else of the log does not fit")
      .then("keep the file as evidence", "and ask who made it what it confirmed");
}

/// Checks a note with the key of the log that signed it.
base::Result<audit::CosignedCheckpoint> signed_checkpoint(
    std::string_view bytes, const std::vector<audit::VerifierKey>& keys,
    std::span<const audit::VerifierKey> witnesses) {
  const auto note = audit::parse_note(bytes);
  if (!note) return base::fail(note.error());
  for (const audit::VerifierKey& key : keys)
    for (const audit::NoteSignature& signature : note->signatures)
      if (signature.name == key.name && signature.key_id == key.id())
        return audit::verify_cosigned(bytes, key, witnesses);
  return base::fail(base::Code::Rejected, "AUD-0006", "no key beside the log signed it");
}

class ConfirmationReader {
 public:
  ConfirmationReader(const LogFiles& files, const config::AuditSettings& settings)
      : files_(files), settings_(settings) {}

  base::Result<Confirmations> read() {
    if (auto read = read_latest(); !read) return base::fail(std::move(read.error()));
    if (auto read = read_witness_keys(); !read) return base::fail(std::move(read.error()));
    look_for_cosignatures();
    if (!settings_.timestamps) return std::move(found_);
    if (auto read = look_for_stamps(); !read) return base::fail(std::move(read.error()));
    return std::move(found_);
  }

 private:
  base::Result<void> read_latest() {
    auto keys = files_.keys();
    if (!keys) return base::fail(std::move(keys.error()));
    keys_ = std::move(*keys);
    const auto bytes = files_.checkpoint();
    if (!bytes) return base::fail(bytes.error());
    auto latest = signed_checkpoint(*bytes, keys_, {});
    if (!latest)
      return base::fail(base::Error(latest.error()).during("reading the latest checkpoint"));
    latest_ = std::move(latest->checkpoint);
    found_.origin = latest_.origin;
    found_.size = latest_.size;
    return {};
  }

  base::Result<void> read_witness_keys() {
    for (const config::WitnessSetting& each : settings_.witnesses) {
      auto key = audit::VerifierKey::parse(each.key);
      if (!key) return base::fail(std::move(key.error()).during("reading a witness's key"));
      found_.witnesses.push_back({key->name, each.url, 0, std::nullopt});
      witnesses_.push_back(std::move(*key));
    }
    return {};
  }

  /// Why a checkpoint with these facts is none of this log; empty: it is one.
  [[nodiscard]] std::string not_ours(const audit::Checkpoint& named, std::uint64_t size) const {
    if (named.origin != latest_.origin) return "it is about another log";
    if (named.size != size) return fmt::format("it is about {} entries", named.size);
    if (size > latest_.size)
      return fmt::format("it is about {} entries, and the log's checkpoint only about {}", size,
                         latest_.size);
    audit::TileReader tiles(latest_.size, files_.reader());
    const auto root = audit::root_at(size, tiles);
    if (!root) return root.error().one_line();
    return *root == named.root ? std::string() : "the log's root over these entries is another";
  }

  // ---- witnesses

  [[nodiscard]] bool all_found() const {
    return std::all_of(found_.witnesses.begin(), found_.witnesses.end(),
                       [](const WitnessStanding& each) { return each.unix_seconds.has_value(); });
  }

  /// From the latest kept note back, until each witness was met.
  void look_for_cosignatures() {
    std::vector<std::uint64_t> sizes = files_.cosigned_sizes();
    std::reverse(sizes.begin(), sizes.end());
    std::size_t misfits = 0;
    for (const std::uint64_t size : sizes) {
      if (all_found() || misfits == kMisfitsMax) return;
      const std::string why = take_cosigned(size);
      if (why.empty()) continue;
      found_.problems.push_back(misfit(fmt::format("cosigned/{}.note", size), why));
      ++misfits;
    }
  }

  /// Why it does not fit; empty: it does.
  std::string take_cosigned(std::uint64_t size) {
    const auto bytes = files_.cosigned(size);
    if (!bytes) return bytes.error().one_line();
    const auto note = signed_checkpoint(*bytes, keys_, witnesses_);
    if (!note) return note.error().one_line();
    if (std::string why = not_ours(note->checkpoint, size); !why.empty()) return why;
    for (const audit::Cosigner& each : note->cosigners) {
      const auto at = std::find(witnesses_.begin(), witnesses_.end(), each.witness);
      WitnessStanding& standing =
          found_.witnesses[static_cast<std::size_t>(at - witnesses_.begin())];
      if (standing.unix_seconds) continue;
      standing.size = size;
      standing.unix_seconds = each.unix_seconds;
    }
    return {};
  }

  // ---- time stamps

  base::Result<void> look_for_stamps() {
    const auto trusted = base::read_file(settings_.timestamps->trusted, audit::kTrustedBytesMax);
    if (!trusted)
      return base::fail(base::Error(trusted.error()).during("reading the stamps' certificates"));
    TimestampStanding& standing = found_.timestamps.emplace();
    standing.url = settings_.timestamps->url;
    std::vector<std::uint64_t> sizes = files_.timestamp_sizes();
    std::reverse(sizes.begin(), sizes.end());
    for (std::size_t i = 0; i < std::min(sizes.size(), kMisfitsMax); ++i) {
      auto stamp = stamp_of(sizes[i], *trusted);
      if (stamp) {
        standing.size = sizes[i];
        standing.stamp = std::move(*stamp);
        return {};
      }
      found_.problems.push_back(
          misfit(fmt::format("timestamps/{}.tsr", sizes[i]), stamp.error().one_line()));
    }
    return {};
  }

  /// The text kept beside the stamp; older logs have only the cosigned note.
  [[nodiscard]] base::Result<std::string> stamped_text(std::uint64_t size) const {
    auto text = files_.stamped_text(size);
    if (text || text.error().code != base::Code::NotFound) return text;
    const auto bytes = files_.cosigned(size);
    if (!bytes) return text;
    auto note = audit::parse_note(*bytes);
    if (!note) return base::fail(std::move(note.error()));
    return std::move(note->text);
  }

  [[nodiscard]] base::Result<audit::Timestamp> stamp_of(std::uint64_t size,
                                                        std::string_view trusted) const {
    const auto token = files_.timestamp(size);
    if (!token) return base::fail(token.error());
    const auto text = stamped_text(size);
    if (!text) return base::fail(text.error());
    const auto checkpoint = audit::Checkpoint::parse(*text);
    if (!checkpoint) return base::fail(checkpoint.error());
    if (std::string why = not_ours(*checkpoint, size); !why.empty())
      return base::fail(base::Code::Corruption, "AUD-0070", std::move(why));
    return audit::verify_timestamp(
        *token, {.digest = base::sha256(*text), .nonce = {}, .trusted = trusted});
  }

  const LogFiles& files_;
  const config::AuditSettings& settings_;
  std::vector<audit::VerifierKey> keys_;       ///< of the log
  std::vector<audit::VerifierKey> witnesses_;  ///< in the order of found_.witnesses
  audit::Checkpoint latest_;
  Confirmations found_;
};

}  // namespace

std::uint64_t Confirmations::furthest_behind() const {
  std::uint64_t most = 0;
  for (const WitnessStanding& each : witnesses) most = std::max(most, behind(each.size));
  if (timestamps) most = std::max(most, behind(timestamps->size));
  return most;
}

base::Result<Confirmations> read_confirmations(const LogFiles& files,
                                               const config::AuditSettings& settings) {
  return ConfirmationReader(files, settings).read();
}

}  // namespace stellwerk::cli
