#include "audit/allowed_signers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "audit/signer_line.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

/// `*` and `?` as in OpenSSH's match_pattern(); linear in memory, at worst the product of both
/// lengths in time.
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = pattern.npos;  // the last `*`, and how much of the text it has taken
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

base::Failure not_allowed(base::Code code, const SshPublicKey& key, std::string why) {
  return fail(
      base::error(code, "AUD-0025", fmt::format("the key {} may not sign this", key.fingerprint()))
          .because(std::move(why)));
}

/// How near a line comes to allowing; the nearest is told.
enum class Nearness : std::uint8_t { OtherKey, OtherPerson, OtherNamespace, NotYet, NoLonger, Yes };

Nearness validity_of(const AllowedSigner& signer, const SignatureUse& use) {
  const auto at = whole_second(use.at);
  if (signer.namespaces && !signer.namespaces->matches(use.name_space)) {
    return Nearness::OtherNamespace;
  }
  if (signer.valid_after && at < *signer.valid_after) return Nearness::NotYet;
  if (signer.valid_before && at > *signer.valid_before) return Nearness::NoLonger;
  return Nearness::Yes;
}

Nearness nearness_of(const AllowedSigner& signer, std::string_view principal,
                     const SshPublicKey& key) {
  if (signer.key != key) return Nearness::OtherKey;
  return signer.principals.matches(principal) ? Nearness::Yes : Nearness::OtherPerson;
}

base::Result<void> result_of(Nearness nearness, const AllowedSigner* signer,
                             std::string_view principal, const SshPublicKey& key) {
  using base::Code;
  switch (nearness) {
    case Nearness::Yes:
      return {};
    case Nearness::OtherKey:
      return not_allowed(Code::Unauthenticated, key, "it is unknown");
    case Nearness::OtherPerson:
      return not_allowed(
          Code::Unauthenticated, key,
          fmt::format("it is known, but not as a key of {}", base::in_quotes(principal)));
    case Nearness::OtherNamespace:
      return not_allowed(Code::Forbidden, key, "it may be used for other namespaces only");
    case Nearness::NotYet:
      return not_allowed(
          Code::Forbidden, key,
          fmt::format("it is not yet valid: from {} on", base::rfc3339(*signer->valid_after)));
    case Nearness::NoLonger:
      return not_allowed(
          Code::Forbidden, key,
          fmt::format("it is no longer valid: until {}", base::rfc3339(*signer->valid_before)));
  }
  return not_allowed(Code::Unauthenticated, key, "it is unknown");
}

std::string pattern_field(const PatternList& list) {
  const std::string text = fmt::format("{}", fmt::join(list.patterns, ","));
  return text.find(' ') == text.npos ? text : "\"" + text + "\"";
}

std::string line_of(const AllowedSigner& signer) {
  std::vector<std::string> options;
  if (signer.namespaces) {
    options.push_back(
        fmt::format("namespaces=\"{}\"", fmt::join(signer.namespaces->patterns, ",")));
  }
  if (signer.valid_after) {
    options.push_back(fmt::format("valid-after=\"{}\"", openssh_time(*signer.valid_after)));
  }
  if (signer.valid_before) {
    options.push_back(fmt::format("valid-before=\"{}\"", openssh_time(*signer.valid_before)));
  }
  std::string line = pattern_field(signer.principals) + " ";
  if (!options.empty()) line += fmt::format("{} ", fmt::join(options, ","));
  line += signer.key.to_string();
  if (!signer.comment.empty()) line += " " + signer.comment;
  return line;
}

}  // namespace

bool PatternList::matches(std::string_view text) const {
  bool found = false;
  for (const std::string_view pattern : patterns) {
    const bool excludes = pattern.starts_with('!');
    if (!glob_matches(pattern.substr(excludes ? 1 : 0), text)) continue;
    if (excludes) return false;
    found = true;
  }
  return found;
}

base::Result<AllowedSigners> AllowedSigners::parse(std::string_view text, std::string file) {
  if (text.size() > kAllowedSignersBytesMax) {
    return no_signer_line({.file = std::move(file), .line = 0, .column = 0},
                          "the file is larger than 1 MiB");
  }
  AllowedSigners signers;
  base::SourcePosition where{.file = std::move(file), .line = 0, .column = 1};
  for (auto line : base::split(text, '\n')) {
    ++where.line;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto content = base::trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    if (signers.entries_.size() == kAllowedSignersMax) {
      return no_signer_line(where, "the file has over 10,000 lines with keys");
    }
    auto entry = read_signer_line(line, where);
    if (!entry) return fail(std::move(entry).error());
    signers.entries_.push_back(std::move(*entry));
  }
  return signers;
}

std::vector<std::string> AllowedSigners::who(const SshPublicKey& key,
                                             const SignatureUse& use) const {
  std::vector<std::string> principals;
  for (const auto& signer : entries_) {
    if (signer.key != key || validity_of(signer, use) != Nearness::Yes) continue;
    for (const auto& pattern : signer.principals.patterns) {
      if (std::find(principals.begin(), principals.end(), pattern) == principals.end()) {
        principals.push_back(pattern);
      }
    }
  }
  return principals;
}

base::Result<void> AllowedSigners::allows(std::string_view principal, const SshPublicKey& key,
                                          const SignatureUse& use) const {
  auto nearest = Nearness::OtherKey;
  const AllowedSigner* nearest_signer = nullptr;
  for (const auto& signer : entries_) {
    auto nearness = nearness_of(signer, principal, key);
    if (nearness == Nearness::Yes) nearness = validity_of(signer, use);
    if (nearness <= nearest) continue;
    nearest = nearness;
    nearest_signer = &signer;
  }
  return result_of(nearest, nearest_signer, principal, key);
}

base::Result<std::string> format_allowed_signers(std::span<const AllowedSigner> signers) {
  std::string text;
  for (const auto& signer : signers) {
    const std::string line = line_of(signer);
    // A line that would be read as something else, whatever the reason, is not written.
    const auto again = read_signer_line(line, {.file = {}, .line = 1, .column = 1});
    if (!again || *again != signer) {
      return no_signer_line(
          {},
          fmt::format("the entry of {} for the key {} cannot be written: {}",
                      base::in_quotes(pattern_field(signer.principals)), signer.key.fingerprint(),
                      again ? "it would be read as another one" : again.error().why));
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace stellwerk::audit
