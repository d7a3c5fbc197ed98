#include "support/names.h"

#include <fmt/format.h>

namespace stellwerk::testing {
namespace {

/// Where a key of an effect ends: `…/1/0` is no part of `…/1/01`.
bool is_key_part(char c) { return c >= '0' && c <= '9'; }

void replace_all(std::string& text, const std::string& what, const std::string& word) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at)) {
    const std::size_t end = at + what.size();
    if (is_key_part(what.back()) && end < text.size() && is_key_part(text[end])) {
      at = end;
      continue;
    }
    text.replace(at, what.size(), word);
    at += word.size();
  }
}

}  // namespace

void Names::name(const base::Digest& digest, const std::string& word) {
  digests_[digest.to_string()] = "<" + word + ">";
  digests_[digest.short_text()] = "<" + word + ">";
}

void Names::name(const core::Intent& intent) {
  keys_[intent.key.str()] = "<" + effect_text(intent) + ">";
}

base::Digest Names::text(const std::string& text) {
  const base::Digest digest = base::sha256(text);
  name(digest, text);
  return digest;
}

std::string Names::in(std::string text) const {
  // In full first (`sha256:…` sorts behind hex digits): it contains the short text.
  for (auto each = digests_.rbegin(); each != digests_.rend(); ++each)
    replace_all(text, each->first, each->second);
  if (keys_.empty()) return text;
  const std::string& any = keys_.begin()->first;  // all begin with the release's id
  if (text.find(any.substr(0, any.find('/') + 1)) == text.npos) return text;
  for (const auto& [key, word] : keys_) replace_all(text, key, word);
  return text;
}

std::string effect_text(const core::Intent& intent) {
  std::string text(to_string(intent.kind));
  if (intent.subject.empty()) return text;
  const bool words = intent.subject.find(' ') != std::string::npos;
  text += words ? fmt::format(" \"{}\"", intent.subject) : " " + intent.subject;
  return text;
}

}  // namespace stellwerk::testing
