#include "audit/cosignature.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "audit/encoding.h"
#include "audit/note.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kPayloadBytes = kTimeBytes + sizeof(Ed25519Signature);

base::Failure malformed_cosignature(std::string why) {
  return fail(
      base::error(base::Code::InvalidArgument, "AUD-0005", "not a cosignature")
          .because(std::move(why))
          .then("get it again from the witness", "it is 8 bytes of time and 64 of Ed25519"));
}

base::Failure wrong_type(const VerifierKey& key, std::string_view wanted) {
  return fail(
      base::error(base::Code::InvalidArgument, "AUD-0005", "not the key that is needed here")
          .because(fmt::format("the key of {} is of type {:#04x}, {} is needed", key.name,
                               static_cast<unsigned>(key.type), wanted))
          .then("compare it with its owner's", "logs sign with type 0x01, witnesses with 0x04"));
}

base::Failure untrusted(std::string why) {
  return fail(base::error(base::Code::Rejected, "AUD-0006", "the checkpoint cannot be trusted")
                  .because(std::move(why))
                  .now("nothing of it was used")
                  .then("compare the keys with those you noted", "a wrong key also ends here"));
}

bool is_of(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.key_id == key.id();
}

/// Whether the log signed; a signature of its that does not fit condemns the note.
base::Result<bool> signed_by(const VerifierKey& log, const Note& note) {
  bool found = false;
  for (const auto& signature : note.signatures) {
    if (!is_of(signature, log)) continue;
    if (!signature_fits(log, note.text, signature.bytes)) {
      return untrusted(fmt::format("the signature of {} does not fit the text", log.name));
    }
    found = true;
  }
  return found;
}

/// The latest cosignature of one witness; nothing when it did not sign.
base::Result<std::optional<Cosigner>> cosigner_of(const VerifierKey& witness, const Note& note) {
  std::optional<Cosigner> cosigner;
  for (const auto& signature : note.signatures) {
    if (!is_of(signature, witness)) continue;
    const auto cosignature = verify_cosignature(witness, note.text, signature.bytes);
    if (!cosignature) return fail(cosignature.error());
    if (!cosigner) cosigner = Cosigner{.witness = witness, .unix_seconds = 0};
    cosigner->unix_seconds = std::max(cosigner->unix_seconds, cosignature->unix_seconds);
  }
  return cosigner;
}

base::Result<std::vector<Cosigner>> cosigners_of(std::span<const VerifierKey> witnesses,
                                                 const Note& note) {
  std::vector<Cosigner> cosigners;
  for (const auto& witness : witnesses) {
    if (witness.type != KeyType::Ed25519Cosignature) return wrong_type(witness, "a witness's 0x04");
    const bool known = std::any_of(cosigners.begin(), cosigners.end(),
                                   [&](const Cosigner& c) { return c.witness == witness; });
    if (known) continue;
    auto cosigner = cosigner_of(witness, note);
    if (!cosigner) return fail(std::move(cosigner).error());
    if (*cosigner) cosigners.push_back(std::move(**cosigner));
  }
  return cosigners;
}

}  // namespace

std::string Cosignature::encode() const {
  std::string payload;
  payload.reserve(kPayloadBytes);
  append_big_endian(payload, unix_seconds, kTimeBytes);
  return payload.append(signature.begin(), signature.end());
}

base::Result<Cosignature> Cosignature::decode(std::string_view payload) {
  if (payload.size() != kPayloadBytes) {
    return malformed_cosignature(
        fmt::format("it has {} bytes instead of {}", payload.size(), kPayloadBytes));
  }
  Cosignature cosignature;
  cosignature.unix_seconds = read_big_endian(payload.substr(0, kTimeBytes));
  if (cosignature.unix_seconds > kCosignatureTimeMax) {
    return malformed_cosignature("its time is beyond 2^63 - 1 seconds");
  }
  std::transform(payload.begin() + kTimeBytes, payload.end(), cosignature.signature.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return cosignature;
}

std::string cosigned_message(std::uint64_t unix_seconds, std::string_view note_text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", unix_seconds, note_text);
}

std::string cosignature_line(const VerifierKey& witness, const Cosignature& cosignature) {
  return format_signature(
      {.name = witness.name, .key_id = witness.id(), .bytes = cosignature.encode()});
}

base::Result<Cosignature> verify_cosignature(const VerifierKey& witness, std::string_view note_text,
                                             std::string_view payload) {
  if (witness.type != KeyType::Ed25519Cosignature) return wrong_type(witness, "a witness's 0x04");
  auto cosignature = Cosignature::decode(payload);
  if (!cosignature) return cosignature;
  const std::string message = cosigned_message(cosignature->unix_seconds, note_text);
  if (!verify_ed25519(witness.public_key, message, cosignature->signature)) {
    return untrusted(fmt::format("the cosignature of {} does not fit the text", witness.name));
  }
  return cosignature;
}

base::Result<CosignedCheckpoint> verify_cosigned(std::string_view note_bytes,
                                                 const VerifierKey& log,
                                                 std::span<const VerifierKey> witnesses) {
  if (log.type != KeyType::Ed25519) return wrong_type(log, "a log's 0x01");
  const auto note = parse_note(note_bytes);
  if (!note) return fail(note.error());
  const auto log_signed = signed_by(log, *note);
  if (!log_signed) return fail(log_signed.error());
  if (!*log_signed) return untrusted(fmt::format("the log {} did not sign it", log.name));
  auto checkpoint = Checkpoint::parse(note->text);
  if (!checkpoint) return fail(std::move(checkpoint).error());
  if (checkpoint->origin != log.name) {
    return untrusted(fmt::format("its origin is {}, the log's key is named {}",
                                 base::in_quotes(checkpoint->origin), base::in_quotes(log.name)));
  }
  auto cosigners = cosigners_of(witnesses, *note);
  if (!cosigners) return fail(std::move(cosigners).error());
  return CosignedCheckpoint{.checkpoint = std::move(*checkpoint),
                            .cosigners = std::move(*cosigners)};
}

}  // namespace stellwerk::audit
