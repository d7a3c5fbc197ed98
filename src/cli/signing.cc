#include "cli/signing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "audit/checkpoint.h"
#include "audit/note.h"
#include "base/files.h"
#include "base/text.h"
#include "core/approvals.h"
#include "core/permissions.h"
#include "engine/private_text.h"

namespace stellwerk::cli {
namespace {

constexpr base::Duration kValidFor = base::hours(24);
constexpr base::Duration kValidAtOnce = base::minutes(10);  ///< a command that is signed and sent
constexpr base::Duration kValidForMax = base::hours(24 * 30);
constexpr std::size_t kReasonBytesMax = 8192;
constexpr std::string_view kNothingSigned = "nothing was signed, and the release is unchanged";
constexpr std::int64_t kMicrosecondsInSecond = 1'000'000;

base::Failure not_understood(std::string message, std::string why) {
  return base::fail(base::error(base::Code::InvalidArgument, "CLI-0001", std::move(message))
                        .because(std::move(why))
                        .now(std::string(kNothingSigned)));
}

/// The public half of --key: FILE.pub beside a private key, or FILE itself.
base::Result<audit::SshPublicKey> public_key_of(const std::string& file) {
  const std::string path = file.ends_with(".pub") ? file : file + ".pub";
  auto line = base::read_file(path, audit::kSshKeyLineBytesMax);
  if (!line)
    return base::fail(base::error(base::Code::NotFound, "CLI-0006", "the public key cannot be read")
                          .because(fmt::format("{}: {}", path, line.error().why))
                          .now(std::string(kNothingSigned))
                          .then(fmt::format("ssh-keygen -y -f {} > {}", file, path),
                                "writes it from the private key"));
  return audit::SshPublicKey::parse(*line);
}

base::Result<const core::Person*> owner_of(const core::Plan& plan, const audit::SshPublicKey& key) {
  for (const core::Person& person : plan.people)
    for (const core::PersonKey& each : person.keys)
      if (const auto parsed = audit::SshPublicKey::parse(each.key); parsed && *parsed == key)
        return &person;
  return base::fail(
      base::error(base::Code::Unauthenticated, "AUD-0025", "the key is nobody's in this plan")
          .because(fmt::format("no person of the plan has the key {}", key.fingerprint()))
          .now(std::string(kNothingSigned))
          .then("add it to the person's keys in stellwerk.yaml",
                "for releases that are planned from then on"));
}

base::Result<const core::Person*> person_asked(const core::Plan& plan, const ApprovalWords& words) {
  if (!words.key.empty()) {
    auto key = public_key_of(words.key);
    if (!key) return base::fail(std::move(key.error()));
    return owner_of(plan, *key);
  }
  if (words.person.empty())
    return not_understood("it is not said whose word this will be",
                          "give --by PERSON with --print");
  const core::Person* person = plan.find_person(base::PersonId(words.person));
  if (person != nullptr) return person;
  return not_understood(base::in_quotes(words.person) + " is nobody in this plan",
                        "people are named by their ids in stellwerk.yaml");
}

struct Meant {
  std::string decision;
  core::Role role = core::Role::ReleaseManager;
  std::vector<std::string> steps = {};
};

/// The role asked for, or the first of the person's that is among these; else the engine refuses.
base::Result<core::Role> role_among(const ApprovalWords& words, const core::Person& person,
                                    const std::function<bool(core::Role)>& suffices) {
  if (!words.role.empty()) return core::parse_role(words.role);
  const auto found = std::find_if(person.roles.begin(), person.roles.end(), suffices);
  return found == person.roles.end() ? person.roles.front() : *found;
}

/// What steers a release.
base::Result<Meant> command_meant(const SigningTask& task, const core::Person& person,
                                  core::Permission permission) {
  const core::RoleSet& may_ask = core::row_of(permission).roles;
  auto role = role_among(task.arguments.approval, person,
                         [&](core::Role each) { return may_ask.contains(each); });
  if (!role) return base::fail(std::move(role.error()));
  return Meant{task.arguments.verb, *role, task.arguments.again};
}

base::Result<Meant> attestation_meant(const SigningTask& task, const core::Person& person) {
  const core::Plan& plan = task.release.plan;
  const core::Step* step = plan.find_step(base::StepId(task.step));
  if (step == nullptr)
    return base::fail(base::error(base::Code::NotFound, "ENG-0014",
                                  fmt::format("release {} has no step {}", plan.release.str(),
                                              base::printable(task.step, 80)))
                          .now(std::string(kNothingSigned))
                          .then(fmt::format("stellwerk release show {}", plan.release.str()),
                                "the steps that wait for somebody"));
  auto role = role_among(task.arguments.approval, person, [&](core::Role each) {
    return std::find(step->roles.begin(), step->roles.end(), each) != step->roles.end();
  });
  if (!role) return base::fail(std::move(role.error()));
  return Meant{"attest", *role, {task.step}};
}

base::Failure nothing_missing(const core::Person& person) {
  return base::fail(base::error(base::Code::Conflict, "ENG-0015",
                                fmt::format("no approval of {} is missing", person.id.str()))
                        .because("it was given before, or the plan asks for other roles")
                        .now(std::string(kNothingSigned)));
}

/// The first of the person's roles that may approve in an emergency; else the decision refuses it.
core::Role urgent_role(const core::Person& person) {
  const core::RoleSet& may_say = core::row_of(core::Permission::EmergencyApprove).roles;
  const auto found = std::find_if(person.roles.begin(), person.roles.end(),
                                  [&](core::Role role) { return may_say.contains(role); });
  return found == person.roles.end() ? person.roles.front() : *found;
}

/// What the person says, and as whom.
base::Result<Meant> meant(const SigningTask& task, const core::Person& person) {
  const ApprovalWords& words = task.arguments.approval;
  const std::string& verb = task.arguments.verb;
  if (verb == "pause") return command_meant(task, person, core::Permission::Pause);
  if (verb == "resume") return command_meant(task, person, core::Permission::Resume);
  if (verb == "promote") return command_meant(task, person, core::Permission::Promote);
  if (verb == "rollback") return command_meant(task, person, core::Permission::RollBack);
  if (verb == "attest") return attestation_meant(task, person);
  core::Approved asked{task.release.state.plan, true};
  if (!words.role.empty()) {
    auto role = core::parse_role(words.role);
    if (!role) return base::fail(std::move(role.error()));
    asked.role = *role;
  }
  const core::Role own = asked.role.value_or(person.roles.front());
  if (verb == "reject") return Meant{"reject", own};
  if (!words.decision.empty()) {
    auto decision = core::parse_approval_kind(words.decision);
    if (!decision) return base::fail(std::move(decision.error()));
    asked.decision = *decision;
  }
  if (asked.decision == core::ApprovalKind::EmergencyApprove)
    return Meant{std::string(to_string(*asked.decision)), asked.role.value_or(urgent_role(person))};
  const auto open = core::wanted_approval(task.release.plan, task.release.state, person, asked);
  if (!open) return nothing_missing(person);
  const auto& action = std::get<core::ApprovalAction>(open->step->action);
  return Meant{std::string(to_string(action.decision)), open->role};
}

base::Result<base::WallTime> expiry(World& world, const Arguments& arguments) {
  const ApprovalWords& words = arguments.approval;
  const bool decides = arguments.verb == "approve" || arguments.verb == "reject";
  base::Duration span = !decides && words.print.empty() ? kValidAtOnce : kValidFor;
  if (!words.valid_for.empty()) {
    auto parsed = base::parse_duration(words.valid_for);
    if (!parsed) return base::fail(std::move(parsed.error()));
    span = *parsed;
  }
  if (span < base::minutes(1) || span > kValidForMax)
    return not_understood("the signature cannot be valid so long",
                          "--valid-for takes 1 minute to 30 days");
  const std::int64_t us = (world.now().wall + span).us;
  return base::WallTime{us - us % kMicrosecondsInSecond};
}

/// Completeness is said of the record as the latest checkpoint has it.
base::Result<audit::ApprovedHead> latest_head(const std::string& data_folder) {
  constexpr std::size_t kNoteBytesMax = std::size_t{1} << 20;
  auto bytes = base::read_file(data_folder + "/log/checkpoint", kNoteBytesMax);
  if (!bytes)
    return base::fail(base::error(base::Code::Conflict, "ENG-0037",
                                  "there is no checkpoint that the signature could be of")
                          .because(bytes.error().why)
                          .now(std::string(kNothingSigned)));
  auto note = audit::parse_note(*bytes);
  if (!note) return base::fail(std::move(note.error()));
  auto checkpoint = audit::Checkpoint::parse(note->text);
  if (!checkpoint) return base::fail(std::move(checkpoint.error()));
  return audit::ApprovedHead{checkpoint->size, checkpoint->root};
}

base::Result<std::string> sealed_reason(World& world, const std::string& reason) {
  if (base::trim(reason).empty()) return std::string();
  if (reason.size() > kReasonBytesMax / 2 || !base::valid_utf8(reason))
    return not_understood("the reason cannot be taken",
                          "it must be UTF-8 text of at most 4,096 bytes");
  engine::Salt salt{};
  if (auto drawn = world.draw(salt); !drawn) return base::fail(std::move(drawn.error()));
  return engine::sealed(reason, salt);
}

base::Result<std::string> read_part(const std::string& path, std::size_t bytes_max) {
  auto bytes = base::read_file(path, bytes_max);
  if (bytes) return bytes;
  return base::fail(
      base::error(bytes.error().code, "CLI-0006", path + " cannot be read")
          .because(bytes.error().why)
          .now("the release is unchanged")
          .then(fmt::format("ssh-keygen -Y sign -n {} -f KEY FILE", audit::kApprovalNamespace),
                "writes the signature to FILE.sig"));
}

base::Result<engine::SignedWord> read_signed(const std::string& file) {
  engine::SignedWord word;
  auto text = read_part(file, audit::kApprovalBytesMax);
  if (!text) return base::fail(std::move(text.error()));
  auto signature = read_part(file + ".sig", audit::kSshArmorBytesMax);
  if (!signature) return base::fail(std::move(signature.error()));
  auto reason = base::read_file(file + ".reason", kReasonBytesMax);
  if (!reason && reason.error().code != base::Code::NotFound)
    return base::fail(std::move(reason.error()));
  word.text = std::move(*text);
  word.signature = std::move(*signature);
  if (reason) word.sealed_reason = std::move(*reason);
  return word;
}

/// What was signed of another step is not said of this one.
base::Result<engine::SignedWord> read_signed_for(const SigningTask& task) {
  auto word = read_signed(task.arguments.approval.signed_file);
  if (!word || task.step.empty()) return word;
  const auto said = audit::Approval::parse(word->text);
  if (!said) return base::fail(said.error());
  if (said->steps == std::vector<std::string>{task.step}) return word;
  return not_understood(base::printable(task.step, 80) + " is not the step that was signed",
                        fmt::format("the text names {}", fmt::join(said->steps, ", ")));
}

}  // namespace

bool wants_signature(const ApprovalWords& words) {
  return !words.key.empty() || !words.print.empty() || !words.signed_file.empty();
}

base::Result<TextToSign> text_to_sign(World& world, const SigningTask& task) {
  const ApprovalWords& words = task.arguments.approval;
  auto person = person_asked(task.release.plan, words);
  if (!person) return base::fail(std::move(person.error()));
  auto said = meant(task, **person);
  if (!said) return base::fail(std::move(said.error()));
  auto reason = sealed_reason(world, task.arguments.reason);
  if (!reason) return base::fail(std::move(reason.error()));
  auto expires = expiry(world, task.arguments);
  if (!expires) return base::fail(std::move(expires.error()));
  audit::Approval approval;
  approval.installation = task.release.plan.installation;
  approval.release = task.release.plan.release;
  approval.plan = task.release.state.plan;
  approval.artifacts = engine::artifacts_of(task.release.plan);
  approval.role = std::string(to_string(said->role));
  approval.decision = said->decision;
  approval.steps = said->steps;
  if (!reason->empty()) approval.reason = base::sha256(*reason);
  if (auto drawn = world.draw(approval.nonce); !drawn) return base::fail(std::move(drawn.error()));
  approval.expires = *expires;
  if (said->decision == to_string(core::ApprovalKind::AcceptCompleteness)) {
    auto head = latest_head(task.data_folder);
    if (!head) return base::fail(std::move(head.error()));
    approval.head = *head;
  }
  auto text = approval.to_text();
  if (!text) return base::fail(std::move(text.error()));
  return TextToSign{std::move(*text), std::move(*reason)};
}

base::Result<engine::SignedWord> signed_word(World& world, const SigningTask& task) {
  const ApprovalWords& words = task.arguments.approval;
  if (!words.signed_file.empty()) return read_signed_for(task);
  auto made = text_to_sign(world, task);
  if (!made) return base::fail(std::move(made.error()));
  auto signature = world.ssh_sign({words.key, std::string(audit::kApprovalNamespace), made->text});
  if (!signature) return base::fail(std::move(signature.error()));
  return engine::SignedWord{
      std::move(made->text), std::move(*signature), std::move(made->sealed_reason), {}};
}

base::Result<void> print_to_sign(World& world, const SigningTask& task) {
  auto made = text_to_sign(world, task);
  if (!made) return base::fail(std::move(made.error()));
  const std::string& file = task.arguments.approval.print;
  if (auto written = base::create_file(file, made->text); !written) return written;
  if (made->sealed_reason.empty()) return {};
  return base::create_file(file + ".reason", made->sealed_reason);
}

}  // namespace stellwerk::cli
