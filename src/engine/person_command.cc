#include "engine/person_command.h"

#include <fmt/format.h>

#include "base/text.h"
#include "engine/private_text.h"

namespace stellwerk::engine {
namespace {

constexpr std::size_t kReasonBytesMax = 4096;

base::Failure invalid(std::string message, std::string why) {
  return base::fail(base::error(base::Code::InvalidArgument, "ENG-0030", std::move(message))
                        .because(std::move(why))
                        .now("the release is unchanged"));
}

base::Result<std::optional<base::Digest>> keep(const PersonCommand& command, Engine& engine) {
  const std::string& reason = command.reason;
  if (reason.empty()) return std::optional<base::Digest>{};
  if (reason.size() > kReasonBytesMax || !base::valid_utf8(reason))
    return invalid("the reason cannot be taken", "it must be UTF-8 text of at most 4,096 bytes");
  if (command.verb == "rollback") return std::optional<base::Digest>(engine.keep_soon(reason));
  auto digest = keep_text(reason, engine.ports().content, engine.ports().entropy);
  if (!digest) return base::fail(std::move(digest.error()));
  return std::optional<base::Digest>(*digest);
}

std::vector<base::StepId> steps_of(const PersonCommand& command) {
  return {command.again.begin(), command.again.end()};
}

base::Result<core::InputBody> decision_on_plan(const PersonCommand& command,
                                               const std::optional<base::Digest>& reason) {
  if (!command.plan)
    return invalid(command.verb + " names no plan", "an approval is for one plan, by its digest");
  if (command.verb == "approve") {
    core::Approved approved{*command.plan, false};
    approved.reason = reason;
    if (!command.decision.empty()) {
      auto decision = core::parse_approval_kind(command.decision);
      if (!decision) return base::fail(std::move(decision.error()));
      approved.decision = *decision;
    }
    return core::InputBody(std::move(approved));
  }
  return core::InputBody(core::Rejected{*command.plan, *reason});
}

}  // namespace

base::Result<core::InputBody> input_of(const PersonCommand& command, Engine& engine) {
  const bool needs_reason = command.verb == "rollback" || command.verb == "reject";
  if (needs_reason && base::trim(command.reason).empty())
    return invalid(command.verb + " needs a reason", "the record must say why; give --reason TEXT");
  auto reason = keep(command, engine);
  if (!reason) return base::fail(std::move(reason.error()));

  if (command.verb == "pause") return core::InputBody(core::PauseRequested{*reason});
  if (command.verb == "resume")
    return core::InputBody(core::ResumeRequested{*reason, steps_of(command)});
  if (command.verb == "promote") return core::InputBody(core::PromoteRequested{});
  if (command.verb == "rollback") return core::InputBody(core::RollbackRequested{**reason});
  if (command.verb == "attest")
    return core::InputBody(core::Attested{base::StepId(command.step), *reason});
  if (command.verb == "approve" || command.verb == "reject")
    return decision_on_plan(command, *reason);
  return invalid(fmt::format("\"{}\" is no command", base::printable(command.verb, 40)),
                 "there are pause, resume, promote, rollback, approve, reject and attest");
}

base::Result<base::Digest> keep_signed(const SignedWord& word, Engine& engine) {
  if (word.text.size() > audit::kApprovalBytesMax ||
      word.sealed_reason.size() > 2 * kReasonBytesMax)
    return invalid("what was signed cannot be taken", "it is longer than an approval may be");
  auto document = document_of(word);
  if (!document) return base::fail(std::move(document.error()));
  if (!word.sealed_reason.empty())
    if (auto kept = engine.ports().content.put(word.sealed_reason); !kept) return kept;
  return engine.ports().content.put(*document);
}

base::PersonId person_of(const core::Plan& plan, std::string_view os_user) {
  if (os_user.empty()) return {};
  for (const core::Person& person : plan.people)
    if (person.os_user == os_user) return person.id;
  return {};
}

}  // namespace stellwerk::engine
