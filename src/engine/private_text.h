// private_text.h — texts that may name people or hold what a program printed: kept in the content
// store under a salted digest, which is all that entries say of them.
//
// Role: reasons, notes, output of checks, errors in full. Erasing the content makes the text
// unreadable and leaves the tree whole; the salt keeps anybody from guessing a short text from its
// digest. Thread-safety: any thread.                Start here: keep_text()
// Spec: docs/journal.md "Private texts"
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ports/entropy.h"
#include "ports/journal_store.h"

namespace stellwerk::engine {

using Salt = std::array<std::uint8_t, 16>;

/// The bytes that are stored: a header line with the salt, then the text.
std::string sealed(std::string_view text, const Salt& salt);
/// Sealed with a salt of its own; without randomness unsalted, for what must not be refused.
std::string sealed_if_possible(std::string_view text, ports::Entropy& entropy);
/// The text in stored bytes; bytes without a header are a text that was kept unsalted.
std::string_view opened(std::string_view bytes);

/// Stores the text with a salt of its own; what is returned is the digest for the entry.
/// @errors Unavailable ENG-0001: no randomness; those of ContentStore::put. Nothing was stored.
base::Result<base::Digest> keep_text(std::string_view text, ports::ContentStore& content,
                                     ports::Entropy& entropy);
/// @errors NotFound CAS-0002: it was erased (or never kept); those of ContentStore::get
base::Result<std::string> read_text(const base::Digest& digest, ports::ContentStore& content);

}  // namespace stellwerk::engine
