#include "engine/signed_word.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "audit/ssh_signature.h"
#include "base/json.h"
#include "base/text.h"
#include "core/permissions.h"
#include "engine/user_word.h"

namespace stellwerk::engine {
namespace {

constexpr std::string_view kRejectWord = "reject";

/// Commands and what they take; attest takes the roles of its step.
constexpr std::array<std::pair<std::string_view, core::Permission>, 4> kSteering{{
    {"pause", core::Permission::Pause},
    {"resume", core::Permission::Resume},
    {"promote", core::Permission::Promote},
    {"rollback", core::Permission::RollBack},
}};

base::Failure unfit_word(std::string message, std::string why) {
  return base::fail(base::error(base::Code::InvalidArgument, "ENG-0030", std::move(message))
                        .because(std::move(why))
                        .now("the release is unchanged"));
}

std::optional<base::WallTime> later(std::optional<base::WallTime> a,
                                    std::optional<base::WallTime> b) {
  if (!a || !b) return a ? a : b;
  return std::max(*a, *b, [](base::WallTime x, base::WallTime y) { return x.us < y.us; });
}

std::optional<base::WallTime> earlier(std::optional<base::WallTime> a,
                                      std::optional<base::WallTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b, [](base::WallTime x, base::WallTime y) { return x.us < y.us; });
}

/// Narrows a signer's validity by another row of the same key: the strictest counts.
void narrow(audit::Signer& signer, const core::PersonKey& row) {
  signer.valid_after = later(signer.valid_after, row.valid_after);
  signer.valid_before = earlier(signer.valid_before, row.valid_before);
  signer.revoked_at = earlier(signer.revoked_at, row.revoked);
}

/// By what stellwerk.yaml says now; a key that was taken out of it is revoked from `taken` on.
void narrow_by(audit::Signer& signer, const std::vector<core::Person>& people,
               base::WallTime taken) {
  bool found = false;
  for (const core::Person& each : people) {
    if (each.id != signer.person) continue;
    for (const core::PersonKey& row : each.keys) {
      const auto key = audit::SshPublicKey::parse(row.key);
      if (!key || *key != signer.key) continue;
      narrow(signer, row);
      found = true;
    }
  }
  if (!found) signer.revoked_at = earlier(signer.revoked_at, taken);
}

/// Only the reason that the text names is kept for it.
base::Result<void> check_reason(const SignedWord& word, const audit::Approval& approval) {
  const bool fits = approval.reason ? base::sha256(word.sealed_reason) == *approval.reason
                                    : word.sealed_reason.empty();
  if (fits) return {};
  return unfit_word("the reason is not the one that was signed",
                    "its digest is not the one in the signed text");
}

bool has_role(const std::vector<core::Person>& people, const base::PersonId& id, core::Role role) {
  return std::any_of(people.begin(), people.end(), [&](const core::Person& person) {
    return person.id == id && core::has_role(person, role);
  });
}

/// A role counts when the person has it in the plan, and still has it in stellwerk.yaml.
base::Result<void> check_role(const audit::CheckedApproval& checked, const core::Plan& plan,
                              const std::optional<std::vector<core::Person>>& people_now) {
  const auto role = core::parse_role(checked.approval.role);
  if (!role) return base::fail(role.error());
  const bool still = !people_now || has_role(*people_now, checked.person, *role);
  if (still && has_role(plan.people, checked.person, *role)) return {};
  return base::fail(
      base::error(base::Code::Forbidden, "ENG-0011",
                  fmt::format("{} may not speak as {}", checked.person.str(), to_string(*role)))
          .because("the role is not theirs in the plan, or no longer in stellwerk.yaml")
          .now("the release is unchanged"));
}

/// The end of the text or of its key, whichever comes first.
base::WallTime counts_until(const audit::CheckedApproval& checked,
                            const std::vector<audit::Signer>& signers) {
  std::optional<base::WallTime> until = checked.approval.expires;
  for (const audit::Signer& each : signers) {
    if (each.person != checked.person || each.key.fingerprint() != checked.fingerprint) continue;
    until = earlier(until, each.revoked_at);
    if (each.valid_before) until = earlier(until, *each.valid_before + base::seconds(1));
  }
  return *until;
}

base::Failure nobody_can_tell() {
  return base::fail(
      base::error(base::Code::Unavailable, "ENG-0038", "the signature cannot be taken now")
          .because("stellwerk.yaml cannot be read, so nobody can tell whether the key was revoked")
          .now("the release is unchanged; a pause or a rollback would be taken")
          .then("stellwerk doctor", "what is wrong with the file"));
}

base::Failure may_not_ask(const audit::CheckedApproval& checked, std::string why) {
  return base::fail(base::error(base::Code::Forbidden, "ENG-0011",
                                fmt::format("{} may not {} as {}", checked.person.str(),
                                            checked.approval.decision, checked.approval.role))
                        .because(std::move(why))
                        .now("the release is unchanged"));
}

/// The role that was signed must be one that has the permission: whoever reads the text sees by
/// what right it was said.
base::Result<void> check_permission(const audit::CheckedApproval& checked,
                                    core::Permission permission) {
  const auto role = core::parse_role(checked.approval.role);
  const core::RoleSet& roles = core::row_of(permission).roles;
  if (role && roles.contains(*role)) return {};
  return may_not_ask(checked, "it takes one of the roles " + core::roles_text(roles));
}

base::Result<core::InputBody> attestation_of(const audit::CheckedApproval& checked,
                                             const core::Plan& plan) {
  const audit::Approval& said = checked.approval;
  if (said.steps.size() != 1)
    return unfit_word("one step is attested at a time",
                      fmt::format("the signed text names {}", said.steps.size()));
  const base::StepId id(said.steps.front());
  const core::Step* step = plan.find_step(id);
  if (step == nullptr)
    return base::fail(base::error(base::Code::NotFound, "ENG-0014",
                                  fmt::format("release {} has no step {}", plan.release.str(),
                                              base::printable(id.str(), 80)))
                          .now("the release is unchanged"));
  const auto role = core::parse_role(said.role);
  if (!role || std::find(step->roles.begin(), step->roles.end(), *role) == step->roles.end())
    return may_not_ask(checked, fmt::format("{} takes other roles", id.str()));
  return core::InputBody(core::Attested{id, said.reason});
}

/// What steers a release. @return nothing: it is no such word
base::Result<std::optional<core::InputBody>> command_of(const audit::CheckedApproval& checked,
                                                        const core::Plan& plan) {
  const audit::Approval& said = checked.approval;
  if (said.decision == "attest") return attestation_of(checked, plan);
  const auto* row = std::find_if(kSteering.begin(), kSteering.end(),
                                 [&](const auto& each) { return each.first == said.decision; });
  if (row == kSteering.end()) return std::optional<core::InputBody>();
  if (auto held = check_permission(checked, row->second); !held)
    return base::fail(std::move(held.error()));
  switch (row->second) {
    case core::Permission::Resume:
      return core::InputBody(
          core::ResumeRequested{said.reason, {said.steps.begin(), said.steps.end()}});
    case core::Permission::Pause:
      return core::InputBody(core::PauseRequested{said.reason});
    case core::Permission::Promote:
      if (said.reason) return unfit_word("promote takes no reason", "the signed text names one");
      return core::InputBody(core::PromoteRequested{});
    default:
      if (!said.reason)
        return unfit_word("a rollback needs a reason", "the signed text names none");
      return core::InputBody(core::RollbackRequested{*said.reason});
  }
}

base::Result<core::InputBody> body_of(const audit::CheckedApproval& checked, const core::Plan& plan,
                                      const base::Digest& document) {
  const audit::Approval& said = checked.approval;
  const bool takes_steps = said.decision == "attest" || said.decision == "resume";
  if (!takes_steps && !said.steps.empty())
    return unfit_word(said.decision + " names no steps", "the signed text does");
  auto command = command_of(checked, plan);
  if (!command) return base::fail(std::move(command.error()));
  if (*command && said.head)
    return unfit_word(said.decision + " is not about the record", "the signed text has a head");
  if (*command) return std::move(**command);
  if (said.decision == kRejectWord) {
    if (!said.reason) return unfit_word("a rejection needs a reason", "the signed text names none");
    return core::InputBody(core::Rejected{said.plan, *said.reason, document, checked.fingerprint});
  }
  auto decision = core::parse_approval_kind(said.decision);
  if (!decision) return base::fail(std::move(decision.error()));
  auto role = core::parse_role(said.role);
  if (!role) return base::fail(std::move(role.error()));
  return core::InputBody(core::Approved{said.plan, true, *decision, *role, document,
                                        checked.fingerprint, said.reason});
}

}  // namespace

std::vector<audit::ApprovedArtifact> artifacts_of(const core::Plan& plan) {
  std::vector<audit::ApprovedArtifact> artifacts;
  for (const core::PlannedComponent& component : plan.components)
    artifacts.push_back({component.name, component.to, component.artifact});
  return audit::in_order(std::move(artifacts));
}

std::vector<audit::Signer> signers_of(const core::Plan& plan,
                                      const std::optional<std::vector<core::Person>>& people_now,
                                      base::WallTime taken) {
  std::vector<audit::Signer> signers;
  for (const core::Person& person : plan.people)
    for (const core::PersonKey& planned : person.keys) {
      auto key = audit::SshPublicKey::parse(planned.key);
      if (!key) continue;  // config refused it, or an older plan has it; nobody can sign with it
      const auto same = std::find_if(signers.begin(), signers.end(), [&](const audit::Signer& one) {
        return one.person == person.id && one.key == *key;
      });
      if (same != signers.end())
        narrow(*same, planned);
      else
        signers.push_back({person.id, std::move(*key), planned.valid_after, planned.valid_before,
                           planned.revoked});
    }
  if (people_now)
    for (audit::Signer& signer : signers) narrow_by(signer, *people_now, taken);
  return signers;
}

base::Result<SaidBy> said_by(const SignedWord& word, const core::Plan& plan,
                             const base::Digest& plan_digest, base::WallTime now,
                             const base::Digest& document) {
  const audit::ExpectedApproval expected{plan.installation, plan.release, plan_digest,
                                         artifacts_of(plan), now};
  const auto signers = signers_of(plan, word.people_now, now);
  auto checked = audit::check_approval({word.text, word.signature}, expected, signers);
  if (!checked) return base::fail(std::move(checked.error()).now("the release is unchanged"));
  if (auto fits = check_reason(word, checked->approval); !fits)
    return base::fail(std::move(fits.error()));
  if (auto held = check_role(*checked, plan, word.people_now); !held)
    return base::fail(std::move(held.error()));
  auto body = body_of(*checked, plan, document);
  if (!body) return base::fail(std::move(body.error()));
  if (!word.people_now && !makes_safer(*body)) return nobody_can_tell();
  Asker asker(checked->person,
              SignedBy{document, checked->fingerprint, base::to_hex(checked->approval.nonce),
                       checked->approval.role, counts_until(*checked, signers)});
  return SaidBy{std::move(*body), std::move(asker), checked->approval.head};
}

base::Result<std::string> document_of(const SignedWord& word) {
  auto signature = audit::SshSignature::parse(word.signature);
  if (!signature) return base::fail(std::move(signature.error()));
  const base::Json document = {
      {"key", signature->key.to_string()}, {"signature", word.signature}, {"text", word.text}};
  auto bytes = base::canonical(document);
  if (!bytes) return base::fail(std::move(bytes.error()));
  return *bytes;
}

}  // namespace stellwerk::engine
