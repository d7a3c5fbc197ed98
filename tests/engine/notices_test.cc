// Goal: a notice says all that people need, in their language, and nothing that only the program
// understands, whatever became of the release.
#include "engine/notices.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <regex>

#include "engine/entries.h"
#include "support/memory_engine.h"
#include "support/story.h"

namespace stellwerk::engine {
namespace {

using core::testing::Story;

/// Every notice of a story, in the language of its plan.
class Told {
 public:
  explicit Told(const Story& story) {
    EXPECT_TRUE(world_.content.put(core::encode_plan(story.plan)));
    std::uint64_t version = 0;
    for (const auto& told : story.told()) {
      ports::AppendRequest batch;
      batch.stream = story.plan.release;
      batch.expected_version = version++;
      batch.entries.push_back(
          encode(story.plan.release, told.entry, told.at, story.state.t0)->entry);
      EXPECT_TRUE(world_.journal.append({batch}, {world_.clock.mono() + base::seconds(1), {}}));
    }
    NoticeWriter writer(world_.content);
    const auto entries = world_.journal.read(0, 1000).value();
    for (const ports::StoredEntry& entry : entries) {
      auto notice = writer.notice_for(entry, world_.journal);
      EXPECT_TRUE(notice) << (notice ? "" : notice.error().one_line());
      if (notice && *notice) notices_.push_back(std::move(**notice));
    }
    // Told again from an earlier entry on, as after a delivery that failed: the same words.
    for (const ports::StoredEntry& entry : entries) {
      const auto again = writer.notice_for(entry, world_.journal);
      if (again && *again) {
        EXPECT_EQ((*again)->body, find((*again)->id).body);
      }
    }
    if (std::getenv("STELLWERK_PRINT") != nullptr)
      for (const ports::Notice& notice : notices_)
        std::cout << notice.event << "\n" << notice.subject << "\n" << notice.body << "\n";
  }

  [[nodiscard]] const ports::Notice& find(const std::string& id) const {
    for (const ports::Notice& notice : notices_)
      if (notice.id == id) return notice;
    throw std::out_of_range(id);
  }
  [[nodiscard]] std::string body_of(const std::string& event) const {
    for (const ports::Notice& notice : notices_)
      if (notice.event == event) return notice.body;
    return "no " + event;
  }
  [[nodiscard]] const std::vector<ports::Notice>& all() const { return notices_; }

 private:
  stellwerk::testing::MemoryEngine world_;
  std::vector<ports::Notice> notices_;
};

Story story_in(base::Locale locale) {
  Story story;
  story.plan.locale = locale;
  return story;
}

core::VerdictReached too_many_errors() {
  core::Verdict verdict;
  verdict.action = core::Action::Rollback;
  verdict.cause = core::Cause::ErrorRate;
  return {verdict, base::Json::object()};
}

void expect_humane(const Told& told) {
  EXPECT_FALSE(told.all().empty());
  const std::regex code("error-rate|too-few|guard:? ?\\(|: -\n|: \n|\\{|stellwerk\n");
  for (const ports::Notice& notice : told.all())
    EXPECT_FALSE(std::regex_search(notice.body, code)) << notice.event << "\n" << notice.body;
}

TEST(Notices, SayWhyAndHowFarARollbackWent) {
  Story story = story_in(base::Locale::De);
  story.run_until(core::Stage::Holding);
  story.send(too_many_errors());
  story.run_to_end();
  const Told told(story);
  expect_humane(told);
  for (const char* event : {"notification.rollback.initiated", "notification.rollback.executed",
                            "notification.rollback.completed"}) {
    EXPECT_NE(told.body_of(event).find("Grund: Wächter: Fehlerrate\n"
                                       "Veranlasst durch: Stellwerk, selbsttätig\n"),
              std::string::npos)
        << told.body_of(event);
  }
  EXPECT_NE(told.body_of("scheduler.release.paused")
                .find("Anteil des Verkehrs auf der neuen Version: 10 %\n\n"
                      "Das Release wird zurückgerollt; darüber informieren wir Sie gesondert.\n"),
            std::string::npos)
      << told.body_of("scheduler.release.paused");
}

TEST(Notices, NameThePersonWhoRollsBack) {
  Story story = story_in(base::Locale::En);
  story.run_until(core::Stage::Holding);
  story.send(core::RollbackRequested{base::sha256("why")}, base::PersonId("release-manager-123"));
  story.run_to_end();
  const Told told(story);
  expect_humane(told);
  EXPECT_NE(told.body_of("notification.rollback.completed")
                .find("Reason: by hand: (text erased)\nCaused by: release-manager-123\n"),
            std::string::npos)
      << told.body_of("notification.rollback.completed");
}

TEST(Notices, SayWhatAPauseMeans) {
  Story story = story_in(base::Locale::En);
  story.run_until(core::Stage::Holding);
  story.send(core::PauseRequested{}, base::PersonId("devops-1"));
  story.send(core::ResumeRequested{}, base::PersonId("devops-1"));
  story.run_to_end();
  const Told told(story);
  expect_humane(told);
  EXPECT_NE(told.body_of("scheduler.release.paused")
                .find("Share of traffic on the new version: 10 %\n\nNo further tenants are moved"),
            std::string::npos)
      << told.body_of("scheduler.release.paused");
  EXPECT_NE(told.body_of("scheduler.release.resumed").find("new version: 10 %\n"),
            std::string::npos);
  EXPECT_NE(told.body_of("notification.release.successful").find("completed successfully"),
            std::string::npos);
}

TEST(Notices, SayWhoRejectedAPlan) {
  Story story = story_in(base::Locale::De);
  story.start();
  story.send(core::Rejected{story.state.plan, base::sha256("no")},
             base::PersonId("release-manager-123"));
  story.run_to_end();
  const Told told(story);
  expect_humane(told);
  EXPECT_NE(told.body_of("scheduler.release.cancelled")
                .find("Grund: der Plan wurde abgelehnt\nVeranlasst durch: release-manager-123\n"),
            std::string::npos)
      << told.body_of("scheduler.release.cancelled");
}

// Goal: with a faster runbook clock the announced time is when it really begins.
TEST(Notices, AnnounceT0AsWallTime) {
  Story story = story_in(base::Locale::En);
  story.send(core::RunRequested{core::digest_of(story.plan), 3600},
             base::PersonId("release-manager-123"));
  story.run_until(core::Stage::Announced);
  const Told told(story);
  ASSERT_TRUE(story.state.t0_wall);
  EXPECT_EQ(*story.state.t0_wall - story.now.wall, base::seconds(24)) << "a day at 3600";
  EXPECT_NE(told.body_of("notification.maintenance.scheduled")
                .find("Start: " + base::rfc3339(*story.state.t0_wall).substr(0, 19) + "Z\n"),
            std::string::npos)
      << told.body_of("notification.maintenance.scheduled");
}

}  // namespace
}  // namespace stellwerk::engine
