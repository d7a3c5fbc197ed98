#include "audit/approval_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace stellwerk::audit {
namespace {

constexpr std::size_t kDocumentBytesMax = std::size_t{256} << 10;
constexpr std::string_view kEmergency = "emergency-approve";
constexpr std::string_view kSignOff = "sign-off";

base::Error bad_approval(std::uint64_t index, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0054",
                     fmt::format("the approval that entry {} names does not count", index))
      .because(std::move(why))
      .then(fmt::format("stellwerk audit show {}", index), "who is said to have approved what");
}

base::Error bad_command(std::uint64_t index, std::string why) {
  return base::error(base::Code::Corruption, "AUD-0054",
                     fmt::format("the command that entry {} names does not count", index))
      .because(std::move(why))
      .then(fmt::format("stellwerk audit show {}", index), "who is said to have asked for what");
}

base::Result<void> finding_if(std::uint64_t index, std::string why) {
  if (why.empty()) return {};
  return base::fail(bad_approval(index, std::move(why)));
}

base::Result<void> command_finding_if(std::uint64_t index, std::string why) {
  if (why.empty()) return {};
  return base::fail(bad_command(index, std::move(why)));
}

std::string shown(std::string_view text) { return base::in_quotes(base::printable(text, 80)); }

std::string said(const std::optional<base::Digest>& digest) {
  return digest ? digest->to_string() : "none";
}

bool share_any(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& each) { return b.contains(each); });
}

const std::set<std::string>* roles_of(const PlanApprovers& plan, const std::string& person) {
  const auto found = plan.roles_of.find(person);
  return found == plan.roles_of.end() ? nullptr : &found->second;
}

/// Those on which a release may begin.
bool lets_begin(std::string_view decision) {
  return decision == "approve" || decision == "accept-features" || decision == "accept-changelog";
}

struct Document {
  std::string text;
  std::string signature;
  std::string key;
};

base::Result<Document> read_document(const std::string& bytes) {
  const auto fields =
      base::parse_json(bytes, {.size_bytes_max = kDocumentBytesMax, .depth_max = 4});
  if (!fields) return base::fail(fields.error());
  const auto text_of = [&](const char* key) {
    const auto found = fields->is_object() ? fields->find(key) : fields->end();
    return found != fields->end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  return Document{text_of("text"), text_of("signature"), text_of("key")};
}

/// A signature of somebody in the plan, for its release and at the entry's time.
base::Result<CheckedApproval> judge_signature(const EntryFacts& facts, const std::string& document,
                                              const PlanApprovers& plan) {
  const auto read = read_document(document);
  if (!read) return base::fail(bad_approval(facts.index, read.error().one_line()));
  ExpectedApproval expected = plan.expected;
  expected.now = facts.time;
  auto checked =
      check_approval({.text = read->text, .signature = read->signature}, expected, plan.signers);
  if (!checked) return base::fail(bad_approval(facts.index, checked.error().one_line()));
  const auto key = SshPublicKey::parse(read->key);
  if (!key || key->fingerprint() != checked->fingerprint)
    return base::fail(
        bad_approval(facts.index, "the document names another key than the one that signed"));
  return checked;
}

std::string differs(std::string_view what, std::string_view signed_text,
                    std::string_view in_entry) {
  return fmt::format("the signed text's {} is {}, the entry's {}", what, shown(signed_text),
                     shown(in_entry));
}

std::string steps_text(std::vector<std::string> steps) {
  std::sort(steps.begin(), steps.end());
  return fmt::format("{}", fmt::join(steps, ", "));
}

/// Where an entry's command and signed text differ; empty: nowhere.
std::string difference(const NamedCommand& entry, const CheckedApproval& checked) {
  const Approval& text = checked.approval;
  const NamedSignature& how = *entry.signature;
  if (checked.person.str() != entry.person)
    return fmt::format("it was signed by {}, the entry says {}", checked.person.str(),
                       shown(entry.person));
  if (text.decision != entry.verb) return differs("decision", text.decision, entry.verb);
  if (text.role != how.role) return differs("role", text.role, how.role);
  if (text.reason != entry.reason) return differs("reason", said(text.reason), said(entry.reason));
  if (text.head) return "the signed text has a head, which no command takes";
  if (steps_text(text.steps) != steps_text(entry.steps))
    return differs("steps", steps_text(text.steps), steps_text(entry.steps));
  if (base::to_hex(text.nonce) != how.nonce)
    return differs("nonce", base::to_hex(text.nonce), how.nonce);
  if (checked.fingerprint != how.key)
    return fmt::format("it was signed with the key {}, the entry says {}", checked.fingerprint,
                       shown(how.key));
  return {};
}

/// Where entry and signed text differ; empty: nowhere.
std::string difference(const NamedApproval& entry, const CheckedApproval& checked) {
  const Approval& text = checked.approval;
  if (checked.person.str() != entry.person)
    return fmt::format("it was signed by {}, the entry says {}", checked.person.str(),
                       shown(entry.person));
  if (text.decision != entry.decision) return differs("decision", text.decision, entry.decision);
  if (entry.granted && text.role != entry.role) return differs("role", text.role, entry.role);
  if (!text.steps.empty()) return "the signed text names steps, which no approval takes";
  if (text.reason != entry.reason) return differs("reason", said(text.reason), said(entry.reason));
  if (entry.key != checked.fingerprint)
    return fmt::format("it was signed with the key {}, the entry says {}", checked.fingerprint,
                       shown(entry.key.value_or("none")));
  return {};
}

}  // namespace

const ApprovalJudge::Release* ApprovalJudge::find(const base::ReleaseId& release) const {
  const auto found = releases_.find(release);
  return found == releases_.end() ? nullptr : &found->second;
}

void ApprovalJudge::see(const EntryFacts& facts) {
  if (facts.mark == ReleaseMark::None) return;
  Release& release = releases_[facts.release];
  if (facts.mark == ReleaseMark::Planned && !release.plan) {
    release.plan = facts.planned;
    release.requester = facts.actor;
  }
  if (facts.mark == ReleaseMark::Ended && !release.ended) release.ended = facts.index;
}

std::optional<base::Digest> ApprovalJudge::plan_of(const base::ReleaseId& release) const {
  const Release* found = find(release);
  return found == nullptr ? std::nullopt : found->plan;
}

bool ApprovalJudge::requested_it(const EntryFacts& facts, const PlanApprovers& plan,
                                 const std::string& person) const {
  const Release* release = find(facts.release);
  return person == plan.requested_by || (release != nullptr && person == release->requester);
}

// ---- by the entry

base::Result<void> ApprovalJudge::judge_entry(const EntryFacts& facts) const {
  const NamedApproval& named = *facts.approval;
  const auto planned = plan_of(facts.release);
  if (planned && *planned != named.plan)
    return finding_if(facts.index, fmt::format("it is for the plan {}; the release has {}",
                                               named.plan.to_string(), planned->to_string()));
  if (named.is_signed && !named.document)
    return finding_if(facts.index, "it is called signed, and names no document that was signed");
  if (!named.is_signed && named.document)
    return finding_if(facts.index, "it names a signed document, and is called unsigned");
  if (!named.document && named.key)
    return finding_if(facts.index, "it names a key, and no document that was signed with it");
  return {};
}

// ---- by the plan

base::Result<void> ApprovalJudge::judge_by_plan(const EntryFacts& facts,
                                                const PlanApprovers& plan) const {
  const NamedApproval& named = *facts.approval;
  if (plan.expected.release != facts.release)
    return finding_if(facts.index, fmt::format("its plan is of the release {}",
                                               shown(plan.expected.release.str())));
  const auto* roles = roles_of(plan, named.person);
  if (roles == nullptr)
    return finding_if(facts.index, fmt::format("{} is nobody in the plan", shown(named.person)));
  if (named.granted) return finding_if(facts.index, granted_problem(facts, plan));
  if (share_any(*roles, plan.reject_roles)) return {};
  return finding_if(facts.index, fmt::format("{} has no role that rejects", named.person));
}

std::string ApprovalJudge::granted_problem(const EntryFacts& facts,
                                           const PlanApprovers& plan) const {
  const NamedApproval& named = *facts.approval;
  if (!roles_of(plan, named.person)->contains(named.role))
    return fmt::format("{} does not have the role {} in the plan", named.person, shown(named.role));
  if (named.decision == kEmergency) {
    if (!plan.emergency_roles.contains(named.role))
      return fmt::format("the plan knows no emergency approval by the role {}", named.role);
    const bool demanded = std::any_of(
        plan.steps.begin(), plan.steps.end(),
        [](const ApprovalStep& step) { return step.signature_required && !step.follow_up; });
    return demanded && !named.is_signed ? "the plan demands a signature for what it stands for"
                                        : std::string();
  }
  bool is_wanted = false;
  bool is_enough = false;
  for (const ApprovalStep& step : plan.steps) {
    if (step.decision != named.decision || !step.roles.contains(named.role)) continue;
    is_wanted = true;
    is_enough = is_enough || named.is_signed || !step.signature_required;
  }
  if (!is_wanted)
    return fmt::format("no step of the plan wants {} of the role {}", shown(named.decision),
                       shown(named.role));
  if (!is_enough) return "the plan demands a signature for it, and it has none";
  return follow_up_problem(facts, plan);
}

/// What one person decides alone, after the end.
std::string ApprovalJudge::follow_up_problem(const EntryFacts& facts,
                                             const PlanApprovers& plan) const {
  const NamedApproval& named = *facts.approval;
  if (lets_begin(named.decision)) return {};
  const Release* release = find(facts.release);
  const bool began_it =
      release != nullptr &&
      std::any_of(release->given.begin(), release->given.end(), [&](const Given& each) {
        return each.person == named.person && each.decision == kEmergency;
      });
  if (named.decision == kSignOff && began_it)
    return fmt::format("{} signs off the emergency approval that was theirs", named.person);
  if (plan.separation_of_duties && requested_it(facts, plan, named.person))
    return fmt::format("{} requested the release, and another person decides on that",
                       named.person);
  return {};
}

// ---- by what was signed

base::Result<void> ApprovalJudge::judge_document(const EntryFacts& facts,
                                                 const std::string& document,
                                                 const PlanApprovers& plan, const RootAt& root_at) {
  const auto checked = judge_signature(facts, document, plan);
  if (!checked) return base::fail(checked.error());
  const Approval& approval = checked->approval;
  if (std::string why = difference(*facts.approval, *checked); !why.empty())
    return finding_if(facts.index, std::move(why));
  const bool is_named = facts.command && facts.command->signature;
  if (is_named && facts.command->signature->nonce != base::to_hex(approval.nonce))
    return finding_if(facts.index, "its input names another nonce than was signed");
  if (is_named && facts.command->signature->role != approval.role)
    return finding_if(facts.index, "its input names another role than was signed");
  const auto* roles = roles_of(plan, facts.approval->person);
  if (roles == nullptr || !roles->contains(approval.role))
    return finding_if(facts.index, fmt::format("{} does not have the role {} in the plan",
                                               facts.approval->person, approval.role));
  const auto [used, is_new] = nonces_.try_emplace(approval.nonce, facts.index);
  if (!is_new)
    return finding_if(facts.index, fmt::format("the text with this nonce was used before, in "
                                               "entry {}: one signature, one approval",
                                               used->second));
  return finding_if(facts.index, head_problem(facts, approval, root_at));
}

// ---- what steers a release

base::Result<void> ApprovalJudge::judge_command_entry(const EntryFacts& facts) const {
  const NamedCommand& named = *facts.command;
  const bool is_signed = named.known_by == "signature";
  if (!named.known_by.empty() && !is_signed && named.known_by != "os-user")
    return command_finding_if(
        facts.index, fmt::format("it is known by {}, which is nothing", shown(named.known_by)));
  if (named.signature && !is_signed)
    return command_finding_if(facts.index, "it names a signature, and is not known by it");
  if (facts.actor != named.person && facts.actor != "stellwerk")
    return command_finding_if(facts.index, fmt::format("{} asked for it, and the entry is of {}",
                                                       shown(named.person), shown(facts.actor)));
  if (!facts.approval) {
    if (!is_signed || named.signature) return {};
    return command_finding_if(facts.index, "it is known by a signature, and names none");
  }
  const NamedApproval& approval = *facts.approval;
  if (!named.known_by.empty() && is_signed != approval.document.has_value())
    return command_finding_if(facts.index, "how it is known is not what the approval says");
  const bool is_same = !named.signature || (named.signature->document == approval.document &&
                                            named.signature->key == approval.key);
  return command_finding_if(facts.index,
                            is_same ? "" : "its input names another signature than its approval");
}

base::Result<void> ApprovalJudge::judge_command_by_plan(const EntryFacts& facts,
                                                        const PlanApprovers& plan) const {
  const NamedCommand& named = *facts.command;
  const std::string& verb = named.verb;
  const bool takes_any = verb == "pause" || verb == "rollback" || verb == "run";
  if (plan.signed_commands && !takes_any && named.known_by != "signature")
    return command_finding_if(facts.index, "the plan demands a signature for it, and it has none");
  if (!named.signature || facts.approval) return {};
  const std::string& role = named.signature->role;
  const auto* roles = roles_of(plan, named.person);
  if (roles == nullptr || !roles->contains(role))
    return command_finding_if(facts.index, fmt::format("{} does not have the role {} in the plan",
                                                       shown(named.person), shown(role)));
  const bool attests = verb == "attest" && !named.steps.empty();
  const auto& table = attests ? plan.step_roles : plan.command_roles;
  const auto may_ask = table.find(attests ? named.steps.front() : verb);
  if (may_ask != table.end() && may_ask->second.contains(role)) return {};
  return command_finding_if(facts.index,
                            fmt::format("the role {} may not ask for it", shown(role)));
}

base::Result<void> ApprovalJudge::judge_command_document(const EntryFacts& facts,
                                                         const std::string& document,
                                                         const PlanApprovers& plan) {
  const auto checked = judge_signature(facts, document, plan);
  if (!checked) return command_finding_if(facts.index, checked.error().why);
  if (std::string why = difference(*facts.command, *checked); !why.empty())
    return command_finding_if(facts.index, std::move(why));
  const auto [used, is_new] = nonces_.try_emplace(checked->approval.nonce, facts.index);
  if (is_new) return {};
  return command_finding_if(facts.index, fmt::format("the text with this nonce was used before, in "
                                                     "entry {}: one signature, one command",
                                                     used->second));
}

/// The part of the log that the person says to have looked at.
std::string ApprovalJudge::head_problem(const EntryFacts& facts, const Approval& approval,
                                        const RootAt& root_at) const {
  if (!approval.head) return {};
  const std::uint64_t size = approval.head->size;
  if (size > facts.index)
    return fmt::format("its head covers {} entries, more than there were", size);
  const auto root = root_at(size);
  if (!root || *root != approval.head->root)
    return fmt::format("its head is not the log's: over {} entries the root is {}, it says {}",
                       size, root ? root->to_string() : "(not known)",
                       approval.head->root.to_string());
  if (approval.decision != "accept-completeness") return {};
  const Release* release = find(facts.release);
  if (release == nullptr || !release->ended) return "the release had not ended before it";
  if (size > *release->ended) return {};
  return fmt::format("its head covers {} entries, and not the release's end in entry {}", size,
                     *release->ended);
}

void ApprovalJudge::count(const EntryFacts& facts, bool judged) {
  Release& release = releases_[facts.release];
  release.all_judged = release.all_judged && judged;
  const NamedApproval& named = *facts.approval;
  if (named.granted)
    release.given.push_back({named.person, named.role, named.decision, named.is_signed});
}

// ---- all of a release

base::Result<void> ApprovalJudge::judge_beginning(const EntryFacts& facts,
                                                  const PlanApprovers& plan) const {
  std::string why = beginning_problem(facts, plan);
  if (why.empty()) return {};
  return base::fail(
      base::error(base::Code::Corruption, "AUD-0054",
                  fmt::format("the release that begins in entry {} was not approved", facts.index))
          .because(std::move(why))
          .then(fmt::format("stellwerk audit log --release {} --type 'audit.approval.*'",
                            base::printable(facts.release.str(), 80)),
                "who approved it"));
}

std::string ApprovalJudge::beginning_problem(const EntryFacts& facts,
                                             const PlanApprovers& plan) const {
  const Release* release = find(facts.release);
  if (release == nullptr || !release->all_judged) return {};
  const std::vector<Given>& given = release->given;
  if (std::any_of(given.begin(), given.end(),
                  [](const Given& each) { return each.decision == kEmergency; }))
    return {};  // signed off afterwards, by another person
  bool wants_any = false;
  for (const ApprovalStep& step : plan.steps) {
    if (step.follow_up) continue;
    wants_any = true;
    std::set<std::string> people;
    for (const Given& each : given)
      if (each.decision == step.decision && step.roles.contains(each.role) &&
          (each.is_signed || !step.signature_required))
        people.insert(each.person);
    if (people.size() < step.count)
      return fmt::format("{} of {} approvals of {} were given", people.size(), step.count,
                         shown(step.name));
  }
  std::set<std::string> people;
  for (const Given& each : given)
    if (lets_begin(each.decision)) people.insert(each.person);
  if (!wants_any) return {};
  const bool alone = std::all_of(people.begin(), people.end(), [&](const std::string& each) {
    return requested_it(facts, plan, each);
  });
  if (plan.separation_of_duties && alone)
    return fmt::format("only {} approved, who requested it, and the plan separates these duties",
                       people.empty() ? "nobody" : *people.begin());
  if (plan.two_persons && people.size() < 2) return "two different people must approve it";
  return {};
}

}  // namespace stellwerk::audit
