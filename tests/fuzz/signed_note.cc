// What auditors and witnesses exchange: signed notes, checkpoints, keys; and the tree's frontier as
// it is kept. Each has one spelling: what is read is written again byte for byte.
#include <array>

#include "audit/checkpoint.h"
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
  check_frontier(bytes);
}

}  // namespace stellwerk::fuzz
