// What auditors and witnesses exchange: signed notes, checkpoints, cosignatures, keys; and the
// tree's frontier as it is kept. Each has one spelling: what is read is written again byte for
// byte.
#include <array>
#include <string>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "fuzz/fuzz.h"

namespace stellwerk::fuzz {
namespace {

const audit::VerifierKey& known_key() {
  static const audit::VerifierKey kKey =
      audit::VerifierKey::parse(
          "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
          .value();
  return kKey;
}
constexpr std::string_view kSignedText = "This is an example message.\n";

void check_note(std::string_view bytes) {
  const auto note = audit::parse_note(bytes);
  const std::array known{known_key()};
  const auto verified = audit::verify_note(bytes, known);
  if (!note) {
    FUZZ_REQUIRE(note.error().id == "AUD-0005" && !verified);
    return;
  }
  FUZZ_REQUIRE(audit::format_note(*note) == bytes);
  // Only one text was ever signed with this key.
  FUZZ_REQUIRE(!verified || verified->text == kSignedText);
}

void check_checkpoint(std::string_view bytes) {
  const auto checkpoint = audit::Checkpoint::parse(bytes);
  if (checkpoint) FUZZ_REQUIRE(checkpoint->to_text() == bytes);
  if (!checkpoint) FUZZ_REQUIRE(checkpoint.error().id == "AUD-0005");
}

void check_key(std::string_view bytes) {
  const auto key = audit::VerifierKey::parse(bytes);
  if (key) FUZZ_REQUIRE(key->to_string() == bytes);
  if (!key) FUZZ_REQUIRE(key.error().id == "AUD-0005");
  const auto text = audit::KeyText::parse(bytes);
  if (text) FUZZ_REQUIRE(text->to_string() == bytes);
  FUZZ_REQUIRE(text.has_value() || !key.has_value());
}

/// A witness whose private key is 32 times the byte 2.
const audit::VerifierKey& known_witness() {
  static const audit::VerifierKey kKey =
      audit::VerifierKey::parse(
          "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
          .value();
  return kKey;
}

const audit::VerifierKey& known_log() {
  static const audit::VerifierKey kKey =
      audit::VerifierKey::parse(
          "log.example/journal+461bc02f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
          .value();
  return kKey;
}

void check_cosignature(std::string_view bytes) {
  const auto cosignature = audit::Cosignature::decode(bytes);
  if (cosignature) FUZZ_REQUIRE(cosignature->encode() == bytes);
  if (!cosignature) FUZZ_REQUIRE(cosignature.error().id == "AUD-0005");
  const auto lines = audit::parse_signatures(bytes);
  if (!lines) {
    FUZZ_REQUIRE(lines.error().id == "AUD-0005");
    return;
  }
  std::string written;
  for (const auto& line : *lines) written += audit::format_signature(line);
  FUZZ_REQUIRE(written == bytes);
}

void check_cosigned(std::string_view bytes) {
  const std::array witnesses{known_witness()};
  const auto cosigned = audit::verify_cosigned(bytes, known_log(), witnesses);
  if (!cosigned) {
    FUZZ_REQUIRE(cosigned.error().id == "AUD-0005" || cosigned.error().id == "AUD-0006");
    return;
  }
  // The one checkpoint that was signed with these keys, once each.
  FUZZ_REQUIRE(cosigned->checkpoint.origin == known_log().name);
  FUZZ_REQUIRE(cosigned->checkpoint.size == 260);
  for (const auto& cosigner : cosigned->cosigners) {
    FUZZ_REQUIRE(cosigner.unix_seconds == 1796010105);
  }
}

void check_frontier(std::string_view bytes) {
  auto tree = audit::TreeFrontier::parse(bytes);
  if (!tree) return;
  FUZZ_REQUIRE(tree->serialise() == bytes);
  static_cast<void>(tree->root());
}

}  // namespace

void take(std::string_view bytes) {
  check_note(bytes);
  check_checkpoint(bytes);
  check_key(bytes);
  check_cosignature(bytes);
  check_cosigned(bytes);
  check_frontier(bytes);
}

}  // namespace stellwerk::fuzz
