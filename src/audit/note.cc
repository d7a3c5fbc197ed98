#include "audit/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/cosignature.h"
#include "audit/encoding.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space
constexpr std::size_t kNoteBytesMax = std::size_t{1} << 20;
constexpr std::size_t kSignaturesMax = 100;
constexpr std::size_t kKeyIdBytes = 4;

base::Failure not_a_note(std::string why) {
  return fail(base::error(base::Code::InvalidArgument, "AUD-0005", "not a signed note")
                  .because(std::move(why)));
}

base::Failure not_trusted(std::string why) {
  return fail(base::error(base::Code::Rejected, "AUD-0006", "the note cannot be trusted")
                  .because(std::move(why)));
}

base::Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) {
    return not_a_note("a line below the text is no signature");
  }
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  if (space == line.npos) return not_a_note("a signature line has no signature");
  NoteSignature signature{.name = std::string(line.substr(0, space)), .key_id = 0, .bytes = {}};
  if (!valid_key_name(signature.name)) return not_a_note("a signature has no valid name");
  const auto bytes = base::from_base64(line.substr(space + 1));
  if (!bytes) return not_a_note("a signature is not base64");
  if (bytes->size() <= kKeyIdBytes) return not_a_note("a signature is too short");
  signature.key_id =
      static_cast<std::uint32_t>(read_big_endian(std::string_view(*bytes).substr(0, kKeyIdBytes)));
  signature.bytes = bytes->substr(kKeyIdBytes);
  return signature;
}

}  // namespace

bool valid_note_text(std::string_view text) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n';
  });
  return text.ends_with('\n') && !has_control && base::valid_utf8(text);
}

std::string format_signature(const NoteSignature& signature) {
  std::string bytes;
  append_big_endian(bytes, signature.key_id, kKeyIdBytes);
  bytes += signature.bytes;
  return fmt::format("{}{} {}\n", kSignaturePrefix, signature.name,
                     base::to_base64(base::as_bytes(bytes)));
}

base::Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines) {
  if (lines.size() > kNoteBytesMax) return not_a_note("it is larger than 1 MiB");
  std::vector<NoteSignature> signatures;
  if (lines.empty()) return signatures;
  if (!lines.ends_with('\n')) return not_a_note("it does not end in a signature line");
  lines.remove_suffix(1);
  for (const auto line : base::split(lines, '\n')) {
    auto signature = parse_signature(line);
    if (!signature) return fail(std::move(signature).error());
    signatures.push_back(std::move(*signature));
    if (signatures.size() > kSignaturesMax) return not_a_note("over 100 signatures");
  }
  return signatures;
}

bool signature_fits(const VerifierKey& key, std::string_view text, std::string_view signature) {
  if (key.type == KeyType::Ed25519Cosignature) {
    return verify_cosignature(key, text, signature).has_value();
  }
  return verify_ed25519(key.public_key, text, base::as_bytes(signature));
}

std::string format_note(const Note& note) {
  std::string bytes = note.text + "\n";
  for (const auto& signature : note.signatures) bytes += format_signature(signature);
  return bytes;
}

base::Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return not_a_note("it is larger than 1 MiB");
  const auto blank = bytes.rfind("\n\n");
  if (blank == bytes.npos) return not_a_note("no blank line divides text and signatures");
  Note note{.text = std::string(bytes.substr(0, blank + 1)), .signatures = {}};
  if (!valid_note_text(note.text)) return not_a_note("its text is not plain UTF-8");
  const std::string_view rest = bytes.substr(blank + 2);
  if (rest.empty()) return not_a_note("it does not end in a signature line");
  auto signatures = parse_signatures(rest);
  if (!signatures) return fail(std::move(signatures).error());
  note.signatures = std::move(*signatures);
  return note;
}

base::Result<Note> verify_note(std::string_view bytes, std::span<const VerifierKey> known) {
  auto note = parse_note(bytes);
  if (!note) return fail(note.error());
  std::vector<NoteSignature> checked;
  for (auto& signature : note->signatures) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& candidate) {
      return candidate.name == signature.name && candidate.id() == signature.key_id;
    });
    if (key == known.end()) continue;
    if (!signature_fits(*key, note->text, signature.bytes)) {
      return not_trusted(fmt::format("the signature of {} does not fit the text", key->name));
    }
    checked.push_back(std::move(signature));
  }
  if (checked.empty()) return not_trusted("none of the known keys signed it");
  note->signatures = std::move(checked);
  return note;
}

}  // namespace stellwerk::audit
