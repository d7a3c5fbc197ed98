#include "engine/person_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

/// Who types one command does not carry out another that somebody has signed. An approval has many
/// decisions, none of which is a command's.
base::Result<void> check_verb(const SignedWord& word, std::string_view verb) {
  constexpr std::array<std::string_view, 6> kOthers{"pause",    "resume", "promote",
                                                    "rollback", "attest", "reject"};
  const auto said = audit::Approval::parse(word.text);
  if (!said) return base::fail(said.error());
  const bool fits = verb == "approve"
                        ? std::find(kOthers.begin(), kOthers.end(), said->decision) == kOthers.end()
                        : said->decision == verb;
  if (fits) return {};
  return invalid(fmt::format("what was signed is not {}", verb),
                 fmt::format("the text says {}", base::in_quotes(said->decision)));
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

base::Result<base::Digest> keep_signed(const SignedWord& word, std::string_view verb,
                                       Engine& engine) {
  if (word.text.size() > audit::kApprovalBytesMax ||
      word.sealed_reason.size() > 2 * kReasonBytesMax)
    return invalid("what was signed cannot be taken", "it is longer than an approval may be");
  auto document = document_of(word);
  if (!document) return base::fail(std::move(document.error()));
  if (auto fits = check_verb(word, verb); !fits) return base::fail(std::move(fits.error()));
  if (verb == "rollback") {
    if (!word.sealed_reason.empty()) engine.keep_bytes_soon(word.sealed_reason);
    return engine.keep_bytes_soon(*document);
  }
  if (!word.sealed_reason.empty())
    if (auto kept = engine.ports().content.put(word.sealed_reason); !kept) return kept;
  return engine.ports().content.put(*document);
}

}  // namespace stellwerk::engine
