// Who asks, as the engine takes it: what entries say of how a person is known, a signed text once,
// and an operating-system user whom stellwerk.yaml has dropped.
#include <gtest/gtest.h>

#include <algorithm>

#include "audit/testing/ssh_signer.h"
#include "engine/person_command.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using audit::testing::SshSigner;
using core::Stage;

constexpr const char* kManager = "release-manager-123";
constexpr base::Duration kHour = base::hours(1);

/// A release in its first wave whose manager has a key.
class Asking : public ::testing::Test {
 protected:
  void SetUp() override { begin(false); }
  void begin(bool signed_commands) {
    core::Plan plan = stellwerk::testing::sample_plan();
    plan.people.front().keys = {{signer.key().to_string(), {}, {}, {}}};
    plan.signed_commands = signed_commands;
    world = std::make_unique<World>(plan);
    people = plan.people;
    world->begin();
    ASSERT_TRUE(world->run_until(Stage::Holding, 1));
  }
  audit::Approval text(const std::string& decision) {
    audit::Approval said;
    said.installation = world->plan.installation;
    said.release = world->plan.release;
    said.plan = core::digest_of(world->plan);
    said.artifacts = artifacts_of(world->plan);
    said.role = "release-manager";
    said.decision = decision;
    said.nonce[0] = ++nonce;
    const base::WallTime end = world->clock.wall() + kHour;
    said.expires = base::WallTime{end.us - end.us % 1'000'000};
    return said;
  }
  SignedWord word_of(const audit::Approval& said) {
    SignedWord word;
    word.text = said.to_text().value();
    word.signature = signer.armored({word.text, audit::kApprovalNamespace});
    word.people_now = people;
    return word;
  }
  /// The id with which it is refused; empty: it was carried out.
  std::string take(const SignedWord& word) {
    const auto document = world->content.put(document_of(word).value());
    return answered([&](const Reply& reply) {
      world->engine().command_signed(world->plan.release, word, *document, reply);
    });
  }
  std::string ask(core::InputBody body, const char* os_user = kManager) {
    return answered([&](const Reply& reply) {
      world->engine().command_by_user(world->plan.release, std::move(body), {os_user, people},
                                      reply);
    });
  }
  template <class Ask>
  std::string answered(const Ask& command) {
    std::optional<Answer> answer;
    command([&](const Answer& given) { answer = given; });
    EXPECT_TRUE(world->run_until([&] { return answer.has_value(); }));
    return answer && answer->refusal ? answer->refusal->id : "";
  }
  /// The last input of that kind.
  base::Json input_of(std::string_view kind) {
    base::Json found;
    for (const ports::StoredEntry& entry : world->entries()) {
      const base::Json data = base::Json::parse(entry.bytes).at("data");
      if (data.contains("input") && data["input"].value("kind", "") == kind) found = data["input"];
    }
    return found;
  }

  SshSigner signer = SshSigner::make(audit::SshKeyType::Ed25519);
  std::unique_ptr<World> world;
  std::optional<std::vector<core::Person>> people;
  std::uint8_t nonce = 0;
};

TEST_F(Asking, SaysInTheEntryByWhatThePersonIsKnown) {
  EXPECT_EQ(ask(core::PauseRequested{}), "");
  EXPECT_EQ(input_of("pause-requested").at("known_by"), "os-user");
  EXPECT_FALSE(input_of("pause-requested").contains("signed"));

  const SignedWord word = word_of(text("resume"));
  EXPECT_EQ(take(word), "");
  const base::Json input = input_of("resume-requested");
  EXPECT_EQ(input.at("by"), kManager);
  EXPECT_EQ(input.at("known_by"), "signature");
  EXPECT_EQ(input.at("signed"),
            (base::Json{{"document", base::sha256(document_of(word).value()).to_string()},
                        {"key", signer.key().fingerprint()},
                        {"nonce", "01" + std::string(30, '0')},
                        {"role", "release-manager"}}));
}

// Goal: who keeps a signed text cannot say it again, not even to the next process.
TEST_F(Asking, ASignedTextCountsOnce) {
  const SignedWord pause = word_of(text("pause"));
  EXPECT_EQ(take(pause), "");
  EXPECT_EQ(ask(core::ResumeRequested{}), "");
  EXPECT_EQ(take(pause), "ENG-0040");
  world->kill();
  world->start();
  EXPECT_EQ(take(pause), "ENG-0040");
  EXPECT_EQ(take(word_of(text("pause"))), "") << "another text is another word";
}

TEST_F(Asking, WhatWasRefusedMayBeSaidAgainUntilItExpires) {
  const SignedWord resume = word_of(text("resume"));
  EXPECT_EQ(take(resume), "ENG-0012") << "it is not paused";
  EXPECT_EQ(ask(core::PauseRequested{}), "");
  EXPECT_EQ(take(resume), "");
  const SignedWord late = word_of(text("pause"));
  world->clock.advance(kHour);
  EXPECT_EQ(take(late), "AUD-0028");
}

TEST_F(Asking, ASignatureOfAKeyThatIsRevokedNowSteersNothing) {
  people->front().keys.front().revoked = world->clock.wall();
  EXPECT_EQ(take(word_of(text("promote"))), "AUD-0025");
  people.reset();
  EXPECT_EQ(take(word_of(text("promote"))), "ENG-0038");
  EXPECT_EQ(take(word_of(text("pause"))), "") << "an emergency waits for no file";
}

// Goal: who was taken out of stellwerk.yaml acts no more under an old plan.
TEST_F(Asking, AUserCountsWhileStellwerkYamlHasThem) {
  const auto all = *people;
  std::erase_if(*people, [](const core::Person& each) { return each.id.str() == kManager; });
  EXPECT_EQ(ask(core::PauseRequested{}), "ENG-0011");
  EXPECT_EQ(ask(core::RollbackRequested{}), "ENG-0011");
  EXPECT_EQ(ask(core::PauseRequested{}, "devops-1"), "") << "others still count";
  EXPECT_EQ(ask(core::ResumeRequested{}, "devops-1"), "");

  people = all;
  people->front().os_user = "somebody-else";
  EXPECT_EQ(ask(core::PauseRequested{}), "ENG-0011") << "the account is not theirs any more";
  people = all;
  people->front().roles = {core::Role::ProductOwner};
  EXPECT_EQ(ask(core::PauseRequested{}), "ENG-0011") << "no role that pauses is left";
  people->front().roles = {core::Role::Qa, core::Role::ReleaseManager};
  EXPECT_EQ(ask(core::PauseRequested{}), "") << "a role that pauses is left";
  people->front().roles = {core::Role::AuditOfficer, core::Role::DevOps};
  EXPECT_EQ(ask(core::ResumeRequested{}), "ENG-0011") << "the file gives no role";
}

TEST_F(Asking, WhileTheFileCannotBeReadUsersOnlyPauseAndRollBack) {
  people.reset();
  EXPECT_EQ(ask(core::PromoteRequested{}), "ENG-0038");
  EXPECT_EQ(ask(core::PauseRequested{}, "nobody"), "ENG-0010");
  EXPECT_EQ(ask(core::PauseRequested{}), "");
  EXPECT_EQ(ask(core::ResumeRequested{}), "ENG-0038");
  EXPECT_EQ(ask(core::RollbackRequested{base::sha256("why")}), "");
}

TEST_F(Asking, WhereCommandsAreSignedUsersOnlyPauseAndRollBack) {
  begin(true);
  EXPECT_EQ(ask(core::PromoteRequested{}), "ENG-0039");
  EXPECT_EQ(ask(core::PauseRequested{}), "");
  EXPECT_EQ(ask(core::ResumeRequested{}), "ENG-0039");
  EXPECT_EQ(take(word_of(text("resume"))), "");
  EXPECT_EQ(ask(core::Attested{base::StepId("any/step"), {}}), "ENG-0039");
  EXPECT_EQ(ask(core::Approved{core::digest_of(world->plan)}), "ENG-0039");
  EXPECT_EQ(ask(core::Rejected{core::digest_of(world->plan), {}}), "ENG-0039");
  EXPECT_EQ(ask(core::RollbackRequested{base::sha256("why")}), "");
  EXPECT_EQ(input_of("rollback-requested").at("known_by"), "os-user");
}

// Goal: who has lost one of two roles does not approve in it; what they may still say, they say.
TEST(AskingApproval, IsGivenInARoleThatIsLeft) {
  core::Plan plan = stellwerk::testing::sample_plan();
  const core::Approved body{core::digest_of(plan)};
  core::State state;
  state.stage = Stage::Preparing;
  state.plan = body.plan;
  UserWord word{kManager, plan.people};
  word.people_now->front().roles = {core::Role::ProductOwner};
  const auto said = said_by_user(word, plan, state, {}, body);
  ASSERT_TRUE(said) << said.error().one_line();
  EXPECT_EQ(std::get<core::Approved>(*said).role, core::Role::ProductOwner);
  word.people_now->front().roles = {core::Role::Qa};
  EXPECT_EQ(said_by_user(word, plan, state, {}, body).error().id, "ENG-0011");
  word.people_now = plan.people;
  EXPECT_FALSE(std::get<core::Approved>(*said_by_user(word, plan, state, {}, body)).role);
}

// Goal: a command that is typed does not carry out another that somebody has signed.
TEST_F(Asking, WhatIsSignedIsOfTheCommandThatBringsIt) {
  const SignedWord promote = word_of(text("promote"));
  EXPECT_EQ(keep_signed(promote, "pause", world->engine()).error().id, "ENG-0030");
  EXPECT_EQ(keep_signed(promote, "approve", world->engine()).error().id, "ENG-0030");
  EXPECT_TRUE(keep_signed(promote, "promote", world->engine()));
  EXPECT_TRUE(keep_signed(word_of(text("sign-off")), "approve", world->engine()));
  EXPECT_EQ(keep_signed(word_of(text("approve")), "reject", world->engine()).error().id,
            "ENG-0030");
}

}  // namespace
}  // namespace stellwerk::engine::testing
