// Goal: what must hold for every approval, signature, file of signers and pattern, tried on
// generated ones: written is read again as it was, and nothing has two spellings.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <utility>

#include "audit/allowed_signers.h"
#include "audit/approval.h"
#include "audit/ssh_signature.h"
#include "audit/ssh_wire.h"
#include "audit/testing/ssh_examples.h"

namespace stellwerk::audit {
namespace {

using rc::Gen;
namespace gen = rc::gen;

Gen<std::string> text_of(std::string_view characters, int size_min, int size_max) {
  const std::vector<char> choices(characters.begin(), characters.end());
  return gen::mapcat(gen::inRange(size_min, size_max + 1), [choices](int size) {
    return gen::container<std::string>(static_cast<std::size_t>(size), gen::elementOf(choices));
  });
}

Gen<std::string> bytes_of(int size_min, int size_max) {
  return gen::mapcat(gen::inRange(size_min, size_max + 1), [](int size) {
    return gen::container<std::string>(static_cast<std::size_t>(size), gen::arbitrary<char>());
  });
}

Gen<base::WallTime> whole_seconds() {
  // From 1970-01-01T00:00:01Z to the end of 9999.
  return gen::map(gen::inRange<std::int64_t>(1, 253402300800),
                  [](std::int64_t s) { return base::WallTime{base::seconds(s).us}; });
}

Gen<base::Digest> digests() {
  return gen::map(bytes_of(0, 8), [](const std::string& text) { return base::sha256(text); });
}

template <class T>
Gen<std::optional<T>> perhaps(Gen<T> one) {
  return gen::mapcat(gen::arbitrary<bool>(), [one](bool there) {
    return there ? gen::map(one, [](T value) { return std::optional<T>(std::move(value)); })
                 : gen::just(std::optional<T>{});
  });
}

Gen<SshPublicKey> known_keys() {
  const auto key = [](std::string_view line) { return SshPublicKey::parse(line).value(); };
  return gen::element(key(testing::kEd25519Line), key(testing::kEcdsaLine), key(testing::kRsaLine));
}

// --- patterns ---

/// The definition, word for word.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (matches_by_definition(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_by_definition(pattern.substr(1), text.substr(1));
}

RC_GTEST_PROP(PatternProperty, MatchesByItsDefinition, ()) {
  const auto pattern = *text_of("ab*?", 1, 8);
  const auto text = *text_of("ab", 0, 8);
  RC_ASSERT(PatternList{{pattern}}.matches(text) == matches_by_definition(pattern, text));
}

// --- allowed_signers ---

Gen<PatternList> pattern_lists() {
  const auto one = gen::map(gen::pair(gen::arbitrary<bool>(), text_of("aZ*?@.-# ", 0, 6)),
                            [](const std::pair<bool, std::string>& p) {
                              return fmt::format("{}a{}b", p.first ? "!" : "", p.second);
                            });
  return gen::mapcat(gen::inRange(1, 4), [one](int size) {
    return gen::map(
        gen::container<std::vector<std::string>>(static_cast<std::size_t>(size), one),
        [](std::vector<std::string> patterns) { return PatternList{std::move(patterns)}; });
  });
}

Gen<AllowedSigner> allowed_signers() {
  const auto validity = gen::map(gen::pair(whole_seconds(), whole_seconds()), [](auto times) {
    if (times.second < times.first) std::swap(times.first, times.second);
    if (times.second == times.first) times.first = times.first - base::seconds(1);
    if (times.first.us == 0) times = {base::WallTime{1000000}, base::WallTime{2000000}};
    return times;
  });
  return gen::map(gen::tuple(pattern_lists(), known_keys(), perhaps(pattern_lists()), validity,
                             gen::arbitrary<std::pair<bool, bool>>(), text_of("ab", 0, 3)),
                  [](const auto& parts) {
                    const auto& [principals, key, namespaces, times, has, comment] = parts;
                    AllowedSigner signer{.principals = principals,
                                         .key = key,
                                         .namespaces = namespaces,
                                         .valid_after = std::nullopt,
                                         .valid_before = std::nullopt,
                                         .comment = comment};
                    if (has.first) signer.valid_after = times.first;
                    if (has.second) signer.valid_before = times.second;
                    return signer;
                  });
}

RC_GTEST_PROP(AllowedSignersProperty, AreReadAsTheyWereWritten, ()) {
  const auto signers = *gen::container<std::vector<AllowedSigner>>(allowed_signers());
  const auto text = format_allowed_signers(signers);
  RC_ASSERT(text.has_value());
  const auto read = AllowedSigners::parse(*text, "f");
  RC_ASSERT(read.has_value());
  RC_ASSERT((read->entries() == signers));
  RC_ASSERT((format_allowed_signers(read->entries()) == *text));
}

// --- approvals ---

constexpr std::string_view kNameBytes = "az09";

Gen<base::SemVer> versions() {
  return gen::build<base::SemVer>(
      gen::set(&base::SemVer::major, gen::arbitrary<std::uint64_t>()),
      gen::set(&base::SemVer::minor, gen::inRange<std::uint64_t>(0, 3)),
      gen::set(&base::SemVer::pre_release,
               gen::container<std::vector<std::string>>(
                   1, gen::map(text_of(kNameBytes, 0, 4), [](auto t) { return "rc" + t; }))));
}

Gen<std::vector<ApprovedArtifact>> artifacts() {
  const auto one = gen::build<ApprovedArtifact>(
      gen::set(&ApprovedArtifact::component,
               gen::map(text_of(kNameBytes, 1, 8),
                        [](std::string name) { return base::ComponentName(std::move(name)); })),
      gen::set(&ApprovedArtifact::version, versions()),
      gen::set(&ApprovedArtifact::digest, perhaps(digests())));
  return gen::map(gen::container<std::vector<ApprovedArtifact>>(one),
                  [](const std::vector<ApprovedArtifact>& all) {
                    auto ordered = in_order(all);
                    const auto same = [](const auto& a, const auto& b) {
                      return a.component == b.component;
                    };
                    ordered.erase(std::unique(ordered.begin(), ordered.end(), same), ordered.end());
                    ordered.resize(std::min(ordered.size(), kApprovedArtifactsMax));
                    return ordered;
                  });
}

Gen<Approval> approvals() {
  const auto head =
      gen::build<ApprovedHead>(gen::set(&ApprovedHead::size, gen::arbitrary<std::uint64_t>()),
                               gen::set(&ApprovedHead::root, digests()));
  const auto nonce = gen::map(digests(), [](const base::Digest& digest) {
    ApprovalNonce bytes{};
    std::copy_n(digest.bytes.begin(), bytes.size(), bytes.begin());
    return bytes;
  });
  return gen::build<Approval>(
      gen::set(&Approval::installation,
               gen::map(text_of(kNameBytes, 1, 63),
                        [](std::string t) { return base::InstallationId(std::move(t)); })),
      gen::set(&Approval::release,
               gen::map(text_of(kNameBytes, 1, 9),
                        [](std::string t) { return base::ReleaseId(std::move(t)); })),
      gen::set(&Approval::plan, digests()), gen::set(&Approval::artifacts, artifacts()),
      gen::set(&Approval::role, text_of("az-", 1, 63)),
      gen::set(&Approval::decision, text_of("az-", 1, 9)),
      gen::set(&Approval::reason, perhaps(digests())), gen::set(&Approval::head, perhaps(head)),
      gen::set(&Approval::nonce, nonce), gen::set(&Approval::expires, whole_seconds()));
}

RC_GTEST_PROP(ApprovalProperty, IsReadAsItWasWritten, ()) {
  const auto approval = *approvals();
  const auto text = approval.to_text();
  RC_ASSERT(text.has_value());
  const auto read = Approval::parse(*text);
  RC_ASSERT(read.has_value());
  RC_ASSERT((*read == approval));
}

RC_GTEST_PROP(ApprovalProperty, HasOneTextOnly, ()) {
  auto text = (*approvals()).to_text().value();
  const auto place = *gen::inRange<std::size_t>(0, text.size());
  text.replace(place, *gen::inRange<std::size_t>(0, 3), *text_of("aA0 :\n\r-.Z", 0, 2));
  const auto read = Approval::parse(text);
  RC_ASSERT((!read || read->to_text() == text));
}

// --- signatures ---

RC_GTEST_PROP(SshWireProperty, ReadsWhatItWrote, ()) {
  const auto number = *gen::arbitrary<std::uint32_t>();
  const auto text = *bytes_of(0, 40);
  const auto magnitude = "\x01" + *bytes_of(0, 40);
  const auto zeros = *gen::inRange<std::size_t>(0, 3);
  std::string bytes;
  append_ssh_uint32(bytes, number);
  append_ssh_string(bytes, text);
  append_ssh_mpint(bytes, std::string(zeros, '\0') + magnitude);
  SshReader reader(bytes);
  RC_ASSERT(reader.uint32("number") == number);
  RC_ASSERT(reader.string("text", 40) == text);
  RC_ASSERT(reader.positive("magnitude", 41) == magnitude);
  reader.end("it");
  RC_ASSERT(reader.problem() == "");
}

RC_GTEST_PROP(SshSignatureProperty, IsReadAsItWasWritten, ()) {
  SshSignature signature{.key = SshPublicKey::parse(testing::kEd25519Line).value(),
                         .name_space = *text_of("a@Z .", 1, 255),
                         .hash = *gen::element(SshHash::Sha256, SshHash::Sha512),
                         .algorithm = "ssh-ed25519",
                         .value = *bytes_of(64, 64),
                         .security_key = std::nullopt};
  const auto text = signature.to_armored();
  const auto read = SshSignature::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT((*read == signature));
  RC_ASSERT(read->to_armored() == text);
}

}  // namespace
}  // namespace stellwerk::audit
