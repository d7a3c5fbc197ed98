// note.h — signed notes: a text with signatures below it, the form in which checkpoints are given
// away.
//
// Role: signers format them, verifiers parse and check them. Start here: Note, verify_note.
// Thread-safety: values; any thread. Spec: c2sp.org/signed-note
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/note_key.h"
#include "base/result.h"

namespace stellwerk::audit {

/// One line `— <name> <base64 of key id || signature>`.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes;
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
  std::string text;  ///< ends in a newline, which is signed too
  std::vector<NoteSignature> signatures;
  friend bool operator==(const Note&, const Note&) = default;
};

/// UTF-8, not empty, ending in a newline, no other control characters.
bool valid_note_text(std::string_view text);

/// The line of one signature, with its newline.
std::string format_signature(const NoteSignature& signature);
/// Lines of signatures alone, as witnesses answer them; none for an empty text.
/// @errors InvalidArgument AUD-0005: not of that form, more than 100, or over 1 MiB.
base::Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines);

/// Whether a signature's bytes are of this key over this text, by the key's type.
bool signature_fits(const VerifierKey& key, std::string_view text, std::string_view signature);

/// Text, blank line, one line for each signature.
std::string format_note(const Note& note);

/// @errors InvalidArgument AUD-0005: not of that form, more than 100 signatures, or over 1 MiB.
base::Result<Note> parse_note(std::string_view bytes);

/// Parses a note and checks the signatures of the keys that are known; others are passed over.
/// @return the note with only the signatures that were checked, one at least.
/// @errors InvalidArgument AUD-0005: not a note; Rejected AUD-0006: a known key's signature does
/// not fit, or no known key signed.
base::Result<Note> verify_note(std::string_view bytes, std::span<const VerifierKey> known);

}  // namespace stellwerk::audit
