// Releases that have ended leave the engine's memory, and answer all the same.
#include <gtest/gtest.h>

#include "engine/testing/machine.h"

namespace stellwerk::engine {
namespace {

using testing::Machine;

constexpr base::Duration kLater = base::minutes(11);

void end(Machine& machine) {
  ASSERT_TRUE(machine.begin());
  machine.reach(core::Stage::Completed);
  machine.turns(20);
}

TEST(EndedRelease, IsLetGoAfterAWhile) {
  Machine machine;
  end(machine);
  ASSERT_NE(machine.engine->find(machine.plan.release), nullptr);
  machine.turn(kLater);
  EXPECT_EQ(machine.engine->find(machine.plan.release), nullptr);
  EXPECT_TRUE(machine.engine->live().empty());
}

TEST(EndedRelease, StaysWhileSomebodyAttendsIt) {
  Machine machine;
  machine.engine->keep(machine.plan.release);
  end(machine);
  machine.turn(kLater);
  EXPECT_NE(machine.engine->find(machine.plan.release), nullptr);
}

// Goal: a command finds it again, and it is let go again.
TEST(EndedRelease, AnswersACommandAfterwards) {
  Machine machine;
  end(machine);
  machine.turn(kLater);
  std::optional<Answer> answer;
  machine.engine->command(machine.plan.release, core::PauseRequested{},
                          base::PersonId("release-manager-123"),
                          [&](const Answer& given) { answer = given; });
  machine.turns(5);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->refusal || !answer->ignored_because.empty());
  EXPECT_NE(machine.engine->find(machine.plan.release), nullptr);
  machine.turn(kLater);
  EXPECT_EQ(machine.engine->find(machine.plan.release), nullptr);
}

}  // namespace
}  // namespace stellwerk::engine
