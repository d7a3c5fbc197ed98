// Free text never stands in an entry: the journal has salted digests, people read the content
// store.
#include "engine/private_text.h"

#include <gtest/gtest.h>

#include "engine/entries.h"
#include "engine/person_command.h"
#include "engine/view.h"
#include "engine/world.h"
#include "support/story.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

constexpr const char* kPersonal = "Erika Mustermann, IBAN DE02";

bool journal_says(World& world, std::string_view text) {
  for (const ports::StoredEntry& entry : world.entries())
    if (entry.bytes.find(text) != std::string::npos) return true;
  return false;
}

PersonCommand pause_because(const char* reason) {
  PersonCommand command;
  command.verb = "pause";
  command.reason = reason;
  return command;
}

TEST(PrivateText, IsReadBackAndHasAnotherDigestEachTime) {
  adapters::MemoryContent content;
  adapters::MemoryEntropy entropy;
  const auto first = keep_text("done", content, entropy);
  const auto second = keep_text("done", content, entropy);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_NE(*first, base::sha256("done"));
  EXPECT_EQ(*read_text(*first, content), "done");
  const std::string bytes = *content.get(*first);
  EXPECT_TRUE(bytes.starts_with("stellwerk-salted-v1 ")) << bytes;
  EXPECT_EQ(bytes.size(), 20U + 32U + 1U + 4U);
  EXPECT_EQ(bytes, sealed(opened(bytes), Salt{}).replace(20, 32, bytes.substr(20, 32)));
}

TEST(PrivateText, KeptUnsaltedByAnOlderProgramIsReadAsItIs) {
  adapters::MemoryContent content;
  for (const char* text : {"", "done", "stellwerk-salted-v1 ", "stellwerk-salted-v1 not hex\n"})
    EXPECT_EQ(*read_text(*content.put(text), content), text);
}

TEST(PrivateText, IsNotKeptWithoutSalt) {
  adapters::MemoryContent content;
  adapters::MemoryEntropy entropy;
  entropy.break_down();
  EXPECT_EQ(keep_text("done", content, entropy).error().id, "ENG-0001");
  EXPECT_FALSE(*content.has(base::sha256("done")));
}

/// A command printed something, failed, and somebody paused for a reason.
void fail_with_output(World& world) {
  world.steps.answer = [](const ports::StepRequest&) -> base::Result<ports::StepReport> {
    return ports::StepReport{
        false, "exit 1 after 0.1 s, expected 0",
        std::string("exit 1 after 0.1 s, expected 0; last output: ") + kPersonal,
        std::string(R"({"output": ")") + kPersonal + "\"}"};
  };
  world.begin();
  ASSERT_TRUE(world.run_until([&] { return world.times("audit.step.failed") == 1; }, 50));
}

// Goal: free text, output and reports by salted digest, so that personal data can be
// erased without breaking the tree.
TEST(PrivateText, OfAFailedCommandIsNoPartOfTheJournalOrOfWhatIsPublished) {
  World world(core::testing::plan_with_once_command());
  fail_with_output(world);
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }, 50));
  EXPECT_FALSE(journal_says(world, "Mustermann"));
  for (const ports::PublicEvent& event : world.bus.events())
    EXPECT_EQ(event.data.find("Mustermann"), std::string::npos) << event.name;
  const base::Json failed = world.data_of("audit.step.failed");
  EXPECT_EQ(failed.at("summary"), "exit 1 after 0.1 s, expected 0");
  for (const char* key : {"text", "evidence"}) {
    const auto digest = base::Digest::parse(failed.at(key).get<std::string>());
    const auto text = read_text(*digest, world.content);
    ASSERT_TRUE(text) << key;
    EXPECT_NE(text->find(kPersonal), std::string::npos) << key;
  }
}

TEST(PrivateText, IsShownInTheViewUntilItIsErased) {
  World world(core::testing::plan_with_once_command());
  fail_with_output(world);
  base::Json view = view_of(world.plan, world.state(), std::nullopt);
  EXPECT_EQ(view.dump().find("Mustermann"), std::string::npos);
  add_texts(view, world.content);
  EXPECT_NE(view.at("steps").at(0).at("text").get<std::string>().find(kPersonal),
            std::string::npos);

  world.content.erase(
      *base::Digest::parse(world.data_of("audit.step.failed").at("text").get<std::string>()));
  view = view_of(world.plan, world.state(), std::nullopt);
  add_texts(view, world.content);
  EXPECT_FALSE(view.at("steps").at(0).contains("text"));
  EXPECT_EQ(view.at("steps").at(0).at("text_erased"), true);
  EXPECT_TRUE(world.journal.verify(std::nullopt));
}

TEST(PrivateText, OfAPersonsReasonReachesNoticesButNoEntry) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Announced));
  const auto input = input_of(pause_because(kPersonal), world.engine());
  ASSERT_TRUE(input) << input.error().one_line();
  EXPECT_FALSE(world.command(*input).refusal);
  ASSERT_TRUE(world.run_until([&] { return world.engine().quiet(); }, 50));
  EXPECT_FALSE(journal_says(world, "Mustermann"));
  EXPECT_NE(world.notifier.sent().back().body.find(kPersonal), std::string::npos)
      << world.notifier.sent().back().body;
  base::Json view = view_of(world.plan, world.state(), std::nullopt);
  add_texts(view, world.content);
  EXPECT_EQ(view.at("paused").at("reason"), kPersonal);
}

TEST(PrivateText, OfEntriesThatHadItThemselvesIsStillRead) {
  const auto event = core::decode_event("audit.step.failed", {{"step", "preparation/publish"},
                                                              {"summary", "exit 1; last output: x"},
                                                              {"outcome_unknown", false}});
  ASSERT_TRUE(event) << event.error().one_line();
  EXPECT_EQ(std::get<core::StepFailed>(*event).summary, "exit 1; last output: x");
  EXPECT_FALSE(core::private_text_of(*event));
}

}  // namespace
}  // namespace stellwerk::engine::testing
