// What the versions' output says, on its way to people: beside the figures, in a wave's evidence,
// with the attestation of the logs' step, in the summary; and over a restart.
#include <gtest/gtest.h>

#include "engine/view.h"
#include "engine/world.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

void logged(World& world, bool is_new, const kpi::LogCounts& counts) {
  const auto& component = world.plan.components.front();
  kpi::MetricBatch batch;
  batch.logs.push_back({component.name, is_new ? component.to : component.from, counts,
                        "/data/workload", world.clock.mono()});
  world.metrics.push(std::move(batch));
  world.turn();
}

base::Json view_now(World& world) {
  const ReleaseRun* run = world.engine().find(world.plan.release);
  return view_of(run->plan(), run->state(),
                 LiveFigures{world.engine().watch_of(world.plan.release), run->now()});
}

base::Json entry_of_step(World& world, const std::string& type, const std::string& step) {
  for (const ports::StoredEntry& entry : world.entries()) {
    const auto data = base::parse_json(entry.bytes)->at("data");
    if (entry.type == type && data.value("step", "") == step) return data;
  }
  return base::Json::object();
}

std::string content_of(World& world, const base::Json& digest) {
  return world.content.get(*base::Digest::parse(digest.get<std::string>())).value();
}

TEST(Logs, StandBesideTheAttestationOfTheirStep) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  logged(world, false, {900, 40, 50, 0});
  logged(world, true, {20, 1, 2, 0});
  logged(world, false, {910, 41, 50, 0});
  ASSERT_TRUE(world.run_until(Stage::PostChecking));
  logged(world, true, {30, 3, 2, 0});
  const auto rows = view_now(world).at("logs");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("errors"), 1);
  EXPECT_EQ(rows[1].at("errors"), 3);
  EXPECT_EQ(rows[1].at("folder"), "/data/workload");

  EXPECT_FALSE(
      world.command(core::Attested{base::StepId("post-check/logs"), {}}, "devops-1").refusal);
  const auto data = entry_of_step(world, "audit.step.attested", "post-check/logs");
  EXPECT_TRUE(data.at("summary").get<std::string>().find(
                  "document-domain 1.3.0: 3 ERROR, 2 WARN, 30 lines, ") != std::string::npos)
      << data;
  const auto evidence = base::parse_json(content_of(world, data.at("evidence")));
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("logs").at(1).at("warnings"), 2);
  EXPECT_FALSE(evidence->at("logs").at(1).contains("folder")) << "counts only";

  ASSERT_TRUE(world.run_until(Stage::Completed));
  const auto summary = entry_of_step(world, "audit.step.passed", "post-check/summary");
  EXPECT_NE(
      content_of(world, summary.at("evidence")).find("| document-domain 1.3.0 | 3 | 2 | 30 | "),
      std::string::npos);
}

TEST(Logs, StandInTheEvidenceOfEveryWave) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  logged(world, true, {20, 1, 2, 0});
  ASSERT_TRUE(world.run_until(Stage::PostChecking));
  std::size_t waves = 0;
  for (const ports::StoredEntry& entry : world.entries()) {
    const auto data = base::parse_json(entry.bytes)->at("data");
    if (entry.type != "stellwerk.hold.completed") continue;
    ++waves;
    EXPECT_NE(content_of(world, data.at("evidence")).find(R"({"logs":{"counts":[0,1,20,1,2,0,)"),
              std::string::npos)
        << waves;
  }
  EXPECT_EQ(waves, 3U);
}

TEST(Logs, HaveNoFiguresWhereNobodyReadsThem) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::PostChecking));
  EXPECT_EQ(view_now(world).at("logs"), base::Json::array());
  EXPECT_FALSE(
      world.command(core::Attested{base::StepId("post-check/logs"), {}}, "devops-1").refusal);
  const auto data = entry_of_step(world, "audit.step.attested", "post-check/logs");
  EXPECT_FALSE(data.contains("summary"));
  EXPECT_FALSE(data.contains("evidence"));
}

TEST(Logs, AreCountedOnAfterAKill) {
  World world;
  world.begin();
  ASSERT_TRUE(world.run_until(Stage::Holding, 1));
  world.requests = 0;  // the hold goes on, and is saved with the minute
  logged(world, false, {900, 40, 50, 0});
  logged(world, true, {20, 1, 2, 0});
  logged(world, false, {905, 41, 50, 0});
  ASSERT_TRUE(world.run_until([&] { return world.times("stellwerk.hold.saved") > 0; }));
  world.kill();
  world.start();
  for (int i = 0; i < 5; ++i) world.turn();
  logged(world, false, {910, 43, 50, 0});
  logged(world, true, {25, 4, 2, 0});
  const auto rows = view_now(world).at("logs");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("errors"), 3) << "of the old version since the new one was deployed";
  EXPECT_EQ(rows[1].at("errors"), 4);
  EXPECT_EQ(rows[1].at("lines"), 25);
}

}  // namespace
}  // namespace stellwerk::engine::testing
