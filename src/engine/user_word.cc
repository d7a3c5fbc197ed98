#include "engine/user_word.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/decide.h"
#include "core/permissions.h"

namespace stellwerk::engine {
namespace {

/// The words with which it is asked for: `resume ID`.
std::string command_text(const core::Plan& plan, const core::InputBody& body) {
  const std::string& id = plan.release.str();
  if (const auto* attested = std::get_if<core::Attested>(&body))
    return fmt::format("stellwerk attest {} {}", id, attested->step.str());
  if (std::holds_alternative<core::Approved>(body)) return "stellwerk approve " + id;
  if (std::holds_alternative<core::Rejected>(body))
    return fmt::format("stellwerk reject {} --reason TEXT", id);
  if (std::holds_alternative<core::PromoteRequested>(body))
    return "stellwerk release promote " + id;
  return "stellwerk release resume " + id;
}

base::Failure takes_signature(const core::Plan& plan, const core::InputBody& body) {
  const std::string command = command_text(plan, body);
  return base::fail(
      base::error(base::Code::Rejected, "ENG-0039", "this takes a signature")
          .because("the plan takes what people ask for only signed (signed_commands); who the "
                   "operating system names may still pause and roll back")
          .now("the release is unchanged")
          .then(command + " --key ~/.ssh/id_ed25519",
                "signs it with an OpenSSH key that stands in stellwerk.yaml")
          .then(command + " --by PERSON --print FILE", "writes the text, to be signed elsewhere"));
}

base::Failure nobody_can_tell_of_user() {
  return base::fail(
      base::error(base::Code::Unavailable, "ENG-0038", "the command cannot be taken now")
          .because("stellwerk.yaml cannot be read, so nobody can tell whether the person may still "
                   "ask for it")
          .now("the release is unchanged; a pause or a rollback would be taken")
          .then("stellwerk doctor", "what is wrong with the file"));
}

base::Failure taken_out(const core::Person& person, std::string why) {
  return base::fail(base::error(base::Code::Forbidden, "ENG-0011",
                                person.id.str() + " may not ask for this any more")
                        .because(std::move(why))
                        .now("the release is unchanged"));
}

/// As decide() would take it from a person with fewer roles; it is judged by their plan afterwards.
base::Result<core::InputBody> with_roles(const core::Person& left, const core::Plan& plan,
                                         const core::State& state, const base::Now& now,
                                         core::InputBody body) {
  core::Plan narrowed = plan;
  for (core::Person& each : narrowed.people)
    if (each.id == left.id) each.roles = left.roles;
  const core::Decision less = core::decide(narrowed, state, {now, left.id, body});
  if (less.refusal) {
    if (core::decide(plan, state, {now, left.id, body}).refusal) return body;
    return taken_out(left, fmt::format("with the roles that stellwerk.yaml still gives them: {}",
                                       less.refusal->one_line()));
  }
  auto* approved = std::get_if<core::Approved>(&body);
  if (approved == nullptr) return body;
  for (const core::NewEvent& entry : less.entries)
    if (const auto* granted = std::get_if<core::ApprovalGranted>(&entry.event))
      approved->role = granted->role;
  return body;
}

}  // namespace

bool makes_safer(const core::InputBody& body) {
  return std::holds_alternative<core::PauseRequested>(body) ||
         std::holds_alternative<core::RollbackRequested>(body);
}

base::PersonId person_of(const core::Plan& plan, std::string_view os_user) {
  if (os_user.empty()) return {};
  for (const core::Person& person : plan.people)
    if (person.os_user == os_user) return person.id;
  return {};
}

base::Result<core::InputBody> said_by_user(const UserWord& word, const core::Plan& plan,
                                           const core::State& state, const base::Now& now,
                                           core::InputBody body) {
  if (plan.signed_commands && !makes_safer(body)) return takes_signature(plan, body);
  const core::Person* planned = plan.find_person(person_of(plan, word.os_user));
  if (planned == nullptr) return body;
  if (!word.people_now) {
    if (makes_safer(body)) return body;
    return nobody_can_tell_of_user();
  }
  const auto still = std::find_if(
      word.people_now->begin(), word.people_now->end(),
      [&](const auto& each) { return each.id == planned->id && each.os_user == planned->os_user; });
  if (still == word.people_now->end())
    return taken_out(*planned,
                     "nobody of this id and operating-system user stands in "
                     "stellwerk.yaml any more");
  core::Person left = *planned;
  std::erase_if(left.roles, [&](core::Role role) { return !core::has_role(*still, role); });
  if (left.roles == planned->roles) return body;
  return with_roles(left, plan, state, now, std::move(body));
}

}  // namespace stellwerk::engine
