#include "sim/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/compile.h"
#include "support/sample_release.h"

namespace stellwerk::sim {
namespace {

/// Quick: thirty times as fast as planned.
ForecastOptions quick(base::Ppm errors, FaultLevel level, std::uint64_t seeds) {
  ForecastOptions options;
  options.world.level = level;
  options.world.speed = 30;
  options.world.traffic.new_version.errors = errors;
  options.seeds = seeds;
  return options;
}

std::vector<std::int64_t> figures(const std::vector<Sample>& samples) {
  std::vector<std::int64_t> figures;
  for (const Sample& sample : samples) {
    figures.push_back(static_cast<std::int64_t>(sample.seed));
    figures.push_back(static_cast<std::int64_t>(sample.end));
    figures.push_back(sample.story.took().us);
    figures.push_back(sample.in_breach().us);
    figures.push_back(static_cast<std::int64_t>(sample.bad));
    figures.push_back(static_cast<std::int64_t>(sample.served_by_new));
  }
  return figures;
}

TEST(Forecast, DoesNotDependOnTheNumberOfThreads) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  ForecastOptions options = quick(base::Ppm{200}, FaultLevel::Many, 6);
  options.threads = 1;
  const Forecast one = forecast(plan, options);
  options.threads = 3;
  const Forecast three = forecast(plan, options);
  ASSERT_EQ(one.samples.size(), 6U);
  EXPECT_FALSE(one.failure.has_value());
  EXPECT_EQ(figures(one.samples), figures(three.samples));
}

// Goal: without misfortunes and errors nothing goes wrong but what chance does to a comparison.
TEST(Forecast, OfAGoodVersionInACalmWorldCompletes) {
  const Summary summary = summarize(
      forecast(stellwerk::testing::sample_plan(), quick({}, FaultLevel::None, 4)).samples);
  EXPECT_EQ(summary.releases, 4U);
  EXPECT_EQ(summary.ends.at(core::Stage::Completed), 4U);
  EXPECT_EQ(summary.with_breach, 0U);
  EXPECT_TRUE(summary.faults.empty());
  EXPECT_EQ(summary.took_us.count, 4U);
  EXPECT_GE(summary.took_us.median, base::minutes(90).us);
}

TEST(Forecast, OfABadVersionRollsBackInItsFirstWaveByTheLimitOfErrors) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const Forecast forecast_ = forecast(plan, quick(base::percent(30), FaultLevel::None, 4));
  const Summary summary = summarize(forecast_.samples);
  EXPECT_EQ(summary.ends.at(core::Stage::RolledBack), 4U);
  EXPECT_EQ(summary.with_breach, 4U);
  EXPECT_EQ(summary.breach_ends.at(BreachEnd::NobodyServed), 4U);
  EXPECT_GT(summary.breach_bad_all, 0U);
  const auto reason =
      std::find_if(summary.reasons.begin(), summary.reasons.end(),
                   [](const Reason& each) { return each.kind == TurnKind::RolledBack; });
  ASSERT_NE(reason, summary.reasons.end());
  EXPECT_EQ(reason->cause, "guard");
  EXPECT_EQ(reason->detail, "error-rate");
  EXPECT_EQ(reason->releases, 4U);
  EXPECT_EQ(reason->unfounded, 0U);
  EXPECT_EQ(reason->seed, 1U);
  EXPECT_EQ(reason->where, (std::map<Where, std::uint64_t>{{Where{1, false}, 4}}));
}

TEST(Forecast, SparesTheFirstWavesOfAVersionThatIsBadFromALaterOneOn) {
  ForecastOptions options = quick(base::percent(30), FaultLevel::None, 2);
  options.world.traffic.bad_from_wave = 3;
  for (const Sample& sample : forecast(stellwerk::testing::sample_plan(), options).samples) {
    ASSERT_EQ(sample.breaches.size(), 1U);
    EXPECT_EQ(sample.breaches.front().wave, 3U);
    EXPECT_EQ(sample.end, core::Stage::RolledBack);
  }
}

TEST(Forecast, SaysWhatMisfortunesHappenedAndOnlyThoseAskedFor) {
  ForecastOptions options = quick(base::Ppm{200}, FaultLevel::Many, 4);
  options.world.kinds = {Fault::MetricsVanish};
  const Summary summary = summarize(forecast(stellwerk::testing::sample_plan(), options).samples);
  ASSERT_EQ(summary.faults.size(), 1U);
  EXPECT_EQ(summary.faults.front().fault, Fault::MetricsVanish);
}

/// Nearly in real proportion: what lasts minutes lasts minutes.
Summary real_summary(const core::Plan& plan, Fault fault) {
  ForecastOptions options = quick(base::Ppm{200}, FaultLevel::Few, 3);
  options.world.speed = 3;
  options.world.kinds = {fault};
  return summarize(forecast(plan, options).samples);
}

// Goal: asked people resume what has become good again.
TEST(Forecast, HasPeopleWhoResumeAfterMeasurementsWereSilent) {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.guard.no_data_rollback = base::minutes(15);  // longer than the source is ever silent
  const Summary summary = real_summary(plan, Fault::MetricsVanish);
  EXPECT_GT(summary.completed_after_pause, 0U);
  EXPECT_GT(summary.with_asked_beside, 0U);
  EXPECT_EQ(summary.with_breach, 0U);
}

// Goal: a store that is minutes overdue keeps people waiting, not the simulation.
TEST(Forecast, GoesOnWhileAnAnswerIsOverdue) {
  ForecastOptions options = quick({}, FaultLevel::Many, 3);
  options.world.kinds = {Fault::AnswerOverdue};
  const Forecast told = forecast(stellwerk::testing::sample_plan(), options);
  EXPECT_FALSE(told.failure) << told.failure->violation.invariant;
  EXPECT_EQ(told.samples.size(), 3U);
}

TEST(Forecast, RollsBackByHandWhatIsNotGoodAgainAtTheThirdLook) {
  ForecastOptions options = quick({}, FaultLevel::None, 3);
  options.world.speed = 1;
  options.world.traffic.new_version.consumer_lag = 5'000;
  const Summary summary = summarize(forecast(stellwerk::testing::sample_plan(), options).samples);
  EXPECT_EQ(summary.ends.at(core::Stage::RolledBack), 3U);
  EXPECT_EQ(summary.asked_beside.median, 1);
  const auto by_hand =
      std::find_if(summary.reasons.begin(), summary.reasons.end(),
                   [](const Reason& each) { return each.kind == TurnKind::RolledBack; });
  ASSERT_NE(by_hand, summary.reasons.end());
  EXPECT_EQ(by_hand->cause, "person");
  // Three answers of one to ten minutes.
  EXPECT_GE(summary.breach_us.median, base::minutes(3).us);
  EXPECT_LE(summary.breach_us.most, base::minutes(31).us);
}

// Goal: in an installation that names no tenants, each wave has its own share.
TEST(Forecast, KnowsTheSharesOfWavesThatAreBucketsOnly) {
  core::Environment environment = stellwerk::testing::sample_environment();
  environment.tenants.clear();
  const auto compiled =
      core::compile(stellwerk::testing::bare_release(core::ReleaseType::Minor), environment);
  ASSERT_TRUE(compiled.plan.has_value());
  ForecastOptions options = quick(base::percent(30), FaultLevel::None, 2);
  options.world.traffic.bad_from_wave = 2;
  for (const Sample& sample : forecast(*compiled.plan, options).samples) {
    ASSERT_EQ(sample.breaches.size(), 1U);
    EXPECT_EQ(sample.breaches.front().wave, 2U);
  }
}

UserWorld at_level(FaultLevel level) {
  UserWorld world;
  world.level = level;
  return world;
}

TEST(UserSwarm, HasAsManyMisfortunesAsItsLevelSays) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    EXPECT_EQ(user_swarm(seed, at_level(FaultLevel::None), plan).misfortunes, 0U);
    const Swarm few = user_swarm(seed, at_level(FaultLevel::Few), plan);
    EXPECT_GE(few.misfortunes, 1U);
    EXPECT_LE(few.misfortunes, 3U);
    const Swarm many = user_swarm(seed, at_level(FaultLevel::Many), plan);
    EXPECT_GE(many.misfortunes, 4U);
    EXPECT_LE(many.misfortunes, 12U);
  }
}

TEST(UserSwarm, KeepsRealProportionUnlessTheRolloutIsTooLong) {
  core::Plan plan = stellwerk::testing::sample_plan();
  EXPECT_EQ(usual_speed(plan), 1);
  plan.schedule.completed = plan.schedule.deploy + base::hours(29);
  plan.schedule.post_check = base::hours(1);
  EXPECT_EQ(usual_speed(plan), 10);
}

std::vector<Variation> variations() {
  return variations_of(stellwerk::testing::sample_release(),
                       stellwerk::testing::sample_environment(), stellwerk::testing::sample_plan());
}

const Variation* find(const std::vector<Variation>& all, std::string_view key,
                      std::string_view to) {
  for (const Variation& each : all)
    if (each.key == key && each.to == to) return &each;
  return nullptr;
}

TEST(Variations, ChangeOneThingOfThePlan) {
  const auto all = variations();
  const core::Plan plan = stellwerk::testing::sample_plan();
  const Variation* half = find(all, "waves[].hold", "7m30s, 7m30s, 15m");
  ASSERT_NE(half, nullptr);
  EXPECT_EQ(half->plan.waves[1].at, base::milliseconds(450'000));
  EXPECT_EQ(half->plan.schedule.completed, base::minutes(30));
  const Variation* larger = find(all, "waves[0].share", "20 %");
  ASSERT_NE(larger, nullptr);
  EXPECT_EQ(larger->from, "10 %");
  EXPECT_EQ(larger->plan.waves[0].adds.size(), 2U);
  EXPECT_EQ(larger->plan.waves[1].share_real, plan.waves[1].share_real);
  const Variation* window = find(all, "guard.window", "30s");
  ASSERT_NE(window, nullptr);
  EXPECT_EQ(window->plan.guard.window, base::seconds(30));
  EXPECT_EQ(window->plan.waves.size(), plan.waves.size());
  EXPECT_NE(find(all, "rollback", "ask"), nullptr);
}

TEST(Variations, AreThoseThatReleaseYamlMaySay) {
  for (const Variation& each : variations()) {
    EXPECT_NE(each.from, each.to) << each.key;
    EXPECT_LE(each.plan.guard.limits.error_rate_pause, each.plan.guard.limits.error_rate_rollback)
        << each.key;
    EXPECT_NE(core::digest_of(each.plan), core::digest_of(stellwerk::testing::sample_plan()))
        << each.key;
  }
}

Sample sample(std::uint64_t seed, core::Stage end, std::int64_t took_minutes) {
  Sample made;
  made.seed = seed;
  made.end = end;
  made.story.began = base::RunbookTime{};
  made.story.last = base::RunbookTime{base::minutes(took_minutes).us};
  return made;
}

TEST(Compare, TakesTimeOnlyWhereBothCompleted) {
  const std::vector<Sample> before = {sample(1, core::Stage::Completed, 90),
                                      sample(2, core::Stage::Completed, 90)};
  const std::vector<Sample> after = {sample(1, core::Stage::Completed, 60),
                                     sample(2, core::Stage::RolledBack, 5)};
  for (const Compared& each : compare(before, after)) {
    if (each.measure == Measure::Took) {
      EXPECT_EQ(each.pairs.count(), 1U);
      EXPECT_EQ(each.pairs.better, 1U);
    }
    if (each.measure == Measure::NotCompleted) {
      EXPECT_EQ(each.pairs.worse, 1U);
      EXPECT_EQ(each.pairs.same, 1U);
    }
    EXPECT_FALSE(each.real);
  }
}

// Goal: what must show, shows; what cannot matter does not.
TEST(Vary, FindsThatLongerHoldsTakeLongerAndNothingInWhatIsTheSame) {
  const core::Plan plan = stellwerk::testing::sample_plan();
  const ForecastOptions options = quick({}, FaultLevel::None, 9);
  const auto all = variations();
  const Variation* longer = find(all, "waves[].hold", "30m, 30m, 1h");
  ASSERT_NE(longer, nullptr);
  const Variation same{"nothing", "a", "b", plan};
  const Counterfactuals found =
      vary(plan, {*longer, same}, forecast(plan, options).samples, options);
  ASSERT_EQ(found.results.size(), 2U);
  EXPECT_TRUE(found.results[0].real());
  for (const Compared& each : found.results[0].compared)
    if (each.real) {
      EXPECT_EQ(each.measure, Measure::Took);
      EXPECT_EQ(each.pairs.worse, each.pairs.count());
    }
  EXPECT_FALSE(found.results[1].real());
  for (const Compared& each : found.results[1].compared)
    EXPECT_EQ(each.pairs.same, each.pairs.count());
}

// Goal: a plan with laxer limits does not look better by counting fewer breaches.
TEST(Vary, MeasuresBreachesByTheLimitsOfThePlanItComparesWith) {
  core::Plan plan = stellwerk::testing::sample_plan();
  plan.guard.limits.error_rate_rollback = base::percent(50);
  const ForecastOptions options = quick(base::percent(5), FaultLevel::None, 3);
  const auto samples = forecast(plan, options).samples;
  Variation lax{"slo.error_rate_pause", "1 %", "50 %", plan};
  lax.plan.guard.limits.error_rate_pause = base::percent(50);
  const Counterfactuals found = vary(plan, {lax}, samples, options);
  ASSERT_EQ(found.results.size(), 1U);
  for (const Compared& each : found.results.front().compared)
    if (each.measure == Measure::BadRequests) {
      EXPECT_EQ(each.pairs.worse, 3U);
      EXPECT_EQ(each.pairs.better, 0U);
    }
}

}  // namespace
}  // namespace stellwerk::sim
