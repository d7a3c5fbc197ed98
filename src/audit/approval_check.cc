// Whether a signed approval counts; declared in approval.h.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/allowed_signers.h"
#include "audit/approval.h"
#include "audit/signer_line.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

base::Failure replayed(std::string_view what, std::string_view said, std::string_view expected) {
  return fail(base::error(base::Code::Rejected, "AUD-0027", "the approval is for something else")
                  .because(fmt::format("its {} is {}, not {}", what, said, expected))
                  .then("sign the text of this release", "an approval counts for one plan only"));
}

std::string artifact_or_nothing(const std::vector<ApprovedArtifact>& artifacts, std::size_t i) {
  return i < artifacts.size() ? to_string(artifacts[i]) : "none";
}

base::Result<void> check_binding(const Approval& approval, const ExpectedApproval& expected) {
  if (approval.installation != expected.installation) {
    return replayed("installation", approval.installation.str(), expected.installation.str());
  }
  if (approval.release != expected.release) {
    return replayed("release", approval.release.str(), expected.release.str());
  }
  if (approval.plan != expected.plan) {
    return replayed("plan", approval.plan.to_string(), expected.plan.to_string());
  }
  const auto ordered = in_order(expected.artifacts);
  for (std::size_t i = 0; i < std::max(ordered.size(), approval.artifacts.size()); ++i) {
    const auto said = artifact_or_nothing(approval.artifacts, i);
    const auto wanted = artifact_or_nothing(ordered, i);
    if (said != wanted) return replayed("artifact", said, wanted);
  }
  return {};
}

base::Failure may_not_sign(base::Code code, const SshPublicKey& key, std::string why) {
  return fail(
      base::error(code, "AUD-0025", fmt::format("the key {} may not sign this", key.fingerprint()))
          .because(std::move(why))
          .then("ask who administers the keys", "whether the key is known and valid"));
}

/// Empty when the signer may sign at that time.
std::string validity_problem(const Signer& signer, base::WallTime now) {
  const auto at = whole_second(now);
  const auto& person = signer.person.str();
  if (signer.revoked_at && at >= whole_second(*signer.revoked_at)) {
    return fmt::format("it was revoked at {}; it is a key of {}", base::rfc3339(*signer.revoked_at),
                       person);
  }
  if (signer.valid_before && at > whole_second(*signer.valid_before)) {
    return fmt::format("it is no longer valid: until {}; it is a key of {}",
                       base::rfc3339(*signer.valid_before), person);
  }
  if (signer.valid_after && at < whole_second(*signer.valid_after)) {
    return fmt::format("it is not yet valid: from {} on; it is a key of {}",
                       base::rfc3339(*signer.valid_after), person);
  }
  return {};
}

base::Result<base::PersonId> signer_of(const SshPublicKey& key, base::WallTime now,
                                       std::span<const Signer> signers) {
  std::optional<base::PersonId> person;
  std::string problem;
  for (const auto& signer : signers) {
    if (signer.key != key) continue;
    auto why = validity_problem(signer, now);
    if (!why.empty()) {
      problem = std::move(why);
      continue;
    }
    if (person && *person != signer.person) {
      return may_not_sign(base::Code::Conflict, key,
                          fmt::format("it is listed for {} and for {}: whose is it?", person->str(),
                                      signer.person.str()));
    }
    person = signer.person;
  }
  if (person) return *person;
  if (!problem.empty()) return may_not_sign(base::Code::Forbidden, key, std::move(problem));
  return may_not_sign(base::Code::Unauthenticated, key, "it is unknown");
}

void set_validity(AllowedSigner& entry, const Signer& signer) {
  // The file knows no times before 1970, and a key that was valid then has no beginning.
  if (signer.valid_after && signer.valid_after->us >= base::seconds(1).us) {
    entry.valid_after = whole_second(*signer.valid_after);
  }
  if (signer.valid_before) entry.valid_before = whole_second(*signer.valid_before);
  if (signer.revoked_at) {
    const auto last = whole_second(*signer.revoked_at) - base::seconds(1);
    entry.valid_before = std::min(entry.valid_before.value_or(last), last);
  }
}

bool can_be_valid(const AllowedSigner& entry) {
  if (!entry.valid_before) return true;
  return *entry.valid_before > entry.valid_after.value_or(base::WallTime{0});
}

}  // namespace

base::Result<CheckedApproval> check_approval(const SignedApproval& given,
                                             const ExpectedApproval& expected,
                                             std::span<const Signer> signers) {
  auto approval = Approval::parse(given.text);
  if (!approval) return fail(std::move(approval).error());
  auto signature = verify_ssh_signature({.message = given.text, .name_space = kApprovalNamespace},
                                        given.signature);
  if (!signature) return fail(std::move(signature).error());
  auto person = signer_of(signature->key, expected.now, signers);
  if (!person) return fail(std::move(person).error());
  if (auto bound = check_binding(*approval, expected); !bound) {
    return fail(std::move(bound).error());
  }
  if (expected.now >= approval->expires) {
    return fail(base::error(base::Code::Rejected, "AUD-0028", "the approval has expired")
                    .because(fmt::format("it counted until {}", base::rfc3339(approval->expires)))
                    .then("ask for a new text and sign it", "each has an end of its own"));
  }
  return CheckedApproval{.approval = std::move(*approval),
                         .person = std::move(*person),
                         .fingerprint = signature->key.fingerprint(),
                         .security_key = signature->security_key};
}

base::Result<std::string> allowed_signers_of(std::span<const Signer> signers) {
  std::vector<AllowedSigner> entries;
  for (const auto& signer : signers) {
    if (!base::parse_name(signer.person.str())) {
      return no_signer_line({}, base::in_quotes(signer.person.str()) + " is no person's name");
    }
    AllowedSigner entry{.principals = {{signer.person.str()}},
                        .key = signer.key,
                        .namespaces = PatternList{{std::string(kApprovalNamespace)}},
                        .valid_after = std::nullopt,
                        .valid_before = std::nullopt,
                        .comment = {}};
    set_validity(entry, signer);
    if (can_be_valid(entry)) entries.push_back(std::move(entry));
  }
  return format_allowed_signers(entries);
}

}  // namespace stellwerk::audit
