// Whatever is changed in a record, and whatever another program would decide otherwise, replay
// shows at its index.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine/entries.h"
#include "engine/replay.h"
#include "engine/world.h"
#include "support/kept_journal.h"

namespace stellwerk::engine::testing {
namespace {

using core::Stage;

/// A record at hand, to be changed.
struct Record {
  core::Plan plan;
  std::vector<ports::StoredEntry> entries;
  adapters::MemoryContent content;

  [[nodiscard]] std::size_t place_of(const std::string& type, std::size_t nth = 0) const {
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (entries[i].type == type && nth-- == 0) return i;
    ADD_FAILURE() << "no entry of type " << type;
    return 0;
  }
  [[nodiscard]] base::Json json(std::size_t place) const {
    return base::Json::parse(entries[place].bytes);
  }
  /// Changes one entry and keeps it an entry.
  std::uint64_t change(std::size_t place, const std::function<void(base::Json&)>& how) {
    base::Json json = base::Json::parse(entries[place].bytes);
    how(json);
    entries[place].bytes = *base::canonical(json);
    entries[place].type = json.at("type").get<std::string>();
    return entries[place].index;
  }
  [[nodiscard]] ReplayReport replayed() {
    auto report = replay(plan, entries, content);
    EXPECT_TRUE(report) << report.error().one_line();
    return report ? *report : ReplayReport{};
  }
};

/// A release that the guard rolls back in its second wave; carried once for all tests here.
struct Carried {
  core::Plan plan;
  std::vector<ports::StoredEntry> entries;
  std::vector<std::string> contents;
};

void collect_contents(World& world, const base::Json& json, Carried& carried) {
  if (json.is_string())
    if (const auto digest = base::Digest::parse(json.get<std::string>()))
      if (auto bytes = world.content.get(*digest)) carried.contents.push_back(std::move(*bytes));
  if (json.is_structured())
    for (const base::Json& each : json) collect_contents(world, each, carried);
}

Carried carry() {
  World world;
  world.begin();
  EXPECT_TRUE(world.run_until(Stage::Holding, 2));
  world.turn();
  world.errors_of_new = 5;
  EXPECT_TRUE(world.run_until(Stage::RolledBack));
  Carried carried{world.plan, world.entries(), {}};
  for (const ports::StoredEntry& entry : carried.entries)
    collect_contents(world, base::Json::parse(entry.bytes), carried);
  return carried;
}

std::unique_ptr<Record> record_of_rollback() {
  static const Carried carried = carry();
  auto record = std::make_unique<Record>();
  record->plan = carried.plan;
  record->entries = carried.entries;
  for (const std::string& bytes : carried.contents) EXPECT_TRUE(record->content.put(bytes));
  return record;
}

/// The first difference.
std::string first_of(const ReplayReport& report) {
  if (report.differences.empty()) return "none";
  const Difference& first = report.differences.front();
  return std::string(to_string(first.kind)) + " " + std::to_string(first.index) + " " + first.where;
}

std::string at(const char* kind, std::uint64_t index, const char* where) {
  return std::string(kind) + " " + std::to_string(index) + " " + where;
}

TEST(ReplayTamper, NothingIsFoundWhereNothingWasChanged) {
  const auto record = record_of_rollback();
  EXPECT_TRUE(record->replayed().same()) << told(record->replayed());
}

TEST(ReplayTamper, AChangedFieldIsFoundInItsEntry) {
  const auto record = record_of_rollback();
  const std::uint64_t index =
      record->change(record->place_of("scheduler.release.paused"),
                     [](base::Json& json) { json["data"]["detail"] = "consumer-lag"; });
  const ReplayReport report = record->replayed();
  EXPECT_EQ(first_of(report), at("entry", index, "data.detail"));
  EXPECT_EQ(report.differences[0].input, "verdict-reached");
  EXPECT_EQ(report.differences[0].recorded["data"]["detail"], "consumer-lag");
  EXPECT_EQ(report.differences[0].derived["data"]["detail"], "too-few-bad");
}

TEST(ReplayTamper, AnotherPersonIsFound) {
  const auto record = record_of_rollback();
  const std::uint64_t index = record->change(record->place_of("audit.step.attested"),
                                             [](base::Json& json) { json["actor"] = "devops-1"; });
  EXPECT_EQ(first_of(record->replayed()), at("entry", index, "actor"));
}

TEST(ReplayTamper, AnEffectThatIsGoneIsFound) {
  const auto record = record_of_rollback();
  const std::uint64_t index =
      record->change(record->place_of("notification.rollback.initiated"),
                     [](base::Json& json) { json["effects"].erase(json["effects"].begin()); });
  EXPECT_TRUE(first_of(record->replayed()).starts_with(at("entry", index, "effects")));
}

TEST(ReplayTamper, AnEffectsDelayAndClassAreCompared) {
  for (const char* member : {"class", "delay_us", "key"}) {
    const auto record = record_of_rollback();
    const std::uint64_t index =
        record->change(record->place_of("stellwerk.traffic.intended"), [&](base::Json& json) {
          base::Json& value = json["effects"].back()[member];
          value = value.is_number() ? base::Json(7) : base::Json("once");
        });
    const std::string found = first_of(record->replayed());
    EXPECT_TRUE(found.starts_with(at("entry", index, "effects["))) << found;
    EXPECT_TRUE(found.ends_with(member)) << found;
  }
}

TEST(ReplayTamper, AnotherTypeIsFound) {
  const auto record = record_of_rollback();
  const std::uint64_t index =
      record->change(record->place_of("notification.release.started"),
                     [](base::Json& json) { json["type"] = "notification.release.successful"; });
  EXPECT_EQ(first_of(record->replayed()), at("entry", index, "type"));
}

TEST(ReplayTamper, AnotherTimeIsFound) {
  const auto record = record_of_rollback();
  // Not the first of its decision: its time is no longer that of the others.
  const std::size_t place = record->place_of("notification.release.started");
  const std::uint64_t index =
      record->change(place, [](base::Json& json) { json["time"] = "2026-01-01T00:00:00.000Z"; });
  EXPECT_TRUE(first_of(record->replayed()).starts_with(at("missing", index, "")));
}

TEST(ReplayTamper, AMeasuredHoldIsHeldAgainstWhatWasDecidedOn) {
  const auto record = record_of_rollback();
  const std::uint64_t index = record->change(
      record->place_of("stellwerk.hold.saved"),
      [](base::Json& json) { json["data"]["requests"] = json["data"]["requests"].get<int>() + 1; });
  EXPECT_EQ(first_of(record->replayed()), at("entry", index, "data.requests"));
}

TEST(ReplayTamper, AChangedInputGivesAnotherDecision) {
  const auto record = record_of_rollback();
  const std::uint64_t index =
      record->change(record->place_of("stellwerk.hold.completed") - 1, [](base::Json& json) {
        ASSERT_EQ(json["type"], "stellwerk.hold.saved");
        json["data"]["input"]["says"]["real_us"] = 1;
        json["data"]["real_us"] = 1;
      });
  // One entry less would be written: the hold had not been long enough.
  EXPECT_TRUE(first_of(record->replayed()).starts_with(at("surplus", index + 1, "")));
}

TEST(ReplayTamper, AnswersAreGivenAndWhatFollowsFromThemIsNot) {
  const auto record = record_of_rollback();
  const std::size_t place = record->place_of("scheduler.release.wave1") - 1;
  ASSERT_EQ(record->entries[place].type, "stellwerk.effect.finished");
  const std::uint64_t index =
      record->change(place, [](base::Json& json) { json["data"]["outcome"] = "failed"; });
  const ReplayReport report = record->replayed();
  EXPECT_EQ(report.differences.front().index, index) << "it would be tried again";
  EXPECT_EQ(report.differences.front().where, "effects");
  EXPECT_EQ(report.differences[1].kind, DifferenceKind::Surplus);
}

TEST(ReplayTamper, AnEntryThatWasTakenOutIsMissed) {
  const auto record = record_of_rollback();
  const std::size_t place = record->place_of("notification.release.started");
  const std::uint64_t index = record->entries[place].index;
  record->entries.erase(record->entries.begin() + static_cast<std::ptrdiff_t>(place));
  const ReplayReport report = record->replayed();
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(report.differences.front().derived["type"], "notification.release.started");
  EXPECT_LE(report.differences.front().index, index + 1);
}

TEST(ReplayTamper, AnEntryThatWasPutInIsFound) {
  const auto record = record_of_rollback();
  const std::size_t place = record->place_of("notification.release.started");
  record->entries.insert(record->entries.begin() + static_cast<std::ptrdiff_t>(place),
                         record->entries[place]);
  EXPECT_EQ(record->replayed().differences.front().index, record->entries[place].index);
}

TEST(ReplayTamper, AWholeDecisionThatWasTakenOutIsFound) {
  const auto record = record_of_rollback();
  const std::size_t place = record->place_of("audit.step.attested");
  record->entries.erase(record->entries.begin() + static_cast<std::ptrdiff_t>(place));
  EXPECT_FALSE(record->replayed().same());
}

// Goal: a forged record ends in a finding, never in a broken invariant of ours.
TEST(ReplayTamper, AnEntryThatCannotBeThereStopsTheReplayOfTheRest) {
  const std::pair<const char*, std::function<void(base::Json&)>> forgeries[] = {
      {"stellwerk.traffic.intended", [](base::Json& json) { json["data"]["wave"] = 99; }},
      {"stellwerk.traffic.intended", [](base::Json& json) { json["data"]["wave"] = 0; }},
      {"scheduler.clock.anchored", [](base::Json& json) { json["data"]["speed"] = 0; }},
      {"notification.release.started",
       [](base::Json& json) { json["type"] = "notification.rollback.executed"; }},
      {"stellwerk.effect.finished", [](base::Json& json) { json["data"]["data"] = "perhaps"; }},
      {"stellwerk.effect.finished",
       [](base::Json& json) { json["data"]["data"]["lease_given"] = "perhaps"; }},
      {"notification.release.started",
       [](base::Json& json) {
         json["type"] = "scheduler.release.wave1";
         json["data"] = {{"at_us", json["data"]["at_us"]},
                         {"wave", 1},
                         {"tenants", base::Json::array()},
                         {"share_ppm", 1}};
       }},
  };
  for (const auto& [type, how] : forgeries) {
    const auto record = record_of_rollback();
    const std::uint64_t index = record->change(record->place_of(type), how);
    const ReplayReport report = record->replayed();
    ASSERT_FALSE(report.differences.empty()) << type;
    EXPECT_EQ(report.differences.front().index, index) << type;
    const auto stop = std::find_if(
        report.differences.begin(), report.differences.end(),
        [](const Difference& each) { return each.kind == DifferenceKind::Impossible; });
    ASSERT_NE(stop, report.differences.end()) << type << told(report);
    EXPECT_EQ(stop->index, index);
    EXPECT_TRUE(std::any_of(report.gaps.begin(), report.gaps.end(),
                            [](const Gap& each) { return each.kind == GapKind::NotReached; }));
  }
}

TEST(ReplayTamper, AnAnswerOfAnotherKindIsFound) {
  const auto record = record_of_rollback();
  const std::uint64_t index =
      record->change(record->place_of("scheduler.release.wave1") - 1,
                     [](base::Json& json) { json["data"]["data"]["lease_expired"] = "perhaps"; });
  const ReplayReport report = record->replayed();
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(report.differences.front().kind, DifferenceKind::Input);
  EXPECT_EQ(report.differences.front().index, index);
}

// Goal: nobody gets round the check of a decision by making it one that cannot be derived. The
// program that wrote the journal is this one, or an older one: it knew no more inputs.
TEST(ReplayTamper, ADecisionOnNothingKnownIsFound) {
  for (const char* program : {"", "0.0.1", "moonlight"}) {
    const auto record = record_of_rollback();
    if (*program != 0)
      record->change(0, [&](base::Json& json) { json["data"]["input"]["program"] = program; });
    const std::uint64_t index =
        record->change(record->place_of("audit.approval.granted"), [](base::Json& json) {
          json["actor"] = "qa-1";
          json["data"]["person"] = "qa-1";
          json["data"]["input"] = {{"kind", "approved-by-fax"}};
        });
    const ReplayReport report = record->replayed();
    EXPECT_EQ(first_of(report), at("input", index, "unknown input \"approved-by-fax\""));
    EXPECT_FALSE(report.same());
    EXPECT_TRUE(report.gaps.empty()) << told(report);
  }
}

// Goal: nor by leaving out what it was made on, whether or not that could be told.
TEST(ReplayTamper, ADecisionThatDoesNotSayItsInputIsFound) {
  const auto whole = record_of_rollback();
  const auto without = record_of_rollback();
  const std::size_t place = without->place_of("audit.approval.granted");
  const std::uint64_t index = without->change(place, [](base::Json& json) {
    json["actor"] = "qa-1";
    json["data"]["person"] = "qa-1";
    json["data"].erase("input");
  });
  EXPECT_EQ(first_of(without->replayed()), at("input", index, "it is not said"));

  // Behind an entry of the same moment that may follow on more than one thing.
  ports::StoredEntry before = whole->entries[place];
  base::Json json = base::Json::parse(before.bytes);
  json["type"] = before.type = "stellwerk.effect.abandoned";
  json["actor"] = "stellwerk";
  json["data"] = {{"at_us", json["data"]["at_us"]}, {"key", "x/1/0"}, {"detail", "gone"}};
  before.bytes = *base::canonical(json);
  without->entries.insert(without->entries.begin() + static_cast<std::ptrdiff_t>(place), before);
  const ReplayReport report = without->replayed();
  EXPECT_EQ(first_of(report), at("input", index, "it is not said"));
  EXPECT_FALSE(report.same());
}

// ---- verdicts

TEST(ReplayTamper, AVerdictMustFollowFromItsFigures) {
  const auto record = record_of_rollback();
  const std::size_t place = record->place_of("scheduler.release.paused") - 1;
  ASSERT_EQ(record->entries[place].type, "analytics.verdict.changed");
  const std::uint64_t index = record->change(
      place, [](base::Json& json) { json["data"]["evidence"]["requests"][0]["errors"] = 0; });
  const ReplayReport report = record->replayed();
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(report.differences.front().kind, DifferenceKind::Verdict);
  EXPECT_EQ(report.differences.front().index, index);
  EXPECT_EQ(report.verdicts_judged + 1, report.verdicts);
}

/// The evidence file of the last wave, and the place of the entry that names it.
std::pair<std::string, std::size_t> last_windows(Record& record) {
  for (std::size_t i = record.entries.size(); i-- > 0;) {
    const base::Json data = record.json(i).at("data");
    if (data.value("detail", "") != "raw windows of wave 2") continue;
    return {*record.content.get(*base::Digest::parse(data.at("evidence").get<std::string>())), i};
  }
  ADD_FAILURE() << "no windows";
  return {};
}

TEST(ReplayTamper, FiguresMustFollowFromTheWindows) {
  const auto record = record_of_rollback();
  auto [text, place] = last_windows(*record);
  // Forged well: the file is whole, has its digest, and says that there were no errors.
  std::size_t changed = 0;
  std::string rewritten;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    base::Json line = base::Json::parse(text.substr(begin, end - begin));
    if (line.contains("batch"))
      for (std::size_t i = 3; i < line["batch"]["groups"].size(); i += 6)
        if (line["batch"]["groups"][i] > 0) {
          line["batch"]["groups"][i] = 0;
          ++changed;
        }
    rewritten += *base::canonical(line) + "\n";
    begin = end + 1;
  }
  ASSERT_GT(changed, 0U);
  const base::Digest digest = *record->content.put(rewritten);
  record->change(place, [&](base::Json& json) { json["data"]["evidence"] = digest.to_string(); });
  const ReplayReport report = record->replayed();
  ASSERT_FALSE(report.differences.empty());
  EXPECT_EQ(report.differences.front().kind, DifferenceKind::Windows);
  const std::size_t verdict = record->place_of("scheduler.release.paused") - 1;
  const auto paused = std::find_if(
      report.differences.begin(), report.differences.end(),
      [&](const Difference& each) { return each.index == record->entries[verdict].index; });
  ASSERT_NE(paused, report.differences.end());
  EXPECT_EQ(paused->recorded["verdict"]["action"], "pause");
  EXPECT_EQ(paused->derived["verdict"]["action"], "continue");
}

TEST(ReplayTamper, WindowsThatWereErasedAreNoPass) {
  const auto record = record_of_rollback();
  const auto [text, place] = last_windows(*record);
  record->content.erase(base::sha256(text));
  const ReplayReport report = record->replayed();
  EXPECT_TRUE(report.differences.empty()) << told(report);
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].kind, GapKind::WindowsMissing);
  EXPECT_EQ(report.gaps[0].detail, base::sha256(text).to_string());
  EXPECT_FALSE(report.same());
  EXPECT_LT(report.verdicts_derived, report.verdicts);
  EXPECT_EQ(report.verdicts_judged, report.verdicts);
}

TEST(ReplayTamper, WindowsThatWereChangedAreNoPass) {
  const auto record = record_of_rollback();
  const auto [text, place] = last_windows(*record);
  record->content.tamper(base::sha256(text), text + "{}\n");
  const ReplayReport report = record->replayed();
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].kind, GapKind::WindowsDamaged);
  EXPECT_FALSE(report.same());
}

// ---- other programs

// Goal: a program with another rule says where it decides otherwise, and goes on from what is
// recorded.
TEST(OtherProgram, SaysWhereItWouldDecideOtherwise) {
  const auto record = record_of_rollback();
  record->plan.guard.hold_requests_min = 1'000'000;
  const ReplayReport report = record->replayed();
  ASSERT_FALSE(report.differences.empty());
  const std::size_t completed = record->place_of("stellwerk.hold.completed");
  EXPECT_EQ(report.differences.front().kind, DifferenceKind::Surplus);
  EXPECT_EQ(report.differences.front().index, record->entries[completed].index);
  EXPECT_EQ(report.differences.front().input, "hold-progressed");
  EXPECT_TRUE(std::all_of(report.differences.begin(), report.differences.end(),
                          [](const Difference& each) { return each.input == "hold-progressed"; }))
      << "every other decision is made on the recorded state: " << told(report);
}

TEST(OtherProgram, IsNamedWhereItWroteItself) {
  const auto record = record_of_rollback();
  record->change(0, [](base::Json& json) { json["data"]["input"]["program"] = "0.0.1"; });
  const std::uint64_t index =
      record->change(record->place_of("scheduler.release.paused"),
                     [](base::Json& json) { json["data"]["cause"] = "ask-rollback"; });
  const ReplayReport report = record->replayed();
  EXPECT_EQ(first_of(report), at("entry", index, "data.cause"));
  EXPECT_EQ(report.differences.front().program, "0.0.1");
}

TEST(OtherProgram, ThatIsNewerMayHaveDecidedOnWhatIsUnknownHere) {
  const auto record = record_of_rollback();
  record->change(0, [](base::Json& json) { json["data"]["input"]["program"] = "99.0.0"; });
  const std::uint64_t index = record->change(
      record->place_of("audit.step.attested"),
      [](base::Json& json) { json["data"]["input"]["kind"] = "attested-by-moonlight"; });
  const ReplayReport report = record->replayed();
  EXPECT_TRUE(report.differences.empty()) << told(report);
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].kind, GapKind::InputUnknown);
  EXPECT_EQ(report.gaps[0].first_index, index);
  EXPECT_NE(report.gaps[0].detail.find("attested-by-moonlight"), std::string::npos);
}

TEST(OtherProgram, ThatIsOlderMayHaveWrittenFewerFields) {
  const auto record = record_of_rollback();
  record->change(0, [](base::Json& json) { json["data"]["input"]["program"] = "0.0.1"; });
  record->change(record->place_of("scheduler.release.wave1"),
                 [](base::Json& json) { json["data"].erase("tenants_count"); });
  const ReplayReport report = record->replayed();
  EXPECT_TRUE(report.differences.empty()) << told(report);
  ASSERT_EQ(report.gaps.size(), 1U);
  EXPECT_EQ(report.gaps[0].kind, GapKind::FieldsNotSaid);
  EXPECT_EQ(report.gaps[0].detail, "tenants_count");
  EXPECT_TRUE(report.same());
}

// ---- entries that do not say what they were decided on

std::unique_ptr<Record> record_without_inputs() {
  auto record = record_of_rollback();
  for (std::size_t i = 0; i < record->entries.size(); ++i)
    record->change(i, [](base::Json& json) { json["data"].erase("input"); });
  return record;
}

TEST(WithoutInputs, ADifferenceIsFoundWhereTheInputIsCertain) {
  const auto record = record_without_inputs();
  EXPECT_TRUE(record->replayed().differences.empty()) << told(record->replayed());
  const std::uint64_t index =
      record->change(record->place_of("scheduler.release.paused"),
                     [](base::Json& json) { json["data"]["detail"] = "consumer-lag"; });
  EXPECT_EQ(first_of(record->replayed()), at("entry", index, "data.detail"));
}

TEST(WithoutInputs, WhatCannotBeToldIsSaidPlainly) {
  const auto record = record_without_inputs();
  // A pause for a rollback that no entry asks for: on what could it have been decided?
  const std::uint64_t index =
      record->change(record->place_of("audit.step.attested"), [](base::Json& json) {
        json["type"] = "notification.rollback.initiated";
        json["data"] = {{"at_us", json["data"]["at_us"]}, {"cause", "router"}, {"detail", "x"}};
      });
  const ReplayReport report = record->replayed();
  const auto gap = std::find_if(report.gaps.begin(), report.gaps.end(),
                                [](const Gap& each) { return each.kind == GapKind::InputNotSaid; });
  ASSERT_NE(gap, report.gaps.end()) << told(report);
  EXPECT_EQ(gap->first_index, index);
  EXPECT_EQ(gap->detail, "notification.rollback.initiated");
}

}  // namespace
}  // namespace stellwerk::engine::testing
